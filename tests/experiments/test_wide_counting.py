"""Pairs counted otherwise: how many there are, and the constant model on the same ones."""

import numpy as np
import pytest

from reproduce.datasets import load
from reproduce.experiments.wide_counting import counting
from reproduce.metrics.constant import pair_counts


@pytest.mark.parametrize("ordered, self_pairs", [(False, True), (True, False), (True, True)])
def test_pairs_trained_and_tested_on_are_counted_alike(tmp_path, monkeypatch, ordered, self_pairs):
    """As many pairs as listed, and the constant's accuracy on those tested."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    herd = load("TuringCattle")
    result = counting(herd, 0, ordered=ordered, self_pairs=self_pairs, **counting.rehearsal)
    pairs = {}
    for part, rows in {"pairs": herd.train, "test_pairs": herd.test}.items():
        sizes = np.unique(herd.identities[rows], return_counts=True)[1]
        pairs[part], same = pair_counts(sizes, ordered=ordered, self_pairs=self_pairs)
        assert result.details[part] == pairs[part]
    assert result.scores["constant"] == pytest.approx(1 - same / pairs["test_pairs"])
    assert 0.3 < result.scores["accuracy"] <= 1
