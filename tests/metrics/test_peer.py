"""pytorch-metric-learning's calculator, given what it can take, measures the same."""

import numpy as np
import pytest

from reproduce.metrics import retrieval_scores


def theirs(x, labels, per_class):
    torch = pytest.importorskip("torch")
    calculators = pytest.importorskip("pytorch_metric_learning.utils.accuracy_calculator")
    from pytorch_metric_learning.distances import LpDistance
    from pytorch_metric_learning.utils.inference import CustomKNN

    calculator = calculators.AccuracyCalculator(
        include=("mean_average_precision_at_r", "r_precision", "precision_at_1", "mean_average_precision"),
        avg_of_avgs=per_class,
        k=None,
        knn_func=CustomKNN(LpDistance(normalize_embeddings=False)),
        device=torch.device("cpu"),
    )
    return calculator.get_accuracy(torch.from_numpy(x), torch.from_numpy(labels))


@pytest.mark.parametrize("noise", [0.3, 1.0, 100.0], ids=["tight", "overlapping", "random"])
@pytest.mark.parametrize("per_class", [True, False])
def test_the_peer_measures_the_same(noise, per_class):
    """Four figures agree to 1e-5 per class and per query, lone classes left out by both."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 30, 500)
    labels[:3] = 100, 101, 102
    x = (rng.normal(size=(103, 12))[labels] + noise * rng.normal(size=(500, 12))).astype(np.float32)
    peer, scores = theirs(x, labels, per_class), retrieval_scores(x, labels)
    ours = scores if per_class else scores.query
    assert scores.lone == 3
    # One swap of two near neighbours, which their float32 distances can cause, moves a figure by some 1e-6.
    assert ours.map_at_r == pytest.approx(peer["mean_average_precision_at_r"], abs=1e-5)
    assert ours.r_precision == pytest.approx(peer["r_precision"], abs=1e-5)
    assert ours.precision_at_1 == pytest.approx(peer["precision_at_1"], abs=1e-5)
    assert ours.map == pytest.approx(peer["mean_average_precision"], abs=1e-5)
