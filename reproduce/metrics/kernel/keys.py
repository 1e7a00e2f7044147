"""Ranking keys, block by block: squared distances from one matrix product, or distances as given.

The float64 keys of embeddings have two quick forms of 32 bits that know how far they can be trusted: see `decide`.
"""

from copy import copy
from typing import Any, Protocol, Self

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.inputs import centre
from reproduce.metrics.kernel.layout import Layout
from reproduce.metrics.kernel.nearest import integers

__all__ = ["DistanceKeys", "EmbeddingKeys", "Keys", "QuickKeys"]

# "differ by at most 1e-12 of max|x - mean|^2": a thousand times the rounding of a distance, and far below any
# difference that a photograph makes.
TIE = 1e-12
# The flag in the last bit makes even two zeros differ: no tolerance is smaller than this.
_FLOOR = 1e-300


class Keys(Protocol):
    """Keys of a layout's queries against its columns: the smaller, the nearer; none is negative.

    Floating point numbers that are not negative are in the order of their bits, and integers sort faster.

    Neighbours in the sorted order tie where they differ by at most ``tolerance``; a tolerance of None means
    equality but for the last bit.
    """

    dtype: np.dtype
    tolerance: float | None

    def fill(self, start: int, stop: int, out: np.ndarray) -> None:
        """Write the keys of queries start .. stop - 1 to ``out`` (stop - start, M)."""


class EmbeddingKeys:
    """Squared Euclidean distances |x|^2 - 2 x.y + |y|^2 of centred embeddings: one product of [-2x, |x|^2, 1]
    with [y, 1, |y|^2] per block.
    """

    def __init__(
        self, layout: Layout, embeddings: np.ndarray, reference: np.ndarray | None,
        hashes: np.ndarray, peak: float, dtype: np.dtype,
    ) -> None:  # fmt: skip
        """Take ``hashes``, the fingerprints of the rows that are columns here, and ``peak``, the largest coordinate."""
        self.dtype = dtype
        columns = embeddings if reference is None else reference
        others = () if reference is None else ((embeddings, layout.queries),)
        depth = columns.shape[1]
        # One column a row of the set, as the product reads them fastest.
        self._right = np.ones((depth + 2, len(layout.columns)), dtype=dtype)
        left = None if reference is None else np.ones((depth + 2, len(layout.queries)), dtype=dtype)
        top = 0.0
        for which, start, chunk in centre(columns, layout.columns, peak, others):
            rows = slice(start, start + len(chunk))
            norms = np.einsum("ij,ij->i", chunk, chunk)
            top = max(top, float(norms.max()))
            side = self._right if which == 0 else left
            side[:depth, rows], side[depth + 1, rows] = chunk.T, norms  # type: ignore[index]
        self.tolerance = max(TIE * top, _FLOOR) if dtype == np.float64 else None
        # Rounding could make the smallest keys negative: all are lifted by more than it, which moves no order.
        self._lift = top / 256
        # Queries that are columns themselves are read from there.
        self._left = self._right if left is None else left
        self._place: np.ndarray = layout.itself if left is None else np.arange(left.shape[1])
        self._twins = _twins(hashes[layout.columns]) if dtype == np.float32 else None

    def only(self, rows: np.ndarray) -> Self:
        """Return the keys of some of the queries: those that ``Layout.only`` takes."""
        fewer = copy(self)
        fewer._place = self._place[rows]
        return fewer

    def fill(self, start: int, stop: int, out: np.ndarray) -> None:
        """Write the keys of queries start .. stop - 1 to ``out``: see Keys."""
        np.matmul(self._side(start, stop), self._right, out=out)
        if self._twins is not None:
            out[:, self._twins[0]] = out[:, self._twins[1]]

    def _side(self, start: int, stop: int) -> np.ndarray:
        """Return [-2x, |x|^2 + lift, 1] of the queries, one a row."""
        rows = self._left[:, self._place[start:stop]]
        depth = len(rows) - 2
        left = np.empty((rows.shape[1], len(rows)), dtype=rows.dtype)
        np.multiply(rows[:depth].T, -2, out=left[:, :depth])
        left[:, depth], left[:, depth + 1] = rows[depth + 1] + self._lift, 1
        return left


class QuickKeys(EmbeddingKeys):
    """The order of float64 keys in 32 bits, flag and all, but for neighbours that lie too close: ``close`` tells."""

    def __init__(self, exact: EmbeddingKeys) -> None:
        """Take over the columns and queries of ``exact``."""
        vars(self).update(vars(exact))
        self.dtype = np.dtype(np.float32)
        self._twins = None

    def close(self, ordered: np.ndarray, first: int) -> np.ndarray:
        """Return whether sorted keys (Q, L) of queries from ``first`` on may tie or swap with the next, (Q, L - 1)."""
        raise NotImplementedError


