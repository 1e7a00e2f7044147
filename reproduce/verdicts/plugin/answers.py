"""Where a claim's scores come from: the record, checked afresh where it can be; else a run now; else nothing yet."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from reproduce.errors import DataMissingError, ReproduceError, WeightsMissingError
from reproduce.experiments.registry import Experiment
from reproduce.record import Entry, Store
from reproduce.record.current import Current, current
from reproduce.record.replay import compare_judged
from reproduce.record.schema import canonical
from reproduce.running.inputs import Data, Inputs, stand_in
from reproduce.running.request import Key, Request
from reproduce.verdicts.judging.sample import Sample, SourceNote
from reproduce.verdicts.judging.scatter import Herd

__all__ = ["Rehearsal", "Source"]

#: Scores that are a mean over animals, of each a number between 0 and 1; variants of them have a "/" behind.
RETRIEVAL = ("map_at_r", "r_precision", "map", "precision_at_1")

Measure = Callable[[Experiment, str, int, Mapping[str, Any]], Entry]
#: The same for a replay, and whether an earlier session measured it.
Again = Callable[[Experiment, str, int, Mapping[str, Any]], tuple[Entry, bool]]
T = TypeVar("T")


class Source:
    """Answer from ``store``. Requests in ``chosen`` (by key) are also measured now.

    Of a recorded request the seed whose ``turn`` it is, of an unrecorded one every seed.

    ``measure(experiment, data, seed, factors) -> Entry`` does the work; it raises DataMissingError or
    WeightsMissingError where something is not at hand. ``again`` does it for a replay, as `running.again` does.
    """

    def __init__(
        self, store: Store, measure: Measure, chosen: set[Key], turn: int = 0, again: Again | None = None
    ) -> None:
        self.store = store
        self.chosen = chosen
        self.turn = turn
        #: How far each score that was measured again on another machine lies from the record.
        self.moves: dict[str, list[float]] = {}
        self._measure = cache_by_key(measure)
        self._again = cache_by_key(again or (lambda *cell: (measure(*cell), False)))
        # What is here is looked for once: hundreds of claims ask for some dozens of data sets and weights.
        self._hashes, self._missing, self._doubt = cache(Inputs.hashes), cache(Inputs.missing), cache(Inputs.doubt)
        self._found: dict[Key, Current] = {}

    def sample(self, request: Request, score: str) -> Sample:
        """Return the score under each seed, or a missing sample that says what it waits for."""
        kept, why_not = self.kept(request)
        if kept:
            checked, drift = self._check(request, kept, score)
            return compose(request, kept, score, checked, drift or self._disagreement(request, kept, score))
        if request.key not in self.chosen:
            missing = "; ".join(filter(None, (self.unavailable(request), why_not)))
            return Sample((), (), missing=missing, lost=self._lost(request, why_not))
        try:
            fresh = [self._measure(request, seed) for seed in request.seeds]
        except (DataMissingError, WeightsMissingError) as error:
            return Sample((), (), missing=str(error), lost=self._lost(request, why_not))
        return compose(request, fresh, score, "measured now", "")

    def kept(self, request: Request) -> tuple[list[Entry], str]:
        """Return the record's entries for the request, one per seed and all from one place; or none, and why."""
        held = self._current(request)
        # What is not what its name says never enters the record: no run helps.
        return held.of_seeds(request.seeds, advise=not self._doubt(request.inputs))

    def _current(self, request: Request) -> Current:
        if (key := request.key) not in self._found:
            hashes = self._hashes(request.inputs)
            self._found[key] = current(self.store, request.experiment, request.data, request.chosen, hashes)
        return self._found[key]

    def _disagreement(self, request: Request, kept: Sequence[Entry], score: str) -> str:
        """Return how another machine's results of the same cells differ by more than machines do, or "".

        The fuller pool is judged; which of the two is wrong, a reader has to find out.
        """
        for other, own in self._current(request).twins(kept):
            if score in other.scores:
                replay = compare_judged(other, own, score, beside(score), request.experiment.moves(request.factors))
                if replay.status == "drifted":
                    return (
                        "two pools of the record disagree: "
                        f"{request.experiment.name} on {request.data}, seed {own.seed}: "
                        f"{replay.score} is {replay.fresh!r} by {'/'.join(other.place)}, {replay.kept!r} by "
                        f"{'/'.join(own.place)}, which is judged"
                    )
        return ""

    def unavailable(self, request: Request) -> str:
        """Return all data and weights that are not here and that the request needs, and how to get them; or ""."""
        if missing := self._missing(request.inputs):
            return missing
        why = self._doubt(request.inputs)
        return f"{why}; `reproduce paper` rehearses on it" if why else ""

    def _lost(self, request: Request, why_not: str) -> str:
        """Say why the record has nothing; "" if what is here is not what its name says: it need not hold that."""
        return "" if self._doubt(request.inputs) else why_not

    def _check(self, request: Request, kept: Sequence[Entry], score: str) -> tuple[str, str]:
        """Return (what was re-measured, drift or "") for one seed of a kept record, another one every day."""
        if request.key not in self.chosen:
            reason = self.unavailable(request)
            return ("not re-measured" if reason else "not in turn"), ""
        try:
            own = kept[self.turn % len(kept)]
            fresh, before = self._again(request, own.seed)
        except (DataMissingError, WeightsMissingError):
            return "not re-measured", ""
        replay = compare_judged(fresh, own, score, beside(score), request.experiment.moves(request.factors))
        if replay.status == "inside":
            name = f"{request.experiment.name} on {request.data} {canonical(request.chosen)}, {score}"
            self.moves[name] = [replay.move]
        if replay.status == "drifted":
            return f"seed {own.seed} ✗", f"{request.experiment.name} on {request.data}, {replay}"
        when = " kept" if before else ""
        return f"seed {own.seed}{when} {'✓' if replay.status == 'identical' else '≈'}", ""


