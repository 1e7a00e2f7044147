"""A run as plain values: the words for what became of a cell."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.record import Cell, Entry, Store
from reproduce.record.replay import Replay
from reproduce.running.cells import Job, Outcome
from reproduce.running.runner import Report
from reproduce.running.show.summary import of_cell, of_plan, summary
from reproduce.running.tiers import FULL, NIGHTLY, PILOT, REHEARSAL, Held, Tier, seeds_of

JOB = Job("toy.draw", "toys", "herd", {"size": 2}, 3)
MADE = Entry(Cell("toy.draw", 1, {"size": 2}, "herd", "hash", None, 3), {"map_at_r": 0.5}, seconds=1.5)
NAMED = {"event": "cell", "experiment": "toy.draw", "data": "herd", "factors": {"size": 2}, "seed": 3}
MEASURED = {"seconds": 1.5, "scores": {"map_at_r": 0.5}}


@pytest.mark.parametrize(
    "outcome, unkept, said",
    [
        (Outcome(MADE), [], {"status": "finished", **MEASURED}),
        (Outcome(MADE), [(JOB, "full")], {"status": "not kept", "why": "full", **MEASURED}),
        (Outcome(MADE), [(SimpleNamespace(seed=4), "full")], {"status": "finished", **MEASURED}),
        (Outcome(problem="it broke"), [], {"status": "failed", "why": "it broke"}),
        (Outcome(problem="no lions", waits=True), [], {"status": "waiting", "why": "no lions"}),
        (Outcome(kept=True), [], {"status": "by another run"}),
    ],
)
def test_what_became_of_a_cell(outcome, unkept, said):
    """In one word, with what it measured or why it did not."""
    assert of_cell(JOB, outcome, Report(unkept=unkept), (1.0, 2.0)) == NAMED | said | {"seconds left": [1.0, 2.0]}


@pytest.mark.parametrize(
    "tier, count, pilot, seeds",
    [
        (Tier.CHECK, None, False, FULL),
        (Tier.RELEASE, None, False, FULL),
        (Tier.NIGHTLY, None, False, NIGHTLY),
        (Tier.REHEARSAL, None, False, REHEARSAL),
        (Tier.NIGHTLY, 3, False, range(3)),
        (Tier.CHECK, 1, False, range(1)),
        (Tier.CHECK, None, True, PILOT),
        (Tier.CHECK, 2, True, PILOT),
    ],
)
def test_seeds_are_the_tier_s_or_as_many_as_asked(tier, count, pilot, seeds):
    """From 0 on; the pilot's are its own, however many are asked for."""
    assert seeds_of(tier, count, pilot) == seeds


def test_no_seed_at_all_is_one_line():
    """One is the least."""
    with pytest.raises(InvalidInputError, match=r"--seeds 0: give at least 1$"):
        seeds_of(Tier.CHECK, 0, False)


def row(kept=0, jobs=(), **changed):
    """A row of the plan."""
    request = SimpleNamespace(experiment=SimpleNamespace(name="toy.draw"), data="herd", chosen={"size": (2, 3)})
    usual = {"seconds": 1.5, "timed": "guessed", "waits": "", "doubt": "", "apart": None}
    return SimpleNamespace(request=request, kept=kept, jobs=list(jobs), **usual | changed)


ROW = {
    "experiment": "toy.draw",
    "data": "herd",
    "factors": {"size": [2, 3]},
    "waits": "",
    "stand-in": "",
    "apart": None,
}
PLAN = SimpleNamespace(
    rows=[row(jobs=[JOB]), row(2, waits="no lions"), row(jobs=[JOB], doubt="it is drawn", apart=Store("apart"))],
    jobs=[JOB, JOB],
    seconds=3.0,
)
TOLD = [
    {**ROW, "kept": 0, "to run": [3], "seconds each": 1.5, "timed": "guessed"},
    {**ROW, "kept": 2, "to run": [], "seconds each": None, "timed": None, "waits": "no lions"},
    {
        **ROW,
        "kept": 0,
        "to run": [3],
        "seconds each": 1.5,
        "timed": "guessed",
        "stand-in": "it is drawn",
        "apart": "apart",
    },
]


def test_a_plan_is_told_row_by_row():
    """Of one that has nothing to run no time is told."""
    assert of_plan(PLAN, (1.0, 2.0)) == {"event": "plan", "plan": TOLD, "cells": 2, "seconds left": [1.0, 2.0]}


def test_a_run_is_told_cell_by_cell():
    """What was measured with its scores, what was not with its reason; nothing is made up where there was no run."""
    report = Report(finished=[MADE], failed=[(JOB, "broke")], waiting=[(JOB, "absent")], elsewhere=[JOB],
                    unkept=[(JOB, "full")], interrupted=True)  # fmt: skip
    named = {name: value for name, value in NAMED.items() if name != "event"}
    held = Held(MADE, (Replay("identical", "map_at_r", 3, 0.5, 0.5, 0.0),))
    told = summary(PLAN, report, Path("record"), [held], ["toy on herd"], (1.0, 2.0))
    assert told.pop("against the record") == [
        {
            "experiment": "toy.draw",
            "seed": 3,
            "status": "identical",
            "scores": ["identical: seed 3 gives map_at_r 0.5, the record has 0.5"],
        }
    ]
    assert told == {
        "plan": TOLD, "cells": 2, "seconds": 3.0, "kept in": "record", "left": -3, "seconds left": [1.0, 2.0],
        "finished": [named | MEASURED], "failed": [named | {"why": "broke"}], "waiting": [named | {"why": "absent"}],
        "not kept": [named | {"why": "full"}], "by another run": [named], "interrupted": True, "out of time": False,
        "lacking": ["toy on herd"],
    }  # fmt: skip
    nothing = summary(PLAN, Report(), None)
    assert (nothing["kept in"], nothing["left"], nothing["seconds left"]) == (None, 2, [0.0, 0.0])
