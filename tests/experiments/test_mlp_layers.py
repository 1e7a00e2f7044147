"""The running MLP taken apart: what it is, and that another network would be noticed."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.experiments import mlp
from reproduce.experiments.mlp.layers import _softmax, layers
from reproduce.models.mlp import classifier
from reproduce.models.mlp.network import Network

SMALL = dict(layers.rehearsal)


@pytest.fixture(scope="module")
def herd():
    """Twelve animals of unequal number, the last three for testing; grey images are noise around each one's own."""
    rng = np.random.default_rng(0)
    animals = rng.permutation(np.repeat(np.arange(12), [5, 4, 3, 6] * 3))
    shown = np.uint8(rng.integers(0, 200, (12, 16, 16))[animals] + rng.integers(0, 50, (len(animals), 16, 16)))
    names = np.array([f"cow {animal}" for animal in animals])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reproduce.datasets.images", lambda *_: shown)
        yield Catalogue("herd", np.full(len(names), ""), names, np.where(animals < 9, "train", "test"))


def test_the_network_is_the_paper_s(herd):
    """One ReLU layer on one grey value per pixel, a softmax over exactly the training animals."""
    scores = layers(herd, 0, **SMALL).scores
    assert (scores["hidden_layers"], scores["units"], scores["inputs"], scores["pixels"]) == (1, 8, 256, 256)
    assert scores["lowest"] == 0
    assert 0 < scores["clipped"] < 1
    assert scores["relu_error"] < 1e-6
    assert scores["classes"] == scores["training_animals"] == len(set(herd.identities[herd.train]))
    assert scores["foreign"] == 0
    assert scores["sum_error"] < 1e-12
    assert scores["softmax_error"] < 1e-6


def test_two_hidden_layers_are_two(herd):
    """Another depth is counted, and still worked through."""
    scores = layers(herd, 0, size=16, hidden=(8, 6)).scores
    assert (scores["hidden_layers"], scores["units"]) == (2, 6)
    assert max(scores["relu_error"], scores["softmax_error"]) < 1e-6


def test_a_layer_that_died_is_judged_too(herd):
    """At a rate that kills every unit nothing is undefined, and the details say how many died."""
    result = layers(herd, 0, **SMALL, learning_rate=10.0)
    assert result.details["dead_units"] == 8
    assert (result.scores["clipped"], result.scores["relu_error"]) == (1, 0)


@pytest.mark.parametrize("where", ["forward", "infer"])
def test_a_linear_layer_is_noticed(herd, monkeypatch, where):
    """A layer without its ReLU, in training or where it embeds, goes below 0 and off by as much as it reaches."""

    def linear(self, X, layers=None, rows=None):
        h = X
        for W, b in list(zip(self.weights, self.biases, strict=True))[:layers]:
            h = h @ W + b
        return h

    real = Network.forward

    def half_linear(self, X, layers=None):  # the training goes on: only the layer that is looked at is linear
        found = real(self, X, layers)
        return linear(self, X, layers) if layers == -1 else found

    monkeypatch.setattr(Network, where, half_linear if where == "forward" else linear)
    found = layers(herd, 0, **SMALL)
    scores = found.scores
    assert scores["lowest"] < -1e-3
    assert scores["relu_error"] > 1e-2
    if where == "infer":  # off by the whole of what lies below 0, of the largest on either side
        most = max(-scores["lowest"], found.details["largest_activation"])
        assert scores["relu_error"] == pytest.approx(-scores["lowest"] / most)


def test_another_output_than_softmax_is_noticed(herd, monkeypatch):
    """Sigmoids in softmax's place neither sum to one nor are what the logits say."""
    monkeypatch.setattr(classifier, "softmax", lambda z: 1 / (1 + np.exp(-z)))
    scores = layers(herd, 0, **SMALL).scores
    assert scores["sum_error"] > 0.1
    assert scores["softmax_error"] > 1e-2


def test_an_output_for_an_animal_too_many_is_noticed(herd, monkeypatch):
    """A class that no training image shows is foreign."""
    real = classifier.MLPClassifier._begin
    monkeypatch.setattr(
        classifier.MLPClassifier, "_begin", lambda self, classes: real(self, np.append(classes, "zz nobody"))
    )
    scores = layers(herd, 0, **SMALL).scores
    assert scores["classes"] == scores["training_animals"] + 1
    assert scores["foreign"] == 1


@pytest.mark.parametrize("count, step", [(20, 1), (40, 1), (70, 2), (97, 3)])
def test_what_is_trained_on_is_looked_at_in_32_images(monkeypatch, count, step):
    """Of all over the training images, from the first one."""
    X, seen, real = np.random.default_rng(0).random((count, 4)).astype(np.float32), [], Network.forward

    def looked(self, X, layers=None):
        if layers == -1:
            seen.append(X)
        return real(self, X, layers)

    monkeypatch.setattr(Network, "forward", looked)
    monkeypatch.setattr(mlp, "inputs", lambda *_: X)
    names = np.resize(list("abcd"), count)
    layers(Catalogue("herd", np.full(count, ""), names, np.full(count, "train")), 0, hidden=(4,), size=2)
    np.testing.assert_array_equal(seen[0], X[::step][:32])


def test_large_logits_have_a_softmax():
    """No exponential of them overflows."""
    np.testing.assert_allclose(_softmax(np.array([[1000.0, 999.0], [0.0, 0.0]])), [[0.7310586, 0.2689414], [0.5, 0.5]])
