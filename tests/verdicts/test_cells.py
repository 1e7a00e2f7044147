"""How a figure, an interval and a verdict are written, and how many of each kind survive: every text spelt out."""

from dataclasses import replace

import pytest

from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.views.cells import by_source, ends, figure, marks, ours, required, spread, verdict_cell
from reproduce.verdicts.views.tally import corrected, summary, surviving


def outcome(name="a", verdict="reproduced", kind="statement", **fields):
    """The end of a toy claim."""
    spec = Spec(name, "A toy.", "I", kind=kind, fidelity="proxy", printed=fields.pop("printed", ""))
    return Outcome(spec, verdict, **{"verb": "at_least", "paper": ">= 0", **fields})


@pytest.mark.parametrize(
    "value, paper, verb, text",
    [
        (None, "49.90", "equals", ""),
        (49.123, "49.90", "equals", "49.12"),
        (0.9341, "0.930", "equals", "0.934"),
        (0.9341, "0.91723", "equals", "0.93"),  # computed, not printed: two digits
        (0.9341, "0.9172", "equals", "0.934"),
        (75.0, "75", "equals", "75.00"),
        (75.0, "75", "exactly", "75"),
        (0.12345, "0.1235", "exactly", "0.1235"),
        (1.5, ">= 13.225352112676056", "at_least", "1.50"),
        (1.5, ">= 0.930", "at_least", "1.500"),
        (1.5, "7 to 0.930", "between", "1.500"),
        (1.5, "0.930 to 7", "between", "1.50"),
        (1.5, "", "at_least", "1.50"),
        (2.5, "", "exactly", "2"),
        (0.000074, "7.4e-5", "exactly", "7.4e-05"),
        (0.0, "49.90", "equals", "0.00"),
        (0.01, "49.90", "equals", "0.01"),
        (-0.01, "49.90", "equals", "-0.01"),
        (0.0099, "49.90", "equals", "9.9e-03"),
        (-0.0099, "49.90", "equals", "-9.9e-03"),
    ],
)
def test_a_figure_has_the_printed_digits(value, paper, verb, text):
    """Two or three of them, as many as there are where it is compared exactly; less than the last is a power."""
    assert figure(value, outcome(paper=paper, verb=verb)) == text


def test_an_interval_has_one_digit_from_ten_on():
    """By its larger end, whatever its sign."""
    one = outcome()
    pairs = [(9.99, 9.994), (9.0, 10.0), (-10.0, 2.0), (-9.99, 2.0)]
    assert [ends(pair, one) for pair in pairs] == ["9.99..9.99", "9.0..10.0", "-10.0..2.0", "-9.99..2.00"]
    assert [spread(outcome(interval=pair)) for pair in ((1.0, 2.0), (2.0, 2.0), None)] == ["1.00..2.00", "", ""]


def test_both_intervals_are_named_with_the_one_that_carries():
    """A single one carries nothing else; none is shown of a fact."""
    both = {"seeds": (1.0, 2.0), "seeds and animals": (0.5, 2.5)}
    said = "90 %: seeds 1.00..2.00; seeds and animals 0.50..2.50 (seeds carry the verdict)"
    assert by_source(outcome(intervals=both, scatter="seeds")) == said
    assert by_source(outcome(intervals={"seeds": (1.0, 2.0)}, scatter="seeds")) == "90 %: seeds 1.00..2.00"
    assert by_source(outcome(intervals=both)) == by_source(outcome(scatter="seeds")) == ""


@pytest.mark.parametrize(
    "fields, text",
    [
        ({"verb": "exactly", "paper": "75", "printed": "75"}, ""),
        ({"verb": "exactly", "paper": "75"}, "= 75"),
        ({"verb": "equals", "paper": "49.90", "margin": "±4.5"}, "±4.5"),
        ({"paper": ">= 20.8"}, ">= 20.8"),
        ({"paper": ">= 13.22535"}, ">= 13.23"),
        ({"verb": "negligible", "paper": "0", "margin": "±2"}, "0 ±2"),
    ],
)
def test_what_a_rule_requires(fields, text):
    """A margin, a bound, or a figure of ours."""
    assert required(outcome(**fields)) == text


def test_ours_is_the_mean_or_both_sides():
    """Never two minus signs side by side."""
    assert ours(outcome(ours=1.5)) == "1.50"
    assert ours(outcome(ours=3.0, sides=(1.0, -2.0))) == "1.00 + 2.00 = 3.00"


