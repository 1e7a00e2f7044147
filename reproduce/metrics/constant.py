"""The model that always answers "different", from class sizes alone: one test set, or every held-out draw.

Its accuracy needs no image: of n = sum n_c images, sum n_c (n_c - 1) / 2 of the n (n - 1) / 2 pairs show one
animal. Over all draws of k classes the distribution is exact: a dynamic programme over the number of classes
taken, their images and their same-animal pairs (the paper's sections II-B.3 and III-C).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import InvalidInputError

__all__ = [
    "ConstantDistribution",
    "accuracy_needed",
    "constant_accuracy_distribution",
    "constant_pair_accuracy",
    "pair_counts",
    "pairs_apart",
]

#: Cells of the dynamic programme's table (8 bytes each) beyond which it refuses: 2 GB.
MOST_CELLS = 2**28


def pair_counts(sizes: ArrayLike, *, self_pairs: bool = False, ordered: bool = False) -> tuple[int, int]:
    """Return (pairs, pairs of one animal) of a test set whose animals have ``sizes`` images; unordered pairs i < j.

    ``self_pairs`` adds every image beside itself, ``ordered`` counts (i, j) and (j, i).
    """
    counts = _counts(sizes)
    images = int(counts.sum())
    pairs = images * (images - 1) // 2
    same = int((counts * (counts - 1) // 2).sum())
    factor, extra = (2 if ordered else 1), (images if self_pairs else 0)
    return factor * pairs + extra, factor * same + extra


def constant_pair_accuracy(sizes: ArrayLike, *, self_pairs: bool = False, ordered: bool = False) -> float:
    """Return the fraction of pairs on which "different" is right for ``sizes`` images per animal; see `pair_counts`."""
    pairs, same = pair_counts(sizes, self_pairs=self_pairs, ordered=ordered)
    if not pairs:
        raise InvalidInputError("constant_pair_accuracy: fewer than two images make no pair")
    return (pairs - same) / pairs


def pairs_apart(sizes: ArrayLike, accuracy: float) -> int:
    """Return how many more pairs than the constant model an ``accuracy`` (fraction) means, to the whole pair."""
    pairs, same = pair_counts(sizes)
    return round(accuracy * pairs) - (pairs - same)


def accuracy_needed(sizes: ArrayLike, same_answers: int, z: float = 1.645) -> float:
    """Return the accuracy from which a model with so many answers "same" beats the constant one beyond doubt.

    McNemar's comparison on the pairs where the two differ: ``z`` standard errors, one-sided 95 % by default,
    *as if pairs were independent*. Pairs share images, so this is a floor: resampling animals asks for more.
    """
    pairs, same = pair_counts(sizes)
    if not 0 <= same_answers <= pairs:
        raise InvalidInputError(f"same_answers is {same_answers}: there are {pairs} pairs")
    return (pairs - same + z * math.sqrt(same_answers)) / pairs


@dataclass(frozen=True, eq=False)
class ConstantDistribution:
    """The constant model's accuracy over every draw of the held-out animals.

    ``accuracy`` (K,) float64: fractions of pairs, ascending, distinct. ``draws`` (K,) int64: how many.
    """

    accuracy: np.ndarray
    draws: np.ndarray

    @property
    def total(self) -> int:
        """Number of draws, all equally likely."""
        return int(self.draws.sum())

    @property
    def mean(self) -> float:
        """Mean accuracy over the draws."""
        return float(self.accuracy @ (self.draws / self.total))

    def quantile(self, q: float) -> float:
        """Return the smallest accuracy that at least a share ``q`` of the draws does not exceed."""
        reached = np.cumsum(self.draws)
        return float(self.accuracy[np.searchsorted(reached, q * self.total)])

    def share(self, low: float, high: float) -> float:
        """Return the share of draws with an accuracy in [low, high]."""
        inside = (self.accuracy >= low) & (self.accuracy <= high)
        return int(self.draws[inside].sum()) / self.total


def constant_accuracy_distribution(class_sizes: ArrayLike, held_out: int = 9) -> ConstantDistribution:
    """Return the exact distribution of `constant_pair_accuracy` over all draws of ``held_out`` of the classes.

    ``class_sizes`` (C,) images per class. Counts stay integers throughout; a catalogue whose table would not
    fit in 2 GB, or whose number of draws does not fit in 63 bits, is an InvalidInputError.
    """
    sizes = np.sort(_counts(class_sizes))
    if not 1 <= held_out <= len(sizes):
        raise InvalidInputError(f"held_out is {held_out}: it must lie between 1 and the {len(sizes)} classes")
    if math.comb(len(sizes), held_out) >= 2**63:
        raise InvalidInputError(f"{held_out} of {len(sizes)} classes: too many draws to count in 63 bits")
    width = int(_same(sizes[-held_out:]).sum()) + 1
    height = int(sizes[-held_out:].sum()) + 1
    if height * width * (held_out + 1) > MOST_CELLS:
        raise InvalidInputError(f"classes of up to {sizes[-1]} images: the table for {held_out} exceeds 2 GB")
    # ways[k][images * width + same]: the ways in which k of the classes seen so far make that state. A class
    # adds a fixed offset to the flat index: one shifted addition. Small classes first keep that short.
    ways = [np.zeros(height * width, np.int64) for _ in range(held_out + 1)]
    ways[0][0] = 1
    for seen, (size, longest) in enumerate(zip(sizes, _longest(sizes, held_out, width), strict=True)):
        offset = int(size) * width + int(_same(size))
        for k in range(min(held_out, seen + 1), 0, -1):
            ways[k][offset : longest[k] + 1] += ways[k - 1][: longest[k] + 1 - offset]
    states = np.flatnonzero(ways[held_out])
    images, same = np.divmod(states, width)
    pairs = images * (images - 1) // 2
    if not np.all(pairs):
        raise InvalidInputError("constant_accuracy_distribution: some draw has one image only, so no pair")
    accuracy, which = np.unique((pairs - same) / pairs, return_inverse=True)
    draws = np.zeros(len(accuracy), np.int64)
    np.add.at(draws, which, ways[held_out][states])
    return ConstantDistribution(accuracy, draws)


def _longest(sizes: np.ndarray, held_out: int, width: int) -> Iterator[list[int]]:
    """Return for each class in turn the largest flat index that k of the classes up to it can reach, by k."""
    offsets = sizes * width + _same(sizes)
    for last in range(1, len(sizes) + 1):
        yield [0, *(int(offsets[max(0, last - k) : last].sum()) for k in range(1, held_out + 1))]


def _same(sizes: np.ndarray) -> np.ndarray:
    return sizes * (sizes - 1) // 2


def _counts(sizes: ArrayLike) -> np.ndarray:
    counts = np.asarray(sizes)
    if counts.ndim != 1 or not len(counts) or counts.dtype.kind not in "iu" or counts.min() < 1:
        raise InvalidInputError("class sizes must be a list of whole numbers of images, each at least 1")
    return counts.astype(np.int64)
