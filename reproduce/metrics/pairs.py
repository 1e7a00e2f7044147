"""Scores of a model that says of two images whether they show one animal, beside the constant model on the same pairs.

Pairs share images and images share animals, so pairs are not independent: uncertainty comes from leaving out whole
animals. Every score below is had without each animal in turn from sums kept per animal, not from a second pass over
the pairs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import InvalidInputError
from reproduce.metrics.leave_out import cannot_lose

__all__ = ["PairScores", "calibration_error", "histograms", "pair_scores"]

#: Where P(same) exceeds this the model answers "same": LightGBM's own rule for two classes.
THRESHOLD = 0.5


@dataclass(frozen=True)
class PairScores:
    """Fractions in [0, 1] over all pairs i < j; ``constant`` is the accuracy of always answering "different".

    ``gain`` = accuracy - constant. ``balanced_accuracy`` is the mean of the shares of same and of different pairs
    answered rightly; ``auc`` and ``average_precision`` rank by P(same); ``brier`` is the mean squared error of
    P(same) and ``calibration_error`` the mean gap between it and the share of same pairs, over ten equally wide
    bins; ``constant_brier`` belongs to a model that always answers the share of same pairs. ``said_same`` counts
    the pairs answered "same". ``leave_one_out`` holds, by score, its value without each animal, in the order of
    ``animals``; it is empty of too few animals (`leave_out`).
    """

    pairs: int
    same: int
    said_same: int
    accuracy: float
    constant: float
    gain: float
    balanced_accuracy: float
    auc: float
    average_precision: float
    brier: float
    constant_brier: float
    calibration_error: float
    animals: tuple[str, ...] = field(repr=False)
    leave_one_out: Mapping[str, np.ndarray] = field(repr=False)


def pair_scores(probability: ArrayLike, labels: ArrayLike) -> PairScores:
    """Score P(same) of every pair i < j, (N (N-1) / 2,) in SciPy's condensed order, against labels (N,) of animals.

    Raises InvalidInputError for lengths that do not fit, a probability outside [0, 1], or pairs of one kind only.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    p, codes, animals = _checked(probability, labels)
    i, j = np.triu_indices(len(codes), 1)
    a, b = codes[i], codes[j]
    same = a == b
    said = p > THRESHOLD
    correct = said == same
    errors = (p - same) ** 2
    pairs, of_one = len(p), int(same.sum())
    if not 0 < of_one < pairs:
        raise InvalidInputError(f"{of_one} of {pairs} pairs show one animal: there is nothing to tell apart")
    by_animal = _Animals(a, b, len(animals))
    left = {}
    if cannot_lose(labels) is None:
        left = _without_each(by_animal, correct, same, errors) | {"auc": _auc_without_each(by_animal, p, same)}
    accuracy, constant = float(correct.mean()), 1 - of_one / pairs
    return PairScores(
        pairs=pairs,
        same=of_one,
        said_same=int(said.sum()),
        accuracy=accuracy,
        constant=constant,
        gain=accuracy - constant,
        balanced_accuracy=float((correct[same].mean() + correct[~same].mean()) / 2),
        auc=float(roc_auc_score(same, p)),
        average_precision=float(average_precision_score(same, p)),
        brier=float(errors.mean()),
        constant_brier=constant * (1 - constant),
        calibration_error=calibration_error(p, same),
        animals=animals,
        leave_one_out=left,
    )


