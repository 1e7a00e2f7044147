"""Blocks of flagged keys against every order that their ties allow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics import brute

from reproduce.metrics.nearest import integers
from reproduce.metrics.rank import ap_at_r, everything

TOLERANCE = 1e-9


@st.composite
def blocks(draw):
    """(Q, M) flagged keys, R flags in each row, and the tolerance: None for float32, and for float64 a half of each
    gap that is small.
    """
    columns, dtype = draw(st.integers(2, 6)), draw(st.sampled_from([np.float32, np.float64]))
    relevant = draw(st.integers(1, columns))
    steps = st.sampled_from([0.0, 0.0, 1.0] if dtype == np.float32 else [0.0, TOLERANCE / 2, 1.0])
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        order = draw(st.permutations(range(columns)))
        keys = np.cumsum([draw(steps) for _ in order]).astype(dtype)
        bits = integers(keys)
        bits &= -2
        bits |= np.array(order) < relevant
        rows.append(draw(st.permutations(keys.tolist())))
    return np.array(rows, dtype=dtype), relevant, None if dtype == np.float32 else TOLERANCE


@settings(deadline=None, max_examples=300)
@given(blocks())
def test_a_block_scores_as_the_mean_over_every_order(drawn):
    """AP@R by the nearest alone, and every figure by whole rankings, ties of any size and place averaged."""
    block, relevant, tolerance = drawn
    wanted = []
    for row in block:
        flags = (integers(row) & 1).astype(bool)
        unflagged = row.copy()
        integers(unflagged)[:] &= -2
        orders = brute.orders(unflagged.tolist(), flags.tolist(), 0.0 if tolerance is None else tolerance)
        wanted.append(np.mean([brute.figures(hits) for hits in orders], axis=0))
    wanted = np.array(wanted)
    assert ap_at_r(block.copy(), relevant, tolerance) == pytest.approx(wanted[:, 0], abs=1e-12)
    figures = everything(block.copy(), relevant, tolerance)
    names = ("ap_at_r", "r_precision", "p_at_1", "ap")
    assert np.stack([getattr(figures, name) for name in names], axis=1) == pytest.approx(wanted[:, :4], abs=1e-12)
