"""From a block of flagged keys to figures per query: quick where no tie matters, else by expectation."""

import numpy as np

from reproduce.metrics.expectation import Expected, expected
from reproduce.metrics.kernel.nearest import integers, nearest

__all__ = ["ap_at_r", "decided", "everything", "in_order"]


def decided(top: np.ndarray, close: np.ndarray, relevant: int) -> tuple[np.ndarray, np.ndarray]:
    """Return AP@R (Q,) by the R + 1 nearest (Q, L) in order, and whether (Q,) that is in doubt.

    ``close`` (Q, L - 1) says which neighbours may tie or be swapped: that matters where they differ in kind, and
    across the edge, beyond which nothing is known.
    """
    flags = integers(top) & 1
    matters = flags[:, 1:] != flags[:, :-1]
    matters[:, relevant - 1 :] = True
    matters &= close
    return _untied(flags[:, :relevant], relevant), matters.any(axis=1)


def ap_at_r(block: np.ndarray, relevant: int, tolerance: float | None, top: np.ndarray | None = None) -> np.ndarray:
    """Return AP@R (Q,) of a block of flagged keys (Q, M), whose R + 1 nearest are ``top`` where these are known."""
    if top is None:
        top = nearest(block, relevant + 1)
    flags = integers(top)[:, :relevant] & 1
    scores = _untied(flags, relevant)
    # A tie across the edge depends on images beyond it; one inside matters where it holds both kinds of image.
    across = np.any(_same(top[:, relevant - 1 :], tolerance), axis=1)
    crowded = _settle_pairs(scores, flags, top, tolerance)
    rows = crowded[~across[crowded]]
    if len(rows):
        scores[rows] = _by_expectation(top[rows, :relevant], relevant, tolerance).ap_at_r
    for rows in _portions(np.flatnonzero(across), block.shape[1]):
        scores[rows] = _by_expectation(in_order(block[rows]), relevant, tolerance).ap_at_r
    return scores


def _settle_pairs(scores: np.ndarray, flags: np.ndarray, top: np.ndarray, tolerance: float | None) -> np.ndarray:
    """Correct AP@R (Q,) for ties of two, one of each kind, in place; return the rows that hold larger mixed ties.

    With the relevant image at place p or p + 1 behind h others, the mean of (h + 1)/p and (h + 1)/(p + 1) counts.
    In float32 nearly every other row has such a pair.
    """
    relevant = flags.shape[1]
    # Flat places are found ten times as fast as rows and columns.
    row, left = np.divmod(np.flatnonzero(_mixed(top[:, :relevant], tolerance)), max(1, relevant - 1))
    # The pair's neighbours on both sides: none before the first; one after, since a row of relevant images has no pair.
    around = [top[row, place] for place in (np.maximum(left - 1, 0), left, left + 1, left + 2)]
    ties = _same(np.stack(around, axis=1), tolerance)
    alone = ~((ties[:, 0] & (left > 0)) | ties[:, 2])
    crowded = np.unique(row[~alone])
    row, left = row[alone], left[alone]
    hits = np.array([np.count_nonzero(flags[r, :p]) for r, p in zip(row.tolist(), left.tolist(), strict=True)])
    gain = (hits + 1) * (0.5 / (left + 1) - 0.5 / (left + 2)) / relevant
    np.add.at(scores, row, np.where(flags[row, left] == 1, -gain, gain))
    return crowded


def in_order(block: np.ndarray) -> np.ndarray:
    """Return the block's keys, each row sorted in place."""
    integers(block).sort(axis=1)
    return block


def everything(ordered: np.ndarray, relevant: int, tolerance: float | None) -> Expected:
    """Return every figure of flagged keys (Q, M) in order."""
    flags = (integers(ordered) & 1).astype(bool)
    # Each query has exactly R hits in its row: their places come out as a table.
    places = np.flatnonzero(flags).reshape(len(ordered), relevant) % ordered.shape[1] + 1
    precision = np.arange(1, relevant + 1) / places
    within = places <= relevant
    first = np.ones((len(ordered), 3), dtype=np.int64)
    first[:, 0] = places[:, 0] - 1
    found = Expected(
        ap_at_r=(precision * within).sum(axis=1) / relevant,
        r_precision=within.mean(axis=1),
        p_at_1=(places[:, 0] == 1).astype(np.float64),
        ap=precision.mean(axis=1),
        first=first,
    )
    mixed = _mixed(ordered, tolerance).any(axis=1)
    for rows in _portions(np.flatnonzero(mixed), ordered.shape[1]):
        again = _by_expectation(ordered[rows], relevant, tolerance)
        for name in vars(found):
            getattr(found, name)[rows] = getattr(again, name)
    return found


def _same(ordered: np.ndarray, tolerance: float | None) -> np.ndarray:
    """Return whether each sorted key (Q, L) ties with the next, (Q, L - 1)."""
    if tolerance is None:
        bits = integers(ordered)
        return (bits[:, 1:] ^ bits[:, :-1]) <= 1
    return (ordered[:, 1:] - ordered[:, :-1]) <= tolerance


def _mixed(ordered: np.ndarray, tolerance: float | None) -> np.ndarray:
    """Return whether each sorted key (Q, L) ties with the next and only one of them is flagged, (Q, L - 1)."""
    bits = integers(ordered)
    apart = bits[:, 1:] ^ bits[:, :-1]
    if tolerance is None:
        return apart == 1
    return ((apart & 1) == 1) & _same(ordered, tolerance)


def _untied(flags: np.ndarray, relevant: int) -> np.ndarray:
    """Return AP@R (Q,) by flags (Q, R) in order."""
    scores = np.empty(len(flags))
    step = max(1, (1 << 16) // relevant)  # what the steps pass on stays in the cache
    for start in range(0, len(flags), step):
        part = flags[start : start + step]
        hits = np.cumsum(part, axis=1, dtype=np.int32)
        hits *= part
        scores[start : start + step] = hits @ (1.0 / np.arange(1, relevant + 1)) / relevant
    return scores


def _by_expectation(ordered: np.ndarray, relevant: int, tolerance: float | None) -> Expected:
    new = np.ones(ordered.shape, dtype=bool)
    new[:, 1:] = ~_same(ordered, tolerance)
    return expected(integers(ordered) & 1, new, relevant)


def _portions(rows: np.ndarray, width: int) -> list[np.ndarray]:
    """Return the rows in portions whose working arrays (some ten of eight bytes) stay within a block's size."""
    step = max(1, (1 << 20) // (10 * width))
    return [rows[start : start + step] for start in range(0, len(rows), step)]
