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

from reproduce.metrics.keys import Keys
from reproduce.metrics.layout import Layout
from reproduce.metrics.nearest import integers

__all__ = ["sweep"]

BLOCK_BYTES = 16 << 20
BLOCK_ROWS = 256  # fewer starve the matrix product, more gain nothing

# Takes a block's keys, its first query and R; writes what it finds to arrays of its own.
Score = Callable[[np.ndarray, int, int], None]


def sweep(layout: Layout, keys: Keys, score: Score) -> None:
    """Call ``score`` for every block of queries with one R; blocks may come from several threads at once.

    The block holds flagged keys in column order, the query's own at infinity, and is ``score``'s to
    overwrite.
    """
    columns = len(layout.columns)
    step = min(BLOCK_ROWS, max(1, BLOCK_BYTES // (columns * keys.dtype.itemsize)))
    starts = iter(range(0, len(layout.queries), step))

    def work() -> None:
        buffer = np.empty((min(step, len(layout.queries)), columns), dtype=keys.dtype)
        for start in _shared(starts):
            stop = min(start + step, len(layout.queries))
            block = buffer[: stop - start]
            keys.fill(start, stop, block)
            _flag(block, layout, start, stop)
            for first, last in layout.runs(start, stop, "relevant"):
                score(block[first - start : last - start], first, int(layout.relevant[first]))

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
