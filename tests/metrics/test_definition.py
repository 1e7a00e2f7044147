"""The fast path is the definition: MAP@R and its chance level as ``reproduce.metrics.definition`` writes them out."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from metrics import brute
from strategies import embeddings_with_labels, examples

from reproduce.metrics import chance_map_at_r, definition, map_at_r, retrieval_scores

AVERAGES = ("class", "query")


def some_class_of_two(labels):
    return len(set(labels)) < len(labels)


@examples(60)
@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=40).filter(some_class_of_two),
    st.integers(1, 5),
    st.floats(0, 3),
    st.integers(0, 2**32 - 1),
)
def test_the_fast_path_is_the_definition(labels, depth, pull, seed):
    """Untied embeddings, from random to tightly grouped, lone animals among them: equal to 1e-12, both averages."""
    rng = np.random.default_rng(seed)
    x = pull * rng.normal(size=(8, depth))[["abcdefgh".index(label) for label in labels]]
    x = x + rng.normal(size=(len(labels), depth))
    full = retrieval_scores(x, labels)
    for average, figures in zip(AVERAGES, (full, full.query), strict=True):
        expected = definition.map_at_r(x.tolist(), labels, average)
        assert map_at_r(x, labels, average) == pytest.approx(expected, abs=1e-12)
        assert figures.map_at_r == pytest.approx(expected, abs=1e-12)


@examples(40)
@given(embeddings_with_labels(max_rows=5))
def test_ties_are_the_definition_over_every_order_of_the_rows(sample):
    """What tied distances are worth: the mean of the definition over all N! orders of the rows."""
    x, labels = sample
    gaps, unit = np.diff(np.sort(brute.squared_distances(x), axis=1), axis=1), brute.scale(x)
    assume(not ((gaps > 0) & (gaps < 1e-9 * unit)).any())
    orders = [list(order) for order in permutations(range(len(x)))]
    for average in AVERAGES:
        expected = np.mean([definition.map_at_r(x[o].tolist(), labels[o].tolist(), average) for o in orders])
        assert map_at_r(x, labels, average) == pytest.approx(expected, abs=1e-12)


@examples(100)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=60).filter(some_class_of_two))
def test_chance_is_the_definition(labels):
    """The exact chance level of any class sizes, both averages, alone and beside the scores."""
    full = retrieval_scores(np.zeros((len(labels), 1)), labels)
    for average, beside in zip(AVERAGES, (full.chance, full.query_chance), strict=True):
        expected = definition.chance_map_at_r(labels, average)
        assert chance_map_at_r(labels, average) == pytest.approx(expected, abs=1e-13)
        assert beside == pytest.approx(expected, abs=1e-13)


def test_chance_is_the_mean_of_the_definition_over_every_order():
    """The formula for chance is what the definition scores on average over all orders of equally distant images."""
    labels = [0, 0, 0, 1, 1, 2]
    x = [[0.0]] * len(labels)
    for average in AVERAGES:
        scores = [definition.map_at_r(x, list(order), average) for order in set(permutations(labels))]
        assert definition.chance_map_at_r(labels, average) == pytest.approx(np.mean(scores), abs=1e-14)


def test_a_ranking_by_hand():
    """Hits at places 1 and 3 of R = 2: the second place is a miss, so (1/1 + 0) / 2; lone animals are no query."""
    assert definition.ap_at_r([True, False, True]) == 0.5
    assert definition.ap_at_r([False, True, True]) == 0.25
    # a0 finds its own first; a1, at 3, lies nearer to b at 4: (1 + 0) / 2.
    assert definition.map_at_r([[0.0], [3.0], [4.0]], ["a", "a", "b"]) == 0.5
    with pytest.raises(ValueError, match="at least one"):
        definition.map_at_r([[0.0], [1.0]], ["a", "b"])
