"""What a mean over draws owes to the animals: variance, skew and degrees of freedom, by the delete-one jackknife."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Part", "of_animals"]

#: Skewness of a mean from which on Hall's interval runs away on its long side and covers no more for it.
MOST = 0.5
#: Under each seed the names of the animals that it draws, sorted.
Names = tuple[tuple[str, ...], ...]


class Part(NamedTuple):
    """The part of one source in the variance of the mean, with its degrees of freedom, and in its third cumulant.

    Numbers, or arrays of one shape.
    """

    variance: Any
    freedom: Any
    third: Any = 0.0

    @property
    def skewness(self) -> Any:
        """The third cumulant over the cube of the standard error, no more than ``MOST``."""
        import numpy as np

        return np.clip(self.third / self.variance**1.5, -MOST, MOST)


def of_animals(*scores: "tuple[Names, Sequence[np.ndarray]]", mean: Any = None, top: float | None = None) -> Part:
    """Return what the animals add to the variance of the mean beside s^2 / n, and how skewed they make it.

    ``scores`` are added, each (names, without) on draws of its own: ``without[i]`` (..., m_i) is seed i's score without
    each of its animals ``names[i]``. Of two on draws that overlap, sigma_alpha^2 has a covariance beside it, had from
    the products of their u_a as itself from the squares; it is no larger than the two scatters allow, and their skew is
    taken as none. Of one score with ``mean``, of which every animal's own part lies in 0 to ``top`` too, the animals
    are taken to be skewed as a beta law of this mean and variance at least: a few of them seldom show the rare one.
    """
    import numpy as np

    design = _design(tuple(names for names, _ in scores))
    moved = np.zeros((*scores[0][1][0].shape[:-1], len(scores), design.animals))  # u_a: what the mean loses without a
    for which, (names, without) in enumerate(scores):
        for held, row in zip(design.held[which], without, strict=True):
            m = len(held)
            moved[..., which, held] += (m - 1) / m * (row.mean(axis=-1, keepdims=True) - row) / len(names)
    spread = moved @ np.swapaxes(moved, -1, -2) / np.where(design.expected, design.expected, np.inf)
    alone = np.sqrt(np.diagonal(spread, axis1=-2, axis2=-1))
    most = alone[..., :, None] * alone[..., None, :]
    variance = np.maximum((np.clip(spread, -most, most) * design.shared).sum(axis=(-2, -1)), 0)
    if len(scores) > 1:
        return Part(variance, design.freedom)
    third = (moved[..., 0, :] ** 3).sum(axis=-1)  # of few animals less than it is: their rare one is seldom among them
    if top is not None:
        least = _beta_third(mean / top, spread[..., 0, 0] / top**2) * top**3 * design.whole
        # No law is as wide as animals that score all or nothing seem to be: there ``least`` is 0.
        third = np.where(least > 0, np.maximum(third, least), np.where(least < 0, np.minimum(third, least), third))
    return Part(variance, design.freedom, third)


def _beta_third(mean: Any, variance: Any) -> Any:
    """Return the third central moment of a beta law; 0 where none in [0, 1] has this mean and variance."""
    import numpy as np

    room = mean * (1 - mean)
    possible = room > variance
    return np.where(possible, 2 * (1 - 2 * mean) * variance**2 / np.where(possible, room + variance, 1.0), 0.0)


class _Design(NamedTuple):
    """Who is in which draw of each of k scores.

    ``expected`` (k, k): sum of u_a u_a' where an animal's part has variance 1 and is the same in both; ``shared``
    (k, k): Cov where it has. ``whole``: the third cumulant of the first score's mean where
    an animal's part has one of 1.
    """

    animals: int
    held: "Sequence[Sequence[np.ndarray]]"
    expected: "np.ndarray"
    shared: "np.ndarray"
    freedom: float
    whole: float


@lru_cache(maxsize=64)
def _design(scores: tuple[Names, ...]) -> _Design:
    import numpy as np

    animals = sorted(set().union(*(row for names in scores for row in names)))
    place = {animal: at for at, animal in enumerate(animals)}
    held = [[np.array([place[animal] for animal in row]) for row in names] for names in scores]
    n = len(scores[0])
    weights = np.zeros((len(scores), n, len(animals)))
    influence = np.zeros((len(scores), len(animals), len(animals)))  # u = influence @ alpha: a draw's less their mean
    for which, draws in enumerate(held):
        for draw, rows in enumerate(draws):
            m = len(rows)
            weights[which, draw, rows] = 1 / m
            influence[which][np.ix_(rows, rows)] += (np.eye(m) - 1 / m) / (m * n)
    expected = np.einsum("kab,lab->kl", influence, influence)
    same = np.einsum("kia,lia->kl", weights, weights)  # under one seed
    both = np.einsum("ka,la->kl", weights.sum(axis=1), weights.sum(axis=1))
    shared = both if n == 1 else (both - same) / (n * (n - 1))
    squares = [np.linalg.norm(one @ one.T) ** 2 for one in influence]
    freedom = min(float(trace**2 / square) for trace, square in zip(np.diag(expected), squares, strict=True))
    return _Design(len(animals), held, expected, shared, freedom, float((weights[0].mean(axis=0) ** 3).sum()))
