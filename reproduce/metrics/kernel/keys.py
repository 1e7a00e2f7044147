"""Ranking keys, block by block: squared distances from one matrix product, or distances as given."""

from typing import Any, Protocol

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.inputs import centre
from reproduce.metrics.kernel.layout import Layout

__all__ = ["DistanceKeys", "EmbeddingKeys", "Keys"]

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
        """``hashes`` are the fingerprints of the rows that are the columns here, ``peak`` the largest
        coordinate.
        """
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

    def fill(self, start: int, stop: int, out: np.ndarray) -> None:
        """Write the keys of queries start .. stop - 1 to ``out``: see Keys."""
        rows = self._left[:, self._place[start] : self._place[stop - 1] + 1]
        depth = len(rows) - 2
        left = np.empty((rows.shape[1], len(rows)), dtype=self.dtype)
        np.multiply(rows[:depth].T, -2, out=left[:, :depth])
        left[:, depth], left[:, depth + 1] = rows[depth + 1] + self._lift, 1
        np.matmul(left, self._right, out=out)
        if self._twins is not None:
            out[:, self._twins[0]] = out[:, self._twins[1]]


def _twins(hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Columns whose embedding an earlier column holds too, and that column; None where all differ.

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
