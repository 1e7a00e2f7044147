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
replaced by those draws' scores without it. Where scores are low a few animals have most of them: the mean is skewed,
and so is its interval (``judge.Estimate``); sum u_a^3 is its third cumulant.

Herds are told apart by where their animals come from, not by the set drawn from them: two sets of one herd are paired.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.verdicts.judging.draws import Part, of_animals
from reproduce.verdicts.judging.judge import Estimate, from_seeds

__all__ = [
    "ANIMALS",
    "SEEDS",
    "Herd",
    "added",
    "carries",
    "over_animals",
    "seeds_and_animals",
    "together",
]

#: The sources by the names that are shown.
SEEDS, ANIMALS = "seeds", "seeds and animals"
#: Seeds from which on Satterthwaite's degrees of freedom cover what they say: three give 88 %, two 84 %.
ENOUGH = 4


def carries(verb: str, paper: str, printed: str, own_animals: bool) -> str:
    """Return which scatter carries a verdict: the seeds' for a ``printed`` figure on the paper's own test animals.

    And the seeds' where a score was forecast: of these animals, not of animals like them.
    """
    return (
        SEEDS if verb == "between" or (verb == "equals" and printed and paper == printed and own_animals) else ANIMALS
    )


@dataclass(frozen=True)
class Herd:
    """The share of each test animal in a score: of seed i the sorted animals ``names[i]``, and the score without each.

    ``data`` is where they come from: animals of one name are the same animals only there, in whatever set of them.
    """

    data: str
    names: tuple[tuple[str, ...], ...]
    without: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if [len(row) for row in self.names] != [len(row) for row in self.without] or min(map(len, self.names)) < 2:
            raise InvalidInputError("resampling animals needs, for each seed, the score without each of >= 2 animals")

    def scaled(self, factor: float) -> "Herd":
        """Return the herd in another unit; -1 for a score that is taken away."""
        return Herd(self.data, self.names, tuple(tuple(factor * value for value in row) for row in self.without))

    def share_of(self, base: "Herd") -> "Herd":
        """Return a gain as the share of what the ``base``, of the same animals, left to gain."""
        pairs = [zip(*rows, strict=True) for rows in zip(self.without, base.without, strict=True)]
        return Herd(self.data, self.names, tuple(tuple(gain / (1 - left) for gain, left in row) for row in pairs))

    def repeated(self, times: int) -> "Herd":
        """Return one run's animals under as many seeds that do not vary it."""
        return Herd(self.data, self.names * times, self.without * times)


def together(herds: Sequence[Herd]) -> tuple[Herd, ...]:
    """Return the herds of a sum of scores: scores without each animal add where two hold the same under every seed."""
    found: dict[tuple, Herd] = {}
    for herd in herds:
        key = (herd.data, herd.names)
        if key in found:
            rows = zip(found[key].without, herd.without, strict=True)
            added = tuple(tuple(a + b for a, b in zip(left, right, strict=True)) for left, right in rows)
            herd = Herd(herd.data, herd.names, added)
        found[key] = herd
    return tuple(found.values())


def seeds_and_animals(
    values: Sequence[float], herds: Sequence[Herd], paper_runs: int | None = None, top: float | None = None
) -> Estimate:
    """Return the mean over seeds, spread as if other seeds had been drawn and other animals photographed.

    Herds without a common animal are independent: cattle here, lions there. One seed, or seeds that vary nothing: the
    animals' jackknife alone. ``paper_runs`` as in ``from_seeds``. Degrees of freedom after Satterthwaite (1946); of
    fewer seeds than ``ENOUGH`` he promises too many, and the fewest of the parts' are taken. ``top``: of one score, the
    most that it, and each animal's part of it, can be, 0 being the least; None where a part has no bounds.
    """
    import numpy as np

    seeds = from_seeds(values, paper_runs)
    parts = [Part(seeds.standard_error**2, seeds.degrees_of_freedom)]
    for kin in _kin(herds):
        scores = [(herd.names, [np.asarray(row) for row in herd.without]) for herd in kin]
        parts.append(of_animals(*scores, mean=seeds.mean, top=top if len(herds) == 1 else None))
    parts = [part for part in parts if part.variance]
    if not parts:  # nothing varied: the value is what it is
        return Estimate(seeds.mean, 0.0, max(len(values) - 1, len(herds)))
    whole = added(parts)
    freedom = whole.freedom
    if 1 < len(values) < ENOUGH:
        freedom = min(part.freedom for part in parts)
    return Estimate(seeds.mean, math.sqrt(whole.variance), float(freedom), float(whole.skewness))


def _kin(herds: Sequence[Herd]) -> list[list[Herd]]:
    """Return the herds in groups that have no animal in common."""
    if len(herds) < 2:
        return [list(herds)] if herds else []
    groups: list[tuple[set[tuple[str, str]], list[Herd]]] = []
    for herd in herds:
        animals = {(herd.data, name) for row in herd.names for name in row}
        met = [group for group in groups if group[0] & animals]
        groups = [group for group in groups if group not in met]
        groups.append((animals.union(*(own for own, _ in met)), [*(one for _, kin in met for one in kin), herd]))
    return [kin for _, kin in groups]


def over_animals(score: float, left_out: Sequence[float]) -> tuple[float, float] | None:
    """Return the 90 % interval of a score between 0 and 1 over its animals, ``left_out[a]`` being that without a."""
    animals = tuple(map(str, range(len(left_out))))
    return seeds_and_animals([score], [Herd("", (animals,), (tuple(left_out),))], top=1.0).interval()


def added(parts: Sequence[Part]) -> Part:
    """Return the sum of independent parts: variances and third cumulants add, degrees of freedom by Satterthwaite."""
    variance: Any = sum(part.variance for part in parts)
    freedom = variance**2 / sum(part.variance**2 / part.freedom for part in parts)
    return Part(variance, freedom, sum(part.third for part in parts))
