"""MAP@R with near copies left out of each other's rankings."""

import numpy as np
import pytest
from hypothesis import given
from scipy.spatial.distance import cdist
from strategies import embeddings_with_labels

from reproduce.metrics import chance_map_at_r, retrieval_scores_from_distances
from reproduce.metrics.apart import map_at_r_without


def test_a_copy_no_longer_finds_its_original():
    """Two copies of A and one A far off, among B's: with the copies apart, A's images find B first."""
    x = np.array([[0.0], [0.0], [9.0], [1.0], [2.0]])
    labels = np.array(list("AAABB"))
    distances = cdist(x, x)
    whole = retrieval_scores_from_distances(distances, labels)
    assert whole.per_query[:3].tolist() == [0.5, 0.5, 0.0]
    score, chance = map_at_r_without(distances, labels, [(0, 1)])
    assert score == pytest.approx((0.0 + whole.per_query[3:].mean()) / 2)
    # Both copies now have R = 1 of 3; the third image of A has R = 2 of 4, and B's R = 1 of 4.
    third = 0.5 * (2 / 4 + (2 / 4) * (1 + 1 / 3) / 2)
    assert chance == pytest.approx(((1 / 3 + 1 / 3 + third) / 3 + 1 / 4) / 2)


def test_nothing_is_left():
    """Two animals of one photograph each: no query, and no number either."""
    distances = cdist(np.arange(4.0)[:, None], np.arange(4.0)[:, None])
    assert np.isnan(map_at_r_without(distances, list("AABB"), [(0, 1), (2, 3)])).all()


@given(embeddings_with_labels())
def test_without_pairs_nothing_changes(drawn):
    """No pair: MAP@R and chance as they are."""
    x, labels = drawn
    distances = cdist(x, x)
    score, chance = map_at_r_without(distances, labels, np.empty((0, 2), int))
    assert score == pytest.approx(retrieval_scores_from_distances(distances, labels).map_at_r)
    assert chance == pytest.approx(chance_map_at_r(labels))
