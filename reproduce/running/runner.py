"""Run a plan: cells go to workers, results come back to the one store the moment each is done."""

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from reproduce.record import Entry, Store, machine
from reproduce.running.cells import Job, Outcome, measure
from reproduce.running.plan import Plan
from reproduce.running.pools import cluster_pool, local_pool

__all__ = ["Report", "default_workers", "measure", "run"]

#: Called after each cell with the job, what became of it, and the report so far.
Watch = Callable[[Job, Outcome, "Report"], None]


@dataclass
class Report:
    """What became of the cells of a run. ``interrupted`` by Ctrl-C; ``out_of_time``: the budget was used up."""

    finished: list[Entry] = field(default_factory=list)
    failed: list[tuple[Job, str]] = field(default_factory=list)
    waiting: list[tuple[Job, str]] = field(default_factory=list)
    interrupted: bool = False
    out_of_time: bool = False


def default_workers(gpu: bool | None = None) -> int:
    """One worker for each core this process may use; at most four where they share a GPU."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    has_gpu = bool(machine.gpu()["name"]) if gpu is None else gpu
    return max(1, min(cores, 4) if has_gpu else cores)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
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
) -> Report:
    """Run the plan's cells and keep each result as it comes.

    ``workers`` processes here, or the Dask ``cluster`` at that address. After ``budget`` seconds no
    further cell is begun. A cell that raises or waits for data is reported and the others go on; Ctrl-C stops
    the workers and leaves what is finished in the store. Killed at any instant and run again, it goes on with
    the cells that are not in the store. ``replace`` overwrites kept results.
    """
    report = Report()
    commit = machine.commit()
    pool = cluster_pool(cluster) if cluster else local_pool(workers or default_workers())
    until = time.monotonic() + budget if budget else math.inf
    jobs = plan.jobs
    if not jobs:
        return report
    with closing(pool(jobs, commit, until)) as outcomes:
        try:
            for job, outcome in outcomes:
                if outcome.entry is not None:
                    with _uninterrupted():
                        store.add(outcome.entry, replace=replace)
                        report.finished.append(outcome.entry)
                else:
                    (report.waiting if outcome.waits else report.failed).append((job, outcome.problem))
                if watch:
                    watch(job, outcome, report)
        except KeyboardInterrupt:
            report.interrupted = True
    done = len(report.finished) + len(report.failed) + len(report.waiting)
    report.out_of_time = not report.interrupted and done < len(jobs)
    return report