class Rehearsal:
    """Runs every experiment small, two seeds, on the generated stand-in: the code ran, no verdict at all."""

    def __init__(self, measure: Measure) -> None:
        self._measure = cache_by_key(measure)

    def sample(self, request: Request, score: str) -> Sample:
        """Return a missing sample that says what was rehearsed; a score that is absent or not finite is an error."""
        experiment = request.experiment
        data = stand_in() if "pixels" in experiment.needs else request.data
        small = Request(experiment, data, {**request.factors, **experiment.rehearsal})
        for seed in small.of_run(range(2)):
            entry = self._measure(small, seed)
            value = pick(entry, score)
            if not math.isfinite(value):
                raise ReproduceError(f"{experiment.name} rehearsed on {data}: {score} is {value}")
        return Sample((), (), missing=f"rehearsed on {data}: the code ran, which is no verdict")


def compose(request: Request, entries: Sequence[Entry], score: str, checked: str, drift: str) -> Sample:
    """Return one sample of one entry per seed, chance and P@1 of the same evaluation set riding along."""
    base, _, where = score.partition("@")
    experiment = request.experiment
    herds, seeds_only = _herds(request, entries, score, f"@{where}" if where else "")
    first = entries[0]
    chance, *first_ranks = beside(score)
    return Sample(
        values=tuple(pick(entry, score) for entry in entries),
        seeds=tuple(entry.seed for entry in entries),
        herds=herds,
        seeds_only=seeds_only,
        random=experiment.varies_on(request.data),
        exact=experiment.exact,
        score=score,
        bounded=base.split("/")[0] in RETRIEVAL,
        chance=_mean(entries, chance),
        precision_at_1=_mean(entries, first_ranks[0]) if first_ranks else None,
        sources=(
            SourceNote(
                experiment.name, request.data, first.backend, first.machine, checked, drift, first.cell.data_hash
            ),
        ),
    )


def beside(score: str) -> tuple[str, ...]:
    """Return the scores shown beside one: its chance and, of a retrieval score, the P@1 of the same set."""
    base, at, where = score.partition("@")
    if base.removesuffix("/query") not in RETRIEVAL:
        return (f"chance_{score}",)
    return f"chance{'/query' if base.endswith('/query') else ''}{at}{where}", f"precision_at_1{at}{where}"


def _herds(request: Request, entries: Sequence[Entry], score: str, suffix: str) -> tuple[tuple[Herd, ...], str]:
    """Return the animals that the score was resampled over; or none, and why."""
    if not request.data:
        return (), ""  # no animal enters
    rows = tuple(tuple(entry.leave_one_out.get(score, ())) for entry in entries)
    if not all(rows):
        kept = any(entry.leave_one_out for entry in entries)
        why = "has no score without each animal" if kept else "was recorded without the score of each animal"
        return (), f"{request.experiment.name}'s {score} {why}"
    return (Herd(Data(request.data).origin, tuple(tuple(entry.animals[suffix]) for entry in entries), rows),), ""


def pick(entry: Entry, score: str) -> float:
    """Return the entry's score; an unknown one is an error that names the known ones."""
    if score not in entry.scores:
        known = ", ".join(sorted(entry.scores))
        raise ReproduceError(f"{entry.cell.experiment} gives no score {score!r}; it gives: {known}")
    return float(entry.scores[score])


def _mean(entries: Sequence[Entry], score: str) -> float | None:
    values = [float(entry.scores[score]) for entry in entries if score in entry.scores]
    return math.fsum(values) / len(values) if values else None


def cache_by_key(measure: Callable[[Experiment, str, int, Mapping[str, Any]], T]) -> Callable[[Request, int], T]:
    """Measure each cell once per session."""
    done: dict[tuple[str, str, str, int], T] = {}

    def once(request: Request, seed: int) -> T:
        key = (*request.key[:3], seed)
        if key not in done:
            done[key] = measure(request.experiment, request.data, seed, request.factors)
        return done[key]

    return once
