"""Columns of each class between the hits of a ranking, counted in three ways that must agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.metrics.kernel import without
from reproduce.metrics.kernel.without import Columns

#: The constants that choose a way: of few columns alone, bound by bound, and by putting the columns in order.
WAYS = {"few columns": (1, 48), "few bounds": (10**9, 48), "many bounds": (10**9, 0)}


@pytest.mark.parametrize("way", WAYS)
@given(
    keys=st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=1, max_size=4),
    bounds=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    codes=st.lists(st.integers(0, 2), min_size=6, max_size=6),
)
def test_each_way_counts_the_same(way, keys, bounds, codes):
    """A column is counted at the first bound that its key is below, keys that tie with a bound at the next."""
    bits, ends = np.array(keys), np.sort(np.tile(bounds, (len(keys), 1)), axis=1)
    plain = np.zeros((len(keys), len(bounds), 4), dtype=int)
    for query, row in enumerate(keys):
        for key, code in zip(row, codes, strict=True):
            slot = sum(key >= bound for bound in bounds)
            if slot < len(bounds):
                plain[query, slot, code] += 1
    with pytest.MonkeyPatch.context() as patch:
        for name, value in zip(("_RARE", "_FEW"), WAYS[way], strict=True):
            patch.setattr(without, name, value)
        assert np.array_equal(without._between(bits, ends, Columns(np.array(codes), 3)), plain)
