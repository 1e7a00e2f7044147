"""What a ranking is worth when some of its distances tie: the exact mean over every order of the tied images.

A tie group is m images, s of them relevant, behind a images of which h are relevant. At the group's p-th
place an image is relevant with probability s/m and then has (p - 1)(s - 1)/(m - 1) relevant ones of its group
before it, in the mean (hypergeometric). Expectations add, so every figure is a sum over places.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["Expected", "chance", "expected", "harmonic", "survival"]


@dataclass(frozen=True)
class Expected:
    """Expected figures of one or more queries, each an array (Q,).

    ``first`` (Q, 3) holds a, m, s of the first group with a relevant image: the rank of the first hit is
    spread over it (see ``survival``).
    """

    ap_at_r: np.ndarray
    r_precision: np.ndarray
    p_at_1: np.ndarray
    ap: np.ndarray
    first: np.ndarray


def expected(flags: np.ndarray, new: np.ndarray, relevant: int) -> Expected:
    """Return expected figures of rankings (Q, L) of which ``relevant`` = R images are of the query's class.

    ``flags`` marks the relevant images, ``new`` the first image of each tie group; L reaches at least as far
    as the group that holds the R-th place (``ap`` and ``first`` want the whole ranking).
    """
    rows, length = flags.shape
    new = new.copy()
    new[:, 0] = True
    starts = np.flatnonzero(new)
    m = np.diff(starts, append=flags.size)
    s = np.add.reduceat(flags.ravel().astype(np.int64), starts)
    a = starts % length
    row = starts // length
    hits = np.cumsum(s) - s
    h = hits - np.repeat(hits[a == 0], np.bincount(row, minlength=rows))
    group = np.repeat(np.arange(len(starts)), m)
    place = np.tile(np.arange(1, length + 1), rows)
    before = (place - 1 - a[group]) * ((s - 1) / np.maximum(m - 1, 1))[group]
    chance_of_hit = (s / m)[group]
    worth = (chance_of_hit * (h[group] + 1 + before) / place).reshape(rows, length)
    opening = np.flatnonzero(s > 0)
    _, leading = np.unique(row[opening], return_index=True)
    leading = opening[leading]
    return Expected(
        ap_at_r=worth[:, :relevant].sum(axis=1) / relevant,
        r_precision=chance_of_hit.reshape(rows, length)[:, :relevant].mean(axis=1),
        p_at_1=chance_of_hit.reshape(rows, length)[:, 0],
        ap=worth.sum(axis=1) / relevant,
        first=np.stack((a[leading], m[leading], s[leading]), axis=1),
    )


def chance(relevant: np.ndarray, others: int) -> Expected:
    """Return expected figures (Q,) of a random order: all ``others`` = M images are one tie group, R of it relevant."""
    r = np.asarray(relevant, dtype=np.float64)
    slope = (r - 1) / max(others - 1, 1)
    sums = harmonic(others)
    to_r = sums[np.asarray(relevant, dtype=np.int64)]
    return Expected(
        ap_at_r=(to_r + slope * (r - to_r)) / others,
        r_precision=r / others,
        p_at_1=r / others,
        ap=(sums[others] + slope * (others - sums[others])) / others,
        first=np.stack((np.zeros_like(r), np.full_like(r, others), r), axis=1).astype(np.int64),
    )


def harmonic(n: int) -> np.ndarray:
    """Return the harmonic numbers H_0 .. H_n."""
    return np.concatenate(([0.0], np.cumsum(1.0 / np.arange(1, n + 1))))


def survival(m: int, s: int) -> np.ndarray:
    """Return P(no relevant image among the first p of a tie group of m with s relevant), p = 1 .. m - s + 1."""
    drawn = np.arange(m - s + 1)
    return np.cumprod((m - s - drawn) / (m - drawn))
