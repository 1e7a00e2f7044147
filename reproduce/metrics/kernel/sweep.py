"""The pass over all blocks of queries: keys are computed, flagged and scored, on as many threads as BLAS has.

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
from reproduce.metrics.kernel.nearest import integers, nearest

__all__ = ["sweep", "sweep_nearest"]

# A block has 512 rows if 40 MB hold them, and 64 if 128 MB do: fewer starve the matrix product, more gain nothing.
_WANTED, _WITHIN = 512, 40 << 20
_LEAST, _AT_MOST = 64, 128 << 20
# It is flagged and sorted in pieces that stay in the second-level cache from one step to the next.
_PIECE = 1 << 20

# Takes a piece's keys, its first query and R; writes what it finds to arrays of its own.
Score = Callable[[np.ndarray, int, int], None]
# The same of all queries of a block with one R, and their R + 1 nearest keys, sorted; the block's rows may be in
# another order than their columns'.
ScoreNearest = Callable[[np.ndarray, int, int, np.ndarray], None]


def sweep(layout: Layout, keys: Keys, score: Score) -> None:
    """Call ``score`` for every piece of queries with one R; pieces may come from several threads at once.

    The piece holds flagged keys in column order, the query's own at infinity, and is ``score``'s to
    overwrite.
    """

    def visit(block: np.ndarray, start: int, stop: int) -> None:
        for piece, low, high in _pieces(block, start, layout.runs(start, stop, "relevant")):
            _flag(piece, layout, low, high)
            score(piece, low, int(layout.relevant[low]))

    _each_block(layout, keys, visit)


def sweep_nearest(layout: Layout, keys: Keys, score: ScoreNearest) -> None:
    """Call ``score`` for every block's queries with one R, with their R + 1 nearest; else as ``sweep``."""

    def visit(block: np.ndarray, start: int, stop: int) -> None:
        for first, last in layout.runs(start, stop, "relevant"):
            relevant, found = int(layout.relevant[first]), []
            run = block[first - start : last - start]
            for piece, low, high in _pieces(run, first, [(first, last)]):
                _flag(piece, layout, low, high)
                found.append(nearest(piece, relevant + 1))
            score(run, first, relevant, np.concatenate(found))

    _each_block(layout, keys, visit)


def _pieces(block: np.ndarray, start: int, runs: list[tuple[int, int]]) -> Iterator[tuple[np.ndarray, int, int]]:
    """Yield parts of a block whose first query is ``start``, each within a run: its keys, first and last + 1 query."""
    pace = max(1, _PIECE // (block.shape[1] * block.itemsize))
    for first, last in runs:
        for low in range(first, last, pace):
            high = min(low + pace, last)
            yield block[low - start : high - start], low, high


def _each_block(layout: Layout, keys: Keys, visit: Callable[[np.ndarray, int, int], None]) -> None:
    """Call ``visit`` with the keys of each block of queries, the first of them and the last + 1."""
    columns = len(layout.columns)
    step = _rows_of_a_block(columns * keys.dtype.itemsize)
    starts = iter(range(0, len(layout.queries), step))

    def work() -> None:
        buffer = np.empty((min(step, len(layout.queries)), columns), dtype=keys.dtype)
        for start in _shared(starts):
            stop = min(start + step, len(layout.queries))
            keys.fill(start, stop, buffer[: stop - start])
            visit(buffer[: stop - start], start, stop)

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
    """Yield each start once, whichever thread asks: a range iterator's next is one step of the interpreter."""
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
