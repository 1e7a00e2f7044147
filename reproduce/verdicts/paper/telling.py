"""Verdicts as they come: a row that gains its second, fifth or fourteenth seed is judged on those that it has."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from reproduce.record import Store
from reproduce.running.cells import Job
from reproduce.running.order import FIRST
from reproduce.running.plan import Plan, Row, make_plan
from reproduce.running.request import Key, Request
from reproduce.running.tiers import FULL
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.answers import Source
from reproduce.verdicts.plugin.collect import Asking
from reproduce.verdicts.views.cells import ends, figure

__all__ = ["AT", "SoFar", "Teller", "line", "nothing_measured", "rehearsals"]

#: A row is judged when it has so many seeds.
AT = (FIRST, 5, 14)


class SoFar(NamedTuple):
    """A claim's outcome by the seeds that are kept, and whether these are the ``whole`` of its seeds."""

    outcome: Outcome
    whole: bool


class Teller:
    """Called after each cell: judges the claims whose rows have just gained enough seeds.

    ``say`` takes each line, ``told`` the same as an event of plain values.
    """

    def __init__(
        self,
        claims: Iterable[Asking],
        plan: Plan,
        store: Store,
        say: Callable[[str], None],
        told: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self._rows: dict[Key, Row] = {row.request.key: row for row in plan.rows}
        self._of_job: dict[int, Row] = {id(job): row for row in plan.rows for job in row.jobs}
        self._claims = [one for one in claims if all(request.key in self._rows for request in one.requests)]
        self._store, self._say = store, say
        self._told = {one.spec.id: _kept(one, self._rows, self._store) for one in self._claims}
        self._event = told or (lambda event: None)

    def __call__(self, job: Job) -> None:
        """Judge what the cell has changed."""
        key = self._of_job[id(job)].request.key
        for one in self._claims:
            if any(request.key == key for request in one.requests):
                reached = [
                    count for count in AT if self._told[one.spec.id] < count <= _kept(one, self._rows, self._store)
                ]
                if reached:
                    self._told[one.spec.id] = reached[-1]
                    self._tell(one, reached[-1])

    def _tell(self, one: Asking, count: int) -> None:
        if (found := _so_far(one, self._rows, self._store, count)) is None:
            return
        outcome = found.outcome
        self._say(line(*found))
        event = {
            "event": "verdict",
            "claim": outcome.spec.id,
            "printed": outcome.spec.printed,
            "n": outcome.n,
            "verdict": outcome.says,
        }
        interval = None if outcome.interval is None else list(outcome.interval)
        self._event({**event, "ours": outcome.ours, "interval": interval})


def rehearsals(claims: Iterable[Asking], store: Store) -> list[SoFar]:
    """Judge claims by what a store of stand-ins holds of their rows, from two seeds on: each a rehearsal."""
    claims = list(claims)
    plan = make_plan([request for one in claims for request in one.requests], FULL, store)
    rows = {row.request.key: row for row in plan.rows}
    kept = [(one, _kept(one, rows, store, otherwise=max(AT))) for one in claims if one.requests]
    found = [_so_far(one, rows, store, count) for one, count in kept if count >= FIRST]
    return [SoFar(_rehearsed(one.outcome), one.whole) for one in found if one]


def _kept(one: Asking, rows: Mapping[Key, Row], store: Store, otherwise: int = 0) -> int:
    """Return how many seeds, from the first on, every varying row of a claim has; ``otherwise`` where none varies."""
    return min((_of_row(rows[asked.key], asked, store) for asked in one.requests if asked.varies), default=otherwise)


def _of_row(row: Row, request: Request, store: Store) -> int:
    have = [row.has(seed, row.apart or store) for seed in request.seeds]
    return have.index(False) if False in have else len(have)


def _so_far(one: Asking, rows: Mapping[Key, Row], store: Store, count: int) -> SoFar | None:
    """Judge a claim by the first ``count`` seeds of its rows, a rehearsal on stand-ins; None where there is nothing."""
    own = [rows[request.key] for request in one.requests]
    outcome = one.judge(_First(own[0].apart or store, count))
    if outcome is None or outcome.verdict in (Verdict.NOT_RUN, Verdict.ERROR):
        return None
    whole = count >= max(len(request.seeds) for request in one.requests)
    return SoFar(_rehearsed(outcome) if any(row.doubt for row in own) else outcome, whole)


def _rehearsed(outcome: Outcome) -> Outcome:
    return replace(outcome, spec=replace(outcome.spec, fidelity="rehearsal"))


def line(outcome: Outcome, whole: bool = True) -> str:
    """Return a verdict in one line: id, printed figure, ours with its interval, how many seeds, and the verdict."""
    between = f" ({ends(outcome.interval, outcome)})" if outcome.interval else ""
    said = f"ours {figure(outcome.ours, outcome)}{between}"
    says = outcome.told if whole else f"{outcome.told} so far"
    return f"{outcome.spec.id:<9} {outcome.spec.printed:>6}  {said}  n {outcome.n}  {says}"


class _First(Source):
    """Answers from a record by the first ``count`` seeds of each request."""

    def __init__(self, store: Store, count: int) -> None:
        super().__init__(store, nothing_measured, set())
        self._count = count

    def sample(self, request: Request, score: str) -> Sample:
        """Return the score under the first seeds."""
        return super().sample(replace(request, seeds=request.seeds[: self._count]), score)


def nothing_measured(*_: Any) -> Any:
    """Stand for a measurement where what is kept alone is told."""
    raise AssertionError("nothing is measured to tell what is kept")
