"""Results that their folder would not take (a full disk, a read-only record): kept in the cache, and brought back."""

import shutil
from pathlib import Path

from reproduce.cache import cache_dir, digest
from reproduce.errors import RecordError, ReproduceError
from reproduce.record import Entry, Store

__all__ = ["recover", "spill"]


def _folder(store: Store) -> Path:
    return cache_dir("unkept") / digest(str(store.folder.resolve()))[:16]


def spill(entry: Entry, store: Store, why: Exception) -> str:
    """Keep a result that ``store`` would not take, for ``why``, in the cache; the line to say.

    Raises RecordError where the cache would not take it either: then the result is lost, and a run had better stop.
    """
    said = getattr(why, "strerror", None) or str(why)
    try:
        folder = _folder(store)
        Store(folder).add(entry)
    except (OSError, ReproduceError) as error:
        also = getattr(error, "strerror", None) or str(error)
        raise RecordError(
            f"{store.folder}: {said}, and the cache would not take the result either ({also}): {entry.cell} is lost; "
            "make room, and run the same command again"
        ) from None
    return f"not kept in {store.folder} ({said}), but in {folder}: the next run into that record takes it from there"


def recover(store: Store) -> int:
    """Add to ``store`` what earlier runs could not; returns how many results. What is there already stays."""
    folder = _folder(store)
    if not folder.is_dir():
        return 0
    unkept = Store(folder)
    count = store.add_all(entry for name in unkept.experiments() for entry in unkept.entries(name))
    shutil.rmtree(folder, ignore_errors=True)
    return count
