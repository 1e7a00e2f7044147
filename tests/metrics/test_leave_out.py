"""Scores without each animal, from one ranking, against ranking the rest anew for each."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from strategies import embeddings_with_labels, examples

from reproduce.errors import InvalidInputError
from reproduce.metrics import retrieval_scores, retrieval_scores_from_distances
from reproduce.metrics.leave_out import (
    _InOrder,
    cannot_lose,
    each_animal,
    scorable,
    scores_and_without_each_animal,
    scores_and_without_each_animal_from_distances,
    scores_apart,
    without_each_animal,
    without_each_animal_from_distances,
)

NAMES = ("map_at_r", "r_precision", "precision_at_1", "map")


def drawn_sets(rows):
    """Embeddings in thousandths: ties are those of the whole, so no two distances may tie there and not in the rest."""
    return embeddings_with_labels(max_rows=rows).map(lambda drawn: (drawn[0].round(3), drawn[1]))


def assert_same(rest, again):
    """The figures of the rest, by both averages, CMC so far as it goes, and chance."""
    for ours, theirs in ((rest, again), (rest.query, again.query)):
        for name in NAMES:
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name), abs=1e-12), name
        assert ours.cmc == pytest.approx(theirs.cmc[:20], abs=1e-12)
    assert rest.chance == pytest.approx(again.chance, abs=1e-12)
    assert rest.query_chance == pytest.approx(again.query_chance, abs=1e-12)
    assert rest.chance_precision_at_1 == pytest.approx(again.at_chance.precision_at_1, abs=1e-12)


def by_the_loop(x, labels):
    """The plain way: the rest ranked anew without each animal; an error where it cannot be."""
    return [retrieval_scores(x[labels != one], labels[labels != one]) for one in np.unique(labels)]


@examples(300)
@given(drawn_sets(12))
def test_one_ranking_gives_what_ranking_the_rest_anew_gives(drawn):
    """Ties of any size, lone animals, both averages; nothing where some animal cannot be left out."""
    x, labels = drawn
    found = without_each_animal(x, labels)
    assert bool(found) == (cannot_lose(labels) is None) == all(scorable(labels[labels != one]) for one in set(labels))
    for rest, again in zip(found, by_the_loop(x, labels) if found else [], strict=True):
        assert_same(rest, again)
    assert [rest.animal for rest in found] == (np.unique(labels).tolist() if found else [])


@examples(100)
@given(drawn_sets(12))
def test_one_pass_gives_what_two_give(drawn):
    """Scores, and those without each animal, to the last bit as each by itself; of embeddings and of distances."""
    x, labels = drawn
    assert repr(scores_and_without_each_animal(x, labels)) == repr(
        (retrieval_scores(x, labels), without_each_animal(x, labels))
    )
    distances = cdist(x, x)
    scores, rest = scores_and_without_each_animal_from_distances(distances, labels)
    alone = retrieval_scores_from_distances(distances, labels)
    assert np.array_equal(scores.cmc, alone.cmc)
    assert np.array_equal(scores.per_query, alone.per_query, equal_nan=True)
    again = without_each_animal_from_distances(distances, labels)
    assert [one.map_at_r for one in rest] == [one.map_at_r for one in again]
    assert all(np.array_equal(one.cmc, other.cmc) for one, other in zip(rest, again, strict=True))


@examples(150)
@given(drawn_sets(9), drawn_sets(9))
def test_an_animal_leaves_queries_and_gallery(one, other):
    """A reference set apart, in which animals stand that no query shows, and the other way round."""
    (x, labels), (y, names) = one, other
    depth = min(x.shape[1], y.shape[1])
    x, y = x[:, :depth], y[:, :depth]
    assume(np.isin(labels, names).any())
    found = without_each_animal(x, labels, "float64", y, names)
    left = [
        (np.isin(labels[labels != a], names[names != a]).any() and len(set(names[names != a])) > 1)
        for a in {*labels.tolist(), *names.tolist()}
    ]
    assert bool(found) == all(left) == (cannot_lose(labels, names) is None)
    for rest in found:
        own, theirs = labels != rest.animal, names != rest.animal
        assert_same(rest, retrieval_scores(x[own], labels[own], "float64", y[theirs], names[theirs]))
    matrix = cdist(x, y)
    for rest, again in zip(found, without_each_animal_from_distances(matrix, labels, names), strict=True):
        assert rest.map_at_r == pytest.approx(again.map_at_r, abs=1e-12)


@pytest.mark.parametrize("sizes", [[10] * 60, [150, 90, 2, 1, 1], [200, 3, 3, 3]], ids=["even", "uneven", "one large"])
@pytest.mark.parametrize("step", [0.0, 1.0], ids=["smooth", "tied"])
def test_larger_sets(sizes, step):
    """Hits by the hundred, found by bisection, in several portions; on a grid hundreds tie."""
    labels = np.repeat([f"cow {n:02}" for n in range(len(sizes))], sizes)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(len(sizes), 3))[np.unique(labels, return_inverse=True)[1]] + rng.normal(size=(len(labels), 3))
    x = np.round(x / step) if step else x
    for rest, again in zip(without_each_animal(x, labels), by_the_loop(x, labels), strict=True):
        assert_same(rest, again)


def test_the_quick_precision_is_near():
    """In float32 neighbours that lie as close as its last digits may be swapped, and no more."""
    labels, x = np.repeat(np.arange(30), 6), np.random.default_rng(4).normal(size=(180, 8))
    for rest, again in zip(without_each_animal(x, labels, "float32"), without_each_animal(x, labels), strict=True):
        assert rest.map_at_r == pytest.approx(again.map_at_r, abs=1e-4)
        assert rest.map == pytest.approx(again.map, abs=1e-4)


def test_too_few_animals_are_too_few_for_every_score():
    """Of a, a, b, c without a nothing is found, so no score is had without any; of one more b all are had."""
    few, x = np.array(list("aabc")), np.arange(4.0)[:, None]
    assert cannot_lose(few) == "a"
    assert without_each_animal(x, few) == each_animal(few) == scores_apart(cdist(x, x), few, [])[1] == []
    enough = np.array(list("aabbc"))
    assert [animal for animal, _ in each_animal(enough)] == list("abc")
    assert [kept.tolist() for _, kept in each_animal(enough)][2] == [True] * 4 + [False]


@examples(150)
@given(drawn_sets(9), st.data())
def test_rows_apart_are_in_no_ranking_of_each_other(drawn, data):
    """Each query against a reference of its own, one after the other; and the same without each animal."""
    x, labels = drawn
    distances = cdist(x, x)
    rows = st.integers(0, len(x) - 1)
    pairs = data.draw(st.lists(st.tuples(rows, rows).filter(lambda pair: pair[0] != pair[1]), max_size=6))
    whole, found = scores_apart(distances, labels, pairs)
    expected = one_after_the_other(distances, labels, pairs, np.ones(len(x), bool))
    assert (whole is None) == (expected is None)
    if expected is not None:
        assert (whole.map_at_r, whole.precision_at_1, whole.chance) == pytest.approx(expected, abs=1e-12)
    for rest in found:
        expected = one_after_the_other(distances, labels, pairs, labels != rest.animal)
        assert (rest.map_at_r, rest.precision_at_1, rest.chance) == pytest.approx(expected, abs=1e-12)


@examples(150)
@given(drawn_sets(9), drawn_sets(9), st.data())
def test_images_of_a_gallery_are_apart_from_a_query(one, other, data):
    """As Market-1501 leaves out of a query's gallery what its own camera took of its animal; one direction alone."""
    (x, labels), (y, names) = one, other
    depth = min(x.shape[1], y.shape[1])
    distances = cdist(x[:, :depth], y[:, :depth])
    assume(np.isin(labels, names).any())
    pair = st.tuples(st.integers(0, len(x) - 1), st.integers(0, len(y) - 1))
    pairs = data.draw(st.lists(pair, max_size=6))
    whole, found = scores_apart(distances, labels, pairs, names)
    for rest, without in [(whole, None), *((rest, rest.animal) for rest in found)]:
        values = {}
        for row in np.flatnonzero(labels != without):
            kept = (names != without) & [(row, column) not in pairs for column in range(len(names))]
            if labels[row] in names[kept]:
                score = retrieval_scores_from_distances(distances[row, kept][None], labels[[row]], names[kept])
                values.setdefault(labels[row], []).append((score.map_at_r, score.precision_at_1, score.chance))
        expected = np.mean([np.mean(own, axis=0) for own in values.values()], axis=0) if values else None
        assert (rest is None) == (expected is None)
        if rest is not None:
            assert (rest.map_at_r, rest.precision_at_1, rest.chance) == pytest.approx(tuple(expected), abs=1e-12)


