"""float64's rankings are decided in 32 bits only where that is certain: the bound holds, and all doubt is seen."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from metrics import brute
from strategies import examples

from reproduce.metrics import map_at_r
from reproduce.metrics.kernel import decide
from reproduce.metrics.kernel.keys import LevelKeys, RoundedKeys
from reproduce.metrics.kernel.nearest import integers
from reproduce.metrics.kernel.rank import decided
from reproduce.metrics.scoring import arrange

SEEDS = st.integers(0, 2**32 - 1)
KINDS = st.sampled_from(["plain", "far off", "a million apart", "copies", "near copies", "tiny", "huge"])


def nasty(kind, rows, depth, seed):
    """(N, D) embeddings of four or five classes, and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 5, rows)
    labels[1] = labels[0]
    x = rng.normal(size=(5, depth))[labels] + rng.normal(size=(rows, depth))
    if kind == "far off":
        x += 1e4
    elif kind == "a million apart":
        x *= 10.0 ** rng.integers(-3, 4, rows)[:, None]
    elif kind == "copies":
        x[2:4] = x[:2]
    elif kind == "near copies":
        x[rows // 2 :] = x[: rows - rows // 2] * (1 + 1e-8 * rng.normal(size=(rows - rows // 2, depth)))
    elif kind == "tiny":
        x[::2] *= 1e-30
    elif kind == "huge":
        x *= 1e150
    return x, labels


@examples(60)
@given(KINDS, st.integers(4, 14), st.integers(1, 8), SEEDS)
def test_every_ranking_is_the_exact_one(kind, rows, depth, seed):
    """MAP@R of nasty embeddings is that of distances in fractions, ties averaged, to 1e-12."""
    x, labels = nasty(kind, rows, depth, seed)
    exact = [[sum((Fraction(a) - Fraction(b)) ** 2 for a, b in zip(p, q, strict=True)) for q in x] for p in x]
    peak = float(np.abs(x).max())
    distances = np.array([[float(d / Fraction(peak) ** 2) for d in row] for row in exact])
    scale = brute.scale(x / peak)
    gaps = np.diff(np.sort(distances, axis=1), axis=1)
    assume(not ((gaps > 1e-14 * scale) & (gaps < 1e-10 * scale)).any())
    found = brute.per_query(distances, labels, 1e-12 * scale)
    for average in ("class", "query"):
        assert map_at_r(x, labels, average) == pytest.approx(brute.mean(found, labels, average)[0], abs=1e-12)


@examples(80)
@given(KINDS, st.integers(4, 40), st.integers(1, 200), SEEDS, st.booleans())
def test_the_bound_on_float32_holds(kind, rows, depth, seed, apart):
    """No flagged float32 key lies farther from the exact one than half of what ``close`` allows."""
    x, labels = nasty(kind, rows, depth, seed)
    layout, exact, _ = arrange(x, labels, "float64", *((x[::-1], labels) if apart else (None, None)))
    rounded = RoundedKeys(exact)
    size = len(layout.queries), len(layout.columns)
    ours, keys = np.empty(size, np.float32), np.empty(size)
    rounded.fill(0, size[0], ours)
    exact.fill(0, size[0], keys)
    for flag in (0, 1):
        integers(ours)[:] = integers(ours) & -2 | flag
        assert (np.abs(ours - keys) * 2 <= rounded._margin[:, None]).all()


def test_the_bound_is_not_far_off():
    """Of a usable embedding's neighbours few are in doubt: a bound a hundred times as wide would still hold."""
    x, labels = nasty("plain", 400, 128, 0)
    _, exact, _ = arrange(x, labels, "float64", None, None)
    rounded = RoundedKeys(exact)
    assert rounded._margin.max() < 2e-4 * 4 * exact._right[-1].max()


@pytest.mark.parametrize("way", [RoundedKeys, LevelKeys])
@pytest.mark.parametrize("kind", ["plain", "far off", "a million apart", "copies", "near copies"])
def test_what_is_not_close_is_in_order(kind, way):
    """Sorted quick keys that are said to be apart stand in the order of the exact ones, farther apart than a tie."""
    x, labels = nasty(kind, 300, 12, 3)
    _, exact, _ = arrange(x, labels, "float64", None, None)
    quick = way(exact)
    ours, keys = np.empty((300, 300), np.float32), np.empty((300, 300))
    quick.fill(0, 300, ours)
    exact.fill(0, 300, keys)
    order = np.argsort(integers(ours), axis=1)
    close = quick.close(np.take_along_axis(ours, order, axis=1), 0)
    ranked = np.take_along_axis(keys, order, axis=1)
    # The largest key so far and the smallest to come, at each place.
    below, above = np.maximum.accumulate(ranked, axis=1), np.minimum.accumulate(ranked[:, ::-1], axis=1)[:, ::-1]
    assert (above[:, 1:] - below[:, :-1])[~close].min() > exact.tolerance
    if kind == "plain":
        assert close.mean() < 0.01


def test_doubt_is_where_kinds_meet_or_at_the_edge():
    """A pair in doubt matters where only one of it is flagged, and between the R-th and the next, whatever they are."""
    flags = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [1, 1, 0, 0]])
    top = np.arange(1.0, 5.0, dtype=np.float32) + np.zeros((4, 1), np.float32)
    integers(top)[:] = integers(top) & -2 | flags
    pairs = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]], dtype=bool)
    scores, doubt = decided(top, pairs, 3)
    assert doubt.tolist() == [False, True, True, True]
    np.testing.assert_allclose(scores, [2 / 3, (1 + 2 / 3) / 3, 1 / 9, 2 / 3])


@pytest.mark.parametrize("kind", ["plain", "copies", "near copies", "far off", "a million apart"])
@pytest.mark.parametrize("classes", [5, 150])
def test_every_way_gives_the_same_bits(kind, classes, monkeypatch):
    """A score does not tell which way it was decided by."""
    x, _ = nasty(kind, 600, 16, 1)
    labels = np.arange(600) % classes
    ways, scores = [[], [LevelKeys], [RoundedKeys], [RoundedKeys, LevelKeys]], []
    for some in ways:
        monkeypatch.setattr(decide, "_WAYS", some)
        scores.append(map_at_r(x, labels))
    assert len(set(scores)) == 1


@pytest.mark.parametrize("rows", [64, 65, 300])
def test_each_query_is_scored_once_by_what_decides_it(rows, monkeypatch):
    """Float32 leaves copies of two classes, and nothing else of a plain embedding, to what follows."""
    x, _ = nasty("plain", rows, 20, 2)
    labels = np.arange(rows) // 2
    x[1] = x[0] + 0.01
    x[3] = x[1]  # of another class, and as near to the first
    left = []
    surely = decide._surely
    monkeypatch.setattr(decide, "_surely", lambda *given: left.append(len(given[-1])) or surely(*given))
    scored = map_at_r(x, labels)
    assert 1 <= left[0] < 8
    monkeypatch.setattr(decide, "_WAYS", [])
    assert map_at_r(x, labels) == scored
