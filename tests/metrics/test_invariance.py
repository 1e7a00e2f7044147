"""What must not move a score: the order of the rows, the names of the classes, a rigid motion, a unit."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from metrics import brute
from strategies import embeddings_with_labels, examples

from reproduce.metrics import chance_map_at_r, map_at_r, retrieval_scores
from reproduce.metrics.kernel import sweep

FEW = examples(60)
DTYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])


def overlapping(rows=400, depth=16, classes=23, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    return rng.normal(size=(classes, depth))[labels] + rng.normal(size=(rows, depth)), labels


@FEW
@given(embeddings_with_labels(max_rows=12), st.randoms(use_true_random=False))
def test_rows_and_names_do_not_matter_to_the_last_bit(sample, random):
    """Any order of the rows and any names of the classes give the same bits, ties or none."""
    x, labels = sample
    order = random.sample(range(len(x)), len(x))
    present = sorted(set(labels.tolist()))
    names = dict(zip(present, random.sample("abcdefgh", len(present)), strict=True))
    renamed = [names[labels[row]] for row in order]
    for dtype in ("float64", "float32"):
        for average in ("class", "query"):
            assert map_at_r(x[order], renamed, average, dtype) == map_at_r(x, labels, average, dtype)
    before, after = retrieval_scores(x, labels), retrieval_scores(x[order], renamed)
    assert (before.map, before.r_precision, before.chance) == (after.map, after.r_precision, after.chance)
    np.testing.assert_array_equal(before.per_query[order], after.per_query)


@DTYPES
def test_rows_do_not_matter_where_blocks_and_bars_come_in(dtype, monkeypatch):
    """Several blocks, the sampled bar and rounding of the product leave the same bits for every order of the rows."""
    monkeypatch.setattr(sweep, "_WANTED", 100)
    x, labels = overlapping(rows=1500, classes=40)
    x[700:760] = x[:60]  # equal rows, of other classes too
    scores = {
        map_at_r(x[order], labels[order], dtype=dtype)
        for order in map(np.random.default_rng(1).permutation, [1500] * 4)
    }
    assert len(scores) == 1


@FEW
@given(embeddings_with_labels(), st.integers(0, 2**31), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_a_rigid_motion_and_a_unit_do_not_matter(sample, seed, shift, unit):
    """Rotation, translation and positive scaling leave the score where no gap lies between rounding and 1e-9."""
    x, labels = sample
    distances, scale = brute.squared_distances(x), brute.scale(x)
    assume(scale > 1e-4)  # else the shift itself rounds the embeddings away
    gaps = np.diff(np.sort(distances, axis=1), axis=1)
    assume(not ((gaps > 1e-14 * scale) & (gaps < 1e-9 * scale)).any())
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(x.shape[1],) * 2))[0]
    assert map_at_r(x @ turn * unit + shift / 100, labels) == pytest.approx(map_at_r(x, labels), abs=1e-12)


@DTYPES
@pytest.mark.parametrize("unit", [1e-200, 1e-30, 1e30, 1e200, 2.0**-1060])
def test_coordinates_of_any_size_score_alike(unit, dtype):
    """Coordinates of 1e-200 and 1e200 neither vanish nor overflow."""
    x, labels = overlapping(rows=150)
    x = np.round(x * 256)  # whole numbers survive the smallest unit
    assert map_at_r(x * unit, labels, dtype=dtype) == pytest.approx(map_at_r(x, labels, dtype=dtype), abs=1e-6)


@DTYPES
def test_an_offset_costs_no_digit(dtype):
    """At an offset of 1e4, where uncentred float32 distances cancel, the score is that without it."""
    x, labels = overlapping()
    x = np.round(x * 1024) / 1024  # the offset itself is exact
    assert map_at_r(x + 1e4, labels, dtype=dtype) == map_at_r(x, labels, dtype=dtype)


@pytest.mark.parametrize("kind", ["float16", "float32", "int8", "int64", "uint16", "bool", "longdouble"])
def test_every_kind_of_number_is_taken_as_it_is(kind):
    """Integers, booleans and short floats score as the float64 numbers they stand for."""
    x, labels = overlapping(rows=120)
    x = (np.abs(x) * 20).astype(kind)
    assert map_at_r(x, labels) == map_at_r(x.astype(np.float64), labels)


def test_float32_moves_little():
    """The quick option stays within 1e-6 of the exact one, and within 1e-12 where all distances are exact."""
    x, labels = overlapping(rows=1500)
    assert map_at_r(x, labels, dtype="float32") == pytest.approx(map_at_r(x, labels), abs=1e-6)
    assert map_at_r(x, labels, dtype=np.float32) == map_at_r(x, labels, dtype="float32")


def test_float32_ties_equal_rows():
    """In float32 equal rows of two classes tie, wherever the product rounds them."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 37))
    x, labels = np.concatenate((x, x, x)), np.arange(120) % 40 // 2 + np.repeat([0, 0, 20], 40)
    assert map_at_r(x, labels, dtype="float32") == pytest.approx(map_at_r(x, labels), abs=1e-12)


@DTYPES
@pytest.mark.parametrize("value", [0.0, 0.1, -1e300, 7.0])
@pytest.mark.parametrize("rows", [60, 1300])
def test_a_constant_embedding_scores_exactly_chance(value, dtype, rows):
    """An embedding that says nothing scores the chance level, whatever the order of its rows."""
    labels = np.sort(np.random.default_rng(2).integers(0, 17, rows))
    x = np.full((rows, 5), value)
    scores = retrieval_scores(x, labels, dtype=dtype)
    assert map_at_r(x, labels, dtype=dtype) == pytest.approx(chance_map_at_r(labels), abs=1e-12)
    for name in ("map_at_r", "r_precision", "precision_at_1", "map"):
        assert getattr(scores, name) == pytest.approx(getattr(scores.at_chance, name), abs=1e-12)
        assert getattr(scores.query, name) == pytest.approx(getattr(scores.query_at_chance, name), abs=1e-12)
    np.testing.assert_allclose(scores.cmc, scores.at_chance.cmc, atol=1e-12)


def test_threads_do_not_matter():
    """Two threads give the bits that one gives."""
    from threadpoolctl import threadpool_limits

    x, labels = overlapping(rows=1100)
    scores = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            scores.append((map_at_r(x, labels), map_at_r(x, labels, dtype="float32"), retrieval_scores(x, labels).map))
    assert scores[0] == scores[1]
