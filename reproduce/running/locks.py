"""Cells claimed before they are computed: two runs of the same cells at the same time compute each of them once."""

import time
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from reproduce.cache import cache_dir, digest
from reproduce.record import Store
from reproduce.record.schema import canonical
from reproduce.running.cells import Job
from reproduce.running.order import made_by
from reproduce.running.plan import Plan, Row

__all__ = ["Claims", "State"]


class State(StrEnum):
    """Of a cell that this run would begin: its own now, another run's at the moment, or kept by now.

    Or it would wait for what another cell of this run is making.
    """

    MINE = "mine"
    BUSY = "busy"
    WAITS = "waits"
    KEPT = "kept"


class Claims:
    """The cells this run holds, each by a lock that goes with the process, whatever ends it.

    The locks lie in the folder of by-products, so they are seen by every run of this machine and user. Where they
    cannot be had a cell is computed without one: twice at worst, and kept once.
    """

    def __init__(self, plan: Plan, store: Store, since: str = "") -> None:
        """Take a plan's cells to hold. ``since``: only what was kept later is another run's, for one that replaces."""
        self._rows: dict[int, Row] = {id(job): row for row in plan.rows for job in row.jobs}
        self._store, self._since = store, since
        self._held: dict[int, FileLock | None] = {}
        self._makes = {id(job): made_by(row, job) for row in plan.rows for job in row.jobs}
        #: When each of the cells that are this run's now was begun (monotonic).
        self.begun: dict[int, float] = {}
        #: What no cell has to wait for: some cell made it, or those of its row that are kept.
        self._made = {one for row in plan.rows if row.kept for job in row.jobs for one in self._makes[id(job)]}

    def store(self, job: Job) -> Store:
        """Return where the job's result goes."""
        return self._rows[id(job)].apart or self._store

    def take(self, job: Job, waits: bool = True) -> State:
        """Claim a cell. One that is this run's already stays so; what another run kept meanwhile is not run.

        Without ``waits`` also one that will wait for what another makes: where nothing else is left to begin.
        """
        if id(job) in self._held:
            return State.MINE
        if waits and any((self._makes[id(job)] & self._makes[other]) - self._made for other in self._held):
            return State.WAITS
        row, store = self._rows[id(job)], self.store(job)
        lock: FileLock | None = None
        with suppress(OSError):
            cell = digest(str(store.folder.resolve()), job.experiment, job.data, canonical(job.factors), job.seed)
            lock = FileLock(cache_dir("cells") / f"{cell}.lock", blocking=False)
            try:
                lock.acquire()
            except Timeout:
                return State.BUSY
        self._held[id(job)] = lock
        # Looked up under the lock: who held it before has kept its result before letting go.
        if row.has(job.seed, store, self._since):
            self.release(job, made=True)
            return State.KEPT
        self.begun[id(job)] = time.monotonic()
        return State.MINE

    def release(self, job: Job, made: bool = False) -> None:
        """Let go of a cell, once its result is kept, with what it ``made`` for others, or it has failed."""
        if made:
            self._made |= self._makes[id(job)]
        self.begun.pop(id(job), None)
        self._let_go(self._held.pop(id(job), None))

    def close(self) -> None:
        """Let go of every cell."""
        self.begun.clear()
        while self._held:
            self._let_go(self._held.popitem()[1])

    @staticmethod
    def _let_go(lock: FileLock | None) -> None:
        if lock is not None:
            # The file goes while it is held: who opens it at this instant looks up what is kept, as everybody does.
            with suppress(OSError):
                Path(lock.lock_file).unlink()
            lock.release()
