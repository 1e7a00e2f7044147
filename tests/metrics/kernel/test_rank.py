"""Blocks of flagged keys against every order that their ties allow."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics import brute
from strategies import examples

from reproduce.metrics.kernel.nearest import integers
from reproduce.metrics.kernel.rank import ap_at_r, everything, in_order

TOLERANCE = 1e-9


@st.composite
def blocks(draw):
    """(Q, M) flagged keys, R flags in each row, and the tolerance: None for float32, and for float64 a little
    more than a small gap.
    """
    columns, dtype = draw(st.integers(2, 6)), draw(st.sampled_from([np.float32, np.float64]))
    relevant = draw(st.integers(1, columns))
    steps = st.sampled_from([0.0, 0.0, 1.0] if dtype == np.float32 else [0.0, 0.9 * TOLERANCE, 1.0])
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        order = draw(st.permutations(range(columns)))
        keys = np.cumsum([draw(steps) for _ in order]).astype(dtype)
        bits = integers(keys)
        bits &= -2
        bits |= np.array(order) < relevant
        rows.append(draw(st.permutations(keys.tolist())))
    return np.array(rows, dtype=dtype), relevant, None if dtype == np.float32 else TOLERANCE


def by_hand(block, tolerance):
    """The figures (Q, 4 and more) of every row: the mean over every order of what ties."""
    wanted = []
    for row in block:
        flags = (integers(row) & 1).astype(bool)
        unflagged = row.copy()
        integers(unflagged)[:] &= -2
        orders = brute.orders(unflagged.tolist(), flags.tolist(), 0.0 if tolerance is None else tolerance)
        wanted.append(np.mean([brute.figures(hits) for hits in orders], axis=0))
    return np.array(wanted)


@examples(300)
@given(blocks())
def test_a_block_scores_as_the_mean_over_every_order(drawn):
    """AP@R by the nearest alone, and every figure by whole rankings, ties of any size and place averaged."""
    block, relevant, tolerance = drawn
    wanted = by_hand(block, tolerance)
    assert ap_at_r(block.copy(), relevant, tolerance) == pytest.approx(wanted[:, 0], abs=1e-12)
    figures = everything(in_order(block.copy()), relevant, tolerance)
    names = ("ap_at_r", "r_precision", "p_at_1", "ap")
    assert np.stack([getattr(figures, name) for name in names], axis=1) == pytest.approx(wanted[:, :4], abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("tied", [2, 3, 4])
def test_one_tie_anywhere_with_every_choice_of_the_relevant(tied, dtype):
    """Of two, three or four keys out of eight, in the first places, in the last and across the edge of R = 5."""
    tolerance = None if dtype == np.float32 else TOLERANCE
    for start in range(9 - tied):
        keys = np.arange(1.0, 9.0, dtype=dtype)
        # Neighbours tie, those farther apart do not: a tie is passed on.
        keys[start : start + tied] = keys[start] + 0.9 * TOLERANCE * np.arange(tied)
        flags = np.array([np.isin(np.arange(8), chosen) for chosen in combinations(range(8), 5)])
        block = np.tile(keys, (len(flags), 1))
        bits = integers(block)
        bits[:] = bits & -2 | flags
        assert ap_at_r(block.copy(), 5, tolerance) == pytest.approx(by_hand(block, tolerance)[:, 0], abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_tie_across_the_edge_is_seen_among_many(dtype):
    """Where a bar is set, the one tie of a row lies between its R nearest and the rest."""
    rng = np.random.default_rng(0)
    block = rng.random((40, 1600)).astype(dtype)
    order = np.argsort(block, axis=1)
    np.put_along_axis(block, order[:, 30:31], np.take_along_axis(block, order[:, 29:30], axis=1), axis=1)
    # Thirty places, of the two that tie the first alone.
    flags = np.zeros(block.shape, dtype=bool)
    places = [*range(0, 27, 3), 29, *range(33, 93, 3)]
    np.put_along_axis(flags, order[:, places], True, axis=1)
    bits = integers(block)
    bits[:] = bits & -2 | flags
    tolerance = None if dtype == np.float32 else 1e-12
    assert ap_at_r(block.copy(), 30, tolerance) == pytest.approx(
        everything(in_order(block), 30, tolerance).ap_at_r, abs=1e-12
    )
