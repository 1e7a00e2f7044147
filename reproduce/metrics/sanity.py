"""What about embeddings is no error and yet suspicious: rows of zeros, copies in great number, a collapse."""

import numpy as np

from reproduce.metrics.inputs import fingerprints

__all__ = ["in_both", "is_of_pairs", "lengths_vary", "listed", "suspicions"]

#: From this share of copies on they are more than a few photographs that were taken up twice.
MANY = 0.1
#: Rows that differ by less than this part of their size are one point with noise.
COLLAPSED = 1e-6


def suspicions(matrix: np.ndarray, name: str) -> list[str]:
    """Return one line each, beginning with ``name``, of what is odd about finite embeddings (N, D); mostly none."""
    if len(matrix) == 1:
        return []
    top, bottom = matrix.max(axis=0).astype(np.float64), matrix.min(axis=0).astype(np.float64)
    spread, size = float((top - bottom).max()), float(max(np.abs(top).max(), np.abs(bottom).max()))
    if spread == 0:
        return [f"{name}: all {len(matrix):,} rows are equal; the embedding has collapsed and scores chance"]
    found = []
    zeros = np.flatnonzero(~matrix.any(axis=1))
    if len(zeros):
        which = listed([str(row) for row in zeros.tolist()])
        verb = "is" if len(zeros) == 1 else "are"
        found.append(
            f"{name}: {len(zeros):,} of {len(matrix):,} rows {verb} all zeros (row {which}); did the model fail?"
        )
    if spread <= COLLAPSED * size:
        found.append(f"{name}: rows differ by less than a millionth of their size; has the embedding collapsed?")
    _, which_row, counts = np.unique(fingerprints(matrix), return_inverse=True, return_counts=True)
    copies = int(np.count_nonzero(counts[which_row] > 1))
    if copies > max(len(zeros), MANY * len(matrix)):
        found.append(f"{name}: {copies:,} of {len(matrix):,} rows equal another row; are images repeated?")
    return found


def is_of_pairs(matrix: np.ndarray) -> bool:
    """Return whether a matrix (N, D) looks like similarities or distances of N to each other: square and symmetric.

    Or with a diagonal that is one value, the least or the most of its row everywhere.
    """
    if matrix.shape[0] != matrix.shape[1] or len(matrix) < 3:
        return False
    values = matrix.astype(np.float64)
    scale = np.abs(values).max() or 1.0
    if np.allclose(values, values.T, rtol=0, atol=1e-6 * scale):
        return True
    own = np.diagonal(values)
    extreme = (own <= values.min(axis=1)).all() or (own >= values.max(axis=1)).all()
    return bool(extreme and np.ptp(own) <= 1e-6 * scale)


def lengths_vary(matrix: np.ndarray) -> tuple[float, float] | None:
    """Return the least and the largest length of the rows (N, D) where they differ by more than a hundredth."""
    lengths = np.linalg.norm(matrix.astype(np.float64), axis=1)
    low, high = float(lengths.min()), float(lengths.max())
    return (low, high) if high > 1.01 * low else None


def in_both(queries: np.ndarray, gallery: np.ndarray) -> list[str]:
    """Return a line on queries (N, D) that are rows of the gallery (M, D) too: each would find itself first."""
    count = int(np.isin(fingerprints(queries), fingerprints(gallery)).sum())
    verb = "equals" if count == 1 else "equal"
    said = f"{count:,} of {len(queries):,} queries {verb} a row of the gallery: each finds itself"
    return [said] if count else []


def listed(names: list[str], most: int = 5) -> str:
    """Return the first few names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
