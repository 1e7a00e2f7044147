"""How long the cells of a plan still take on so many workers: by what was measured so far, else by the plan.

A row's first cell also makes by-products that the others find, and one cell what several rows share, so these are never
taken for one another.
"""

import heapq
import math
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reproduce.running.cells import Job
from reproduce.running.estimates import Timed
from reproduce.running.order import by_product

if TYPE_CHECKING:
    from reproduce.running.plan import Row

__all__ = ["Clock", "duration", "makespan", "span"]

#: By which factor the cost of a cell may be another than planned, either way, by where the plan has it from.
SPREAD = {Timed.HERE: 1.1, Timed.ELSEWHERE: 1.5, Timed.SCALED: 2.0, Timed.GUESSED: 4.0}
#: The same of what other rows of the experiment were measured to take, and of the row's own cells.
PACED, OWN = 1.5, 1.1
#: Ends of a time that are near enough to be said as one.
NEAR = 1.5
#: Seconds that a cell takes at least: a quick one is written down as 0.000 s.
LEAST = 1e-3
UNITS = (("h", 3600), ("min", 60), ("s", 1))


class Clock:
    """The cells of a plan as they are done; ``left()`` is the time that the others take."""

    def __init__(self, rows: Sequence["Row"], jobs: Sequence[Job], workers: int) -> None:
        self.workers = workers
        #: When the cells that run now were begun (monotonic), by the job's ``id``.
        self.begun: Mapping[int, float] = {}
        self._rows = {id(job): row for row in rows for job in row.jobs}
        self._left = {id(job): job for job in jobs}
        begun: dict[int, Job] = {}
        for job in jobs:
            begun.setdefault(id(self._rows[id(job)]), job)
        #: Each row's cell that is begun first, whichever seed it is of; none where some seed is kept.
        self._firsts_of = {id(job) for job in begun.values() if not self._rows[id(job)].kept}
        self._own: dict[int, list[float]] = {}  # seconds of a row's cells but its first, by the row
        self._firsts: dict[str, list[float]] = {}  # seconds of rows' first cells, by experiment
        self._made: dict[str, list[float]] = {}  # the same of those that make by-products, over those planned
        self._more = dict(self._by_products(rows, jobs))  # seconds that a cell takes beside those of its row's others

    def done(self, job: Job, seconds: float | None = None) -> None:
        """Note that a cell is over, and how long it took if it was measured."""
        self._left.pop(id(job), None)
        if seconds is None:
            return
        row = self._rows[id(job)]
        if more := self._more.get(id(job)):
            self._made.setdefault(job.experiment, []).append(seconds / (row.seconds + more))
        elif self._first(job):
            self._firsts.setdefault(job.experiment, []).append(seconds)
        else:
            self._own.setdefault(id(row), []).append(seconds)

    @property
    def left_over(self) -> list[Job]:
        """Return the cells that are not over."""
        return list(self._left.values())

    def _by_products(self, rows: Iterable["Row"], jobs: Iterable[Job]) -> Iterator[tuple[int, float]]:
        """Return which cells make what others find, and how much longer they take: a row's first, or one of several."""
        made = {_shared(row, row.request.job(row.seeds[0])) for row in rows if row.kept}
        for job in jobs:
            row = self._rows[id(job)]
            more = row.first - row.seconds if self._first(job) else 0.0
            if row.makes and _shared(row, job) not in made:
                made.add(_shared(row, job))
                more += row.makes
            yield id(job), max(more, 0.0)

    def _first(self, job: Job) -> bool:
        """Return whether it is the first of its row, which may make by-products that the others will find."""
        return id(job) in self._firsts_of

    def cost(self, job: Job) -> tuple[float, float]:
        """Return the seconds of a cell: the least and the most that are likely."""
        row = self._rows[id(job)]
        if more := self._more.get(id(job)):
            made = self._made.get(job.experiment)
            spread = PACED if made else SPREAD[row.timed]
            middle = (row.seconds + more) * statistics.median(made or [1.0])
            return middle / spread, middle * spread
        if own := self._own.get(id(row)):
            middle, spread = statistics.median(own), OWN
        elif pace := self._pace(job.experiment):
            middle, spread = row.seconds * pace, PACED
        else:
            middle, spread = row.seconds, SPREAD[row.timed]
        low, high = middle / spread, middle * spread
        if not (firsts := self._firsts.get(job.experiment)):
            return low, high
        if self._first(job):
            return low, max(high, statistics.median(firsts)) if row.timed != Timed.HERE else high
        # No cell takes longer than one that may have made by-products itself.
        return low, max(low, min(high, statistics.median(firsts)))

    def _pace(self, experiment: str) -> float | None:
        """Return how much longer than planned the experiment's rows take that have run; None where none has.

        Beside them the plan counts as one row more: rows may be misjudged each to another side.
        """
        rows = {id(row): row for row in self._rows.values() if row.request.experiment.name == experiment}
        ratios = [
            max(statistics.median(self._own[number]), LEAST) / max(row.seconds, LEAST)
            for number, row in rows.items()
            if number in self._own
        ]
        return math.exp(sum(map(math.log, ratios)) / (len(ratios) + 1)) if ratios else None

    def left(self) -> tuple[float, float]:
        """Return the seconds until all cells are done, of those that run now what is left: the least and the most."""
        # Where a cluster was given more than its workers hold, nobody knows which of them run.
        begun = self.begun if len(self.begun) <= self.workers else {}
        now = time.monotonic()
        gone = {number: now - began for number, began in begun.items()}
        costs = [
            tuple(max(0.0, end - gone.get(number, 0.0)) for end in self.cost(job)) for number, job in self._left.items()
        ]
        return makespan([low for low, _ in costs], self.workers), makespan([high for _, high in costs], self.workers)

    def of(self, jobs: Iterable[Job]) -> tuple[float, float]:
        """Return the same of some of the cells, one after another."""
        costs = [self.cost(job) for job in jobs if id(job) in self._left]
        return sum(low for low, _ in costs), sum(high for _, high in costs)


def _shared(row: "Row", job: Job) -> tuple[object, ...]:
    """Return what the first of all such cells makes: of as many seconds, since a bank of views is another than one."""
    return (*by_product(job), row.shared)


def duration(seconds: float) -> str:
    """Return a length of time in two units: "45 s", "3 min 20 s", "2 h 05 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def span(low: float, high: float) -> str:
    """Return a length of time that is known so far: "about 3 min 20 s" where the ends are near, else "20 to 60 min"."""
    if high <= NEAR * low or high < 30:
        return f"about {duration(math.ceil((low + high) / 2))}"
    # Hours only where the least is one: "up to 3 h" would hide that it may be 20 minutes.
    units = UNITS if low >= UNITS[0][1] else UNITS[1:]
    unit, seconds = next(one for one in units if high >= 2 * one[1])
    least, most = math.floor(low / seconds), math.ceil(high / seconds)
    return f"{least} to {most} {unit}" if least else f"up to {most} {unit}"


def makespan(costs: Sequence[float], workers: int) -> float:
    """Return the seconds until the last is done where each worker takes the next as it is free."""
    free = [0.0] * max(1, min(workers, len(costs)))
    for cost in costs:
        heapq.heapreplace(free, free[0] + cost)
    return max(free)
