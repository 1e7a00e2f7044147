"""The traps of the field: the divisor, labels in float32, ties by row order, chance."""

import itertools
import math

import numpy as np
import pytest
from metrics import brute

from reproduce.metrics import chance_map_at_r, map_at_r, retrieval_scores, retrieval_scores_from_distances


def test_the_divisor_is_r_and_not_the_hits_found():
    """Hits at places 1 and 3 of R = 3 or more: dividing by the hits found would give 0.83 where MAP@R is 0.50."""
    # One query (0.0) with R = 2 relevant images in a reference: at places 1 and 3.
    score = map_at_r([[0.0]], ["a"], reference=[[1.0], [2.0], [3.0]], reference_labels=["a", "b", "a"])
    assert score == 0.5
    found = retrieval_scores([[0.0]], ["a"], reference=[[1.0], [2.0], [3.0]], reference_labels=["a", "b", "a"])
    assert found.map == pytest.approx((1 + 2 / 3) / 2)  # 0.83 is mean average precision over the whole ranking


@pytest.mark.parametrize("base", [2**24, 2**53, 2**62])
def test_large_labels_do_not_collide(base):
    """Labels that float32 or float64 would merge are two classes."""
    x = np.array([[0.0], [0.1], [5.0], [5.1]])
    labels = np.array([base, base, base + 1, base + 1])
    assert map_at_r(x, labels) == 1.0
    assert map_at_r(x, labels.tolist()) == 1.0
    assert map_at_r(x, [0, 1, 0, 1]) == 0.0


@pytest.mark.parametrize(
    "labels",
    [
        ["a", "a", "b", "b"],
        [1, 1, "1", "1"],
        [10**30, 10**30, 10**30 + 1, 10**30 + 1],
        [("herd", 1), ("herd", 1), ("herd", 2), ("herd", 2)],
        [b"a", b"a", b"b", b"b"],
        [0.5, 0.5, -0.5, -0.5],
        [True, True, False, False],
        np.array(["é", "é", "ß", "ß"]),
        np.array([1, 1, "1", "1"], dtype=object),
        np.array([np.int64(3), np.int64(3), "x", "x"], dtype=object),
    ],
    ids=repr,
)
def test_labels_of_any_kind(labels):
    """Text, numbers of any size, tuples and mixtures are classes as they are; 1 and "1" are two."""
    scores = retrieval_scores([[0.0], [0.1], [5.0], [5.1]], labels)
    assert scores.map_at_r == 1.0
    assert len(scores.per_class) == 2
    assert set(scores.per_class) == set(labels.tolist() if isinstance(labels, np.ndarray) else labels)


def test_labels_of_two_kinds_meet_in_a_reference():
    """Text is not a number: a query "1" has no relevant image among integers, and unsigned meets signed."""
    x = [[0.0], [1.0]]
    found = retrieval_scores(x, ["1", "2"], reference=[[0.0], [3.0]], reference_labels=["1", "1"])
    assert (found.lone, found.queries, found.map_at_r) == (1, 1, 1.0)
    big = 2**63
    unsigned = map_at_r(
        x, np.array([big, 1], dtype=np.uint64), reference=x, reference_labels=np.array([1, 1], dtype=np.int64)
    )
    assert unsigned == 1.0


def test_lone_classes_are_left_out_and_counted():
    """A class of one image is no query, stays in the others' way, and is counted."""
    x, labels = [[0.0], [2.0], [1.1]], ["cow", "cow", "stray"]
    scores = retrieval_scores(x, labels)
    assert scores.lone == 1
    assert (scores.classes, scores.queries) == (1, 2)
    assert scores.map_at_r == pytest.approx(0.0)
    assert list(scores.per_class) == ["cow"]
    assert np.isnan(scores.per_query[2])


def test_chance_is_the_mean_over_every_order():
    """The formula equals the mean over all rankings of a small set, for every figure."""
    labels = np.array([0, 0, 0, 1, 1, 2])
    for q, relevant in ((0, 2), (3, 1)):
        hits = [label == labels[q] for row, label in enumerate(labels) if row != q]
        orders = set(itertools.permutations(hits))
        expected = np.mean([brute.figures(list(order)) for order in orders], axis=0)
        alone = np.concatenate(([labels[q]], labels[:q], labels[q + 1 :]))
        found = retrieval_scores(
            np.zeros((1, 1)), alone[:1], reference=np.zeros((5, 1)), reference_labels=alone[1:]
        ).at_chance
        ours = [found.map_at_r, found.r_precision, found.precision_at_1, found.map, *found.cmc]
        np.testing.assert_allclose(ours, expected, atol=1e-13)
        sums = math.fsum(relevant / 5 * (1 + (i - 1) * (relevant - 1) / 4) / i for i in range(1, relevant + 1))
        assert found.map_at_r == pytest.approx(sums / relevant, abs=1e-14)


def test_chance_is_what_random_embeddings_score():
    """Thousands of random rankings score the chance level within four standard errors."""
    rng = np.random.default_rng(5)
    labels = np.repeat(np.arange(6), [2, 3, 5, 8, 13, 1])
    scores = [retrieval_scores_from_distances(rng.random((32, 32)), labels).map_at_r for _ in range(600)]
    level = chance_map_at_r(labels)
    assert abs(np.mean(scores) - level) < 4 * np.std(scores) / math.sqrt(len(scores))
    assert retrieval_scores(np.zeros((32, 1)), labels).chance == level


def test_chance_weighs_classes_or_queries():
    """Per class and per query are two numbers where class sizes differ, and each has its chance."""
    labels = np.repeat([0, 1], [2, 30])
    by_class, by_query = chance_map_at_r(labels), chance_map_at_r(labels, average="query")
    pair, big = (
        chance_map_at_r([0, 0, *range(1, 31)]),
        by_query * 32 / 30 - chance_map_at_r([0, 0, *range(1, 31)]) * 2 / 30,
    )
    assert by_class == pytest.approx((pair + big) / 2)
    assert by_class < by_query
