"""Every figure equals its definition, ties averaged over every order, to 1e-12."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from metrics import brute
from strategies import embeddings_with_labels, examples

from reproduce.metrics import map_at_r, retrieval_scores, retrieval_scores_from_distances

FEW = examples(150)


def as_array(figures):
    return np.array([figures.map_at_r, figures.r_precision, figures.precision_at_1, figures.map, *figures.cmc])


def no_gap_near_the_tolerance(distances, unit):
    gaps = np.diff(np.sort(distances, axis=1), axis=1)
    return not ((gaps > 1e-14 * unit) & (gaps < 1e-9 * unit)).any()


@FEW
@given(embeddings_with_labels())
def test_every_figure_equals_its_definition(sample):
    """All five figures, averaged both ways, equal the mean over every order of the tied images."""
    x, labels = sample
    distances, unit = brute.squared_distances(x), brute.scale(x)
    assume(no_gap_near_the_tolerance(distances, unit))
    found = brute.per_query(distances, labels, 1e-12 * unit)
    scores = retrieval_scores(x, labels)
    np.testing.assert_allclose(as_array(scores), brute.mean(found, labels, "class"), atol=1e-12, rtol=0)
    np.testing.assert_allclose(as_array(scores.query), brute.mean(found, labels, "query"), atol=1e-12, rtol=0)
    for average in ("class", "query"):
        assert map_at_r(x, labels, average) == pytest.approx(brute.mean(found, labels, average)[0], abs=1e-12)
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(scores.per_query)), sorted(found))
    np.testing.assert_allclose(scores.per_query[list(found)], [v[0] for v in found.values()], atol=1e-12, rtol=0)


@FEW
@given(embeddings_with_labels(), st.data())
def test_a_reference_set_is_ranked_whole(sample, data):
    """Against a reference no row is left out, and labels that it lacks are no queries."""
    y, reference_labels = sample
    size = data.draw(st.integers(1, 4))
    x = np.array(data.draw(st.lists(st.sampled_from(y.tolist()), min_size=size, max_size=size)))
    x[0] += 1.5
    labels = np.array(data.draw(st.lists(st.integers(0, 4), min_size=size, max_size=size)))
    assume(np.isin(labels, reference_labels).any())
    distances, unit = brute.squared_distances(x, y), brute.scale(y, x)
    assume(no_gap_near_the_tolerance(distances, unit))
    found = brute.per_query(distances, labels, 1e-12 * unit, reference_labels)
    scores = retrieval_scores(x, labels, reference=y, reference_labels=reference_labels)
    np.testing.assert_allclose(as_array(scores), brute.mean(found, labels, "class"), atol=1e-12, rtol=0)
    assert scores.lone == len(set(labels.tolist()) - set(reference_labels.tolist()))
    ours = map_at_r(x, labels, "query", reference=y, reference_labels=reference_labels)
    assert ours == pytest.approx(brute.mean(found, labels, "query")[0], abs=1e-12)


@FEW
@given(embeddings_with_labels(), st.integers(0, 2**32 - 1))
def test_given_distances_need_not_be_symmetric(sample, seed):
    """A matrix of distances with ties, signs and no symmetry is ranked row by row."""
    _, labels = sample
    distances = np.random.default_rng(seed).integers(-2, 3, (len(labels), len(labels))).astype(float)
    found = brute.per_query(distances, labels, 1e-12)
    scores = retrieval_scores_from_distances(distances, labels)
    np.testing.assert_allclose(as_array(scores), brute.mean(found, labels, "class"), atol=1e-12, rtol=0)


def test_distances_and_embeddings_agree():
    """Squared distances handed over score as the embeddings do."""
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(90, 7)), rng.integers(0, 9, 90)
    ours, other = retrieval_scores_from_distances(brute.squared_distances(x), labels), retrieval_scores(x, labels)
    np.testing.assert_allclose(as_array(ours), as_array(other), atol=1e-12, rtol=0)
