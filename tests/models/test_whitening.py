"""Within-class whitening: what it makes small, and what it leaves."""

import numpy as np
import pytest

from reproduce.metrics import map_at_r
from reproduce.models.whitening import WithinClassWhitening

RNG = np.random.default_rng(0)


def classes(count, start=0, each=6):
    """Classes that differ a little in the first two directions, images of one that differ much in the last."""
    centres = RNG.normal(size=(count, 2))
    rows = np.concatenate([np.repeat(centres, each, axis=0), 10 * RNG.normal(size=(count * each, 1))], axis=1)
    return rows + 0.05 * RNG.normal(size=rows.shape), np.repeat(np.arange(count) + start, each)


def test_what_differs_within_a_class_no_longer_hides_other_classes():
    """Learned from some classes, it finds others that raw distances do not."""
    X, y = classes(30)
    others, names = classes(12, start=100)
    learned = WithinClassWhitening(3, shrinkage=0.001).fit(X, y)
    assert map_at_r(learned.transform(others), names) > map_at_r(others, names) + 0.2


def test_rows_have_length_one():
    """Also those of images that were not there when it learned."""
    X, y = classes(5)
    rows = WithinClassWhitening(2).fit(X, y).transform(classes(3)[0])
    assert rows.shape == (18, 2)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(18))


def test_without_shrinkage_the_covariance_within_is_the_identity():
    """The law of whitening, on the classes learned from."""
    X, y = classes(10)
    learned = WithinClassWhitening(3, shrinkage=0.0).fit(X, y)
    rows = learned.pca_.transform(X) @ learned.whitener_
    within = rows - np.stack([rows[y == k].mean(axis=0) for k in y])
    assert within.T @ within / len(rows) == pytest.approx(np.eye(3), abs=1e-8)