class RoundedKeys(QuickKeys):
    """The product in float32: half the price.

    *How far a key k can lie from the squared distance d of the float64 rows x and y.* With u = 2**-24 and n the depth
    D + 2 of the product, every order of its additions, fused or not, gives sum of a_i b_i to within
    g(n) sum|a_i b_i|, g(n) = n u / (1 - n u) (Higham, Accuracy and Stability, 2002, 3.1). Rounding both factors of a
    term to float32 first makes that g(n + 2). Here sum|a_i b_i| <= 2 |x||y| + |x|^2 + lift + |y|^2
    = (|x| + |y|)^2 + lift <= s, which is taken with the largest |y| of all columns. The flag in the last bit moves a
    key by less than its last place, at most 2 u s. So |k - d - lift| <= g(n + 2) s + 2 u s <= 1.1 (D + 6) u s where
    n u < 1/16, and two keys farther apart than twice that stand in the order of their distances, those distances
    farther apart than the tie's tolerance where that is added. What falls below float32's range moves a sum by less
    than D 2**-125; s is no less than lift, which is at least 2**-10 where embeddings differ at all, so the remaining
    0.1 (D + 6) u s and the smallest normal number have room for it, for the tolerance's own rounding and for that of
    the difference.
    """

    def __init__(self, exact: EmbeddingKeys) -> None:
        """Round what ``exact`` multiplies."""
        super().__init__(exact)
        alike = self._left is self._right
        norms = np.sqrt(self._left[-1, self._place])
        size = (norms + np.sqrt(self._right[-1].max())) ** 2 + self._lift
        depth = len(self._right) - 2
        margin = 2 * 1.1 * (depth + 6) * 2.0**-24 * size + self.tolerance + np.finfo(np.float32).tiny
        self._margin = margin.astype(np.float32)
        self._right = self._right.astype(np.float32)
        self._left = self._right if alike else self._left.astype(np.float32)

    def only(self, rows: np.ndarray) -> Self:
        """Return the keys of some of the queries."""
        fewer = super().only(rows)
        fewer._margin = self._margin[rows]
        return fewer

    def close(self, ordered: np.ndarray, first: int) -> np.ndarray:
        """See QuickKeys: no farther apart than two keys can be moved, and a tie's tolerance."""
        return (ordered[:, 1:] - ordered[:, :-1]) <= self._margin[first : first + len(ordered), None]


class LevelKeys(QuickKeys):
    """The product in float64, of which whole numbers of 30 bits are kept: half the price to rank.

    A level is some 1e-8 of the largest distance, ten thousand tolerances: keys that tie, or that another block of
    the same product would round to the other order, are at most one level apart.
    """

    def __init__(self, exact: EmbeddingKeys) -> None:
        """Choose the levels so that the largest key has 30 bits."""
        super().__init__(exact)
        largest = 4 * max(self._left[-1, self._place].max(), self._right[-1].max()) + self._lift
        self._unit = np.ldexp(1.0, 30 - np.frexp(largest)[1])

    def fill(self, start: int, stop: int, out: np.ndarray) -> None:
        """Write the levels, of which the last bit is the flag's, as bits of ``out``."""
        left = self._side(start, stop) * self._unit
        step = 256
        tile = np.empty((len(left), step))
        for low in range(0, out.shape[1], step):
            right = self._right[:, low : low + step]
            part = tile[:, : right.shape[1]]
            np.matmul(left, right, out=part)
            np.copyto(integers(out)[:, low : low + step], part, casting="unsafe")

    def close(self, ordered: np.ndarray, first: int) -> np.ndarray:
        """See QuickKeys: no farther apart than one level."""
        levels = integers(ordered) >> 1
        return (levels[:, 1:] - levels[:, :-1]) <= 1


def _twins(hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the columns whose embedding an earlier column holds too, and that column; None where all differ.

    The product may round two equal columns differently; float32 ties them by copying.
    """
    _, first, which = np.unique(hashes, return_index=True, return_inverse=True)
    copies = np.flatnonzero(first[which] != np.arange(len(hashes)))
    return (copies, first[which][copies]) if len(copies) else None


class DistanceKeys:
    """Distances as given: an (N, M) array, or anything with a shape and row slices (a memory map)."""

    def __init__(self, layout: Layout, distances: Any) -> None:
        self.dtype = np.dtype(np.float64)
        self._layout, self._distances = layout, distances
        top = low = 0.0
        among = layout.itself[0] >= 0
        step = max(1, (1 << 20) // distances.shape[1])
        for start in range(0, distances.shape[0], step):
            block = np.array(distances[start : start + step], dtype=np.float64)
            if among:  # whatever stands on the diagonal is never looked at
                block[np.arange(len(block)), np.arange(start, start + len(block))] = 0.0
            if not np.isfinite(block).all():
                row = start + int(np.flatnonzero(~np.isfinite(block).all(axis=1))[0])
                raise InvalidInputError(f"distances, row {row}: NaN or infinity; every pair needs a number")
            low = min(low, float(block.min()))
            top = max(top, float(block.max()), -low)
        self._lift = 0.0 - low  # never -0.0
        self.tolerance: float | None = max(TIE * top, _FLOOR)

    def fill(self, start: int, stop: int, out: np.ndarray) -> None:
        """Write the keys of queries start .. stop - 1 to ``out``: see Keys."""
        for place, row in enumerate(self._layout.queries[start:stop].tolist()):
            np.take(np.asarray(self._distances[row], dtype=np.float64), self._layout.columns, out=out[place])
        out += self._lift  # by 0.0 too: -0.0 becomes 0.0
