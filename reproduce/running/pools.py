"""Where cells run: worker processes of this machine, or a Dask cluster. Either gives outcomes as they finish."""

import math
import multiprocessing
import multiprocessing.connection
import os
import platform
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from reproduce.cache import by_products_in, cache_dir, elsewhere
from reproduce.errors import InvalidInputError
from reproduce.running.cells import Job, Outcome, attempt, source_digest
from reproduce.running.locks import State
from reproduce.running.threads import WORKER_ENVIRONMENT, pin

__all__ = ["Pool", "cluster_pool", "local_pool"]

Outcomes = Generator[tuple[Job, Outcome]]
#: Claims a job for this run: see `reproduce.running.locks.Claims.take`.
Take = Callable[..., State]

#: A cell that takes its worker down this often is a failed cell.
ATTEMPTS = 3
#: Seconds after which cells that another run was at are asked for again.
PATIENCE = 0.5
#: Cells that a cluster is given at a time: each holds a file open here.
AT_ONCE = 500
#: What names the folder of by-products is the process's: a worker with several threads takes its cells in turns.
_ONE_AT_A_TIME = threading.Lock()


class Pool(Protocol):
    """Runs jobs; closing the generator stops what has not finished."""

    def __call__(
        self, jobs: Sequence[Job], commit: str, until: float, take: Take, stopped: float = math.inf
    ) -> "Outcomes":
        """Yield each job with its outcome, in the order of finishing; none is begun after ``until`` (monotonic).

        What runs at ``stopped`` is stopped, and has no outcome.

        ``take`` is asked before a job is begun: one that another run is at is put off, one it kept is not run. One that
        would wait for what another job is making is begun only where there is no other to begin.
        """
        ...


def local_pool(workers: int) -> Pool:
    """Start ``workers`` fresh processes, each pinned to one thread. A worker that is killed is replaced."""

    def run(jobs: Sequence[Job], commit: str, until: float, take: Take, stopped: float = math.inf) -> Outcomes:
        left = dict(enumerate(jobs))
        deaths: dict[int, int] = {}
        while left and time.monotonic() < until:
            # A job whose worker died runs alone, so that it takes no other's worker with it again.
            suspect = next((number for number in left if number in deaths), None)
            batch = left if suspect is None else {suspect: left[suspect]}
            for number, outcome in _round(dict(batch), min(workers, len(batch)), commit, until, take, stopped):
                if outcome is None:
                    deaths[number] = deaths.get(number, 0) + 1
                    if deaths[number] < ATTEMPTS:
                        continue
                    said = f"its worker process was killed {ATTEMPTS} times (out of memory?); see {_log()}"
                    outcome = Outcome(problem=said)
                yield left.pop(number), outcome

    return run


def _round(
    jobs: dict[int, Job], workers: int, commit: str, until: float, take: Take, stopped: float
) -> Iterator[tuple[int, Outcome | None]]:
    """Yield outcomes until all are done or a worker dies; then None for each job that was in a worker's hands."""
    code = source_digest()
    with _environment():
        context = multiprocessing.get_context("spawn")
        executor = ProcessPoolExecutor(workers, context, _start_worker, (str(_log()),))
        waiting, running = list(jobs.items()), dict[Future, int]()
        try:
            while running or (waiting and time.monotonic() < until):
                busy = list[tuple[int, Job]]()
                # No more than the workers hold: a job that never started has not died with its worker.
                waits = list[tuple[int, Job]]()
                while (waiting or waits) and len(running) < workers and time.monotonic() < until:
                    anyway = not waiting
                    number, job = waits.pop(0) if anyway else waiting.pop(0)
                    state = take(job, waits=not anyway)
                    if state == State.MINE:
                        running[executor.submit(attempt, job, commit, code)] = number
                    elif state == State.KEPT:
                        yield number, Outcome(kept=True)
                    else:
                        (waits if state == State.WAITS else busy).append((number, job))
                waiting = [*waits, *waiting, *busy]
                if not running:
                    time.sleep(PATIENCE if busy else 0)
                    continue
                patience = min(PATIENCE if busy else math.inf, max(0.0, stopped - time.monotonic()))
                done, _ = wait(running, timeout=None if patience == math.inf else patience, return_when=FIRST_COMPLETED)
                if not done and time.monotonic() >= stopped:
                    return
                for future in [future for future in done if future.exception() is None]:
                    yield running.pop(future), future.result()
                if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                    break
        except BrokenProcessPool:  # found dead when a job was handed over
            pass
        finally:
            _stop(executor)
    for number in running.values():
        yield number, None


