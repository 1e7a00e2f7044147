"""One claim with all that stands behind it, on a terminal."""

from dataclasses import replace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.report.card import card, find, line
from reproduce.report.evidence import Evidence, Provenance
from reproduce.verdicts.plugin.collect import Origin


@pytest.fixture
def claims(outcome):
    """Two claims of Table I, one of them elsewhere too, and one of another section."""
    return [
        outcome("I.64", at="Table I, IV", sentence="It scores 26.74."),
        outcome("I.64@cows", at="Table I, IV", sentence="It scores 26.74.", setting="cows"),
        outcome("I.32", at="Table I", sentence="It scores less."),
        outcome("P.adam", at="II-B.1", sentence="The optimiser is Adam."),
    ]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("I.64", ["I.64"]),
        ("I.64@cows", ["I.64@cows"]),
        ("Table I", ["I.64", "I.64@cows", "I.32"]),
        ("IV", ["I.64", "I.64@cows"]),
        ("I.", ["I.64", "I.64@cows", "I.32"]),
        ("P", ["P.adam"]),
        ("OPTIMISER", ["P.adam"]),
    ],
)
def test_a_claim_is_found_by_id_section_start_or_word(claims, asked, ids):
    """The first way that finds any is taken: the whole id, a section, the start of ids, a word of the sentence."""
    assert [one.spec.id for one in find(claims, asked)] == ids


def test_what_no_claim_is_named_is_an_error_of_one_line(claims):
    """It says what to do."""
    with pytest.raises(InvalidInputError, match="`reproduce claims list` shows all"):
        find(claims, "zebra")


def test_a_card_says_all_that_a_reader_asks(outcome):
    """Sentence, place, rule with its reason, verdict, both intervals, chance, finding, where and how to repeat it."""
    both = {"seeds": (25.0, 28.0), "seeds and animals": (20.0, 33.0)}
    found = {"says": "reproduced", "because": ""}
    one = outcome("I.64", because="a toy", finding=found, intervals=both, scatter="seeds")
    one = replace(one, post_hoc="rule of Tuesday", fragile=("half the margin: fails",))
    made = Provenance(2, 3.0, ("cpu",), commits=("abc",))
    behind = Evidence(Origin("t.py::test_it", "t.py", 7), made, ("reproduce run toy",), "pytest t.py")
    text = "\n".join(card(one, behind, {}, 80))
    for said in (one.spec.sentence, one.spec.at, "a toy", one.says, "20.0..33.0", "(seeds carry the verdict)",
                 "findings.toml", "t.py:7", "rule of Tuesday", "half the margin", "reproduce run toy",
                 "pytest t.py"):  # fmt: skip
        assert " ".join(said.split()) in " ".join(text.split()), said
    assert max(map(len, text.splitlines())) <= 80


def test_many_claims_are_a_line_each(outcome):
    """The id, what became of it, our figure where there is one, and the sentence."""
    one = outcome("I.64", sentence="It scores 26.74.")
    assert line(one) == f"I.64  {one.told}, ours 25.00: It scores 26.74."
    none = replace(one, ours=None, verdict="not run")
    assert line(none) == f"I.64  {none.told}: It scores 26.74."
