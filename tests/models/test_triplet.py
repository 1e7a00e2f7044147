"""The triplet loss against TensorFlow Similarity, pytorch-metric-learning, central differences and loops."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from reproduce.errors import InvalidInputError

BACKENDS = ("tensorflow", "torch", "jax")


@pytest.fixture(scope="module", params=BACKENDS)
def measured(request):
    """What ``triplet_on_backend.py`` prints under one Keras backend."""
    if request.param != "tensorflow":
        pytest.importorskip(request.param)
    environment = {**os.environ, "KERAS_BACKEND": request.param, "JAX_ENABLE_X64": "1"}
    root = str(Path(__import__("reproduce").__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join([root, environment.get("PYTHONPATH", "")])
    script = Path(__file__).with_name("triplet_on_backend.py")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_equals_tensorflow_similarity(measured):
    """On 100 kept batches loss and gradient are those of TensorFlow Similarity 0.17.1 to 1e-6."""
    assert measured["batches"] == 100
    assert measured["soft"] <= 1e-6
    assert measured["margin"] <= 1e-6
    assert measured["gradient"] <= 1e-6


def test_gradient_equals_central_differences(measured):
    """Every rule's gradient is that of central differences in float64."""
    for rule, (difference, size) in measured["central"].items():
        assert size > 1e-3, f"{rule}: a gradient of nothing proves nothing"
        assert difference < 1e-7, rule


def test_a_collapsed_batch_costs_ln_2(measured):
    """All embeddings in one point cost ln 2 exactly, with every triplet active and no spread."""
    for found in measured["scalar"]["collapsed"]:
        assert found["loss"] == pytest.approx(math.log(2), abs=1e-7)
        assert found["spread"] == 0
        assert found["active"] == 1


@pytest.mark.parametrize("what", ["no positive", "no negative"])
def test_a_batch_without_a_triplet_teaches_nothing(measured, what):
    """A batch in which no triplet exists costs 0, finitely, and has no gradient."""
    for found in measured["scalar"][what]:
        assert (found["loss"], found["triplets"], found["active"]) == (0, 0, 0)
    assert measured["lone_gradient"] == 0


def test_nan_is_never_hidden(measured):
    """One NaN in the embeddings makes the loss NaN under every rule."""
    assert all(math.isnan(found["loss"]) for found in measured["scalar"]["nan"])


def _unit_rows(rng, count, dim):
    rows = rng.standard_normal((count, dim))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_facenet_rule_is_that_of_pytorch_metric_learning():
    """The FaceNet rule gives the loss of pytorch-metric-learning's semi-hard miner over the same triplets."""
    torch = pytest.importorskip("torch")
    distances = pytest.importorskip("pytorch_metric_learning.distances")
    from pytorch_metric_learning import losses, miners, reducers

    from reproduce.models.dcnn.triplet import triplet_loss

    # Squared Euclidean distance of unit vectors is twice the cosine distance.
    doubled = distances.LpDistance(normalize_embeddings=True, p=2, power=2)
    miner = miners.TripletMarginMiner(margin=0.4, type_of_triplets="semihard", distance=doubled)
    loss = losses.TripletMarginLoss(margin=0.4, distance=doubled, reducer=reducers.MeanReducer())
    rng = np.random.default_rng(5)
    for _ in range(10):
        rows, labels = _unit_rows(rng, 24, 6), rng.integers(0, 7, 24)
        theirs = torch.tensor(rows)
        want = float(loss(theirs, torch.tensor(labels), miner(theirs, torch.tensor(labels)))) / 2
        assert float(triplet_loss(labels, rows, "facenet-semi-hard", 0.2)) == pytest.approx(want, abs=1e-9)


def test_batch_hard_is_the_textbook_loop():
    """The batch-hard rule is the farthest positive and the nearest negative of each anchor, by plain loops."""
    from reproduce.models.dcnn.triplet import triplet_loss

    rng = np.random.default_rng(6)
    rows, labels = _unit_rows(rng, 20, 5), rng.integers(0, 6, 20)
    distances = np.maximum(1 - rows @ rows.T, 0)
    costs = []
    for anchor in range(20):
        positives = [distances[anchor, j] for j in range(20) if j != anchor and labels[j] == labels[anchor]]
        negatives = [distances[anchor, j] for j in range(20) if labels[j] != labels[anchor]]
        if positives:
            costs.append(math.log1p(math.exp(max(positives) - min(negatives))))
    assert float(triplet_loss(labels, rows, "batch-hard")) == pytest.approx(np.mean(costs), abs=1e-12)


def test_an_unknown_rule_names_the_known_ones():
    """A misspelt mining rule is an error that lists the rules."""
    from reproduce.models.dcnn.triplet import triplet_loss

    with pytest.raises(InvalidInputError, match="tfsim-semi-hard, facenet-semi-hard, batch-hard"):
        triplet_loss(np.array([0, 0, 1]), np.eye(3), "semihard")
