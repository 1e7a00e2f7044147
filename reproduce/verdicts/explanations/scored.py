"""Yardsticks and rivals by the record: what each scores, whether as forecast, and how likely it makes Table III."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reproduce.experiments.registry import find
from reproduce.running.loading import load_all
from reproduce.running.request import Request
from reproduce.verdicts.explanations import rivals, weighing
from reproduce.verdicts.explanations.readings import ROWS, SETS, SUFFIXES, Reading
from reproduce.verdicts.explanations.rivals import UNITS, Option, Rival
from reproduce.verdicts.files import settings
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.answers import Source
from reproduce.verdicts.plugin.fixture import seeds_for

__all__ = ["MARKS", "NAMED", "Digits", "Weighed", "Weight", "digits_of", "likelihoods", "measure", "weigh_readings"]

#: The yardstick that likelihoods are held against.
NAMED = "untrained"
#: Digits as printed and the runs that they average, by row.
Digits = Mapping[str, tuple[str, int]]
#: Some rows -> the chance of their digits, one for each way to read what might have printed them.
Chances = Callable[[Sequence[str]], list[float | None]]
MARKS: dict[Verdict | None, str] = {Verdict.REPRODUCED: "✓", Verdict.NOT_REPRODUCED: "✗", Verdict.INCONCLUSIVE: "?"}


@dataclass(frozen=True)
class Weight:
    """How likely the printed ``rows`` are, as a ratio to the named yardstick's own mean over the same rows.

    ``mean`` over ``ways`` of reading the explanation, ``best`` of them, ``each`` row's by itself; None where one run
    gives what another does, or nothing is measured.
    """

    rows: tuple[str, ...]
    mean: float | None
    best: float | None
    ways: int
    each: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Weighed:
    """A rival with what it scored, MAP@R % by row and lions, and its gain on cattle, per cent of what was left."""

    rival: Rival
    scores: Mapping[tuple[str, str], tuple[float, ...]]
    gain: tuple[float, ...]
    marks: Mapping[tuple[str, str], str]
    weight: Weight
    missing: tuple[str, ...] = ()

    @property
    def mean_gain(self) -> float | None:
        """Over the seeds; None where it was not measured."""
        return sum(self.gain) / len(self.gain) if self.gain else None

    def mean(self, row: str, lions: str) -> float | None:
        """Return the mean over the seeds; None where it was not measured."""
        values = self.scores.get((row, lions))
        return sum(values) / len(values) if values else None


@dataclass
class _Bench:
    """Asks the record for a rival's rows, each once."""

    source: Source
    known: Mapping[str, settings.Setting]
    asked: dict[Any, Sample] = field(default_factory=dict)

    def sample(self, rival: Rival, role: str, row: str, score: str) -> Sample:
        key = (rival.name, role, row, score)
        if key not in self.asked:
            experiment = find(rival.experiment)
            data = getattr(self.known[rival.network], role)
            factors = experiment.factors(**{**data.reaching(experiment), **rival.factors_of(row)})
            seeds = seeds_for(experiment, str(data), rival.seeds or None)
            self.asked[key] = self.source.sample(Request(experiment, str(data), factors, seeds), score)
        return self.asked[key]

    def values(self, rival: Rival, row: str, option: Option) -> tuple[float, ...]:
        """Return a row's MAP@R % by that option; none where it was not measured."""
        way = f"{row}+{option.augmentation}" if row == "64aug" and option.augmentation else row
        return self.sample(rival, "lions", way, f"{option.score}{SUFFIXES[option.lions]}").scaled(100).values


def measure(folder: Path, outcomes: Iterable[Outcome], source: Source, digits: Digits) -> list[Weighed]:
    """Return every yardstick and rival of the folder's ``rivals.toml`` by the record, in the order of the file."""
    load_all()
    every = rivals.read(folder / rivals.FILE)
    bench = _Bench(source, settings.read(folder / settings.FILE))
    ended = {one.spec.statement: Verdict(one.verdict) for one in outcomes if one.spec.statement.startswith("rival.")}
    return [_weighed(bench, rival, every.get(NAMED), ended, digits) for rival in every.values()]


def likelihoods(folder: Path, source: Source, digits: Digits, rows: Sequence[str]) -> dict[str, float | None]:
    """Return the mean chance of ``rows`` under each yardstick and rival that has them, over its measured ways."""
    load_all()
    bench = _Bench(source, settings.read(folder / settings.FILE))
    every = rivals.read(folder / rivals.FILE).values()
    having = [one for one in every if set(rows) <= set(one.rows)]
    return {one.name: weighing.mean_over(_chances(bench, one, digits)(rows)) for one in having}


