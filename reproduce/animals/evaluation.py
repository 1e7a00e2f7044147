"""How well `match` answers: top-1, top-5, BAKS, BAUS and AUROC, beside chance, with intervals over animals."""

import math
from dataclasses import dataclass

import numpy as np

from reproduce.animals.calibration import Calibration, Trials, calibrate
from reproduce.determinism import generator

__all__ = ["Figure", "cross_fitted", "judged", "mean_over_animals"]

FOLDS, TOP = 5, 5


@dataclass(frozen=True)
class Figure:
    """A mean over animals, its chance level (NaN where it has none) and its 90 % interval over animals, or None."""

    name: str
    value: float
    chance: float
    interval: tuple[float, float] | None
    animals: int


@dataclass(frozen=True)
class _Answers:
    """One line a photograph: its animal, whether that is first and among five, and the likeliest one's probability."""

    animals: np.ndarray
    first: np.ndarray
    five: np.ndarray
    accepted: np.ndarray
    best: np.ndarray


def cross_fitted(trials: Trials, rate: float, new_share: float = 0.5, seed: int = 0) -> list[Figure]:
    """Return the figures on the catalogue's own photographs, each judged by what was learned from other animals.

    The animals are parted into five by seed; probabilities and threshold for one part come from the four others.
    """
    animals = np.unique(trials.truth)
    fold = generator(seed, "match", "folds").permutation(len(animals)) % min(FOLDS, len(animals))
    part = fold[np.searchsorted(animals, trials.truth)]
    known, stranger = [], []
    for number in range(min(FOLDS, len(animals))):
        held = np.flatnonzero(part == number)
        fitted = calibrate(trials.take(np.flatnonzero(part != number)), rate, new_share)
        some = trials.take(held)
        known.append(_answers(fitted, some, some.findable, of_stranger=False))
        stranger.append(_answers(fitted, some, np.ones(len(held), bool), of_stranger=True))
    return _figures(_joined(known), _joined(stranger), len(trials.known.animals))


def judged(names: np.ndarray, animals: np.ndarray, chances: np.ndarray, threshold: float) -> list[Figure]:
    """Return the figures of new photographs whose animals are known after all.

    names (Q,): the animals; ``animals`` (A,) those of the catalogue; ``chances`` (Q, A) their probabilities.
    """
    order = np.argsort(-chances, axis=1, kind="stable")
    best = chances.max(axis=1)
    known = np.isin(names, animals)
    answers = _Answers(
        names, animals[order[:, 0]] == names, (animals[order[:, :TOP]] == names[:, None]).any(axis=1),
        best >= threshold, best,
    )  # fmt: skip
    sides = [_Answers(*(column[rows] for column in vars(answers).values())) for rows in (known, ~known)]
    return _figures(sides[0], sides[1], len(animals))


def _answers(fitted: Calibration, some: Trials, rows: np.ndarray, of_stranger: bool) -> _Answers:
    found = (some.stranger if of_stranger else some.known).take(np.flatnonzero(rows))
    truth = some.truth[rows]
    chances = fitted.probabilities(found)
    order = np.argsort(-chances, axis=1, kind="stable")
    best = chances.max(axis=1) if len(chances) else np.empty(0)
    return _Answers(
        truth, order[:, 0] == truth, (order[:, :TOP] == truth[:, None]).any(axis=1), best >= fitted.threshold, best
    )


def _joined(parts: list[_Answers]) -> _Answers:
    return _Answers(*(np.concatenate([getattr(one, name) for one in parts]) for name in vars(parts[0])))


def _figures(known: _Answers, stranger: _Answers, animals: int) -> list[Figure]:
    found = []
    if len(known.animals):
        found += [
            mean_over_animals("top-1", known.animals, known.first, 1 / animals),
            mean_over_animals("top-5", known.animals, known.five, min(TOP, animals) / animals),
            mean_over_animals("BAKS", known.animals, known.first & known.accepted, float("nan")),
        ]
    if len(stranger.animals):
        found += [
            mean_over_animals("BAUS", stranger.animals, ~stranger.accepted, float("nan")),
            mean_over_animals("false matches", stranger.animals, stranger.accepted, float("nan")),
        ]
    if len(known.animals) and len(stranger.animals):
        found.append(_auroc(known, stranger))
    return found


def mean_over_animals(name: str, animals: np.ndarray, right: np.ndarray, chance: float) -> Figure:
    """Return the mean within each animal, then over animals; ``animals`` and ``right``: one for each photograph."""
    names, codes = np.unique(animals, return_inverse=True)
    means = np.bincount(codes, right.astype(float)) / np.bincount(codes)
    value = float(means.mean())
    rest = [(means.sum() - one) / (len(means) - 1) for one in means.tolist()] if len(means) > 1 else []
    return Figure(name, value, chance, _interval(value, rest), len(names))


def _auroc(known: _Answers, stranger: _Answers) -> Figure:
    """Return the chance that a photograph of a known animal has a likelier first candidate than one of a stranger."""

    def area(some: np.ndarray, others: np.ndarray) -> float:
        from scipy.stats import rankdata

        ranks = rankdata(np.concatenate([some, others]))[: len(some)]
        return float((ranks.sum() - len(some) * (len(some) + 1) / 2) / (len(some) * len(others)))

    names = np.union1d(known.animals, stranger.animals)
    rest = []
    for name in names.tolist():
        sides = known.best[known.animals != name], stranger.best[stranger.animals != name]
        rest.append(area(*sides) if all(map(len, sides)) else math.nan)
    value = area(known.best, stranger.best)
    whole = [one for one in rest if not math.isnan(one)]
    return Figure("AUROC", value, 0.5, _interval(value, whole) if len(whole) == len(rest) else None, len(names))


def _interval(value: float, rest: list[float]) -> tuple[float, float] | None:
    from reproduce.verdicts.judging.scatter import over_animals

    if len(rest) < 3 or max(rest) == min(rest):  # animals that are all alike say nothing of others
        return None
    ends = over_animals(value, rest)
    return None if ends is None else (max(0.0, ends[0]), min(1.0, ends[1]))
