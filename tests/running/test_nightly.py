"""The nightly tier measures everything or fails, and what it measured before it was stopped is not lost."""

import contextlib
import dataclasses

import numpy as np
import pytest

from reproduce import cache
from reproduce.record import Store
from reproduce.running import places
from reproduce.running.request import Request
from reproduce.running.tiers import Tier

DATA = "FriesianCattle2017"


@pytest.mark.parametrize("tier", [Tier.NIGHTLY, Tier.RELEASE])
@pytest.mark.parametrize("name, data", [("toy.waits", DATA), ("toy.draw", "LionData")])
def test_what_waits_fails_the_night(toys, command, tier, name, data):
    """Nothing measured is no success: one line names what waits, found by the plan or by the cell."""
    asked = lambda: [Request(toys[name], data)]  # noqa: E731
    options = {"data": None, "requested": asked, "seeds": 1, "tier": tier}
    status, said = command(name, **options)
    assert status == 1
    (line,) = [line for line in said.splitlines() if "--allow-waiting" in line]
    assert line.startswith(f"the {tier} tier measures everything, and these wait: {name} on {data}; ")
    assert command(name, **options, allow_waiting=["other.*", data])[0] == 0
    assert command(name, **options, allow_waiting=["toy.*"])[0] == 0
    assert command(name, **options, allow_waiting=["mlp.*"])[0] == 1


def test_a_night_out_of_time_is_no_success(command):
    """A budget leaves cells unmeasured, which the next run goes on with."""
    status, said = command("toy.draw", tier=Tier.NIGHTLY, budget=0.0)
    assert status == 1
    assert "5 left, about 1 s (the budget is used up; the same command goes on)" in said


def test_a_plan_of_the_night_may_wait(toys, command):
    """--plan shows what waits and fails nothing."""
    status, said = command("toy.draw", data="LionData", tier=Tier.NIGHTLY, plan_only=True)
    assert status == 0
    assert "waits" in said


def test_a_night_that_was_stopped_goes_on(command, tmp_path, monkeypatch):
    """Stopped after two cells, the next run begins the other three; all five are held against the record."""
    command("toy.draw", seeds=5)
    log = tmp_path / "begun"
    monkeypatch.setenv("TOY_LOG", str(log))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reproduce.running.show.progress.Live.watch", _stop_after(2))
        status, said = command("toy.draw", tier=Tier.NIGHTLY)
    assert status == 130
    assert "against the record: 2 identical" in said
    log.unlink()
    status, said = command("toy.draw", tier=Tier.NIGHTLY)
    assert status == 0
    assert "against the record: 5 identical" in said
    assert len(log.read_text().splitlines()) == 3


def _stop_after(count):
    def watch(self, job, outcome, report):
        if len(report.finished) == count:
            raise KeyboardInterrupt

    return watch


def test_a_night_begins_without_by_products(command, monkeypatch):
    """What the cache holds is not taken for measured: arrays are made in the night's own folder, which goes with it."""
    asked, finish = [], places.finish

    def made(store, record):
        asked.append(cache.arrays("images", "a" * 64, lambda: np.ones(3)).tolist())
        folder = cache.by_products("images")
        finish(store, record)
        asked.append((store.folder in folder.parents, folder.exists()))

    cache.arrays("images", "a" * 64, lambda: np.zeros(3))
    monkeypatch.setattr(places, "finish", made)
    command("toy.draw", seeds=2)
    assert command("toy.draw", seeds=2, tier=Tier.NIGHTLY)[0] == 0
    assert asked == [[1, 1, 1], (True, False)]
    assert cache.arrays("images", "a" * 64, lambda: np.ones(3)).tolist() == [0, 0, 0]


class Future:
    """What a cluster gives for a cell: it was run at once, as by a worker of another machine."""

    def __init__(self, monkeypatch, there, function, *arguments):
        with monkeypatch.context() as patch:
            patch.setenv("REPRODUCE_CACHE", str(there))
            patch.delenv("REPRODUCE_BY_PRODUCTS", raising=False)
            self.outcome = function(*arguments)

    def result(self):
        return self.outcome

    def release(self):
        pass


def test_a_night_on_a_cluster_begins_without_by_products(command, monkeypatch, tmp_path):
    """Its workers, too: each in its own cache, where no other night has been; the next run there is as before."""
    from reproduce.running import pools

    asked, there = [], tmp_path / "there"

    def attempt(*arguments):
        asked.append(cache.by_products("images"))
        return pools.Outcome(problem="a toy")

    class Cluster(contextlib.nullcontext):
        as_current = cancel = lambda *_, **__: contextlib.nullcontext()
        scheduler_info = lambda _: {"workers": ["a"]}  # noqa: E731
        submit = lambda _, *arguments, **__: Future(monkeypatch, there, *arguments)  # noqa: E731

    monkeypatch.setattr(pools, "attempt", attempt)
    monkeypatch.setattr(pools, "_client", lambda address: Cluster(Cluster()))
    monkeypatch.setattr("distributed.as_completed", lambda futures, timeout: futures)
    for tier in (Tier.NIGHTLY, Tier.NIGHTLY, Tier.CHECK):
        command("toy.draw", seeds=2, tier=tier, cluster="tcp://toy")
    first, also, second, _, usual, _ = asked
    assert there / "nightly" in first.parents
    assert (first == also, first == second) == (True, False)
    assert usual == there / "images"


def test_a_complete_night_is_followed_by_a_new_one(command, tmp_path, monkeypatch):
    """What a complete run measured is not taken for the next one's."""
    log = tmp_path / "begun"
    monkeypatch.setenv("TOY_LOG", str(log))
    for night in (1, 2):
        command("toy.draw", tier=Tier.NIGHTLY, seeds=2)
        assert len(log.read_text().splitlines()) == 2 * night


def test_a_night_long_ago_is_not_gone_on_with(command, tmp_path, monkeypatch):
    """What was measured before the last nights says nothing of this one."""
    log = tmp_path / "begun"
    monkeypatch.setenv("TOY_LOG", str(log))
    monkeypatch.setattr(places, "finish", lambda store, record: None)
    command("toy.draw", tier=Tier.NIGHTLY, seeds=2)
    command("toy.draw", tier=Tier.NIGHTLY, seeds=2)
    assert len(log.read_text().splitlines()) == 2
    monkeypatch.setattr(places, "RESUMED", 0)
    command("toy.draw", tier=Tier.NIGHTLY, seeds=2)
    assert len(log.read_text().splitlines()) == 4


def test_drift_found_before_the_stop_is_found_after_it(command):
    """The second half of a night reports what the first half found."""
    command("toy.draw", seeds=5)
    store = Store()
    entries = [
        dataclasses.replace(entry, scores={"map_at_r": 3 + entry.seed / 1e3, "mean": 0.0})
        for entry in store.entries("toy.draw")
    ]
    store.add_all(entries, replace=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reproduce.running.show.progress.Live.watch", _stop_after(2))
        assert command("toy.draw", tier=Tier.NIGHTLY)[0] == 130
    status, said = command("toy.draw", tier=Tier.NIGHTLY)
    assert status == 1
    assert "3 cells to run" in said
    assert "5 drifted" in said
