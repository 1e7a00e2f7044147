"""The short cuts (float32, whole numbers, a sampled bar, pairs of ties) agree with a full sort of every ranking."""

import numpy as np
import pytest

from reproduce.metrics import chance_map_at_r, map_at_r, retrieval_scores
from reproduce.metrics.kernel import nearest

KINDS = (
    "plain", "whole numbers", "an outlier", "half dead", "hair-fine", "small classes", "far off", "a million apart",
    "near copies", "copies",
)  # fmt: skip


def herd(kind, rows=1600, seed=0):
    """Embeddings on which each short cut is taken, refused, or in doubt."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(rows) % 12
    x = 0.7 * rng.normal(size=(12, 6))[labels] + rng.normal(size=(rows, 6))
    if kind == "whole numbers":
        x = np.round(x)  # thousands of ties
    elif kind == "an outlier":
        x[3] = 1e9
    elif kind == "half dead":
        x[rng.random(rows) < 0.5] = 0.0
    elif kind == "hair-fine":
        x = 1e-7 * x
        x[0] = 1.0
    elif kind == "small classes":
        labels = np.arange(rows) // 3
    elif kind == "far off":
        x += 1e4
    elif kind == "a million apart":
        x *= 10.0 ** rng.integers(-3, 4, rows)[:, None]
    elif kind == "near copies":
        x[800:] = x[:800] * (1 + 1e-8 * rng.normal(size=(800, 6)))  # float32 sees one row, float64 two
    elif kind == "copies":
        x[800:] = x[:800]
    return x, labels


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_quick_way_is_the_long_way(kind, dtype):
    """MAP@R by the R nearest equals MAP@R by whole rankings."""
    x, labels = herd(kind)
    full = retrieval_scores(x, labels, dtype=dtype)
    assert map_at_r(x, labels, dtype=dtype) == pytest.approx(full.map_at_r, abs=1e-12)
    assert map_at_r(x, labels, "query", dtype) == pytest.approx(full.query.map_at_r, abs=1e-12)


@pytest.mark.parametrize("count", [2, 40, 300, 700])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nearest_is_the_head_of_a_sort(count, dtype):
    """The keys under the bar, sorted, are the smallest, also where a row lies so oddly that its bar fails."""
    rng = np.random.default_rng(count)
    block = rng.random((30, 2000)).astype(dtype)
    block[0, ::16] -= block[0, ::16] * 0.999  # the sample takes all the nearest: the bar lies too low
    block[1] = 0.5
    np.testing.assert_array_equal(nearest.nearest(block, count), np.sort(block, axis=1)[:, :count])


def test_a_million_queries_can_be_asked_a_few_at_a_time():
    """Queries against a reference in parts score as in one call, so blocks of any size may be run apart."""
    x, labels = herd("plain")
    y, known = herd("plain", seed=1)
    parts = [
        retrieval_scores(x[s], labels[s], reference=y, reference_labels=known).per_query
        for s in (slice(0, 700), slice(700, None))
    ]
    whole = retrieval_scores(x, labels, reference=y, reference_labels=known).per_query
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-12)
    assert chance_map_at_r(labels, reference_labels=known) == pytest.approx(
        retrieval_scores(np.zeros((1600, 1)), labels, reference=np.zeros((1600, 1)), reference_labels=known).map_at_r,
        abs=1e-12,
    )
