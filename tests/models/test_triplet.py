"""The triplet loss against loops and pytorch-metric-learning; test_backends has TensorFlow Similarity's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.errors import InvalidInputError


def _unit_rows(rng, count, dim):
    rows = rng.standard_normal((count, dim))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _chosen(rule, margin, distances, labels):
    """The (positive, negative) distances that a rule chooses, in order, by plain loops."""
    found, everyone = [], range(len(labels))
    a_pair = any(labels[i] == labels[j] for i in everyone for j in everyone if i != j)
    for anchor in everyone:
        positives = [distances[anchor][k] for k in everyone if k != anchor and labels[k] == labels[anchor]]
        negatives = [distances[anchor][k] for k in everyone if labels[k] != labels[anchor]]
        if rule == "facenet-semi-hard":
            reach = 0.2 if margin == "soft" else margin
            found += [(p, n) for p in positives for n in negatives if p < n <= p + reach]
        elif negatives and rule == "batch-hard" and positives:
            found.append((max(positives), min(negatives)))
        elif negatives and rule == "tfsim-semi-hard" and a_pair:
            hardest = max(positives) if positives else min(distances[anchor])
            farther = [n for n in negatives if n > hardest]
            found.append((hardest, min(farther) if farther else max(negatives)))
    return found


@pytest.mark.parametrize(
    ("rule", "margin"),
    [("tfsim-semi-hard", "soft"), ("facenet-semi-hard", 0.5), ("facenet-semi-hard", "soft"), ("batch-hard", "soft")],
)
@examples(25)
@given(labels=st.lists(st.integers(0, 3), min_size=2, max_size=6), data=st.data())
def test_each_rule_chooses_what_loops_choose(rule, margin, labels, data):
    """Distances that often tie or lie a margin apart, up to the largest, animals alone among them."""
    from reproduce.models.dcnn.triplet import cost, mine

    n = len(labels)
    steps = st.sampled_from([0.0, 0.2, 0.25, 0.5, 1.0, 1.5, 4.0])
    distances = np.array(data.draw(st.lists(steps, min_size=n * n, max_size=n * n))).reshape(n, n)
    np.fill_diagonal(distances, 0)
    triplets = mine(distances, np.array(labels), rule, margin)
    positive, negative, chosen = (np.asarray(part) for part in triplets)
    want = _chosen(rule, margin, distances.tolist(), labels)
    found = zip(positive[chosen].tolist(), negative[chosen].tolist(), strict=True)
    assert sorted(found) == sorted(want)
    each = [math.log1p(math.exp(p - d)) if margin == "soft" else max(p - d + margin, 0) for p, d in want]
    assert float(cost(triplets, margin)) == pytest.approx(np.mean(each) if each else 0, abs=1e-9)


def test_a_negative_opposite_the_anchor():
    """Two alike and one opposite: cosine distance 2, the square of the Euclidean 4; the third is nobody's anchor."""
    from reproduce.models.dcnn.triplet import summary

    rows, labels = np.array([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]]), np.array([0, 0, 1])
    for distance, apart in (("cosine", 2), ("squared-euclidean", 4)):
        found = {name: float(value) for name, value in summary(labels, rows, "batch-hard", "soft", distance).items()}
        assert found["loss"] == pytest.approx(math.log1p(math.exp(-apart)), abs=1e-9)
        assert (found["triplets"], found["active"]) == (2, 0)
        assert found["spread"] == pytest.approx(4 / 3)


@pytest.mark.parametrize("margin, active, loss", [("soft", 0, math.log1p(math.exp(-1))), (1.0, 0, 0), (1.25, 1, 0.25)])
def test_what_is_active(margin, active, loss):
    """Positives at 0, negatives at 1: a margin of just that pulls no more, a larger one does, a soft one costs on."""
    from reproduce.models.dcnn.triplet import summary, triplet_loss

    rows, labels = np.repeat(np.eye(2), 2, axis=0), np.array([0, 0, 1, 1])
    found = summary(labels, rows, margin=margin)
    assert (float(found["active"]), float(found["triplets"])) == (active, 4)
    assert float(found["loss"]) == pytest.approx(loss, abs=1e-9)
    assert float(triplet_loss(labels, rows, margin=margin)) == float(found["loss"])


def test_a_positive_farther_than_the_negative_is_active():
    """Images of one animal at 1, of two at 0: a soft margin pulls at every triplet."""
    from reproduce.models.dcnn.triplet import summary

    found = summary(np.array([0, 1, 0, 1]), np.repeat(np.eye(2), 2, axis=0), "batch-hard")
    assert float(found["active"]) == 1
    assert float(found["loss"]) == pytest.approx(math.log1p(math.e), abs=1e-9)


def test_a_collapsed_batch_is_all_active():
    """In one point, wherever that is: ln 2, no spread, every triplet active."""
    from reproduce.models.dcnn.triplet import summary

    for point in ([1.0, 0.0], [0.5**0.5, -(0.5**0.5)]):
        found = summary(np.array([0, 0, 1, 1]), np.array([point] * 4))
        assert [float(found[name]) for name in ("active", "spread", "triplets")] == [1, pytest.approx(0, abs=1e-9), 4]
        assert float(found["loss"]) == pytest.approx(math.log(2), abs=1e-9)


def test_no_number_stays_none():
    """One NaN makes the loss NaN; embeddings that cancel, or whose sum is negative, do not."""
    from reproduce.models.dcnn.triplet import triplet_loss

    labels = np.array([0, 0, 1, 1])
    for here, there, apart in (([1.0, 0.0], [-1.0, 0.0], 2), ([0.0, -1.0], [-1.0, 0.0], 1)):
        rows = np.array([here, here, there, there])
        assert float(triplet_loss(labels, rows)) == pytest.approx(math.log1p(math.exp(-apart)), abs=1e-9)
    rows[3, 1] = np.nan
    assert math.isnan(float(triplet_loss(labels, rows)))


@pytest.mark.parametrize("told", [{}, {"mining": "batch-hard", "margin": 0.3, "name": "mine"}])
def test_the_loss_of_a_saved_model_is_the_same_again(told):
    """A loss made from its configuration costs what the function of its settings costs."""
    from reproduce.models.dcnn.triplet import TripletLoss, triplet_loss

    loss = TripletLoss(**told)
    again = TripletLoss.from_config(loss.get_config())
    assert again.get_config() == loss.get_config()
    rule = {name: told[name] for name in ("mining", "margin") if name in told}
    assert again.name == told.get("name", "triplet_loss")
    rng = np.random.default_rng(1)
    rows, labels = _unit_rows(rng, 12, 4).astype("float32"), rng.integers(0, 4, 12)
    for one in (loss, again):
        assert float(one(labels, rows)) == pytest.approx(float(triplet_loss(labels, rows, **rule)), rel=1e-5)


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