def one_after_the_other(distances, labels, pairs, kept):
    """(MAP@R, P@1, chance) per class, each query scored by itself; None without any query."""
    shared = np.zeros(distances.shape, bool)
    for one, other in pairs:
        shared[one, other] = shared[other, one] = True
    values = {}
    for row in np.flatnonzero(kept):
        others = kept & ~shared[row]
        others[row] = False
        if labels[row] not in labels[others]:
            continue
        one = retrieval_scores_from_distances(distances[row, others][None], labels[[row]], labels[others])
        values.setdefault(labels[row], []).append((one.map_at_r, one.precision_at_1, one.chance))
    return tuple(np.mean([np.mean(own, axis=0) for own in values.values()], axis=0)) if values else None


def test_a_copy_no_longer_finds_its_original():
    """Two copies of A and one A far off, among B's: with the copies apart, A's images find B first."""
    x = np.array([[0.0], [0.0], [9.0], [1.0], [2.0]])
    labels = np.array(list("AAABB"))
    distances = cdist(x, x)
    per_query = retrieval_scores_from_distances(distances, labels).per_query
    assert per_query[:3].tolist() == [0.5, 0.5, 0.0]
    whole, _ = scores_apart(distances, labels, [(0, 1)])
    assert whole.map_at_r == pytest.approx((0.0 + per_query[3:].mean()) / 2)
    # Both copies now have R = 1 of 3; the third image of A has R = 2 of 4, and B's R = 1 of 4.
    third = 0.5 * (2 / 4 + (2 / 4) * (1 + 1 / 3) / 2)
    assert whole.chance == pytest.approx(((1 / 3 + 1 / 3 + third) / 3 + 1 / 4) / 2)


