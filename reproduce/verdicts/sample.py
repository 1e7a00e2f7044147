"""What a claim measured: one value per seed, with what the judge and the table must know beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reproduce.errors import InvalidInputError
from reproduce.verdicts.judge import Estimate, from_animals, from_seeds

__all__ = ["Sample", "SourceNote"]


@dataclass(frozen=True)
class SourceNote:
    """Where values came from: what was measured on what, by which machine, and what was checked just now."""

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

    ``leave_one_out[i]``: the score under seed i with each test animal left out in turn; empty if not resampled.
    ``random``: whether the seed varies anything. ``exact``: an enumerated fact, without sampling error.
    ``chance`` and ``precision_at_1`` ride along as means over the seeds. ``missing`` says why there are no
    values: what is to be had first, and how. ``difference``: one score less another, so zero means no difference
    and chance is not on its scale; ``sides`` are the means of the two.
    """

    values: tuple[float, ...]
    seeds: tuple[int, ...]
    leave_one_out: tuple[tuple[float, ...], ...] = ()
    random: bool = True
    exact: bool = False
    score: str = ""
    chance: float | None = None
    precision_at_1: float | None = None
    sources: tuple[SourceNote, ...] = field(default=())
    missing: str = ""
    difference: bool = False
    sides: tuple[float, float] | None = None

    @property
    def n(self) -> int:
        """How many seeds."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """The mean over the seeds; NaN where nothing was measured."""
        if not self.values:
            return math.nan
        return math.fsum(self.values) / self.n

    def scaled(self, factor: float) -> "Sample":
        """The same in another unit, such as per cent."""
        return replace(
            self,
            values=tuple(value * factor for value in self.values),
            leave_one_out=tuple(tuple(value * factor for value in row) for row in self.leave_one_out),
            chance=None if self.chance is None else self.chance * factor,
            precision_at_1=None if self.precision_at_1 is None else self.precision_at_1 * factor,
            sides=None if self.sides is None else (self.sides[0] * factor, self.sides[1] * factor),
        )

    def __sub__(self, other: "Sample") -> "Sample":
        """The difference, paired by seed; a value that no seed varies is the same under every seed."""
        if self.missing or other.missing:
            lacking = "; ".join(filter(None, (self.missing, other.missing))).split("; ")
            return Sample((), (), missing="; ".join(dict.fromkeys(lacking)))
        left, right = _paired(self, other)
        rows: Sequence[tuple[float, ...]] = ()
        if left.leave_one_out and right.leave_one_out:
            lengths = {(len(a), len(b)) for a, b in zip(left.leave_one_out, right.leave_one_out, strict=True)}
            if all(a == b for a, b in lengths):
                rows = [
                    tuple(x - y for x, y in zip(a, b, strict=True))
                    for a, b in zip(left.leave_one_out, right.leave_one_out, strict=True)
                ]
        return Sample(
            values=tuple(a - b for a, b in zip(left.values, right.values, strict=True)),
            seeds=left.seeds,
            leave_one_out=tuple(rows),
            random=self.random or other.random,
            exact=self.exact and other.exact,
            score=self.score if self.score == other.score else f"{self.score} - {other.score}",
            chance=self.chance,
            sources=self.sources + other.sources,
            difference=True,
            sides=(self.mean, other.mean),
        )

    def share_gained(self, other: "Sample") -> "Sample":
        """(ours - other) / (1 - other), paired by seed: the share of what was left to gain over another score."""
        gain = self - other
        if gain.missing:
            return gain
        right = _paired(self, other)[1]
        rows = zip(gain.leave_one_out, right.leave_one_out, strict=True) if gain.leave_one_out else ()
        return replace(
            gain,
            values=tuple(value / (1 - base) for value, base in zip(gain.values, right.values, strict=True)),
            leave_one_out=tuple(tuple(x / (1 - y) for x, y in zip(*pair, strict=True)) for pair in rows),
            score=f"({gain.score}) / (1 - {other.score})",
        )

    def estimate(self, paper_runs: int | None = None) -> Estimate:
        """The mean with its error: over seeds, or over animals where those were resampled.

        Seeds declared random that all gave the same value are an error: the seed reached nothing.
        """
        if self.exact:
            return Estimate(self.mean, 0.0, math.inf)
        if self.leave_one_out:
            return from_animals(self.values, self.leave_one_out)
        if self.random and self.n > 1 and len(set(self.values)) == 1:
            raise InvalidInputError(
                f"{self.score or 'the score'} is {self.values[0]!r} under all {self.n} seeds, though the seed is "
                "declared to vary it: a seed that reaches nothing proves nothing"
            )
        return from_seeds(self.values, paper_runs)


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
    # What one run's animals would have scattered does not belong to each seed: the seeds carry the interval.
    return replace(one, values=one.values * len(seeds), seeds=seeds, leave_one_out=())
