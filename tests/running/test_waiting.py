"""A cell that would wait for what another cell is making holds no worker while there is another to run."""

import dataclasses
from concurrent.futures import Future

import pytest

from reproduce.record import Store
from reproduce.running import pools
from reproduce.running.cells import Outcome
from reproduce.running.locks import Claims, State
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.runner import measure

DATA = "FriesianCattle2017"


class Executor:
    """Stands in for worker processes: every cell ends at once but the ``long`` ones, which end when another waits."""

    def __init__(self, long):
        self.long, self.begun, self.open = long, [], []

    def __call__(self, *_):
        return self

    def submit(self, attempt, job, commit, code):
        future = Future()
        self.begun.append((job.factors["size"], job.seed))
        while self.open and self.begun[-1][0] in self.long:
            self.open.pop().set_result(Outcome())
        if self.begun[-1] in self.long.values():
            self.open.append(future)
        else:
            future.set_result(Outcome())
        return future

    def shutdown(self, **_):
        pass


@pytest.fixture
def begun(monkeypatch, tmp_path):
    """``begun(plan, {size: (size, seed)})``: (size, seed) of each cell as two workers begin them, those last long."""

    def run(plan, long):
        executor = Executor(long)
        monkeypatch.setattr(pools, "ProcessPoolExecutor", executor)
        store = Store(tmp_path / "record")
        claims = Claims(plan, store)
        for job, _ in pools.local_pool(2)(plan.jobs, "", float("inf"), claims.take):
            claims.release(job, made=True)
        return executor.begun

    return run


def planned(experiment, *sizes, data=DATA, seeds=3):
    return make_plan([Request(experiment, data, {"size": size}) for size in sizes], range(seeds), Store())


def test_a_rows_other_seeds_wait_while_other_rows_can_run(toys, begun):
    """Two workers, three rows; the first row's first cell lasts: the second worker goes on with the other rows."""
    order = begun(planned(toys["toy.draw"], 1, 2, 3), {1: (1, 0)})
    assert order[0] == (1, 0)
    assert order[1:7] == [(2, 0), (3, 0), (2, 1), (3, 1), (2, 2), (3, 2)]
    assert order[7:] == [(1, 1), (1, 2)]


def test_where_nothing_else_is_left_a_worker_waits(toys, begun):
    """One row alone: its seeds run beside each other, and no worker is kept from them."""
    assert begun(planned(toys["toy.draw"], 1), {1: (1, 0)}) == [(1, 0), (1, 1), (1, 2)]


@pytest.fixture
def shared(toys):
    """A toy whose cells share what the first makes: of size 9 a bank as well, nine times as long."""
    return dataclasses.replace(toys["toy.draw"], makes=lambda factors: 100.0 * factors["size"])


def test_the_longest_by_product_is_begun_first(shared, begun):
    """After the features that it needs itself; what needs neither runs beside them."""
    alone = dataclasses.replace(shared, name="toy.fixed", makes=None)
    requests = [*(Request(alone, "TuringCattle", {"size": size}) for size in (1, 2)),
                *(Request(shared, DATA, {"size": size}) for size in (3, 9))]  # fmt: skip
    plan = make_plan(requests, range(2), Store())
    assert [(job.factors["size"], job.seed) for job in plan.jobs[:3]] == [(3, 0), (9, 0), (1, 0)]
    order = begun(plan, {3: (3, 0), 9: (9, 0)})
    assert order[:2] == [(3, 0), (1, 0)]
    assert order.index((9, 0)) < order.index((3, 1)) < order.index((9, 1))


def test_what_is_made_holds_nobody_up(shared, tmp_path):
    """Another row's features, once one cell ended well or was kept; after one that failed the next makes them."""
    store = Store(tmp_path / "record")
    plan = planned(shared, 3, 4)
    claims = Claims(plan, store)
    first, second = (row.jobs for row in plan.rows)
    assert [claims.take(job) for job in (first[0], first[1], second[0])] == [State.MINE, State.WAITS, State.WAITS]
    claims.release(first[0])
    assert [claims.take(job) for job in (first[1], first[2])] == [State.MINE, State.WAITS]
    claims.release(first[1], made=True)
    assert [claims.take(job) for job in (first[2], second[0], second[1])] == [State.MINE, State.MINE, State.WAITS]
    assert claims.take(second[1], waits=False) == State.MINE
    claims.close()
    store.add(measure(shared, DATA, 0, {"size": 3}))
    plan = make_plan([row.request for row in plan.rows], range(3), store)
    claims = Claims(plan, store)
    assert [claims.take(job) for job in plan.rows[0].jobs] == [State.MINE] * 2
    claims.close()
