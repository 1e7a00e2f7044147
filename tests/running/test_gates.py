"""What a run lets in: no worker of other code, no result of other data, no pool that lacks a seed."""

import dataclasses
import io

from rich.console import Console

from reproduce.record import Cell, Entry, Store
from reproduce.record.current import Current
from reproduce.running import cells
from reproduce.running.cells import attempt, source_digest
from reproduce.running.request import Request
from reproduce.running.show.progress import show_held
from reproduce.running.tiers import held_against


def test_a_worker_of_another_version_measures_nothing(toys):
    """It says so in one line, and the same code measures."""
    job = Request(toys["toy.draw"], "FriesianCattle2017").job(0)
    refused = attempt(job, "commit", "0" * 64)
    assert refused.entry is None
    assert "another version" in refused.problem
    found = attempt(job, "commit", source_digest())
    assert (found.problem, found.entry.commit) == ("", "commit")


def test_the_digest_is_of_the_code(monkeypatch, tmp_path):
    """A file that is another, or one more, is another version."""
    package = tmp_path / "reproduce" / "running"
    package.mkdir(parents=True)
    (package / "cells.py").write_text("one = 1\n")
    monkeypatch.setattr(cells, "__file__", str(package / "cells.py"))
    seen = []
    for name, text in (("cells.py", "one = 1\n"), ("cells.py", "one = 2\n"), ("more.py", "")):
        (package / name).write_text(text)
        getattr(source_digest, "cache_clear", lambda: None)()
        seen.append(source_digest())
    getattr(source_digest, "cache_clear", lambda: None)()
    assert len(set(seen)) == 3


def kept(seeds, **changes):
    """Results of a toy under these seeds."""
    cell = Cell("toy.draw", 1, {"size": 4}, "herd", "d" * 64, "w" * 64, 0)
    cell = dataclasses.replace(cell, **{name: changes.pop(name) for name in list(changes) if hasattr(cell, name)})
    return [
        Entry(dataclasses.replace(cell, seed=seed), {"map_at_r": 0.5 + seed / 100}, machine="here-cpu", **changes)
        for seed in seeds
    ]


def test_seeds_are_complete_in_one_place_or_not_at_all():
    """Half of them here and half elsewhere are not all of them; either whole pool is, the fuller one first."""
    here, there = kept(range(4)), [dataclasses.replace(one, machine="there-gpu") for one in kept(range(3, 8))]
    mixed = Current("toy.draw", "herd", (*here, *there))
    assert mixed.of_seeds(range(8))[0] == []
    assert "holds 5 of 8 seeds" in mixed.of_seeds(range(8))[1]
    assert [one.machine for one in mixed.of_seeds(range(4))[0]] == ["here-cpu"] * 4
    assert [one.machine for one in mixed.of_seeds(range(3, 8))[0]] == ["there-gpu"] * 5
    assert mixed.seeds_kept(range(8), ("here-cpu", "numpy", "float64")) == {0, 1, 2, 3}


def test_a_night_is_held_against_the_same_data_and_weights(toys, tmp_path, monkeypatch):
    """A result of other images or other weights is not what a night is held against."""
    experiment = dataclasses.replace(toys["toy.draw"], version=1, tolerance=0.0)
    monkeypatch.setattr("reproduce.running.tiers.find", lambda name: experiment)
    store = Store(tmp_path / "night")
    store.add_all(kept(range(2), environment={"cpu": "one"}))
    status = {}
    for name, changes in {
        "same": {}, "data": {"data_hash": "e" * 64}, "weights": {"weights_hash": "x" * 64},
    }.items():  # fmt: skip
        (held,) = held_against(store, kept([1], environment={"cpu": "one"}, **changes))
        status[name] = held.status
    assert status == {"same": "identical", "data": "unrecorded", "weights": "unrecorded"}


def test_a_night_says_that_all_seeds_moved_one_way(toys, tmp_path, monkeypatch):
    """Five seeds on another processor, each two hundredths above the record and each within its tolerance."""
    experiment = dataclasses.replace(toys["toy.draw"], version=1, tolerance=0.03)
    monkeypatch.setattr("reproduce.running.tiers.find", lambda name: experiment)
    store = Store(tmp_path / "night")
    store.add_all(kept(range(5), environment={"cpu": "one"}))
    for move, told in ((0.02, True), (0.0, False)):
        fresh = [
            dataclasses.replace(one, scores={"map_at_r": one.scores["map_at_r"] + move})
            for one in kept(range(5), environment={"cpu": "another"})
        ]
        console = Console(file=io.StringIO(), width=400)
        show_held(console, held_against(store, fresh))
        said = console.file.getvalue()
        assert ("all 5 seeds lie above the record, by 0.02 to 0.02; each is within its tolerance" in said) == told
        assert f"{5 * told} inside, 0 drifted" in said
