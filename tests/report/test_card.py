"""One claim with all that stands behind it, on a terminal."""

from dataclasses import replace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.report.card import as_json, card, find, line
from reproduce.report.evidence import Evidence, Provenance
from reproduce.verdicts.files.settings import Setting
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


#: Results of two machines and two commits, measured within two days.
MADE = Provenance(2, 3.0, ("cpu", "gpu"), commits=("abc", "def"), since="2026-01-01", until="2026-01-02")


def test_a_card_line_by_line(outcome):
    """Names in a column of nine, what is long folded beneath itself, each command on a line of its own."""
    one = outcome(
        fidelity="proxy", proxy="on cows", setting="cows", kind="question", group="Toys", printed="26.74",
        verdict="not reproduced", because="a toy", finding={"says": "fails", "because": "by luck"},
        note="a note", reason="a reason", intervals={"seeds": (25.0, 28.0), "seeds and animals": (20.0, 33.0)},
        scatter="seeds", post_hoc="rule of Tuesday", fragile=("half the margin: holds", "as it is"),
    )  # fmt: skip
    behind = Evidence(Origin("t.py::test_it", "t.py", 7), MADE, ("reproduce run toy",), "pytest t.py")
    assert card(one, behind, {"cows": Setting("cows", "cows in a barn")}, 60) == [
        "I.64",
        "  The toy scores 26.74.",
        "  where     Table I (question, Toys)",
        "  setting   cows: cows in a barn",
        "  evidence  a substitute, on cows",
        "  paper     26.74",
        "  rule      equals 26.74 ±6.3, in MAP@R %",
        "  because   a toy",
        "  verdict   no: ours 25.00, 2 seeds",
        "  interval  90 %: seeds 25.0..28.0; seeds and animals",
        "            20.0..33.0 (seeds carry the verdict)",
        "  chance    3.90",
        "  note      a note; a reason",
        "  post hoc  rule of Tuesday",
        "  fragile   half the margin: yes; as it is",
        "  finding   no, as recorded in findings.toml: by luck",
        "  measured  2 results, 2026-01-01 to 2026-01-02, cpu, gpu,",
        "            commits abc, def",
        "  written   t.py:7",
        "  repeat    reproduce run toy",
        "  repeat    pytest t.py",
    ]


@pytest.mark.parametrize("paper, rule", [("> 20", "> 20"), ("< 20", "< 20"), (">= 20", ">= 20"), ("20", "exceeds 20")])
def test_a_card_leaves_out_what_is_not_there(outcome, paper, rule):
    """No finding, one day, one seed, no file; a bound says itself, without a verb."""
    one = outcome(verb="exceeds", paper=paper, margin="", values=(25.0,), setting="barn")
    assert card(one, Evidence(Origin(), replace(MADE, until="2026-01-01")), {}, 90) == [
        "I.64",
        "  The toy scores 26.74.",
        "  where     Table I (statement, )",
        "  setting   barn",
        "  evidence  the paper's own data, its stated protocol",
        f"  rule      {rule}, in MAP@R %",
        "  because   the spread of the rows",
        "  verdict   reproduced: ours 25.00, 1 seed",
        "  chance    3.90",
        "  measured  2 results, 2026-01-01, cpu, gpu, commits abc, def",
    ]


def test_a_card_of_what_was_not_run_has_no_figure(outcome):
    """Neither a rule nor results nor our mean; one that drifted says so, with how."""
    waits = outcome(verdict="not run", verb="", paper="", margin="", ours=None, values=(), chance=None, because="")
    shown = card(waits, Evidence(Origin(), Provenance()), {}, 90)
    assert [row.split()[0] for row in shown] == ["I.64", "The", "where", "setting", "evidence", "verdict"]
    assert shown[-1] == "  verdict   not run"
    assert "  verdict   drifted: ours 25.00, 2 seeds" in card(outcome(drift="seed 0"), Evidence(Origin(), MADE), {}, 90)


def test_a_card_as_json_has_what_repeats_it(outcome):
    """All of the outcome, where it is written and both commands."""
    one, behind = outcome(), Evidence(Origin("n", "t.py", 7), MADE, ("reproduce run toy",), "pytest t.py")
    written = {"file": "t.py", "line": 7, "measure": ["reproduce run toy"], "judge": "pytest t.py"}
    assert as_json(one, behind) == {**one.to_json(), **written}


def test_many_claims_are_a_line_each(outcome):
    """The id, what became of it, our figure where there is one, and the sentence."""
    one = outcome("I.64", sentence="It scores 26.74.")
    assert line(one) == f"I.64  {one.told}, ours 25.00: It scores 26.74."
    none = replace(one, ours=None, verdict="not run")
    assert line(none) == f"I.64  {none.told}: It scores 26.74."
