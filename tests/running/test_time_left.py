"""How long a run still takes: a range while it is guessed, and nearer with each cell that is done."""

import time

import pytest

from reproduce.record import Store
from reproduce.running.clock import Clock, duration, makespan, span
from reproduce.running.estimates import Timed
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.runner import measure

DATA = "FriesianCattle2017"
pytestmark = pytest.mark.usefixtures("other_cattle")


def test_what_runs_now_is_counted_less_what_it_has_run(plan, monkeypatch):
    """Two of the cells at their half; where a cluster was given more than its workers hold nobody knows which run."""
    for row in plan.rows:
        row.seconds, row.timed = 100.0, Timed.HERE
    monkeypatch.setattr(time, "monotonic", lambda: 1050.0)
    clock = Clock(plan.rows, plan.jobs[:4], 2)
    whole = clock.left()
    clock.begun = {id(job): 1000.0 for job in plan.jobs[:2]}
    assert [full - left for full, left in zip(whole, clock.left(), strict=True)] == pytest.approx([50, 50])
    clock.begun = {id(job): 1000.0 for job in plan.jobs[:4]}
    assert clock.left() == whole


def test_the_time_left_is_of_the_cells_that_are_not_over(plan, monkeypatch):
    """Each as long as planned, within what a measured time may be off; one that has run for longer takes no more."""
    for row in plan.rows:
        row.seconds, row.timed = 100.0, Timed.HERE
    monkeypatch.setattr(time, "monotonic", lambda: 1500.0)
    clock = Clock(plan.rows, plan.jobs[:3], 1)
    assert clock.left() == clock.of(plan.jobs) == pytest.approx((300 / 1.1, 330))
    clock.begun = {id(plan.jobs[0]): 1000.0}
    assert clock.left() == pytest.approx((200 / 1.1, 220))
    clock.done(plan.jobs[0])
    assert clock.of(plan.jobs[:2]) == pytest.approx((100 / 1.1, 110))


def test_rows_that_have_run_say_how_much_longer_than_planned_the_others_take(toys):
    """Of twice the plan, and then of eight times: beside them the plan itself counts as one row more."""
    sizes = [Request(toys["toy.draw"], DATA, {"size": size}) for size in (1, 2, 3)]
    plan = make_plan([*sizes, Request(toys["toy.fails"], DATA)], range(3), Store())
    for row in plan.rows:
        row.seconds, row.timed = 10.0, Timed.GUESSED
    clock = Clock(plan.rows, plan.jobs, 1)
    one, other, last, stranger = (row.jobs[1] for row in plan.rows)
    clock.done(one, 20.0)
    assert clock.cost(last) == pytest.approx((10 * 2**0.5 / 1.5, 10 * 2**0.5 * 1.5))
    clock.done(other, 80.0)
    assert clock.cost(last) == pytest.approx((10 * 16 ** (1 / 3) / 1.5, 10 * 16 ** (1 / 3) * 1.5))
    assert clock.cost(plan.rows[1].jobs[2]) == pytest.approx((80 / 1.1, 88))
    assert clock.cost(stranger) == (2.5, 40.0)


def test_a_row_of_one_seed_that_is_kept_has_made_what_others_need(toys, tmp_path):
    """Beside it another row takes its own time alone; by itself that row makes it first."""
    store = Store(tmp_path / "kept")
    store.add(measure(toys["toy.draw"], DATA, 0, {"size": 1}))

    def left(*sizes):
        plan = make_plan([Request(toys["toy.draw"], DATA, {"size": size}) for size in sizes], range(1), store)
        for row in plan.rows:
            row.seconds, row.first, row.makes, row.timed = 10.0, 10.0, 30.0, Timed.HERE
        return Clock(plan.rows, plan.jobs, 1).left()

    assert left(1, 2)[1] < 20 < 30 < left(2)[0]


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


def test_a_cell_of_no_time_at_all_is_counted_as_the_quickest(toys):
    """Its seconds are rounded to thousandths, and 0.000 has no logarithm."""
    rows = [Request(toys["toy.draw"], DATA, {"size": size}) for size in (1, 2)]
    plan = make_plan(rows, range(2), Store())
    clock = Clock(plan.rows, plan.jobs, 1)
    clock.done(plan.rows[0].jobs[1], 0.0)
    assert 0 <= clock.left()[0] <= clock.left()[1]


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
    assert makespan([10, 10], 1) == 20
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
        (100, 150, "about 2 min 05 s"),  # one and a half times is near
        (10, 30, "10 to 30 s"),
        (20, 120, "up to 2 min"),
        (3600, 7200, "1 to 2 h"),
    ],
)
def test_a_range_is_said_in_one_unit(low, high, text):
    """Two ends that are near are said as one."""
    assert span(low, high) == text


@pytest.mark.parametrize(
    "seconds, text",
    [(0.4, "0 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (3600, "1 h 00 min"), (7500, "2 h 05 min")],
)
def test_a_duration_has_two_units(seconds, text):
    """Seconds below a minute, minutes below an hour."""
    assert duration(seconds) == text
