"""How long a run still takes: a range while it is guessed, and nearer with each cell that is done."""

import random

import pytest

from reproduce.record import Store
from reproduce.running.clock import Clock, duration, makespan, span
from reproduce.running.estimates import Timed
from reproduce.running.plan import make_plan
from reproduce.running.request import Request

DATA = "FriesianCattle2017"


@pytest.fixture
def plan(toys, tmp_path):
    """Sixteen rows of fourteen seeds, each guessed to take 30 s."""
    plan = make_plan([Request(toys["toy.draw"], DATA, {"size": size}) for size in range(1, 17)], range(14), Store())
    for row in plan.rows:
        row.seconds, row.timed = 30.0, Timed.GUESSED
    return plan


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


def test_one_slow_first_cell_is_no_measure_of_the_others(toys):
    """What makes a by-product takes long: the later cells of a row on other data are not taken for such cells."""
    requests = [Request(toys["toy.draw"], data) for data in (DATA, "TuringCattle")]
    plan = make_plan(requests, range(14), Store())
    for row in plan.rows:
        row.seconds, row.timed = 5.0, Timed.SCALED
    clock = Clock(plan.rows, plan.jobs, 2)
    clock.done(plan.rows[0].jobs[0], 460.0)
    assert clock.cost(plan.rows[1].jobs[3]) == (2.5, 10.0)
    assert clock.cost(plan.rows[1].jobs[0]) == (2.5, 460.0)


def test_what_rows_share_is_counted_once(toys):
    """The features of a data set: of one cell, whichever comes first, and of none where a row has kept cells."""
    rows = [Request(toys["toy.draw"], DATA, {"size": size}) for size in (1, 2)]
    plan = make_plan([*rows, Request(toys["toy.draw"], "TuringCattle")], range(3), Store())
    for row in plan.rows:
        row.seconds, row.first, row.makes, row.timed = 10.0, 10.0, 100.0, Timed.HERE
    clock = Clock(plan.rows, plan.jobs, 1)
    dear = [job for job in plan.jobs if clock.cost(job)[0] > 50]
    assert [(job.data, job.seed) for job in dear] == [(DATA, 0), ("TuringCattle", 0)]
    plan.rows[0].kept = 1
    assert sum(Clock(plan.rows, plan.jobs, 1).cost(job)[0] > 50 for job in plan.jobs) == 1


def test_what_a_rows_first_cell_searches_is_its_own(toys):
    """The grid of each row; measured once, it scales that of the other rows and none of the later cells."""
    plan = make_plan([Request(toys["toy.draw"], DATA, {"size": size}) for size in (1, 2)], range(3), Store())
    for row in plan.rows:
        row.seconds, row.first, row.timed = 10.0, 100.0, Timed.SCALED
    clock = Clock(plan.rows, plan.jobs, 1)
    one, other = (row.jobs for row in plan.rows)
    assert [clock.cost(job) for job in other[:2]] == [(50.0, 200.0), (5.0, 20.0)]
    clock.done(one[0], 50.0)
    assert [clock.cost(job) for job in other[:2]] == [(50.0 / 1.5, 75.0), (5.0, 20.0)]


def test_a_guess_is_a_range_and_a_measured_time_is_not(plan):
    """Guessed: a factor of four either way. Measured here: one time."""
    low, high = Clock(plan.rows, plan.jobs, 2).left()
    assert low < 16 * 14 * 30 / 2 / 3
    assert high > 16 * 14 * 30 / 2 * 3
    for row in plan.rows:
        row.timed = Timed.HERE
    low, high = Clock(plan.rows, plan.jobs, 2).left()
    assert high / low < 1.5
    assert low < 16 * 14 * 30 / 2 < high


def test_workers_share_the_cells():
    """The time of so many workers, each taking the next: no sum over cells, and never less than the longest."""
    assert makespan([10, 10, 10, 10], 2) == 20
    assert makespan([10, 10, 10, 100], 4) == 100
    assert makespan([5], 8) == 5
    assert makespan([], 2) == 0


def test_a_cell_that_was_not_measured_here_says_nothing_of_the_others(plan):
    """Kept by another run, or failed: it is over, and the paces stay."""
    clock = Clock(plan.rows, plan.jobs, 2)
    before = clock.cost(plan.jobs[-1])
    clock.done(plan.jobs[0])
    assert clock.cost(plan.jobs[-1]) == before
    assert len(clock.left_over) == len(plan.jobs) - 1


@pytest.mark.parametrize(
    "low, high, text",
    [
        (100, 120, "about 1 min 50 s"),
        (0, 0, "about 0 s"),
        (20 * 60, 58.2 * 60, "20 to 59 min"),
        (50 * 60, 7000, "50 to 117 min"),
        (9000, 30000, "2 to 9 h"),
        (20, 95, "20 to 95 s"),
        (10, 300, "up to 5 min"),
        (22 * 60, 9600, "22 to 160 min"),
    ],
)
def test_a_range_is_said_in_one_unit(low, high, text):
    """Two ends that are near are said as one."""
    assert span(low, high) == text


@pytest.mark.parametrize(
    "seconds, text", [(0.4, "0 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")]
)
def test_a_duration_has_two_units(seconds, text):
    """Seconds below a minute, minutes below an hour."""
    assert duration(seconds) == text
