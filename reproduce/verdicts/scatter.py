"""The two sources of scatter, seeds and animals, and the rule which of them carries a verdict.

A printed figure on the paper's own test animals is about those animals: *seeds* carry its verdict, the animals are
given. Everything else speaks of animals like these: *seeds and animals* do. Both intervals are kept and shown.

The score of seed i is taken as mu + e_i + mean over its test animals of (alpha_a + noise_ia): a part of the seed, a
part of each animal that comes back whenever the animal is tested, and noise. Seeds that draw other animals scatter by
their animals too, but only as far as their draws differ. With s^2 the variance between the n scores,

    Var(mean) = E[s^2] / n + Cov,   Cov = sigma_alpha^2 * mean over pairs of draws i != j of |D_i and D_j| / (m_i m_j)

exactly, whatever the draws: m animals that every seed tests give sigma_alpha^2 / m, draws that share none give nothing
beside s^2 / n, which has counted them already. sigma_alpha^2 is had by the delete-one jackknife over the herd's animals
across all draws: leaving animal a out moves the mean over draws by u_a, its scores in the draws that hold it being
replaced by those draws' scores without it.

Herds are told apart by where their animals come from, not by the set drawn from them: two sets of one herd are paired.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reproduce.errors import InvalidInputError
from reproduce.verdicts.judge import Estimate, from_seeds

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "ANIMALS",
    "SEEDS",
    "Herd",
    "added",
    "carries",
    "of_animals",
    "over_animals",
    "seeds_and_animals",
    "together",
]

#: The sources by the names that are shown.
SEEDS, ANIMALS = "seeds", "seeds and animals"
#: Seeds from which on Satterthwaite's degrees of freedom cover what they say: three give 88 %, two 84 %.
ENOUGH = 4


def carries(verb: str, paper: str, printed: str, own_animals: bool) -> str:
    """Which scatter carries a verdict: the seeds' where ``paper`` is the ``printed`` figure on its own test animals.

    And the seeds' where a score was forecast: of these animals, not of animals like them.
    """
    return (
        SEEDS if verb == "between" or (verb == "equals" and printed and paper == printed and own_animals) else ANIMALS
    )


@dataclass(frozen=True)
class Herd:
    """What a score owes to each test animal: under seed i the animals ``names[i]``, sorted, and the score without each.

    ``data`` is where they come from: animals of one name are the same animals only there, in whatever set of them.
    """

    data: str
    names: tuple[tuple[str, ...], ...]
    without: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if [len(row) for row in self.names] != [len(row) for row in self.without] or min(map(len, self.names)) < 2:
            raise InvalidInputError("resampling animals needs, for each seed, the score without each of >= 2 animals")

    def scaled(self, factor: float) -> "Herd":
        """The same in another unit; -1 for a score that is taken away."""
        return Herd(self.data, self.names, tuple(tuple(factor * value for value in row) for row in self.without))

    def share_of(self, base: "Herd") -> "Herd":
        """A gain as the share of what the ``base``, of the same animals, left to gain."""
        pairs = [zip(*rows, strict=True) for rows in zip(self.without, base.without, strict=True)]
        return Herd(self.data, self.names, tuple(tuple(gain / (1 - left) for gain, left in row) for row in pairs))

    def repeated(self, times: int) -> "Herd":
        """One run's animals under as many seeds that do not vary it."""
        return Herd(self.data, self.names * times, self.without * times)


def together(herds: Sequence[Herd]) -> tuple[Herd, ...]:
    """The herds of a sum of scores: where two hold the same animals under every seed their scores without each add."""
    found: dict[tuple, Herd] = {}
    for herd in herds:
        key = (herd.data, herd.names)
        if key in found:
            rows = zip(found[key].without, herd.without, strict=True)
            added = tuple(tuple(a + b for a, b in zip(left, right, strict=True)) for left, right in rows)
            herd = Herd(herd.data, herd.names, added)
        found[key] = herd
    return tuple(found.values())


def seeds_and_animals(values: Sequence[float], herds: Sequence[Herd], paper_runs: int | None = None) -> Estimate:
    """The mean over seeds, spread as it would if other seeds had been drawn and other animals photographed.

    Herds without a common animal are independent: cattle here, lions there. One seed, or seeds that vary nothing: the
    animals' jackknife alone. ``paper_runs`` as in ``from_seeds``. Degrees of freedom after Satterthwaite (1946); of
    fewer seeds than ``ENOUGH`` he promises too many, and the fewest of the parts' are taken.
    """
    import numpy as np

    seeds = from_seeds(values, paper_runs)
    parts = [(seeds.standard_error**2, seeds.degrees_of_freedom)]
    for kin in _kin(herds):
        parts.append(of_animals(*((herd.names, [np.asarray(row) for row in herd.without]) for herd in kin)))
    parts = [(variance, freedom) for variance, freedom in parts if variance]
    if not parts:  # nothing varied: the value is what it is
        return Estimate(seeds.mean, 0.0, max(len(values) - 1, len(herds)))
    variance, freedom = added(parts)
    if 1 < len(values) < ENOUGH:
        freedom = min(freedom for _, freedom in parts)
    return Estimate(seeds.mean, math.sqrt(variance), float(freedom))


def _kin(herds: Sequence[Herd]) -> list[list[Herd]]:
    """The herds in groups that have no animal in common."""
    groups: list[tuple[set[tuple[str, str]], list[Herd]]] = []
    for herd in herds:
        animals = {(herd.data, name) for row in herd.names for name in row}
        met = [group for group in groups if group[0] & animals]
        groups = [group for group in groups if group not in met]
        groups.append((animals.union(*(own for own, _ in met)), [*(one for _, kin in met for one in kin), herd]))
    return [kin for _, kin in groups]


def over_animals(score: float, left_out: Sequence[float]) -> tuple[float, float] | None:
    """The 90 % interval of one score over its animals, ``left_out[a]`` being the score without animal a."""
    animals = tuple(map(str, range(len(left_out))))
    return seeds_and_animals([score], [Herd("", (animals,), (tuple(left_out),))]).interval()


def added(parts: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    """The sum of independent variances and its degrees of freedom (Satterthwaite); numbers, or arrays of one shape."""
    variance = sum(variance for variance, _ in parts)
    return variance, variance**2 / sum(variance**2 / freedom for variance, freedom in parts)


def of_animals(*scores: "tuple[tuple[tuple[str, ...], ...], Sequence[np.ndarray]]") -> tuple[Any, float]:
    """(what the animals add to the variance of the mean beside s^2 / n, its degrees of freedom).

    ``scores`` are added, each (names, without) on draws of its own: ``without[i]`` (..., m_i) is seed i's score without
    each of its animals ``names[i]``. Of two on draws that overlap, sigma_alpha^2 has a covariance beside it, had from
    the products of their u_a as itself from the squares; it is no larger than the two scatters allow.
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
    return np.maximum((np.clip(spread, -most, most) * design.shared).sum(axis=(-2, -1)), 0), design.freedom


class _Design(NamedTuple):
    """Who is in which draw of each of k scores.

    ``expected`` (k, k): sum of u_a u_a' where an animal's part has variance 1 and is the same in both; ``shared``
    (k, k): Cov where it has.
    """

    animals: int
    held: "Sequence[Sequence[np.ndarray]]"
    expected: "np.ndarray"
    shared: "np.ndarray"
    freedom: float


@lru_cache(maxsize=64)
def _design(scores: tuple[tuple[tuple[str, ...], ...], ...]) -> _Design:
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
    return _Design(len(animals), held, expected, shared, freedom)
