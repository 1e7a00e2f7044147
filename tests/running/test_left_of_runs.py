"""The time that a run still takes, held against runs: it converges, fits one that was made, and no worker is idle."""

import dataclasses
import random
import time

import pytest

from reproduce.record import Store
from reproduce.running.clock import Clock
from reproduce.running.estimates import Timed
from reproduce.running.locks import Claims, State
from reproduce.running.plan import make_plan
from reproduce.running.request import Request

DATA = "FriesianCattle2017"
pytestmark = pytest.mark.usefixtures("other_cattle")


def replayed(plan, clock, cost, workers=2):
    """(what the clock said, what it still took) after each cell, were the plan run."""
    free, at, said = [0.0] * workers, {}, []
    for job in plan.jobs:
        worker = min(range(workers), key=lambda one: free[one])
        free[worker] += cost(job)
        at[id(job)] = free[worker]
    for job in sorted(plan.jobs, key=lambda one: at[id(one)]):
        clock.done(job, cost(job))
        said.append((clock.left(), max(free) - at[id(job)]))
    return said


def test_the_estimate_converges_within_ten_cells(plan):
    """First cells that take five times the others, all other than planned: from the tenth cell on the range holds.

    Its middle is within a factor of 1.5 of what it took, until the last cells.
    """
    random.seed(1)
    paces = {row.request.chosen["size"]: random.uniform(0.7, 1.4) for row in plan.rows}
    seen = set()

    def cost(job):
        first = job.seed == 0
        seen.add(job.factors["size"])
        return paces[job.factors["size"]] * (95.0 if first else 19.0)

    said = replayed(plan, Clock(plan.rows, plan.jobs, 2), cost)
    for (low, high), took in said[10:-20]:
        assert low / 1.5 <= took <= 1.5 * high
        assert took / 1.5 < (low * high) ** 0.5 < took * 1.5
    assert said[-1][0] == (0.0, 0.0)


#: Rows of a run on full-size stand-ins, two workers: set, planned seconds of a seed, of a row's first and of what rows
#: share, work that they share; then what the log says that a seed took, the row's first, and what they shared.
LOGGED = [
    ("cattle", 69.4, 69.4, 0, 0, 110, 164, 0),
    *[("cattle", *one) for one in [(35.6, 134, 0, 0, 13.6, 112, 0), (8.1, 218.9, 0, 0, 13, 121, 0),
                                   (8.5, 50.8, 0, 0, 7.7, 113, 0), (4.6, 38.1, 0, 0, 12.7, 78, 0)]],
    *[("cattle", 3, 3, 56, 9333, 1.9, 2.0, 75)] * 4,
    *[("lions", 3, 3, 56, 9333, 1.8, 1.8, 80)] * 2,
    ("lions", 3, 3, 392, 65333, 2, 2, 400),
]  # fmt: skip
EXPERIMENTS = ["toy.draw"] + ["toy.fixed"] * 4 + ["toy.fails"] * 7


@pytest.fixture
def logged(toys):
    """The plan of that run, and what each of its cells takes, in the order that they are begun."""
    rows, taken = [], {}
    for size, (name, (data, *_, work, each, first, shares)) in enumerate(zip(EXPERIMENTS, LOGGED, strict=True), 1):
        makes = (lambda factors, work=work: work) if work else None
        toy = dataclasses.replace(toys["toy.draw"], name=name, makes=makes)
        rows.append(Request(toy, DATA if data == "cattle" else "TuringCattle", {"size": size}))
        taken[size] = (each, first, shares)
    plan = make_plan(rows, range(14), Store())
    for row, (_, row.seconds, row.first, row.makes, *_) in zip(plan.rows, LOGGED, strict=True):
        row.timed = Timed.SCALED
    made = set()

    def cost(job):
        each, first, shares = taken[job.factors["size"]]
        more = shares if shares and (job.data, shares) not in made else 0
        made.add((job.data, shares))
        return (each if job.seed else first) + more

    return plan, cost


def as_run(plan, cost, now):
    """(job, what it took, when it was done, when those that run then were begun), as two workers run the plan.

    ``now``: what the clock takes for the time when it all began.
    """
    claims, waiting, running, at = Claims(plan, Store()), list(plan.jobs), [], 0.0
    while waiting or running:
        for waits in [True, False] * 2:
            if len(running) < 2 and (
                job := next((one for one in waiting if claims.take(one, waits) == State.MINE), None)
            ):
                waiting.remove(job)
                running.append((at + (took := cost(job)), job, took, at))
        at, job, took, _ = done = min(running, key=lambda one: one[0])
        running.remove(done)
        claims.release(job, made=True)
        yield job, took, at, {id(one): now + began for _, one, _, began in running}


def test_the_estimate_fits_a_run_that_was_made(logged, monkeypatch):
    """Within a factor of 1.5 from the plan on: before the first cell, after each of the first ten, and to the end.

    But for the last two minutes, in which one cell is all.
    """
    plan, cost = logged
    clock = Clock(plan.rows, plan.jobs, 2)
    planned, found = clock.left(), list(as_run(plan, cost, now=1000.0))
    end = found[-1][2]
    assert planned[0] < end < planned[1]
    assert 1 / 1.5 < (planned[0] * planned[1]) ** 0.5 / end < 1.5
    for job, took, at, begun in found:
        monkeypatch.setattr(time, "monotonic", lambda at=at: 1000.0 + at)
        clock.done(job, took)
        clock.begun = begun
        low, high = clock.left()
        if end - at > 120:
            assert 1 / 1.5 < (low * high) ** 0.5 / (end - at) < 1.5
    assert clock.left() == (0.0, 0.0)


def test_every_row_of_that_run_has_two_seeds_within_twelve_minutes(logged):
    """The longest by-product is begun early enough, and no worker stands idle."""
    at = [(at, job) for job, _, at, _ in as_run(*logged, now=0.0) if job.seed == 1]
    assert max(when for when, _ in at) < 12 * 60
    early = [job.factors["size"] for when, job in at if when < 4 * 60]
    assert len(early) == 6  # all heads on features but that on views
