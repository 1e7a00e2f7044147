"""A file beside the claims is read once in a process, and again when it is another."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

__all__ = ["once"]

Read = TypeVar("Read")


def once(read: Callable[[Path], Read]) -> Callable[[Path], Read]:
    """Return the reader of a path that keeps what it read, until another file lies there.

    A relative path is another file in another working folder. What is kept is shared: nobody may change it.
    """

    @lru_cache
    def kept(path: Path, place: Path, stamp: tuple[int, int, int] | None) -> Read:
        return read(path)

    @wraps(read)
    def reader(path: Path) -> Read:
        try:
            status = path.stat()
        except OSError:  # the reader says what a file that is not there means
            return kept(path, path.absolute(), None)
        return kept(path, path.absolute(), (status.st_mtime_ns, status.st_size, status.st_ino))

    return reader
