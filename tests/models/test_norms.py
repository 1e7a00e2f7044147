"""Batch norms and the head of the DCNN without a training: which images set the averages, and in which batches."""

import numpy as np
import pytest

pytest.importorskip("keras")

from reproduce.determinism import keras_deterministic
from reproduce.models.dcnn import model as models
from reproduce.models.dcnn.model import DCNN
from reproduce.models.dcnn.recipe import Recipe

#: Images of two animals, an animal's beside each other; each row is its own number.
ROWS = np.arange(200, dtype=np.float32)[:, None]


class Variable:
    """What a network changes when it runs as in training."""

    def __init__(self):
        self.value = np.zeros(1, np.float32)

    def assign(self, value):
        self.value = np.array(value)


class Network:
    """Gives each row back, and writes down every batch."""

    def __init__(self):
        self.batches, self.non_trainable_variables, self.norm = [], [Variable()], None

    def __call__(self, x, training=False):
        x = np.asarray(x)
        self.batches.append((x[:, 0].astype(int), training, None if self.norm is None else self.norm.momentum))
        if training:
            self.non_trainable_variables[0].assign([len(self.batches)])
        return np.repeat(x, 4, axis=1)


@pytest.fixture
def trained(monkeypatch):
    """``trained(norm_at_test, seed)``: a DCNN whose network stands for one that was trained."""

    class Norm:
        momentum = 0.99

    def make(how, seed=0):
        found = DCNN(Recipe(dim=4, norm_at_test=how), seed)
        found.network = Network()
        found.network.norm = Norm()
        monkeypatch.setattr(models.backbones, "norms", lambda network: [network.norm])
        return found

    return make


def test_by_the_batch_no_batch_is_one_animal_s(trained):
    """Rows come back in their own order, drawn into batches by the seed; nothing of the network has changed after."""
    found = trained("batch")
    np.testing.assert_array_equal(found.embed(ROWS)[:, 0], ROWS[:, 0])
    batches = [rows for rows, training, _ in found.network.batches if training]
    assert sorted(np.concatenate(batches)) == list(range(200))
    assert len(batches) == 3
    for rows in batches:
        assert 0.25 < np.mean(rows < 100) < 0.75
    assert found.network.non_trainable_variables[0].value == 0
    other = trained("batch", seed=1)
    other.embed(ROWS)
    assert set(other.network.batches[0][0]) != set(batches[0])


def test_moving_averages_are_used_as_they_are(trained):
    """In their order, and never as in training."""
    found = trained("moving")
    np.testing.assert_array_equal(found.embed(ROWS)[:, 0], ROWS[:, 0])
    assert not any(training for _, training, _ in found.network.batches)


def test_averages_taken_anew_are_plain_means_over_batches(trained):
    """Every row once, each batch mixed and weighing as the others: after n of them the next one weighs 1 / (n + 1)."""
    found = trained("recalibrated")
    found.recalibrate(ROWS)
    rows, training, momentum = zip(*found.network.batches, strict=True)
    assert sorted(np.concatenate(rows)) == list(range(200))
    assert all(training)
    assert momentum == (0, 1 / 2, 2 / 3)
    assert all(0.25 < np.mean(some < 100) < 0.75 for some in rows)


def test_the_head_is_drawn_as_glorot_does_by_the_seed():
    """Uniform within the root of 6 over inputs and outputs, no bias, another under another seed."""

    def head(seed):
        keras_deterministic(seed)
        network = DCNN(Recipe(dim=32), seed)._build(np.zeros((2, 300), np.float32))
        return [np.array(one) for one in network.get_layer("embedding").get_weights()]

    (kernel, bias), (other, _) = head(0), head(1)
    limit = np.sqrt(6 / (300 + 32))
    assert 0.98 * limit < np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
    assert not bias.any()
    assert np.abs(kernel - other).max() > limit / 2
