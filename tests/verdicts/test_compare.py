"""Two runs of the claims: what is a change, and which change fails."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.errors import InvalidInputError
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.runs.compare import Rules, compare, one

BEFORE = Outcome(
    Spec("II.128", "It scores 49.90.", "Table II", "MAP@R %", "assumed"),
    "reproduced",
    "equals",
    "49.90",
    "±4.5",
    "because",
    ours=49.13,
    values=(49.0, 49.26),
)


def now(**changes):
    return dataclasses.replace(BEFORE, **changes)


@pytest.mark.parametrize(
    "changes, kind, cell",
    [
        ({}, "same", "="),
        ({"ours": 49.14}, "ours", "= (49.13)"),
        ({"verdict": "not reproduced", "ours": 40.0}, "verdict", "was reproduced"),
        ({"verdict": "not run", "ours": None}, "verdict", "was reproduced"),
        ({"drift": "seed 0"}, "verdict", "was reproduced"),
        ({"margin": "±5"}, "spec changed", "spec changed"),
        ({"paper": "49.91"}, "spec changed", "spec changed"),
        ({"verb": "at_least"}, "spec changed", "spec changed"),
        ({"because": "said otherwise"}, "same", "="),
    ],
)
def test_what_changed(changes, kind, cell):
    """A change of verdict, of number, or of the claim itself is told apart; new wording is no change."""
    change = one(BEFORE, now(**changes))
    assert (change.kind, change.cell) == (kind, cell)


def test_a_changed_claim_is_not_compared():
    """Whatever its verdict does, a claim with another margin breaks no rule."""
    change = one(BEFORE, now(margin="±9", verdict="not reproduced", ours=0.0))
    assert Rules(verdict=True, ours=0.0).broken_by(change) == ""
    assert "±4.5" in change.line
    assert "±9" in change.line


def test_new_gone_and_not_run():
    """A claim may come, go, or be judged for the first time."""
    waited = now(verdict="not run", verb="", ours=None)
    assert one(None, BEFORE).kind == "new"
    assert one(waited, BEFORE).kind == "was not run"
    assert one(waited, waited).kind == "same"
    (gone,) = compare([BEFORE], [])
    assert gone.kind == "gone"
    assert Rules(verdict=True).broken_by(gone)
    assert not Rules(verdict=True).broken_by(one(None, BEFORE))


@pytest.mark.parametrize(
    "text, moved, fails",
    [
        ("verdict", 30.0, False),
        ("ours:0.5", 0.49, False),
        ("ours:0.5", 0.51, True),
        ("ours:1%", 0.49, False),
        ("ours:1%", 0.50, True),
        ("verdict,ours:0", 1e-9, True),
        ("ours:0", 0.0, False),
    ],
)
def test_how_far_our_number_may_move(text, moved, fails):
    """ours:X is in the claim's unit, ours:X% a part of the earlier number."""
    assert bool(Rules.parse(text).broken_by(one(BEFORE, now(ours=49.13 + moved)))) is fails


def test_a_number_may_move_as_far_as_is_allowed():
    """So far is not more; a claim without a number has not moved."""
    before, rules = now(ours=1.0), Rules(ours=0.5)
    for ours, said in (
        (1.5, ""),
        (0.5, ""),
        (1.75, "II.128: ours moved by 0.75, more than 0.5: 1.0, now 1.75"),
        (0.25, "II.128: ours moved by 0.75, more than 0.5: 1.0, now 0.25"),
    ):
        assert rules.broken_by(one(before, dataclasses.replace(before, ours=ours))) == said
    without = now(ours=None, verdict="not reproduced")
    assert rules.broken_by(one(before, without)) == rules.broken_by(one(without, before)) == ""


@pytest.mark.parametrize(
    "text, rules",
    [
        ("verdict", Rules(verdict=True)),
        ("ours:0.5", Rules(ours=0.5)),
        ("ours:5%", Rules(ours=0.05, relative=True)),
        ("ours:5%, verdict", Rules(verdict=True, ours=0.05, relative=True)),
        ("ours:5%,ours:3", Rules(ours=3.0)),
    ],
)
def test_rules_are_read(text, rules):
    """Of two of one kind the last counts."""
    assert Rules.parse(text) == rules


@pytest.mark.parametrize(
    "before, after, line",
    [
        ({}, {"verdict": "not reproduced", "ours": 40.0}, "reproduced (49.13), now not reproduced (40)"),
        ({}, {"verdict": "not run", "ours": None}, "reproduced (49.13), now not run"),
        ({"drift": "seed 0"}, {}, "drifted (49.13), now reproduced (49.13)"),
        ({}, {"ours": 49.25}, "reproduced as before, ours 49.13, now 49.25"),
        ({}, {"margin": "±5"}, "spec changed, not compared: equals 49.90 ±4.5 MAP@R % assumed, "
                               "now equals 49.90 ±5 MAP@R % assumed"),
    ],
)  # fmt: skip
def test_a_change_is_one_line(before, after, line):
    """The claim, what it was and what it is."""
    assert one(now(**before), now(**after)).line == f"II.128: {line}"


@pytest.mark.parametrize("text", ["", "mean:5%", "ours", "ours:", "ours:x", "ours:-1", "ours:nan", "verdict,,ours:1"])
def test_a_rule_that_is_none_is_refused(text):
    """A rule that cannot be read is an error that shows how one is written."""
    with pytest.raises(InvalidInputError, match="write verdict, ours:X"):
        Rules.parse(text)


@given(st.sampled_from(["reproduced", "not reproduced", "inconclusive", "not run"]), st.floats(0, 100))
def test_a_run_equals_itself(verdict, ours):
    """Held against itself nothing changes and no rule breaks."""
    outcome = now(verdict=verdict, ours=ours)
    (change,) = compare([outcome], [outcome])
    assert change.kind == "same"
    assert Rules(verdict=True, ours=0.0).broken_by(change) == ""


@given(st.floats(allow_nan=False), st.lists(st.floats(0, 1), max_size=3), st.text(max_size=5))
def test_an_outcome_survives_json(ours, values, reason):
    """What is saved is read back as it was."""
    outcome = now(ours=ours, values=tuple(values), reason=reason, data={"LionData": "ab"})
    assert Outcome.from_json(outcome.to_json()) == outcome
