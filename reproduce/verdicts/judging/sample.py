"""What a claim measured: one value per seed, with what the judge and the table must know beside it."""

import math
from dataclasses import dataclass, field, replace

from reproduce.errors import InvalidInputError
from reproduce.verdicts.judging.judge import Estimate, from_seeds
from reproduce.verdicts.judging.scatter import ANIMALS, SEEDS, Herd, seeds_and_animals, together

__all__ = ["Sample", "SourceNote"]


@dataclass(frozen=True)
class SourceNote:
    """The origin of values: what was measured on what, by which machine, and what was checked just now."""

    experiment: str = ""
    data: str = ""
    backend: str = ""
    machine: str = ""
    checked: str = ""
    drift: str = ""
    data_hash: str = ""


@dataclass(frozen=True)
class Sample:
    """One score: ``values[i]`` under ``seeds[i]``, as the experiment returned it (fractions, not per cent).

    ``herds``: the score with each test animal left out in turn, by name; empty if not resampled, and ``seeds_only``
    says why. ``unit``: what a score of 1 is in the values' unit.
    ``random``: whether the seed varies anything. ``exact``: an enumerated fact, without sampling error.
    ``chance`` and ``precision_at_1`` ride along as means over the seeds. ``missing`` says why there are no values: what
    is to be had first, and how; ``lost`` why the record, which could have them, has not. ``difference``: one score less
    another, so zero means no difference and chance is not on its scale; ``sides`` are the means of the two.
    ``bounded``: each animal's part of the score lies between 0 and 1, as the score itself does (MAP@R; not what is
    above chance, nor accuracy over pairs).
    """

    values: tuple[float, ...]
    seeds: tuple[int, ...]
    herds: tuple[Herd, ...] = ()
    seeds_only: str = ""
    random: bool = True
    exact: bool = False
    score: str = ""
    chance: float | None = None
    precision_at_1: float | None = None
    sources: tuple[SourceNote, ...] = field(default=())
    missing: str = ""
    lost: str = ""
    difference: bool = False
    sides: tuple[float, float] | None = None
    unit: float = 1.0
    bounded: bool = False

    @property
    def n(self) -> int:
        """Return the number of seeds."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """The mean over the seeds; NaN where nothing was measured."""
        if not self.values:
            return math.nan
        return math.fsum(self.values) / self.n

    def scaled(self, factor: float) -> "Sample":
        """Return the sample in another unit, such as per cent."""
        return replace(
            self,
            values=tuple(value * factor for value in self.values),
            herds=tuple(herd.scaled(factor) for herd in self.herds),
            unit=self.unit * factor,
            chance=None if self.chance is None else self.chance * factor,
            precision_at_1=None if self.precision_at_1 is None else self.precision_at_1 * factor,
            sides=None if self.sides is None else (self.sides[0] * factor, self.sides[1] * factor),
        )

    def __sub__(self, other: "Sample") -> "Sample":
        """Return the difference, paired by seed; a value that no seed varies is the same under every seed."""
        if self.missing or other.missing:
            seeds = max(self.seeds, other.seeds, key=len)
            lost = _each_once(self.lost, other.lost)
            return Sample((), seeds, missing=_each_once(self.missing, other.missing), lost=lost)
        left, right = _paired(self, other)
        # Without one side's animals the other's alone would say too little; an enumerated fact owes nothing to any.
        seeds_only = "; ".join(
            dict.fromkeys(one.seeds_only for one in (left, right) if one.seeds_only and not one.exact)
        )
        herds = () if seeds_only else together([*left.herds, *(herd.scaled(-1) for herd in right.herds)])
        return Sample(
            values=tuple(a - b for a, b in zip(left.values, right.values, strict=True)),
            seeds=left.seeds,
            herds=herds,
            seeds_only=seeds_only,
            random=self.random or other.random,
            exact=self.exact and other.exact,
            score=self.score if self.score == other.score else f"{self.score} - {other.score}",
            chance=self.chance,
            sources=self.sources + other.sources,
            difference=True,
            sides=(self.mean, other.mean),
        )

    def share_gained(self, other: "Sample") -> "Sample":
        """Return (ours - other) / (1 - other), paired by seed: the share gained of what another score left to gain."""
        gain = self - other
        if gain.missing:
            return gain
        _, right = _paired(self, other)
        herds: tuple[Herd, ...] = ()
        if [herd.names for herd in gain.herds] == [herd.names for herd in right.herds]:
            herds = tuple(gained.share_of(base) for gained, base in zip(gain.herds, right.herds, strict=True))
        return replace(
            gain,
            values=tuple(value / (1 - base) for value, base in zip(gain.values, right.values, strict=True)),
            herds=herds,
            seeds_only=gain.seeds_only or ("" if herds else "its two scores are of different animals"),
            score=f"({gain.score}) / (1 - {other.score})",
        )

    def estimates(self, paper_runs: int | None = None) -> dict[str, Estimate]:
        """Return the mean with its error by each source of scatter that was seen: "seeds", and "seeds and animals".

        Seeds declared random that all gave the same value are an error, the seed reached nothing; but none and all
        of what a score can be (0 or 100 %) is a fact, whatever the seed.
        """
        if self.exact:
            return {SEEDS: Estimate(self.mean, 0.0, math.inf)}
        if self.random and self.n > 1 and len(set(self.values)) == 1 and not self.saturated:
            raise InvalidInputError(
                f"{self.score or 'the score'} is {self.values[0]!r} under all {self.n} seeds, though the seed is "
                "declared to vary it: a seed that reaches nothing proves nothing"
            )
        found = {SEEDS: from_seeds(self.values, paper_runs)}
        if self.herds:
            top = self.unit if self.bounded else None
            found[ANIMALS] = seeds_and_animals(self.values, self.herds, paper_runs, top)
        return found

    @property
    def saturated(self) -> bool:
        """Tell whether every seed gave none of what a score can be, or all: 0 or 1, of a difference -1 too."""
        return set(self.values) in ({0.0}, {self.unit}, {-self.unit})


def _each_once(*said: str) -> str:
    """Join what several say by semicolons as each of them may be."""
    return "; ".join(dict.fromkeys(filter(None, "; ".join(said).split("; "))))


def _paired(left: Sample, right: Sample) -> tuple[Sample, Sample]:
    if left.seeds == right.seeds:
        return left, right
    if not left.random and left.n == 1:
        return _repeated(left, right.seeds), right
    if not right.random and right.n == 1:
        return left, _repeated(right, left.seeds)
    raise InvalidInputError(
        f"cannot pair seeds {list(left.seeds)} with {list(right.seeds)}: run both under the same seeds"
    )


def _repeated(one: Sample, seeds: tuple[int, ...]) -> Sample:
    """Pair what nothing varies with seeds: the same value and the same animals under each."""
    times = len(seeds)
    herds = tuple(herd.repeated(times) for herd in one.herds)
    return replace(one, values=one.values * times, seeds=seeds, herds=herds)
