"""Where a run's results go: the record, a folder apart from it, tonight's folder, or nowhere."""

import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reproduce.cache import by_products_in, cache_dir, digest
from reproduce.errors import InvalidInputError
from reproduce.record import Store, machine
from reproduce.record.schema import canonical
from reproduce.record.store import default_folder
from reproduce.running.cells import source_digest
from reproduce.running.threads import pin
from reproduce.running.tiers import Tier

__all__ = ["apart", "finish", "store_of"]

#: Within so many seconds a nightly run that was stopped goes on with what it had measured.
RESUMED = 36 * 3600
#: A file in tonight's folder that says it is complete.
DONE = "done"
#: A folder in tonight's for its by-products.
MADE = "by-products"


def apart(output: Path | None) -> Store:
    """Return the store of what no claim asks for: ``output``, or a folder of the cache. Never the record."""
    if output is None:
        return Store(cache_dir("apart"))
    for record in (default_folder(), Path("claims", "record")):
        if output.resolve() == record.resolve():
            raise InvalidInputError(
                f"--output {output}: that is the record, which holds what the claims ask for; name another folder"
            )
    return Store(output)


@contextmanager
def store_of(tier: Tier, pilot: bool, record: Store, output: Path | None, plan_only: bool = False) -> Iterator[Store]:
    """Return where a run keeps its results.

    The record; with ``output`` that folder instead; a folder that is thrown away for a pilot and a rehearsal; and for
    the nightly tier one in the cache, in which a run that was stopped finds again what it had measured. A night begins
    without by-products too: its images, features and searches are made anew, whatever the cache holds.
    """
    if pilot or tier == Tier.REHEARSAL:
        if output is not None:
            raise InvalidInputError(f"--output {output}: a pilot and a rehearsal keep nothing")
        with tempfile.TemporaryDirectory(prefix="reproduce-") as folder:
            yield Store(folder)
    elif output is not None:
        yield apart(output)
    elif tier == Tier.NIGHTLY:
        night = _tonight(record)
        if not plan_only and _over(night):
            shutil.rmtree(night)
        with by_products_in(_afresh(night / MADE)):
            yield Store(Path(night, "plan") if plan_only and _over(night) else night)
    else:
        yield record


def _afresh(made: Path) -> Path:
    """Return the folder in ``made`` of the night that goes on, or a new one: no other machine has one of its name."""
    return next(iter(sorted(made.glob("*"))), made / uuid.uuid4().hex)


def finish(store: Store, record: Store) -> None:
    """Say that tonight's run is complete: the next one measures everything again."""
    if store.folder == _tonight(record) and store.folder.is_dir():
        (store.folder / DONE).touch()
        shutil.rmtree(store.folder / MADE, ignore_errors=True)


def _tonight(record: Store) -> Path:
    """Return the folder of nightly runs of this code, in this environment, held against this record."""
    pin()  # first: the environment is read once, with the flags that cells are run under
    made_by = (machine.commit(), source_digest(), canonical(machine.environment("keras")))
    return cache_dir("nightly") / digest(str(record.folder.resolve()), *made_by)


def _over(night: Path) -> bool:
    """Return whether the run that made the folder is complete, or too long ago to go on with."""
    times = [path.stat().st_mtime for path in night.glob("*.json")]
    return (night / DONE).exists() or (bool(times) and time.time() - min(times) > RESUMED)