def digits_of(outcomes: Iterable[Outcome]) -> dict[str, tuple[str, int]]:
    """Return the printed digits of each row of Table III, and the runs that they average."""
    rows = {one.spec.statement.removeprefix("III."): one.spec for one in outcomes if one.spec.printed}
    return {row: (rows[row].printed, rows[row].runs) for row in ROWS if row in rows}


def weigh_readings(readings: Sequence[Reading], weighed: Sequence[Weighed], digits: Digits) -> dict[str, Weight]:
    """Return each reading's weight by its name: over the sets of lions, of the rows measured on all of them."""
    named = next((one.scores for one in weighed if one.rival.name == NAMED), {})

    def over(scores: Mapping[tuple[str, str], Sequence[float]]) -> Chances:
        return lambda rows: [weighing.jointly({row: scores[row, lions] for row in rows}, digits, 1.0) for lions in SETS]

    found = {}
    for one in readings:
        scores = {key: score.values for key, score in one.scores.items()}
        rows = tuple(row for row in ROWS if all((row, lions) in scores and (row, lions) in named for lions in SETS))
        if rows:
            found[one.name] = _weight(rows, over(scores), over(named))
    return found


def _chances(bench: _Bench, rival: Rival, digits: Digits) -> Chances:
    """Return the rival's chance of some rows under each of its ways that was measured."""

    def chances(rows: Sequence[str]) -> list[float | None]:
        measured = [
            (way, values)
            for way in rival.options()
            if all((values := {row: bench.values(rival, row, way) for row in rows}).values())
        ]
        return [weighing.jointly(values, digits, UNITS[way.means]) for way, values in measured]

    return chances


def _weighed(
    bench: _Bench, rival: Rival, yardstick: Rival | None, ended: Mapping[str, Verdict], digits: Digits
) -> Weighed:
    scores: dict[tuple[str, str], tuple[float, ...]] = {}
    missing = []
    for row in [*rival.rows, *(f"64aug+{name}" for name in rival.also.get("augmentations", ()))]:
        for lions in rival.scored:
            sample = bench.sample(rival, "lions", row, f"{rival.score}{SUFFIXES[lions]}")
            if sample.missing:
                missing.append(f"{row} of the {lions}")
            else:
                scores[row, lions] = sample.scaled(100).values
    marks = {
        (one.row, one.lions): MARKS.get(ended.get(f"rival.{rival.name}.{one.row}.{one.lions}"), "·")
        for one in rival.forecasts
    }
    if rival.gain:
        marks["gain", "cattle"] = MARKS.get(ended.get(f"rival.{rival.name}.gain"), "·")
    rows = tuple(row for row in ROWS if all((row, lions) in scores for lions in rival.scored))
    weight = Weight(rows, None, None, 0)
    if rows and yardstick is not None:
        weight = _weight(rows, _chances(bench, rival, digits), _chances(bench, yardstick, digits))
    return Weighed(rival, scores, _gain(bench, rival, yardstick), marks, weight, tuple(missing))


def _weight(rows: tuple[str, ...], ours: Chances, named: Chances) -> Weight:
    """Return the weight of the chances of ``rows`` against those of the named yardstick."""

    def ratio(some: Sequence[str], of: Callable[[list[float | None]], float | None]) -> float | None:
        chance, other = of(ours(some)), weighing.mean_over(named(some))
        return None if chance is None or not other else chance / other

    mean, ways = ratio(rows, weighing.mean_over), len(ours(rows))
    if mean is None:
        return Weight(rows, None, None, ways)
    each = {row: ratio([row], weighing.mean_over) for row in rows}
    return Weight(rows, mean, ratio(rows, weighing.best_of), ways, each)


def _gain(bench: _Bench, rival: Rival, yardstick: Rival | None) -> tuple[float, ...]:
    """Return what other cattle gain over the yardstick, per cent of what was left, by seed; none if not measured."""
    if yardstick is None or not hasattr(bench.known[rival.network], "cattle"):
        return ()
    ours = bench.sample(rival, "cattle", "64", rival.score)
    untrained = bench.sample(yardstick, "cattle", "64", yardstick.score)
    if len(ours.seeds) < len(untrained.seeds) and ours.random:
        pairs = dict(zip(untrained.seeds, untrained.values, strict=True))
        return tuple((a - pairs[s]) / (1 - pairs[s]) * 100 for s, a in zip(ours.seeds, ours.values, strict=True))
    return ours.share_gained(untrained).scaled(100).values
