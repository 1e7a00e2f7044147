"""A replay that this very code has measured in this very place is read, and measured anew once anything differs."""

import sys
from dataclasses import replace

import pytest

from reproduce.cache import by_products
from reproduce.experiments.metric import rounding
from reproduce.experiments.registry import Experiment
from reproduce.record import Store
from reproduce.running import again as room
from reproduce.running.inputs import Inputs
from reproduce.running.request import Request
from reproduce.verdicts.plugin.answers import Source

FACTORS = {"count": 200, "width": 16}


@pytest.fixture
def replay(tmp_path, monkeypatch):
    """Replay a small cell as a new session would; ``replay.times`` is how often one was measured."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    measure = room.measure

    def counted(*cell):
        replayed.times += 1
        return measure(*cell)

    def replayed(experiment=rounding, seed=0, **factors):
        room._place.cache_clear()
        return room.again(experiment, "", seed, FACTORS | factors)

    monkeypatch.setattr(room, "measure", counted)
    replayed.times = 0
    yield replayed
    room._place.cache_clear()


def test_a_cell_is_measured_once(replay):
    """The second session reads what the first measured: the same entry, to the last bit."""
    (first, before), (second, after) = replay(), replay()
    assert (before, after, replay.times) == (False, True, 1)
    assert (second.scores, second.cell, second.digest) == (first.scores, first.cell, first.digest)


CHANGES = {
    "the code": lambda patch: patch.setattr(room, "source_digest", lambda: "other"),
    "the processor": lambda patch: patch.setattr(room.machine, "cpu", lambda: "other"),
    "Python": lambda patch: patch.setattr(sys, "version", "4"),
    "a setting": lambda patch: patch.setenv("TF_ENABLE_ONEDNN_OPTS", "0"),
    "the cores": lambda patch: patch.setattr(room.os, "cpu_count", lambda: 99),
    "the data": lambda patch: patch.setattr(Inputs, "hashes", lambda _: {"data_hash": "other", "weights_hash": None}),
    "a package": lambda patch: patch.setattr(sys, "path", [*sys.path, str(_with_a_package())]),
}


def _with_a_package():
    (made := by_products("site") / "other-1.0.dist-info").mkdir()
    return made.parent


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_is_measured_anew(replay, monkeypatch, what):
    replay()
    CHANGES[what](monkeypatch)
    assert replay()[1] is False
    assert replay.times == 2


def test_another_seed_and_another_factor_are_other_cells(replay):
    replay()
    assert not replay(seed=1)[1]
    assert not replay(precision="float16")[1]


@pytest.mark.parametrize("damage", [b"", b"{}", b"\0" * 100])
def test_what_was_damaged_is_measured_anew(replay, damage):
    replay()
    (file,) = by_products("replays").iterdir()
    file.write_bytes(damage)
    assert replay()[1] is False
    assert replay()[1] is True


@pytest.mark.parametrize(
    "why", ["not here", "on a GPU", "a stranger's"], ids=lambda why: why.replace(" ", "-").replace("'", "")
)
def test_what_the_digest_does_not_cover_is_measured_each_time(replay, monkeypatch, why):
    """An experiment of another package, a GPU, and what waits for its data."""
    experiment = rounding
    if why == "a stranger's":
        experiment = Experiment(rounding.name, lambda catalogue, seed, **factors: rounding.function(catalogue, seed))
        experiment.__dict__["own"] = rounding.own
    elif why == "on a GPU":
        monkeypatch.setattr(room.machine, "machine_class", lambda library: "x86_64-h200")
    else:
        monkeypatch.setattr(Inputs, "hashes", lambda _: {})
    for _ in range(2):
        assert replay(experiment)[1] is False
    assert replay.times == 2


def test_a_night_begins_without_replays(replay, monkeypatch, tmp_path):
    replay()
    monkeypatch.setenv("REPRODUCE_BY_PRODUCTS", str(tmp_path / "night"))
    assert replay()[1] is False


def test_a_record_that_was_changed_drifts_from_what_is_kept(replay, tmp_path):
    """What agreed yesterday is compared again: only what was measured is kept."""
    kept, _ = replay()
    record = Store(tmp_path / "record")
    forged = replace(kept, scores=dict.fromkeys(kept.scores, 0.25))
    record.add(forged)
    request = Request(rounding, "", FACTORS, range(1))
    source = Source(record, None, {request.key}, again=lambda *cell: replay(cell[0], cell[2]))
    (note,) = source.sample(request, "difference").sources
    assert note.checked == "seed 0 ✗"
    assert "metric.rounding" in note.drift
    assert replay.times == 1
