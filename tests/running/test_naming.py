"""Names given to results that were kept without them: from the draw, and only where it is theirs."""

import dataclasses

import numpy as np
import pytest

from reproduce.datasets import load
from reproduce.errors import InvalidInputError
from reproduce.experiments.evaluate import evaluate
from reproduce.record import Cell, Entry, Store
from reproduce.running.naming import name_animals, named

DATA = "TuringCattle"


@pytest.fixture
def entry(tmp_path, monkeypatch):
    """A result on generated cattle as it was kept: scores without each animal, in the order of unkept names."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    herd = load(DATA, seed=3)
    found = evaluate(herd, np.random.default_rng(0).normal(size=(len(herd), 4)), resample=True)
    cell = Cell("toy", 1, {}, DATA, herd.content_hash, None, 3)
    details = {name: value for name, value in found.details.items() if not name.startswith("animals")}
    kept = Entry(cell, found.scores, details, found.leave_one_out, machine="x86_64-cpu")
    return kept, {name: value for name, value in found.details.items() if name.startswith("animals")}


def test_names_are_those_that_a_new_measurement_keeps(entry):
    """Each set's animals, sorted as the scores without them are; scores and all else untouched."""
    kept, names = entry
    after = named(kept)
    assert {name: after.details[name] for name in names} == names
    assert (after.scores, after.leave_one_out, after.cell) == (kept.scores, kept.leave_one_out, kept.cell)
    assert named(after) is after


def test_another_draw_is_refused(entry):
    """A score too few, or other data, are one line each."""
    kept, _ = entry
    short = {name: row[:-1] for name, row in kept.leave_one_out.items()}
    with pytest.raises(InvalidInputError, match="scores without an animal, but"):
        named(dataclasses.replace(kept, leave_one_out=short))
    other = dataclasses.replace(kept.cell, data_hash="other")
    with pytest.raises(InvalidInputError, match="is not the data it was measured on"):
        named(dataclasses.replace(kept, cell=other))


def test_a_record_is_named_once_and_its_scores_stay(entry, tmp_path):
    """The file's scores are the same bits before and after; a second time nothing is left to name."""
    kept, names = entry
    bare = dataclasses.replace(kept, cell=dataclasses.replace(kept.cell, seed=4), leave_one_out={})
    store = Store(tmp_path / "record")
    store.add_all([kept, bare])
    assert name_animals(store) == {"toy": 1}
    first, second = Store(tmp_path / "record").entries("toy")
    assert first.scores == {name: float(value) for name, value in kept.scores.items()}
    assert first.details["animals"] == names["animals"]
    assert "animals" not in second.details
    assert name_animals(store) == {}
