"""Files that a command leaves in a folder of the user's: what is there and not the command's own is never replaced."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from reproduce.cache import write_atomically
from reproduce.errors import InvalidInputError
from reproduce.parts import whole

__all__ = ["MADE_BY", "carries_mark", "check", "check_folder", "write"]

#: Stands in every file that a command may replace later: in JSON, in a page's head, in a picture's EXIF.
MADE_BY = "made by reproduce"


def carries_mark(path: Path) -> bool:
    """Return whether the file says that this software made it."""
    return MADE_BY.encode() in path.read_bytes()


def check_folder(folder: Path, option: str = "--output") -> None:
    """Raise InvalidInputError where the folder is not there and cannot be made, naming what is in its place.

    Ask it before photographs are read: that takes an hour of a season's.
    """
    there = next(one for one in (folder, *folder.parents) if os.path.lexists(one))
    if not there.exists():
        raise InvalidInputError(f"{there} is a link that leads nowhere; name another by {option}")
    if not there.is_dir():
        raise InvalidInputError(f"{there} is no folder, so no file can be in it; name another by {option}")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InvalidInputError(f"{there}: you may not write there; name another by {option}")


def check(
    path: Path,
    inputs: Iterable[str | os.PathLike],
    is_own: Callable[[Path], bool] = carries_mark,
    option: str = "--output",
) -> None:
    """Raise InvalidInputError where ``path`` is one of the ``inputs``, or a file that ``is_own`` does not know.

    Ask it of every file before the first is written, so that a refusal leaves the folder as it was.
    """
    other = f"name another by {option}"
    check_folder(path.parent, option)
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise InvalidInputError(f"{path} is there already and is no file; {other}")
    if any(os.path.samefile(path, one) for one in {whole(one)[0] for one in inputs} if os.path.exists(one)):
        raise InvalidInputError(f"{path} is what is read here, and would be overwritten; {other}")
    try:
        known = is_own(path)
    except OSError as error:
        raise InvalidInputError(f"{path} is there already and cannot be read ({error.strerror}); {other}") from None
    if not known:
        raise InvalidInputError(
            f"{path} was not written by this command, or was changed since; move it away, or {other}"
        )


def write(path: Path, content: bytes | Iterable[bytes], option: str = "--output") -> None:
    """Write the file, or its pieces, whole or not at all. Raises InvalidInputError where it cannot be written."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be written ({error.strerror}); name another by {option}") from None
