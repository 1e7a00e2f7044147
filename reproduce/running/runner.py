"""Run a plan: cells go to workers, results come back to the one store the moment each is done."""

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reproduce.errors import RecordError
from reproduce.record import Entry, Store, machine
from reproduce.running.cells import Job, Outcome, measure
from reproduce.running.locks import Claims
from reproduce.running.plan import Plan
from reproduce.running.pools import cluster_pool, local_pool
from reproduce.running.unsaved import recover, spill

__all__ = ["Report", "default_workers", "measure", "run"]

#: Called after each cell with the job, what became of it, and the report so far.
Watch = Callable[[Job, Outcome, "Report"], None]


@dataclass
class Report:
    """What became of the cells of a run. ``interrupted`` by Ctrl-C; ``out_of_time``: the budget was used up.

    ``elsewhere`` are cells that another run measured meanwhile; ``unkept`` cells whose result its folder would not
    take, with where it is now. ``begun``: when those that run now were begun (monotonic), by the job's ``id``.
    """

    finished: list[Entry] = field(default_factory=list)
    failed: list[tuple[Job, str]] = field(default_factory=list)
    waiting: list[tuple[Job, str]] = field(default_factory=list)
    elsewhere: list[Job] = field(default_factory=list)
    unkept: list[tuple[Job, str]] = field(default_factory=list)
    begun: Mapping[int, float] = field(default_factory=dict)
    interrupted: bool = False
    out_of_time: bool = False

    @property
    def done(self) -> int:
        """Return how many cells something became of."""
        of_jobs = len(self.failed) + len(self.waiting) + len(self.unkept)
        return len(self.finished) + len(self.elsewhere) + of_jobs


def default_workers(gpu: bool | None = None) -> int:
    """Return how many: one worker for each core this process may use; at most four where they share a GPU."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    has_gpu = bool(machine.gpu()["name"]) if gpu is None else gpu
    return max(1, min(cores, 4) if has_gpu else cores)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Make Ctrl-C, and a polite kill, wait until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda number, frame: pressed.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if pressed:
        raise KeyboardInterrupt


def run(
    plan: Plan,
    store: Store,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    budget: float | None = None,
    replace: bool = False,
    watch: Watch | None = None,
    strict: bool = False,
    say: Callable[[str], None] = print,
) -> Report:
    """Run the plan's cells and keep each result as it comes.

    ``workers`` processes here, or the Dask ``cluster`` at that address, of which ``say`` is told. After ``budget``
    seconds no further cell is begun, and with ``strict`` those that run are stopped too; 0 begins none. A cell that
    raises or waits for data is reported and the others go on; Ctrl-C stops the workers and leaves
    what is finished in the store. Killed at any instant and run again, it goes on with the cells that are not in the
    store. A cell that another run is at is waited for and not run twice.
    ``replace`` overwrites kept results. Raises RecordError, before anything is computed, where the store cannot be
    written; a result that it will not take later is kept in the cache, and brought back by the next run.
    """
    report = Report()
    jobs = plan.jobs
    if not jobs:
        return report
    commit = machine.commit()
    pool = cluster_pool(cluster, say) if cluster else local_pool(workers or default_workers())
    until = math.inf if budget is None else time.monotonic() + budget
    claims = Claims(plan, store, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if replace else "")
    report.begun = claims.begun
    for each in {id(claims.store(job)): claims.store(job) for job in jobs}.values():
        each.check_writable()
        with suppress(OSError):  # it stays in the cache
            recover(each)
    with closing(claims), closing(pool(jobs, commit, until, claims.take, until if strict else math.inf)) as outcomes:
        try:
            for job, outcome in outcomes:
                with _uninterrupted():
                    _note(report, job, outcome, claims.store(job), replace)
                    claims.release(job, made=outcome.entry is not None)
                if watch:
                    watch(job, outcome, report)
        except KeyboardInterrupt:
            report.interrupted = True
    report.out_of_time = not report.interrupted and report.done < len(jobs)
    return report


def _note(report: Report, job: Job, outcome: Outcome, store: Store, replace: bool) -> None:
    """Keep what came of a job, and put it into the report."""
    if outcome.kept:
        report.elsewhere.append(job)
    elif outcome.entry is None:
        (report.waiting if outcome.waits else report.failed).append((job, outcome.problem))
    else:
        try:
            store.add(outcome.entry, replace=replace)
            report.finished.append(outcome.entry)
        except (OSError, RecordError) as error:
            report.unkept.append((job, spill(outcome.entry, store, replace, error)))
