"""The triplet loss against pytorch-metric-learning and loops; test_backends has TensorFlow Similarity's."""

import math

import numpy as np
import pytest

from reproduce.errors import InvalidInputError


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
