"""Results that their folder would not take (a full disk, a read-only record): kept in the cache, and brought back."""

from functools import cache
from pathlib import Path

from filelock import FileLock

from reproduce.cache import cache_dir, digest
from reproduce.errors import RecordError, ReproduceError
from reproduce.record import Entry, Store

__all__ = ["recover", "spill"]


def _folder(store: Store, replace: bool) -> Path:
    kind = "renewed" if replace else "new"
    return cache_dir("unkept") / f"{digest(str(store.folder.resolve()))}-{kind}"


@cache
def _kept_in(folder: Path) -> Store:
    """Return one store for all results of a process: each further one then reads nothing anew."""
    return Store(folder)


def spill(entry: Entry, store: Store, replace: bool, why: Exception) -> str:
    """Keep a result that ``store`` would not take, for ``why``, in the cache; the line to say.

    ``replace``: it was to take the place of a kept one, and will when it is brought back. Raises RecordError where
    the cache would not take it either: then the result is lost, and a run had better stop.
    """
    said = getattr(why, "strerror", None) or str(why)
    try:
        folder = _folder(store, replace)
        _kept_in(folder).add(entry, replace=True)
    except (OSError, ReproduceError) as error:
        also = getattr(error, "strerror", None) or str(error)
        raise RecordError(
            f"{store.folder}: {said}, and the cache would not take the result either ({also}): {entry.cell} is lost; "
            "make room, and run the same command again"
        ) from None
    return f"not kept in {store.folder} ({said}), but in {folder}: the next run into that record takes it from there"


def recover(store: Store) -> int:
    """Add to ``store`` what earlier runs could not; returns how many results were new or renewed."""
    count = 0
    for replace in (False, True):
        folder = _folder(store, replace)
        if not folder.is_dir():
            continue
        unkept = Store(folder)
        # Under the lock that spilling takes: what comes meanwhile is not deleted unread.
        with FileLock(folder / ".lock"):
            for name in unkept.experiments():
                count += store.add_all(unkept.entries(name), replace=replace)
                unkept.path(name).unlink()
    return count
