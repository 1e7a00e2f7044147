"""The k smallest keys of each row, sorted: by NumPy's partition, or by a sampled bar that few more than k pass.

Which of the two is quicker depends on the processor: where AVX-512 stores stall (Zen 4) partition costs twice the
matrix product that made the keys, elsewhere half of it. Both give the same keys; the first call tries them.
"""

import time
from functools import lru_cache
from itertools import pairwise

import numpy as np

__all__ = ["integers", "nearest"]

_STRIDES = 16, 64  # every 16th column is in the sample, every 64th where few of many columns are wanted
_MANY = 950
_WORTH = 1024  # columns from which a sample pays
_SPREADS = 2.5  # standard deviations by which the bar lies too high rather than too low


def integers(keys: np.ndarray) -> np.ndarray:
    """Return the bits of the keys, of the same shape."""
    return keys.view(np.int32 if keys.dtype == np.float32 else np.int64)


def nearest(block: np.ndarray, count: int) -> np.ndarray:
    """Return the ``count`` smallest keys (Q, count) of each row of a block (Q, M), ascending; all M where count >= M.

    The keys are not negative, so that their bits are compared in their stead. Rows may be left in another order.
    """
    if count >= block.shape[1]:
        return np.sort(integers(block), axis=1).view(block.dtype)
    found = None if _partition_is_quick() else _under_the_bar(block, count)
    return _partitioned(block, count) if found is None else found


@lru_cache(maxsize=1)
def _partition_is_quick() -> bool:
    keys = np.random.default_rng(0).random((32, 8192), dtype=np.float32)
    seconds = dict.fromkeys((_partitioned, _under_the_bar), np.inf)
    for _ in range(3):
        for way in seconds:
            block = keys.copy()
            start = time.perf_counter()
            way(block, 512)
            seconds[way] = min(seconds[way], time.perf_counter() - start)
    return seconds[_partitioned] <= seconds[_under_the_bar]


def _partitioned(block: np.ndarray, count: int) -> np.ndarray:
    bits = integers(block)
    bits.partition(count - 1, axis=1)
    return np.sort(bits[:, :count], axis=1).view(block.dtype)


def _under_the_bar(block: np.ndarray, count: int) -> np.ndarray | None:
    passed = _pass_the_bar(block, count)
    if passed is None:
        return None
    keys, edges, _ = passed
    top, short = _sorted_rows(integers(keys), edges, count)
    found = top.view(block.dtype)
    if len(short):
        found[short] = _partitioned(block[short], count)
    return found


def _pass_the_bar(keys: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return the keys under each row's bar, one row after another, their edges (Q + 1,) and the bars (Q,).

    None where the block is too narrow to gain by it, or where too many keys tie with the bar.
    """
    rows, columns = keys.shape
    if columns < _WORTH or 4 * count > columns:
        return None
    # Columns are in order of class, so the sample is nearly stratified and the counts vary little.
    stride = _STRIDES[columns > _MANY * count]
    sample = integers(keys)[:, ::stride].copy()
    if sample.itemsize == 8:
        # The upper half sets the bar as well, and partitions faster.
        sample = (sample >> 32).astype(np.int32)
    mean = count / stride
    place = int(mean + _SPREADS * mean**0.5 + 1.5)
    sample.partition(place, axis=1)
    bars = sample[:, place].astype(integers(keys).dtype)
    if bars.itemsize == 8:
        bars = ((bars + 1) << 32) - 1
    bars = bars.view(keys.dtype)
    under = keys <= bars[:, None]
    if np.count_nonzero(under) > 2 * stride * (place + 1) * rows:
        return None
    places = np.flatnonzero(under)
    return keys.ravel()[places], np.searchsorted(places, np.arange(rows + 1) * columns), bars


def _sorted_rows(values: np.ndarray, edges: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the ``count`` smallest of each ragged row, ascending, and the rows that are too short to have them."""
    top = np.empty((len(edges) - 1, count), dtype=values.dtype)
    bounds = edges.tolist()
    for row, (start, stop) in enumerate(pairwise(bounds)):
        if stop - start >= count:
            part = values[start:stop]
            part.sort()
            top[row] = part[:count]
    short = np.flatnonzero(np.diff(edges) < count)
    top[short] = 0
    return top, short
