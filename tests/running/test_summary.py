"""A run as plain values: the words for what became of a cell."""

from types import SimpleNamespace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.record import Cell, Entry
from reproduce.running.cells import Job, Outcome
from reproduce.running.runner import Report
from reproduce.running.show.summary import of_cell
from reproduce.running.tiers import FULL, NIGHTLY, PILOT, REHEARSAL, Tier, seeds_of

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
