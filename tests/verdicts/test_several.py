"""Saved runs as a history: the list of them, a step between two, and each claim that is not the same in all."""

import json
from pathlib import Path

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.runs import saving
from reproduce.verdicts.runs.compare import Rules
from reproduce.verdicts.runs.saving import SavedRun
from reproduce.verdicts.runs.several import Step, history, listed


def outcome(id, verdict="reproduced", ours=50.0, **fields):
    """A claim that was judged."""
    return Outcome(
        Spec(id, "It scores 50.0.", "I", unit="MAP@R %"), verdict, "equals", "50.0", "±2", ours=ours, **fields
    )


def run(name, *outcomes):
    """A saved run."""
    return SavedRun(Path(f"{name}.json"), {"time": "2026", "commit": "abc"}, outcomes)


BEFORE = run("0001_a", outcome("I.a"), outcome("I.bc"), outcome("I.d", drift="seed 3"), outcome("I.gone"))
NOW = run(
    "0002_b", outcome("I.a"), outcome("I.bc", "not reproduced", 40.125), outcome("I.d", drift="seed 3", ours=50.5)
)


def test_a_step_says_what_changed_and_what_of_it_fails():
    """Whatever is the same is counted."""
    step = Step.between(BEFORE, NOW, Rules(verdict=True))
    failed = "I.bc: reproduced (50), now not reproduced (40.125)"
    moved = "I.d: reproduced as before, ours 50.0, now 50.5"
    assert (step.same, step.broken) == (1, 2)
    assert step.lines == [f"FAIL  {failed}", f"      {moved}", "FAIL  I.gone: gone"]
    told = step.as_json()
    assert (told["before"], told["now"], told["same"], told["broken"]) == (BEFORE.path, NOW.path, 1, 2)
    assert [(one["claim"], one["kind"], one["said"], one["fails"]) for one in told["changes"]] == [
        ("I.a", "same", "I.a: same", False),
        ("I.bc", "verdict", failed, True),
        ("I.d", "ours", moved, False),
        ("I.gone", "gone", "I.gone: gone", True),
    ]
    far = Step.between(BEFORE, NOW, Rules(ours=0.25)).lines
    assert far[1] == "FAIL  I.d: ours moved by 0.5, more than 0.25: 50.0, now 50.5"


def test_a_history_has_a_line_for_each_claim_that_is_not_the_same_in_all_runs():
    """Its word and its figure in each; what is not there has neither."""
    third = run("0003_c", outcome("I.a"), outcome("I.bc", "not run", None))
    assert history([BEFORE, NOW, third]) == [
        "Claim   0001_a         0002_b                0003_c",
        "I.bc    reproduced 50  not reproduced 40.12  not run",
        "I.d     drifted 50     drifted 50.5          -",
        "I.gone  reproduced 50  -                     -",
    ]
    assert history([BEFORE, BEFORE]) == ["Claim  0001_a  0001_a"]


def test_every_saved_run_is_listed_by_its_verdicts(tmp_path, monkeypatch):
    """A damaged one with what is wrong; where there is none it is said how one is saved."""
    from reproduce.record import machine

    with pytest.raises(InvalidInputError, match="no run of the claims is saved in"):
        listed(tmp_path)
    monkeypatch.setattr(machine, "environment", lambda library: {})
    described = saving.describe([*BEFORE.outcomes, outcome("I.e", "not run", None)])
    saving.keep(tmp_path, "a", {**described, "time": "2026", "commit": "abc"})
    (tmp_path / "0002_b.json").write_text(json.dumps({"schema": 9}))
    first, second = listed(tmp_path)
    assert first == {
        "name": "0001_a", "time": "2026", "commit": "abc", "problem": "",
        "verdicts": {"reproduced": 3, "drifted": 1, "not run": 1},
    }  # fmt: skip
    assert (second["name"], second["verdicts"], second["commit"]) == ("0002_b", {}, "")
    assert "schema: 9" in second["problem"]
