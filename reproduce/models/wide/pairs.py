"""Every pair i < j of n images, numbered row by row and encoded block by block: never all of them at once.

Pair number k runs over (0, 1), (0, 2) ... (0, n-1), (1, 2) ... in the order of SciPy's condensed distances.
"""

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np

from reproduce.determinism import generator
from reproduce.errors import InvalidInputError

__all__ = [
    "ENCODINGS",
    "SYMMETRIC",
    "Encoding",
    "PairSet",
    "blocks",
    "encode",
    "pair_numbers",
    "pair_rows",
    "sample_pairs",
]

#: How two vectors become the features of a pair. The paper does not say; "concatenation" is a possible reading.
Encoding = Literal["difference", "difference-product", "concatenation"]
ENCODINGS = get_args(Encoding)
SYMMETRIC = ("difference", "difference-product")
#: Pairs looked at together where all are listed.
LISTED = 2**16


def encode(a: np.ndarray, b: np.ndarray, encoding: str) -> np.ndarray:
    """Return (n, D) and (n, D) as the pairs' features: |a-b| (n, D); |a-b|, a*b (n, 2D); or a, b side by side (n, 2D).

    The first two are symmetric to the last bit: floating-point |a-b| = |b-a| and a*b = b*a.
    """
    if encoding not in ENCODINGS:
        raise InvalidInputError(f"no encoding {encoding!r}: there are {', '.join(ENCODINGS)}")
    width = a.shape[1]
    if encoding == "difference":
        features = np.subtract(a, b)
        return np.abs(features, out=features)
    features = np.empty((len(a), 2 * width), np.result_type(a, b))
    if encoding == "concatenation":
        features[:, :width], features[:, width:] = a, b
    else:
        np.subtract(a, b, out=features[:, :width])
        np.abs(features[:, :width], out=features[:, :width])
        np.multiply(a, b, out=features[:, width:])
    return features


def pair_rows(numbers: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the images (i, j), i < j, of the pairs with these numbers, among n images."""
    row = np.arange(n, dtype=np.int64)
    first = row * (2 * n - row - 1) // 2  # number of the pair (i, i + 1)
    i = np.searchsorted(first[1:], numbers, side="right")
    return i, numbers - first[i] + i + 1


class PairSet:
    """The pairs trained on, in order: i < j; then (j, i) if ``ordered``; then (i, i) if ``self_pairs``.

    ``chosen`` (M,), pair numbers, takes those of the pairs i < j only, and neither of the other two.
    """

    def __init__(self, n: int, ordered: bool = False, self_pairs: bool = False, chosen: np.ndarray | None = None):
        self.n, self.chosen = n, chosen
        self.once = n * (n - 1) // 2
        self.twice = self.once * (1 + ordered)
        self.total = self.twice + n * self_pairs if chosen is None else len(chosen)

    def rows(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the images (i, j) of the pairs start to stop."""
        at = np.arange(start, stop, dtype=np.int64) if self.chosen is None else self.chosen[start:stop]
        if stop <= self.once:
            return pair_rows(at, self.n)
        own = at >= self.twice
        i, j = pair_rows(np.where(own, 0, at % self.once), self.n)
        swapped = (at >= self.once) & ~own
        image = at - self.twice
        return np.where(own, image, np.where(swapped, j, i)), np.where(own, image, np.where(swapped, i, j))


def pair_numbers(i: np.ndarray, j: np.ndarray, n: int) -> np.ndarray:
    """Return the numbers of the pairs (i, j), i < j, among n images."""
    i = np.asarray(i, np.int64)
    return i * (2 * n - i - 1) // 2 + j - i - 1


def blocks(n: int, size: int) -> Iterator[np.ndarray]:
    """Yield the numbers of all n (n - 1) / 2 pairs, ``size`` at a time."""
    total = n * (n - 1) // 2
    for start in range(0, total, size):
        yield np.arange(start, min(start + size, total), dtype=np.int64)


def sample_pairs(codes: np.ndarray, most: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return at most ``most`` of the pairs: numbers ascending, and weights, the pairs that each of them stands for.

    Same-animal pairs are rare and kept first, all of them where they fill no more than half of ``most``; the others
    are a uniform sample. With the weights each kind still counts as much as among all pairs, so that the model is
    fitted to the same loss, with noise. ``codes`` (n,): integers 0 to C - 1 naming the animals.
    """
    n = len(codes)
    total = n * (n - 1) // 2
    counts = np.bincount(codes).astype(np.int64)
    same = int((counts * (counts - 1) // 2).sum())
    keep_same = min(same, max(most // 2, most - (total - same)))
    keep_other = min(total - same, most - keep_same)
    random = generator(seed, "pairs")
    numbers = np.concatenate([_same_pairs(random, codes, counts, keep_same), _other_pairs(random, codes, keep_other)])
    stands_for = [same / max(keep_same, 1), (total - same) / max(keep_other, 1)]
    weights = np.repeat(stands_for, [keep_same, keep_other]).astype(np.float32)
    order = np.argsort(numbers)
    return numbers[order], weights[order]


def _same_pairs(random: np.random.Generator, codes: np.ndarray, counts: np.ndarray, keep: int) -> np.ndarray:
    ends = np.cumsum(counts * (counts - 1) // 2)
    total = int(ends[-1])
    flat = np.sort(random.choice(total, keep, replace=False)) if keep < total else np.arange(total)
    members = np.argsort(codes, kind="stable")
    first = np.cumsum(counts) - counts
    cuts = np.searchsorted(flat, np.concatenate([[0], ends]))
    numbers = [np.zeros(0, np.int64)]
    for c in np.flatnonzero(np.diff(cuts)):
        own = members[first[c] : first[c] + counts[c]]  # ascending, as the sort is stable
        i, j = pair_rows(flat[cuts[c] : cuts[c + 1]] - (ends[c - 1] if c else 0), len(own))
        numbers.append(pair_numbers(own[i], own[j], len(codes)))
    return np.concatenate(numbers)


def _other_pairs(random: np.random.Generator, codes: np.ndarray, keep: int) -> np.ndarray:
    n = len(codes)
    total = n * (n - 1) // 2

    def of_two(numbers: np.ndarray) -> np.ndarray:
        i, j = pair_rows(numbers, n)
        return np.asarray(numbers[codes[i] != codes[j]])

    if total <= 4 * keep:  # few enough to list, and rejection would find the last ones slowly
        found = np.concatenate([np.zeros(0, np.int64), *(of_two(block) for block in blocks(n, LISTED))])
    else:
        found = np.zeros(0, np.int64)
        while len(found) < keep:
            drawn = random.integers(total, size=keep + keep // 4 + 64)
            found = np.union1d(found, of_two(drawn))
    return np.sort(random.choice(found, keep, replace=False))