@pytest.mark.parametrize(
    "fields, signs",
    [
        ({}, ""),
        ({"finding": {"says": "fails"}, "verdict": "not reproduced"}, "*"),
        ({"finding": {"says": "holds"}}, ""),
        ({"verdict": "not reproduced"}, ""),
        ({"post_hoc": "late", "note": "seeds only: why", "fragile": ("x: y",), "survives": True}, "†°◊‡"),
    ],
)
def test_what_stands_behind_a_verdict(fields, signs):
    """A recorded deviation, a late rule, seeds alone, a fragile verdict, one that survives; a drift outranks all."""
    one = outcome(**fields)
    word = "contradicted" if one.verdict == "not reproduced" else "supported"
    assert (marks(one), verdict_cell(one)) == (signs, f"{word} {signs}".rstrip())
    assert verdict_cell(replace(one, drift="moved")) == "DRIFTED"


def family(kind, *p_values, **fields):
    """Claims of one kind with these p values."""
    return [outcome(f"{kind}.{at}", kind=kind, p=p, **fields) for at, p in enumerate(p_values)]


def stand(outcomes):
    """The ids of those that survive."""
    return [one.spec.id for one in corrected(outcomes) if one.survives]


def test_holms_correction_is_a_family_for_each_kind():
    """Twice p against 5 % through how many are left: questions do not swell the statements."""
    assert stand(family("statement", 0.0124, 0.0126)) == ["statement.0", "statement.1"]
    assert stand(family("statement", 0.0126, 0.0126)) == []
    assert stand([*family("statement", 0.0249), *family("question", 0.0249), *family("check", 0.9)]) == [
        "statement.0", "question.0",
    ]  # fmt: skip
    assert stand(family("statement", 0.0251)) == []
    assert stand(family("statement", 0.0)) == ["statement.0"]


@pytest.mark.parametrize(
    "fields, counts",
    [({"p": None}, False), ({"drift": "moved"}, False), ({"note": "seeds only: why"}, False), ({"note": "odd"}, True),
     ({"verdict": "inconclusive"}, True)],
)  # fmt: skip
def test_what_is_a_test_counts(fields, counts):
    """What was judged with sampling error of animals too, the undecided among them, which cannot survive itself."""
    assert (stand([outcome("a", p=0.02), outcome("b", **{"p": 0.9, **fields})]) == ["a"]) is not counts
    assert stand([outcome("b", verdict="inconclusive", p=0.001)]) == []


def test_survivors_are_counted_by_kind():
    """Of the conclusive ones, and how many tests there are; nothing where none is conclusive."""
    made = corrected([
        *family("statement", 0.001, 0.001, 0.9), *family("statement", 0.8, verdict="inconclusive"),
        *family("question", 0.9, verdict="not reproduced"), *family("check", 0.5, verdict="inconclusive"),
    ])  # fmt: skip
    assert surviving(made) == (
        "‡ survive Holm's correction at 5 %, two-sided, by kind: "
        "2 of 3 statements (tests: 4), 0 of 1 question (tests: 1)"
    )
    assert surviving(family("check", 0.5, verdict="inconclusive")) == surviving([]) == ""


def test_a_summary_counts_each_kind_and_each_sign():
    """The words most said first; a drift, recorded deviations, late rules, and what was checked now."""
    found = {"verdict": "not reproduced", "finding": {"says": "fails"}}
    assert summary([
        outcome("a", p=0.9, post_hoc="late", checked="seed 0 ✓"),
        outcome("b", p=0.9, checked="seed 0 ✓"),
        outcome("c", drift="moved", checked="seed 0 ✗"),
        outcome("d", kind="check", **found),
        outcome("e", kind="question", verdict="inconclusive", fragile=("x: y",), note="seeds only: z"),
    ]).splitlines() == [
        "3 statements, each in each of its settings: 2 supported, 1 drifted",
        "1 question, each in each of its settings: 1 inconclusive",
        "1 check, each in each of its settings: 1 fails",
        "‡ survive Holm's correction at 5 %, two-sided, by kind: 0 of 2 statements (tests: 2)",
        "* 1 differs from what it claims, as recorded in findings.toml; pytest counts this as xfailed",
        "† 1 post hoc: the rule is younger than the first result (rules.toml)",
        "° 1 by seeds alone, though other animals could have scored otherwise",
        "◊ 1 fragile: another choice turns the verdict (sensitivity.toml)",
        "checked now: 2 seed 0 ✓, 1 seed 0 ✗",
    ]  # fmt: skip
    two = [outcome("a", **found), outcome("b", **found), outcome("c", finding={"says": "holds"})]
    assert summary(two).splitlines() == [
        "3 statements, each in each of its settings: 2 contradicted, 1 supported",
        "* 2 differ from what they claim, as recorded in findings.toml; pytest counts this as xfailed",
    ]
