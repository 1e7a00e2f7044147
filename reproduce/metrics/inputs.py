"""Embeddings are checked, centred and scaled, and get a fingerprint per row, in chunks of bounded memory."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from reproduce.errors import InvalidInputError

__all__ = ["as_matrix", "centre", "fingerprints", "largest", "plain"]

_CHUNK = 1 << 18  # elements: 2 MB in float64


def as_matrix(embeddings: Any, name: str = "embeddings") -> np.ndarray:
    """Return the embeddings as an (N, D) array of real numbers, N, D >= 1; not copied where it is one already.

    Raises InvalidInputError for another shape or type, naming ``name``.
    """
    try:
        matrix = np.asarray(plain(embeddings))
    except ValueError:
        raise InvalidInputError(f"{name}: rows differ in length; give an (N, D) array") from None
    if matrix.dtype.kind not in "fiub":
        raise InvalidInputError(f"{name} has type {matrix.dtype}; give an (N, D) array of real numbers")
    if matrix.ndim != 2:
        raise InvalidInputError(f"{name} has shape {matrix.shape}; give one row per image, shape (N, D)")
    if 0 in matrix.shape:
        raise InvalidInputError(f"{name} is empty (shape {matrix.shape}); give at least one row and one column")
    return matrix


def plain(values: Any) -> Any:
    """Return a tensor of torch's as an array, off its device and its gradient; a list of its scalars as numbers.

    Anything else is returned as it is.
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        return (values.float() if "bfloat16" in str(values.dtype) else values).numpy()
    if isinstance(values, (list, tuple)) and values and hasattr(values[0], "detach"):
        return [plain(value).item() if value.ndim == 0 else plain(value) for value in values]
    return values


def _chunks(matrix: np.ndarray, order: np.ndarray | None = None) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (first row, rows as float64) over the matrix, its rows taken in ``order``."""
    step = max(1, _CHUNK // matrix.shape[1])
    for start in range(0, len(matrix) if order is None else len(order), step):
        rows = slice(start, start + step) if order is None else order[start : start + step]
        yield start, matrix[rows].astype(np.float64)


def largest(matrix: np.ndarray, name: str = "embeddings") -> float:
    """Return the largest magnitude of a coordinate.

    Raises InvalidInputError naming the first row with NaN or infinity.
    """
    top = 0.0
    for start, chunk in _chunks(matrix):
        peak = float(np.abs(chunk, out=chunk).max())
        if not np.isfinite(peak):
            row = start + int(np.flatnonzero(~np.isfinite(chunk).all(axis=1))[0])
            raise InvalidInputError(f"{name}, row {row}: NaN or infinity; drop the row or repair the model")
        top = max(top, peak)
    return top


def fingerprints(matrix: np.ndarray) -> np.ndarray:
    """Return a 64-bit hash (N,) of each row's values: equal rows agree, others differ but for one chance in 2**64.

    Integer arithmetic, so neither the row's place nor its neighbours matter; 0.0 and -0.0 are one value.
    """
    multipliers = np.random.default_rng(0x5EED).integers(
        1 << 62, 1 << 63, matrix.shape[1], dtype=np.uint64
    ) | np.uint64(1)
    hashes = np.empty(len(matrix), dtype=np.uint64)
    for start, chunk in _chunks(matrix):
        chunk += 0.0
        bits = chunk.view(np.uint64)
        # Round numbers have empty low bits: spread the high ones before the sum.
        bits ^= bits >> np.uint64(31)
        bits *= np.uint64(0x9E3779B97F4A7C15)
        bits ^= bits >> np.uint64(29)
        hashes[start : start + len(chunk)] = bits @ multipliers
    return hashes


def centre(
    reference: np.ndarray,
    order: np.ndarray,
    peak: float,
    others: tuple[tuple[np.ndarray, np.ndarray], ...] = (),
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield (set, first row, rows in float64) of the reference (set 0) and of ``others``, each in its order.

    All are translated by the reference's mean and scaled by one power of two, so that neither an offset of
    1e4 nor coordinates of 1e-200 or 1e200 cost a digit. ``peak`` is the largest magnitude over all sets.
    """
    scale = _power_of_two(peak)
    sets = ((reference, order), *others)
    origin = reference[order[0]].astype(np.float64) * scale[0] * scale[1]
    total, spread = np.zeros(reference.shape[1]), 0.0
    for which, (matrix, rows) in enumerate(sets):
        for _, chunk in _chunks(matrix, rows):
            _multiply(chunk, scale)
            chunk -= origin
            if which == 0:
                total += chunk.sum(axis=0)
            spread = max(spread, float(chunk.max()), -float(chunk.min()))
    mean = total / len(order)
    again = _power_of_two(spread)
    for which, (matrix, rows) in enumerate(sets):
        for start, chunk in _chunks(matrix, rows):
            _multiply(chunk, scale)
            chunk -= origin
            chunk -= mean
            _multiply(chunk, again)
            yield which, start, chunk


def _power_of_two(peak: float) -> tuple[float, float]:
    """Return two powers of two whose product brings ``peak`` to about 1: one alone would overflow for the smallest."""
    if peak == 0.0:
        return 1.0, 1.0
    exponent = -int(np.frexp(peak)[1])
    first = min(exponent, 1000)
    return float(np.ldexp(1.0, first)), float(np.ldexp(1.0, exponent - first))


def _multiply(chunk: np.ndarray, factors: tuple[float, float]) -> None:
    for factor in factors:
        if factor != 1.0:
            chunk *= factor