def _stop(executor: ProcessPoolExecutor) -> None:
    processes = list((getattr(executor, "_processes", None) or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(5)


@contextmanager
def _environment() -> Iterator[None]:
    """Put the workers' environment in place while they are started: libraries read it when imported."""
    before = {name: os.environ.get(name) for name in WORKER_ENVIRONMENT}
    os.environ.update(WORKER_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _log() -> Path:
    """Return where workers write what libraries print: it must not cut through the live view."""
    return cache_dir("logs") / f"run-{os.getpid()}.log"


def _start_worker(log: str) -> None:
    import signal

    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(descriptor, stream)

    # Ctrl-C reaches every process of the terminal: only the parent answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def leave_with_parent() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    # A killed parent keeps no result, so its workers must not go on.
    threading.Thread(target=leave_with_parent, daemon=True).start()
    pin()


def cluster_pool(address: str, say: Callable[[str], None] = print) -> Pool:
    """Return the Dask cluster with a scheduler at ``address``, or whose scheduler file that is.

    A worker that is lost has its cells run by another. Where none has come yet, ``say`` is told, and one is waited for.
    """

    def run(jobs: Sequence[Job], commit: str, until: float, take: Take, stopped: float = math.inf) -> Outcomes:
        with _client(address) as client, client.as_current():
            from distributed import as_completed

            code, made = source_digest(), elsewhere()
            left, futures = list(enumerate(jobs)), dict[Any, Job]()

            def submit(number: int, job: Job) -> Any:
                return client.submit(
                    _attempt_there, job, commit, code, made, pure=False, retries=ATTEMPTS - 1, priority=-number
                )

            began = False
            try:
                while left and time.monotonic() < until:
                    busy = list[tuple[int, Job]]()
                    while left and len(futures) < AT_ONCE:
                        number, job = left.pop(0)
                        state = take(job, waits=False)  # the scheduler has all that it may begin
                        if state == State.MINE:
                            futures[submit(number, job)] = job
                        elif state == State.KEPT:
                            yield job, Outcome(kept=True)
                        else:
                            busy.append((number, job))
                    left += busy
                    if not futures:
                        time.sleep(PATIENCE)
                    elif not began and not _has_worker(client, min(until, stopped), say):
                        return
                    else:
                        began = True
                    patience = None if stopped == math.inf else max(0.0, stopped - time.monotonic())
                    for future in as_completed(list(futures), timeout=patience):  # type: ignore[no-untyped-call]
                        job = futures.pop(future)
                        yield job, _outcome(future)
                        future.release()
                        if time.monotonic() > until:
                            return
                        if len(left) > len(busy):  # there is room for one that nobody else is at
                            break
            except TimeoutError:  # the time is up
                return
            finally:
                client.cancel(list(futures), force=True)

    return run


def _has_worker(client: Any, until: float, say: Callable[[str], None]) -> bool:
    """Return whether a worker has come in time; an adaptive cluster starts one once it was given something to do."""
    said = False
    while not client.scheduler_info()["workers"]:
        if not said:
            say("the cluster has no worker yet: waiting for one (Ctrl-C ends it)")
        said = True
        if time.monotonic() >= until:
            return False
        time.sleep(PATIENCE)
    return True


def _attempt_there(job: Job, commit: str, code: str, made: str) -> Outcome:
    """Run `attempt` on a worker: what is not there is said of its machine, not of the reader's.

    ``made``: the folder of by-products (`reproduce.cache.elsewhere`), where the run has one of its own.
    """
    with _ONE_AT_A_TIME, by_products_in(cache_dir() / made) if made else nullcontext():
        outcome = attempt(job, commit, code)
    return replace(outcome, problem=f"on {platform.node()}: {outcome.problem}") if outcome.waits else outcome


def _outcome(future: Any) -> Outcome:
    try:
        outcome: Outcome = future.result()
        return outcome
    except Exception as error:  # KilledWorker and its like: the cell took its workers down
        return Outcome(problem=f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")


@contextmanager
def _client(address: str) -> Iterator[Any]:
    from distributed import Client

    where = {"scheduler_file": address} if Path(address).is_file() else {"address": address}
    try:
        client = Client(**where, timeout=5, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"no Dask scheduler answers at {address}: {' '.join(str(error).split())}") from None
    with client:
        yield client
