"""From what speaks for each animal to probabilities that add up with "none of these", and a threshold for that.

A conditional logit: P(animal k) = exp(l_k) / (1 + sum_j exp(l_j)) with l_k = a + b . x_k, and 1 / (1 + sum) for none.
It is fitted on the catalogue's own photographs, each once with its animal among the candidates and once without: what
an animal that nobody knows looks like is learned from the known, left out in turn. Half of the weight is theirs.
"""

from dataclasses import dataclass

import numpy as np

from reproduce.animals.ranking import Ranked

__all__ = ["Calibration", "Trials", "calibrate", "without"]

#: Keeps the weights finite where the trials are told apart wholly.
RIDGE = 1e-3


@dataclass(frozen=True)
class Trials:
    """Photographs of the catalogue as if they were new. ``known`` has their own animal among the candidates.

    ``truth`` (Q,): the number of each one's animal. A row of ``known`` whose animal has no other picture is no trial.
    """

    known: Ranked
    stranger: Ranked
    truth: np.ndarray

    @property
    def findable(self) -> np.ndarray:
        """(Q,) bool: whether the animal has another picture that could be found."""
        return np.isfinite(self.known.distances[np.arange(len(self.truth)), self.truth])

    def take(self, rows: np.ndarray) -> "Trials":
        """Return these photographs' trials alone."""
        return Trials(self.known.take(rows), self.stranger.take(rows), self.truth[rows])


@dataclass(frozen=True)
class Calibration:
    """``weights`` (1 + F,): a and b. ``threshold``: a likeliest animal below it is "none of these"."""

    weights: np.ndarray
    threshold: float
    rate: float

    def probabilities(self, found: Ranked) -> np.ndarray:
        """Return (Q, A) float64; what is left to 1 in each row is the probability of none."""
        return _probabilities(self.weights, found.features)


def without(found: Ranked, truth: np.ndarray) -> np.ndarray:
    """Return least distances (Q, A) with each photograph's own animal taken out of the candidates."""
    least = found.distances.copy()
    least[np.arange(len(truth)), truth] = np.inf
    return least


def calibrate(trials: Trials, rate: float, new_share: float = 0.5) -> Calibration:
    """Fit the probabilities and the threshold at ``rate`` false matches of animals that are not in the catalogue.

    ``new_share``: the part of new photographs that show such animals, before they are looked at. Each animal counts
    once. The threshold is the least that lets at most ``rate`` of the animals left out through, one more counted
    that would pass any (split conformal); infinite where the animals are too few for the rate.
    """
    from scipy.optimize import minimize

    findable = np.flatnonzero(trials.findable)
    weight_known = _each_animal_once(trials.truth[findable]) * (1 - new_share)
    weight_new = _each_animal_once(trials.truth) * new_share
    known, stranger = trials.known.features[findable].astype(float), trials.stranger.features.astype(float)
    own = np.arange(len(findable)), trials.truth[findable]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for features, masses, right in ((known, weight_known, own), (stranger, weight_new, None)):
            logits, log_sum = _logits(weights, features)
            share = np.isfinite(logits).mean(axis=1, keepdims=True).clip(1 / logits.shape[1])
            chances = np.exp(logits - log_sum[:, None]) / share
            finite = np.where(np.isfinite(features), features, 0)
            expected = np.concatenate(
                [chances.sum(axis=1, keepdims=True), np.einsum("qa,qaf->qf", chances, finite)], axis=1
            )
            value += float(masses @ log_sum)
            slope = slope + masses @ expected
            if right is not None:
                value -= float(masses @ logits[right])
                slope = slope - masses @ np.concatenate([np.ones((len(masses), 1)), finite[right]], axis=1)
        return value, slope

    start = np.zeros(1 + trials.known.features.shape[2])
    # What is nearer, or agrees in more places, is never the less likely: chance in a small catalogue may say so.
    bounds = [(None, None)] + [(0.0, None)] * (len(start) - 1)
    weights = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    best = _probabilities(weights, trials.stranger.features).max(axis=1)
    return Calibration(weights, _threshold(best, trials.truth, rate), rate)


def _threshold(scores: np.ndarray, animals: np.ndarray, rate: float) -> float:
    """Return the least value that at most ``rate`` of the animals' photographs reach, each animal of one weight."""
    mass = _each_animal_once(animals)
    count = len(np.unique(animals))
    mass = mass * count / (count + 1)
    order = np.argsort(-scores, kind="stable")
    passed = np.cumsum(mass[order]) + 1 / (count + 1)  # mass that reaches each score, from the largest on
    within = np.flatnonzero(passed <= rate)
    if 1 / (count + 1) > rate:
        return float("inf")
    if not len(within):
        return float(np.nextafter(scores[order[0]], np.inf))
    last = int(within[-1])
    if last + 1 == len(order):
        return 0.0
    # Just above the first score that may not pass: equal ones do not pass either.
    return float(np.nextafter(scores[order[last + 1]], np.inf))


def _each_animal_once(animals: np.ndarray) -> np.ndarray:
    """Return (Q,) weights that add up to one, the same in all for each animal."""
    names, codes, counts = np.unique(animals, return_inverse=True, return_counts=True)
    return 1 / (counts[codes] * len(names)) if len(names) else np.empty(0)


def _logits(weights: np.ndarray, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (Q, A) logits, -inf for no candidate, and (Q,) the log of 1 + their exponentials' sum, as if of A.

    A trial without its own animal has one candidate less than a new photograph has. Were the sum of fewer, every
    probability would be a little larger in the trials than of new photographs, and a threshold learned there too high.
    """
    there = np.isfinite(features[..., 0])
    logits = np.where(there, weights[0] + np.where(there[..., None], features, 0) @ weights[1:], -np.inf)
    top = np.maximum(logits.max(axis=1), 0)
    share = there.mean(axis=1).clip(1 / there.shape[1])
    return logits, top + np.log(np.exp(-top) + np.exp(logits - top[:, None]).sum(axis=1) / share)


def _probabilities(weights: np.ndarray, features: np.ndarray) -> np.ndarray:
    logits, log_sum = _logits(weights, features.astype(float))
    return np.exp(logits - log_sum[:, None])