def test_nothing_is_left():
    """Two animals of one photograph each: no query, and no number either."""
    distances = cdist(np.arange(4.0)[:, None], np.arange(4.0)[:, None])
    assert scores_apart(distances, list("AABB"), [(0, 1), (2, 3)]) == (None, [])


def test_errors_are_those_of_the_scores():
    """What cannot be ranked is refused in the same words."""
    with pytest.raises(InvalidInputError, match="NaN or infinity"):
        without_each_animal(np.full((3, 2), np.nan), list("aab"))
    with pytest.raises(InvalidInputError, match="the labels ask for"):
        without_each_animal_from_distances(np.zeros((3, 2)), list("aab"))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_pieces_are_added_in_one_order_and_not_kept(counts, random):
    """Whichever thread has its piece first, the sum has the same bits; a piece whose turn has come is let go."""
    rng = np.random.default_rng(len(counts))
    pieces = [(5 * at, 5, [rng.normal(size=(2, 3)) for _ in range(count)]) for at, count in enumerate(counts)]
    arrays = [one.copy() for *_, sums in pieces for one in sums]
    random.shuffle(pieces)
    added, come = _InOrder(), set()
    for first, size, sums in pieces:
        added.add(first, size, sums)
        come.add(first)
        turn = next(at for at in range(0, 5 * len(counts) + 5, 5) if at not in come)
        assert set(added._waiting) == {one for one in come if one > turn}
    total = added.total()
    assert total is None if not arrays else np.array_equal(total, np.sum(arrays, axis=0))
