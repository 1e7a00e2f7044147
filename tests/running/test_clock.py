"""A clock that jumps: time is written beside a result, and decides nothing."""

import dataclasses
from datetime import UTC, datetime

from reproduce.record import Store
from reproduce.running import cells
from reproduce.running.locks import Claims, State
from reproduce.running.plan import make_plan
from reproduce.running.request import Request

DATA = "FriesianCattle2017"


def test_a_clock_that_jumps_loses_and_repeats_nothing(toys, tmp_path, monkeypatch):
    """Back to 1971 between two seeds and on to 2100: each is kept once, in order, and none is run again."""
    years = iter([2026, 1971, 2100])

    class Clock(datetime):
        @classmethod
        def now(cls, zone=UTC):
            return datetime(next(years), 1, 1, tzinfo=zone)

    monkeypatch.setattr(cells, "datetime", Clock)
    store, asked = Store(tmp_path / "record"), Request(toys["toy.draw"], DATA)
    for seed in range(3):
        entry = cells.measure(asked.experiment, DATA, seed, {})
        assert 0 <= entry.seconds < 60
        assert store.add(entry)
    kept = Store(tmp_path / "record").entries("toy.draw")
    assert [(entry.seed, entry.time[:4]) for entry in kept] == [(0, "2026"), (1, "1971"), (2, "2100")]
    assert make_plan([asked], range(3), store).jobs == []


def test_a_clock_that_went_back_costs_a_cell_at_worst(toys, tmp_path):
    """A release takes what another run dated before its own beginning for old: measured twice, kept once."""
    store, asked = Store(tmp_path / "record"), Request(toys["toy.draw"], DATA)
    for seed, year in enumerate((1971, 2100)):
        entry = cells.measure(asked.experiment, DATA, seed, {})
        store.add(dataclasses.replace(entry, time=f"{year}-01-01T00:00:00Z"))
    plan = make_plan([asked], range(2), store, fresh=True)
    claims = Claims(plan, store, since="2026-06-01T00:00:00Z")
    assert {job.seed: claims.take(job, waits=False) for job in plan.jobs} == {0: State.MINE, 1: State.KEPT}
    claims.close()
    assert store.add(dataclasses.replace(store.entries("toy.draw")[0], time="1970-01-01T00:00:00Z"), replace=True)
    assert [entry.seed for entry in store.entries("toy.draw")] == [0, 1]
