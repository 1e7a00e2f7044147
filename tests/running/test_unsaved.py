"""What a record would not take: kept in the cache, as new or to take another's place, and brought back."""

import errno
from pathlib import Path

import pytest

from reproduce.errors import RecordError
from reproduce.record import Cell, Entry, Store
from reproduce.running.unsaved import recover, spill

FULL = OSError(errno.ENOSPC, "No space left on device")


def entry(score, seed=0):
    """A result of a toy."""
    return Entry(Cell("toy", 1, {}, "herd", "", None, seed), {"map_at_r": score})


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A record, and a cache of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    return Store(tmp_path / "record")


def scores(store):
    return {one.seed: one.scores["map_at_r"] for one in Store(store.folder).entries("toy")}


def test_a_new_result_is_added_and_a_renewed_one_takes_its_place(record):
    """As they would have been; the last that was measured counts, and nothing is left in the cache."""
    record.add_all(entry(0.5, seed) for seed in (0, 1))
    spill(entry(0.125, 0), record, False, FULL)
    spill(entry(0.25, 1), record, True, FULL)
    spill(entry(0.625, 2), record, False, FULL)
    spill(entry(0.375, 2), record, False, FULL)
    assert recover(record) == 2
    assert scores(record) == {0: 0.5, 1: 0.25, 2: 0.375}
    assert recover(record) == 0
    assert not list(Path(record.folder.parent / "cache").rglob("*.json"))


def test_each_record_has_its_own_back(record, tmp_path):
    """What another would not take is not brought here."""
    spill(entry(0.5), Store(tmp_path / "other"), False, FULL)
    assert recover(record) == 0
    assert recover(Store(tmp_path / "other")) == 1


@pytest.mark.parametrize(
    "why, said", [(FULL, "No space left on device"), (RecordError("it is damaged"), "it is damaged")]
)
def test_where_a_result_is_and_why_is_one_line(record, tmp_path, why, said):
    """In the system's words, or in the error's own."""
    line = spill(entry(0.5), record, False, why)
    assert line.startswith(f"not kept in {record.folder} ({said}), but in {tmp_path / 'cache' / 'unkept'}")
    assert line.endswith("-new: the next run into that record takes it from there")


@pytest.mark.parametrize("also, said", [(FULL, "No space left on device"), (RecordError("damaged too"), "damaged too")])
def test_a_result_that_nobody_takes_is_lost_and_stops_the_run(record, monkeypatch, also, said):
    """It is named, with both reasons."""

    def refuse(store, one, replace):
        raise also

    monkeypatch.setattr(Store, "add", refuse)
    with pytest.raises(RecordError) as caught:
        spill(entry(0.5), record, False, FULL)
    assert str(caught.value) == (
        f"{record.folder}: No space left on device, and the cache would not take the result either ({said}): "
        "toy on herd, seed 0 is lost; make room, and run the same command again"
    )
