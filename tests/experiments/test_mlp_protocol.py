"""What is read off a running MLP: the path of its Adam, and its protocol from one search and three trainings."""

from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.experiments import mlp
from reproduce.experiments.mlp import protocol
from reproduce.models import MLPClassifier


@pytest.fixture
def herd(monkeypatch):
    """Six animals of unequal number, two for testing; 53 training images of three numbers each."""
    rng = np.random.default_rng(0)
    animals = rng.permutation(np.repeat(np.arange(6), (20, 15, 10, 8, 4, 3)))
    X = rng.uniform(0.05, 0.95, (len(animals), 3)).astype(np.float32)
    monkeypatch.setattr(mlp, "inputs", lambda catalogue, size: X if size == 16 else None)
    names = np.array([f"cow {animal}" for animal in animals])
    herd = Catalogue("herd", np.full(len(names), ""), names, np.where(animals < 4, "train", "test"))
    return SimpleNamespace(catalogue=herd, X=X[herd.train], y=names[herd.train])


class Spied(MLPClassifier):
    """Keeps the rows of each step that has a length; after the ``at``-th its first parameter is put ``off``."""

    rows, off, at = (), 0.0, 0

    def partial_fit(self, X, y, classes=None):
        super().partial_fit(X, y, classes)
        if not self.learning_rate:
            Spied.start = self.network_.parameters.copy()
        else:
            Spied.rows = (*Spied.rows, X)
            Spied.last = self
            if len(Spied.rows) == Spied.at:
                self.network_.parameters[0] += Spied.off
        return self


@pytest.mark.parametrize("off", [0.0, 1e-3, -1e-3])
def test_a_path_is_held_against_the_algorithm(herd, monkeypatch, off):
    """Batches of 32 in one order of the seed, over and over; the largest distance relative to the longest way."""
    monkeypatch.setattr("reproduce.models.MLPClassifier", Spied)
    for name, value in (("rows", ()), ("off", off), ("at", 5)):
        monkeypatch.setattr(Spied, name, value)
    found = protocol.adam(herd.catalogue, 4, steps=5, size=16)
    order = np.random.default_rng(4).permutation(53)
    for step, rows in enumerate(Spied.rows):
        np.testing.assert_array_equal(rows, herd.X[order[[(32 * step + at) % 53 for at in range(32)]]])
    way = found.details["longest_way"]
    assert way == pytest.approx(np.abs(Spied.last.network_.parameters - Spied.start).max(), abs=1.1e-3)
    assert found.scores["steps"] == 5
    assert found.scores["relative_error"] == pytest.approx(abs(off) / way, abs=1e-11)
    if not off:
        assert way == pytest.approx(np.abs(Spied.last.network_.parameters - Spied.start).max())


class Trained:
    """A network that stopped after so many of its epochs, without a training."""

    def __init__(self, learning_rate=1e-3, max_epochs=100, random_state=None):
        self.learning_rate, self.max_epochs, self.random_state = learning_rate, max_epochs, random_state
        Trained.made.append(self)

    def fit(self, X, y):
        self.seen = (X, y)
        self.n_epochs_, self.best_epoch_ = min(self.max_epochs, Trained.epochs), 7
        self.n_steps_, self.held_out_ = 6 * self.n_epochs_, np.arange(20)
        self.network_ = SimpleNamespace(
            parameters=np.arange(4) + 10.0 * len(Trained.made) * (np.arange(4) < Trained.apart)
        )
        return self


@pytest.mark.parametrize("epochs, patience", [(12, 5), (99, 92), (100, -1)])
@pytest.mark.parametrize("apart", [0, 3])
def test_a_protocol_is_read_off(herd, monkeypatch, epochs, patience, apart):
    """Folds and points as they were searched; patience of a training that stopped by itself; steps, range, repeats."""
    asked = []
    Trained.made, Trained.epochs, Trained.apart = [], epochs, apart
    monkeypatch.setattr("reproduce.models.MLPClassifier", Trained)
    monkeypatch.setattr(protocol, "search", lambda *told: asked.append(told) or {"folds": 5, "points": 12})
    found = protocol.protocol(herd.catalogue, 3, size=16)
    ((model, X, y, seed),) = asked
    assert (model.max_epochs, seed) == (1, 3)
    np.testing.assert_array_equal(X, herd.X)
    assert y.tolist() == herd.y.tolist()
    _, fast, first, second = Trained.made
    assert (fast.learning_rate, fast.max_epochs, fast.random_state) == (3e-3, 100, 3)
    assert [(one.learning_rate, one.max_epochs, one.random_state) for one in (first, second)] == [(1e-3, 3, 3)] * 2
    assert found.scores == {
        "folds": 5, "points": 12, "patience": patience, "inputs": 3, "lowest": herd.X.min(), "highest": herd.X.max(),
        "steps_per_epoch": 6, "expected_steps": 2, "held_out_share": 20 / 53, "unequal": apart,
    }  # fmt: skip
    assert found.details == {"epochs": epochs}
