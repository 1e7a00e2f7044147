"""The pass over all blocks of queries: keys are computed, flagged, sorted and scored, on as many threads as
BLAS has.

The flag that says "of the query's class" travels in the last bit of each key, so that sorting values is
enough and no index is ever moved.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from threadpoolctl import ThreadpoolController

from reproduce.metrics.kernel.keys import Keys
from reproduce.metrics.kernel.layout import Layout
from reproduce.metrics.kernel.nearest import integers

__all__ = ["sweep"]

# A block has 512 rows if 40 MB hold them, and 64 if 128 MB do: fewer starve the matrix product, more gain nothing.
_WANTED, _WITHIN = 512, 40 << 20
_LEAST, _AT_MOST = 64, 128 << 20
# It is scored in pieces that stay in the cache from one step to the next.
_PIECE = 4 << 20

# Takes a piece's keys, its first query and R; writes what it finds to arrays of its own.
Score = Callable[[np.ndarray, int, int], None]


def sweep(layout: Layout, keys: Keys, score: Score) -> None:
    """Call ``score`` for every piece of queries with one R; pieces may come from several threads at once.

    The piece holds flagged keys in column order, the query's own at infinity, and is ``score``'s to
    overwrite.
    """
    columns = len(layout.columns)
    step = _rows_of_a_block(columns * keys.dtype.itemsize)
    pace = max(1, _PIECE // (columns * keys.dtype.itemsize))
    starts = iter(range(0, len(layout.queries), step))

    def work() -> None:
        buffer = np.empty((min(step, len(layout.queries)), columns), dtype=keys.dtype)
        for start in _shared(starts):
            stop = min(start + step, len(layout.queries))
            block = buffer[: stop - start]
            keys.fill(start, stop, block)
            for low in range(start, stop, pace):
                high = min(low + pace, stop)
                piece = block[low - start : high - start]
                _flag(piece, layout, low, high)
                for first, last in layout.runs(low, high, "relevant"):
                    score(piece[first - low : last - low], first, int(layout.relevant[first]))

    controller = _blas()
    threads = max((library["num_threads"] for library in controller.info()), default=1)
    threads = min(threads, -(-len(layout.queries) // step))
    with controller.limit(limits=1):
        if threads == 1:
            work()
        else:
            with ThreadPoolExecutor(threads) as pool:
                for done in [pool.submit(work) for _ in range(threads)]:
                    done.result()


def _rows_of_a_block(row_bytes: int) -> int:
    return max(1, min(_WANTED, max(_WITHIN // row_bytes, min(_LEAST, _AT_MOST // row_bytes))))


def _shared(starts: Iterator[int]) -> Iterator[int]:
    """Each start once, whichever thread asks: a range iterator's next is one step of the interpreter."""
    yield from starts


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    # Finding the loaded libraries takes milliseconds, and NumPy's never changes.
    return ThreadpoolController().select(user_api="blas")


def _flag(block: np.ndarray, layout: Layout, start: int, stop: int) -> None:
    bits = integers(block)
    bits &= -2
    for first, last in layout.runs(start, stop, "low"):
        bits[first - start : last - start, layout.low[first] : layout.high[first]] |= 1
    own = layout.itself[start:stop]
    if own[0] >= 0:
        block[np.arange(stop - start), own] = np.inf
