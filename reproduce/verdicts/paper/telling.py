"""Verdicts as they come: a row that gains its second, fifth or fourteenth seed is judged on those that it has."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from reproduce.record import Store
from reproduce.running.cells import Job
from reproduce.running.plan import Plan, Row
from reproduce.running.request import Request
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.answers import Source
from reproduce.verdicts.plugin.collect import Asking
from reproduce.verdicts.views.table import ends, figure

__all__ = ["AT", "Teller", "line", "nothing_measured"]

#: A row is judged when it has so many seeds.
AT = (2, 5, 14)


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
        self._rows: dict[object, Row] = {row.request.key: row for row in plan.rows}
        self._of_job: dict[int, Row] = {id(job): row for row in plan.rows for job in row.jobs}
        self._claims = [one for one in claims if all(request.key in self._rows for request in one.requests)]
        self._store, self._say = store, say
        self._told = {one.spec.id: self._seeds(one) for one in self._claims}
        self._event = told or (lambda event: None)

    def __call__(self, job: Job) -> None:
        """Judge what the cell has changed."""
        key = self._of_job[id(job)].request.key
        for one in self._claims:
            if any(request.key == key for request in one.requests):
                reached = [count for count in AT if self._told[one.spec.id] < count <= self._seeds(one)]
                if reached:
                    self._told[one.spec.id] = reached[-1]
                    self._tell(one, reached[-1])

    def _seeds(self, one: Asking) -> int:
        """Return how many seeds, from the first on, every varying row of a claim has."""
        return min((self._of_row(request) for request in one.requests if request.varies), default=0)

    def _of_row(self, request: Request) -> int:
        row = self._rows[request.key]
        store = row.apart or self._store
        have = [row.has(seed, store) for seed in request.seeds]
        return have.index(False) if False in have else len(have)

    def _tell(self, one: Asking, count: int) -> None:
        rows = [self._rows[request.key] for request in one.requests]
        outcome = one.judge(_SoFar(rows[0].apart or self._store, count))
        if outcome is None or outcome.verdict == Verdict.NOT_RUN:
            return
        if any(row.doubt for row in rows):
            outcome = replace(outcome, spec=replace(outcome.spec, fidelity="rehearsal"))
        self._say(line(outcome, whole=count >= max(len(request.seeds) for request in one.requests)))
        event = {
            "event": "verdict",
            "claim": outcome.spec.id,
            "printed": outcome.spec.printed,
            "n": outcome.n,
            "verdict": outcome.says,
        }
        interval = None if outcome.interval is None else list(outcome.interval)
        self._event({**event, "ours": outcome.ours, "interval": interval})


def line(outcome: Outcome, whole: bool = True) -> str:
    """A verdict in one line: the id, the printed figure, ours with its interval, how many seeds, and the verdict."""
    ours = "" if outcome.ours is None else figure(outcome.ours, outcome)
    between = f" ({ends(outcome.interval, outcome)})" if outcome.interval else ""
    said = f"ours {ours}{between}"
    says = outcome.told if whole else f"{outcome.told} so far"
    return f"{outcome.spec.id:<9} {outcome.spec.printed:>6}  {said}  n {outcome.n}  {says}"


class _SoFar(Source):
    """Answers from a record by the first ``count`` seeds of each request."""

    def __init__(self, store: Store, count: int) -> None:
        super().__init__(store, nothing_measured, set())
        self._count = count

    def sample(self, request: Request, score: str) -> Sample:
        """The score under the first seeds."""
        return super().sample(replace(request, seeds=request.seeds[: self._count]), score)


def nothing_measured(*_: Any) -> Any:
    """Stand for a measurement where what is kept alone is told."""
    raise AssertionError("nothing is measured to tell what is kept")
