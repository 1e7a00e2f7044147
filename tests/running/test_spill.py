"""A record that cannot be written: found out before the computing, and what was computed is kept."""

import dataclasses
import errno

import pytest

from reproduce.errors import InvalidInputError, RecordError
from reproduce.record import Store, store
from reproduce.running import unsaved
from reproduce.running.runner import measure

DATA = "FriesianCattle2017"


def full(folder, monkeypatch, after=0):
    """The disk that holds ``folder`` is full from the ``after``-th file of results on."""
    write, count = store.write_atomically, [0]

    def refuse(path, content):
        if path.is_relative_to(folder) and path.suffix == ".json":
            count[0] += 1
            if count[0] > after:
                raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(store, "write_atomically", refuse)


def test_a_record_that_takes_nothing_is_found_out_first(command, tmp_path, monkeypatch):
    """One line, and no cell was begun."""
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "begun"))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REPRODUCE_RECORD", str(tmp_path / "file" / "record"))
    with pytest.raises(RecordError, match=r"record: no result can be written there \(Not a directory\)") as caught:
        command("toy.draw", seeds=2)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "begun").exists()


def test_a_disk_that_fills_up_loses_nothing(command, tmp_path, monkeypatch):
    """The results go to the cache, one line says so with status 1, and the next run brings them back."""
    log = tmp_path / "begun"
    monkeypatch.setenv("TOY_LOG", str(log))
    with monkeypatch.context() as patch:
        full(Store().folder, patch, after=1)
        status, said = command("toy.draw", seeds=3)
    assert status == 1
    assert "1 cell finished, kept in" in said
    (line,) = [line for line in said.splitlines() if "No space left" in line]
    assert line.startswith(f"2 results not kept in {Store().folder} (No space left on device), but in")
    assert [entry.seed for entry in Store().entries("toy.draw")] == [0]
    status, said = command("toy.draw", seeds=4)
    assert status == 0
    assert [entry.seed for entry in Store().entries("toy.draw")] == [0, 1, 2, 3]
    assert log.read_text().splitlines() == [f"toy.draw {seed}" for seed in range(4)]
    assert not list((tmp_path / "cache" / "unkept").rglob("*.json"))


def test_a_renewed_result_takes_its_place_when_it_is_brought_back(toys, tmp_path):
    """What a release could not keep replaces what it was to replace."""
    record, entry = Store(tmp_path / "record"), measure(toys["toy.draw"], DATA, 0, {})
    record.add(dataclasses.replace(entry, scores={"map_at_r": 3.0}))
    said = unsaved.spill(entry, record, True, OSError(errno.EROFS, "Read-only file system"))
    assert said.startswith(f"not kept in {record.folder} (Read-only file system), but in ")
    assert unsaved.recover(record) == 1
    assert [kept.scores for kept in record.entries("toy.draw")] == [entry.scores]
    assert unsaved.recover(record) == 0


def test_where_the_cache_is_full_too_the_run_stops(command, tmp_path, monkeypatch):
    """One line names the cell that is lost; no further one is computed for nothing."""
    log = tmp_path / "begun"
    monkeypatch.setenv("TOY_LOG", str(log))
    full(tmp_path, monkeypatch)
    with pytest.raises(RecordError, match=f"toy.draw on {DATA}, seed 0 is lost; make room") as caught:
        command("toy.draw", seeds=30)
    assert "\n" not in str(caught.value)
    assert len(log.read_text().splitlines()) < 4


def test_nothing_to_bring_back(toys, tmp_path):
    """Most runs find nothing in the cache."""
    assert unsaved.recover(Store(tmp_path / "record")) == 0


def test_a_cache_that_cannot_be_made_is_one_line(monkeypatch, tmp_path):
    """REPRODUCE_CACHE that names no folder is said, with what to do."""
    from reproduce.cache import cache_dir

    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "file"))
    with pytest.raises(InvalidInputError, match=r"cannot be made .*; name another by REPRODUCE_CACHE"):
        cache_dir("x")
