"""A training that is stopped goes on from its own checkpoint, and from no other."""

import io
import sys
import types
import zipfile

import numpy as np
import pytest

from reproduce.models.dcnn.training import CURVES, Training


class Variable:
    """A float32 array that a step changes."""

    def __init__(self, value):
        self.value = np.float32(value) * np.ones(3, np.float32)

    def assign(self, value):
        self.value = np.array(value)


class Sums:
    """A model of one variable, to which each step adds its number; an optimiser that counts. No Keras."""

    def __init__(self, key, path, stop=None):
        self.model, self.optimizer = Variable(0.5), Variable(0)
        self.stop = stop
        things = [types.SimpleNamespace(variables=[one]) for one in (self.model, self.optimizer)]
        self.training = Training(self._step, *things, key, path)

    def _step(self, number):
        if number == self.stop:
            raise KeyboardInterrupt
        self.model.assign(self.model.value + number)
        self.optimizer.assign(self.optimizer.value + 1)
        return dict.fromkeys(CURVES, 1.0 + number)

    def run(self):
        self.first = None

        def batch(number):
            self.first = number if self.first is None else self.first
            return (number,)

        curves = self.training.run(batch, steps=10, every=4)
        return self.first, self.model.value.tolist(), self.optimizer.value.tolist(), curves


@pytest.fixture
def stopped(monkeypatch, tmp_path):
    """The checkpoint of a training that was stopped at its seventh step: four are in it."""
    plain = types.SimpleNamespace(ops=types.SimpleNamespace(convert_to_numpy=np.asarray))
    monkeypatch.setitem(sys.modules, "reproduce.models.dcnn.loaded", plain)
    path = tmp_path / "a.npz"
    with pytest.raises(KeyboardInterrupt):
        Sums("a", path, stop=7).run()
    return path


def test_a_stopped_training_ends_as_one_that_was_not(stopped):
    """It goes on after the fourth step; then the checkpoint is gone."""
    first, *ended = Sums("a", stopped).run()
    whole, *never = Sums("a", None).run()
    assert (first, whole) == (4, 0)
    assert ended == never
    assert ended[0] == [45.5] * 3
    assert ended[2]["loss"] == [1.0 + number for number in range(10)]
    assert not stopped.exists()


def rewritten(path, **changed):
    """The file with other arrays under some of its names, as a hand would write it."""
    with np.load(path) as kept:
        arrays = {**kept, **changed}
    file = io.BytesIO()
    np.savez(file, **arrays)
    path.write_bytes(file.getvalue())


@pytest.mark.parametrize(
    "change",
    [
        {"v0": np.full(3, 7, np.float32)},
        {"v1": np.full(3, 5, np.float32)},
        {"curves": np.zeros((3, 4))},
        {"done": np.array(6)},
        {"digest": np.array("0" * 64)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_checkpoint_that_was_changed_is_not_gone_on_with(stopped, change):
    """A weight, the optimiser, a curve, the number of steps: the training starts anew, and ends as if undisturbed."""
    rewritten(stopped, **change)
    assert Sums("a", stopped).run() == Sums("a", None).run()


def test_a_checkpoint_of_another_training_or_a_damaged_one_is_not_gone_on_with(stopped):
    """Nor one whose file is cut off, or of before checkpoints had a digest."""
    whole = stopped.read_bytes()
    with np.load(stopped) as kept:
        without = {name: kept[name] for name in kept if name != "digest"}
    assert Sums("b", stopped).run() == Sums("b", None).run()
    stopped.write_bytes(whole[:-100])
    with pytest.raises(zipfile.BadZipFile):
        np.load(stopped)
    assert Sums("a", stopped).run() == Sums("a", None).run()
    np.savez(stopped, **without)
    assert Sums("a", stopped).run() == Sums("a", None).run()
