"""Two runs at once compute each cell once."""

import time
from concurrent.futures import ThreadPoolExecutor

from reproduce.record import Store
from reproduce.running.locks import Claims, State
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.runner import measure, run

DATA = "FriesianCattle2017"


def planned(toys, store, seeds=3, **factors):
    return make_plan([Request(toys["toy.draw"], DATA, factors)], range(seeds), store)


def test_a_claimed_cell_is_busy_for_others_until_it_is_kept(toys, tmp_path):
    """Busy while another run is at it, kept once its result is there, and free again where it came to nothing."""
    store = Store(tmp_path / "record")
    one, other = planned(toys, store), planned(toys, store)
    first, second = Claims(one, store), Claims(other, Store(tmp_path / "record"))
    mine, theirs = one.jobs[0], other.jobs[0]
    assert first.take(mine) == first.take(mine) == State.MINE
    assert second.take(theirs) == State.BUSY
    first.release(mine)
    assert second.take(theirs) == State.MINE
    store.add(measure(toys["toy.draw"], DATA, theirs.seed, {}))
    second.close()
    assert first.take(mine) == State.KEPT
    assert second.take(other.jobs[1]) == State.MINE
    second.close()
    assert not list((tmp_path / "cache" / "cells").iterdir())


def test_another_record_is_another_run_s_business(toys, tmp_path):
    """The same cell for two records is computed for each."""
    here, there = Store(tmp_path / "a"), Store(tmp_path / "b")
    one, other = planned(toys, here), planned(toys, there)
    first, second = Claims(one, here), Claims(other, there)
    assert first.take(one.jobs[0]) == second.take(other.jobs[0]) == State.MINE
    first.close()
    second.close()


def test_a_run_that_replaces_takes_no_old_result_for_a_new_one(toys, tmp_path):
    """Only what was kept since it began counts as another run's."""
    store = Store(tmp_path / "record")
    store.add(measure(toys["toy.draw"], DATA, 0, {}))
    plan = make_plan([Request(toys["toy.draw"], DATA)], range(1), store, fresh=True)
    claims = Claims(plan, store, since="2999-01-01T00:00:00Z")
    assert claims.take(plan.jobs[0]) == State.MINE
    claims.close()
    claims = Claims(plan, store, since="2000-01-01T00:00:00Z")
    assert claims.take(plan.jobs[0]) == State.KEPT


def test_a_cell_waits_for_what_another_of_this_run_is_making(toys, tmp_path):
    """A row's second for its first, until that is kept; what shares nothing with it does not wait."""
    store = Store(tmp_path / "record")
    plan = make_plan([Request(toys["toy.draw"], DATA, {"size": size}) for size in (1, 2)], range(3), store)
    (first, second, third), (other, *_) = (row.jobs for row in plan.rows)
    claims = Claims(plan, store)
    assert claims.take(first) == State.MINE
    assert claims.take(second) == State.WAITS
    assert claims.take(other) == State.MINE
    claims.release(first)  # it failed
    assert claims.take(second) == State.MINE
    assert claims.take(third) == State.WAITS
    claims.release(second, made=True)
    assert claims.take(third) == claims.take(first) == State.MINE
    assert set(claims.begun) == {id(third), id(first), id(other)}
    claims.close()
    assert claims.begun == {}


def test_what_another_run_kept_has_been_made(toys, tmp_path):
    """Nobody waits for it, nor in a row of which some seed was kept before."""
    store = Store(tmp_path / "record")
    plan = planned(toys, store)
    claims = Claims(plan, store)
    store.add(measure(toys["toy.draw"], DATA, 0, {}))
    assert [claims.take(job) for job in plan.jobs] == [State.KEPT, State.MINE, State.MINE]
    claims.close()
    plan = planned(toys, store)
    claims = Claims(plan, store)
    assert [claims.take(job) for job in plan.jobs] == [State.MINE, State.MINE]
    claims.close()


def test_a_row_apart_has_a_store_of_its_own(toys, tmp_path):
    """The others go where the run's go."""
    own, record = Store(tmp_path / "apart"), Store(tmp_path / "record")
    plan = make_plan([Request(toys["toy.draw"], DATA, {"size": size}) for size in (1, 2)], range(1), record)
    plan.rows[1].apart = own
    assert [Claims(plan, record).store(row.jobs[0]) for row in plan.rows] == [record, own]


def test_two_runs_at_once_begin_each_cell_once(toys, tmp_path, monkeypatch):
    """Both end with every cell kept; between them each was begun once."""
    log = tmp_path / "begun"
    monkeypatch.setenv("TOY_LOG", str(log))

    def one(_):
        store = Store(tmp_path / "record")
        return run(planned(toys, store, seeds=8, pause=0.2), store, workers=1)

    began = time.monotonic()
    with ThreadPoolExecutor(2) as both:
        reports = list(both.map(one, range(2)))
    assert time.monotonic() - began < 60
    assert sorted(log.read_text().splitlines()) == [f"toy.draw {seed}" for seed in range(8)]
    assert sum(len(report.finished) for report in reports) == 8
    assert [len(report.finished) + len(report.elsewhere) for report in reports] == [8, 8]
    assert len(Store(tmp_path / "record").entries("toy.draw")) == 8
