"""From a block of flagged keys to figures per query: quick where no tie matters, else by expectation."""

import numpy as np

from reproduce.metrics.expectation import Expected, expected
from reproduce.metrics.sweep import integers

__all__ = ["ap_at_r", "everything"]


def ap_at_r(block: np.ndarray, relevant: int, tolerance: float | None) -> np.ndarray:
    """AP@R (Q,) of a block of flagged keys (Q, M), which is overwritten; only the R nearest get sorted."""
    width = min(relevant + 1, block.shape[1])
    if width < block.shape[1]:
        block.partition(relevant, axis=1)
    top = np.sort(block[:, :width], axis=1)
    flags = integers(top)[:, :relevant] & 1
    tied = _same(top, tolerance)
    scores = _untied(flags, relevant)
    # A tie across the edge depends on images beyond it; a tie inside matters where both kinds of image are in
    # it.
    across = tied[:, relevant - 1] if width > relevant else np.zeros(len(top), dtype=bool)
    inside = (tied[:, : relevant - 1] & (flags[:, 1:] != flags[:, :-1])).any(axis=1) & ~across
    if inside.any():
        rows = np.flatnonzero(inside)
        scores[rows] = _by_expectation(top[rows, :relevant], relevant, tolerance).ap_at_r
    for rows in _portions(np.flatnonzero(across), block.shape[1]):
        scores[rows] = _by_expectation(np.sort(block[rows], axis=1), relevant, tolerance).ap_at_r
    return scores


def everything(block: np.ndarray, relevant: int, tolerance: float | None) -> Expected:
    """Every figure of a block of flagged keys (Q, M), which is overwritten."""
    block.sort(axis=1)
    flags = (integers(block) & 1).astype(bool)
    # Each query has exactly R hits in its row: their places come out as a table.
    places = np.nonzero(flags)[1].reshape(len(block), relevant) + 1
    precision = np.arange(1, relevant + 1) / places
    within = places <= relevant
    first = np.ones((len(block), 3), dtype=np.int64)
    first[:, 0] = places[:, 0] - 1
    found = Expected(
        ap_at_r=(precision * within).sum(axis=1) / relevant,
        r_precision=within.mean(axis=1),
        p_at_1=(places[:, 0] == 1).astype(np.float64),
        ap=precision.mean(axis=1),
        first=first,
    )
    mixed = (_same(block, tolerance) & (flags[:, 1:] != flags[:, :-1])).any(axis=1)
    for rows in _portions(np.flatnonzero(mixed), block.shape[1]):
        again = _by_expectation(block[rows], relevant, tolerance)
        for name in vars(found):
            getattr(found, name)[rows] = getattr(again, name)
    return found


def _same(ordered: np.ndarray, tolerance: float | None) -> np.ndarray:
    """Whether each sorted key (Q, L) ties with the next, (Q, L - 1)."""
    if tolerance is None:
        bits = integers(ordered)
        return (bits[:, 1:] ^ bits[:, :-1]) <= 1
    return (ordered[:, 1:] - ordered[:, :-1]) <= tolerance


def _untied(flags: np.ndarray, relevant: int) -> np.ndarray:
    hits = np.cumsum(flags, axis=1)
    hits *= flags
    return hits @ (1.0 / np.arange(1, relevant + 1)) / relevant


def _by_expectation(ordered: np.ndarray, relevant: int, tolerance: float | None) -> Expected:
    new = np.ones(ordered.shape, dtype=bool)
    new[:, 1:] = ~_same(ordered, tolerance)
    return expected(integers(ordered) & 1, new, relevant)


def _portions(rows: np.ndarray, width: int) -> list[np.ndarray]:
    """The rows in portions whose working arrays (some ten of eight bytes) stay within a block's size."""
    step = max(1, (1 << 20) // (10 * width))
    return [rows[start : start + step] for start in range(0, len(rows), step)]