def calibration_error(probability: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error: the mean over pairs of |mean P - share true| of the bin.

    Source: Naeini et al. 2015.

    ``bins`` equally wide on [0, 1]; probability and truth (n,).
    """
    which = np.minimum((np.asarray(probability) * bins).astype(int), bins - 1)
    gap = np.bincount(which, probability, bins) - np.bincount(which, truth, bins)
    return float(np.abs(gap).sum() / len(which))


def histograms(probability: ArrayLike, labels: ArrayLike, bins: int = 40) -> dict[str, list[int]]:
    """Return how many pairs of "one" animal and of "two" have P(same) in each of so many equal parts of [0, 1].

    Arguments and errors as in ``pair_scores``.
    """
    p, codes, _ = _checked(probability, labels)
    i, j = np.triu_indices(len(codes), 1)
    same = codes[i] == codes[j]
    kinds = {"one": p[same], "two": p[~same]}
    return {kind: np.histogram(values, bins, (0.0, 1.0))[0].tolist() for kind, values in kinds.items()}


class _Animals:
    """Sums over the pairs that touch an animal: each pair touches two, or one if it shows one animal."""

    def __init__(self, a: np.ndarray, b: np.ndarray, count: int) -> None:
        self.a, self.b, self.count = a, b, count
        self.within = a == b

    def touching(self, values: np.ndarray) -> np.ndarray:
        """Return (count,) the sum of the values (pairs,) over the pairs that show the animal."""
        sums = np.bincount(self.a, values, self.count) + np.bincount(self.b, values, self.count)
        return np.asarray(sums - np.bincount(self.a[self.within], values[self.within], self.count))


def _without_each(by: _Animals, correct: np.ndarray, same: np.ndarray, errors: np.ndarray) -> dict[str, np.ndarray]:
    def left(values: np.ndarray) -> np.ndarray:
        values = values.astype(np.float64)
        return np.asarray(values.sum() - by.touching(values))

    pairs, right, of_one = left(np.ones(len(same))), left(correct), left(same)
    right_same, right_other = left(correct & same), left(correct & ~same)
    accuracy, constant = right / pairs, (pairs - of_one) / pairs
    balanced = (right_same / of_one + right_other / (pairs - of_one)) / 2
    return {
        "accuracy": accuracy,
        "constant": constant,
        "gain": accuracy - constant,
        "balanced_accuracy": balanced,
        "brier": left(errors) / pairs,
        "constant_brier": constant * (1 - constant),
    }


def _auc_without_each(by: _Animals, p: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Return the area without each animal, from Mann-Whitney's count of (same, different) pairs in the right order.

    Leaving out animal x drops the same pairs of x, the different pairs that touch x, and what both counted twice is
    put back.
    """
    wins_of_same = np.zeros(len(p))  # different pairs below each same pair, ties by half
    wins_of_same[same] = _below(p[same], np.sort(p[~same]))
    wins_over_other = np.zeros(len(p))  # same pairs above each different pair
    wins_over_other[~same] = same.sum() - _below(p[~same], np.sort(p[same]))
    both = np.zeros(by.count)
    for x, own, touched in _own_and_touched(by, p, same):
        both[x] = _below(own, np.sort(touched)).sum()
    won = wins_of_same.sum() - by.touching(wins_of_same) - by.touching(wins_over_other) + both
    of_one = same.sum() - by.touching(same.astype(float))
    others = (~same).sum() - by.touching((~same).astype(float))
    return np.asarray(won / (of_one * others))


def _own_and_touched(by: _Animals, p: np.ndarray, same: np.ndarray) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """Return (x, P of x's same pairs, P of the different pairs that touch x) for every animal with a same pair."""
    own = _grouped(by.a[same], p[same], by.count)
    touched = _grouped(np.concatenate([by.a[~same], by.b[~same]]), np.concatenate([p[~same]] * 2), by.count)
    return [(x, own[x], touched[x]) for x in range(by.count) if len(own[x])]


def _grouped(codes: np.ndarray, values: np.ndarray, count: int) -> list[np.ndarray]:
    order = np.argsort(codes, kind="stable")
    return np.split(values[order], np.searchsorted(codes[order], np.arange(1, count)))


def _below(values: np.ndarray, ascending: np.ndarray) -> np.ndarray:
    """Return how many of the sorted lie below each value, those equal to it by half."""
    low, high = (np.searchsorted(ascending, values, side) for side in ("left", "right"))
    return np.asarray((low + high) / 2)


def _checked(probability: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    p = np.asarray(probability, np.float64)
    animals, codes = np.unique(np.asarray(labels), return_inverse=True)
    n = len(codes)
    if p.shape != (n * (n - 1) // 2,):
        raise InvalidInputError(f"{n} labels make {n * (n - 1) // 2} pairs i < j, but P(same) has shape {p.shape}")
    if not len(p) or not (p.min() >= 0 and p.max() <= 1):
        raise InvalidInputError("P(same) must be at least one value, each in [0, 1]")
    return p, codes, tuple(str(animal) for animal in animals)
