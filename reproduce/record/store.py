"""The record: one file for each experiment, added to by any number of processes, never torn and never edited."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock

from reproduce.cache import digest, write_atomically
from reproduce.errors import InvalidInputError, RecordError
from reproduce.garbage import uncollected
from reproduce.record.checked import known, note
from reproduce.record.files import dumps, loads, results
from reproduce.record.schema import Entry, canonical
from reproduce.record.seen import noted

__all__ = ["Store", "default_folder"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def default_folder() -> Path:
    """Return ``REPRODUCE_RECORD``, or ``claims/record`` under the current folder."""
    return Path(os.environ.get("REPRODUCE_RECORD") or Path("claims", "record"))


class Store:
    """The results kept in a folder.

    Reading takes no lock: a file is replaced whole. Writing takes the folder's lock, reads the file again and
    adds to what is there, so two processes never lose each other's results, and a kill at any instant leaves
    the file as it was before or after.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()

    def path(self, experiment: str) -> Path:
        """Return where the experiment's results are kept."""
        if not _NAME.fullmatch(experiment):
            raise InvalidInputError(f"{experiment!r} is no name for a file: use letters, digits, '.', '_' and '-'")
        return self.folder / f"{experiment}.json"

    def experiments(self) -> list[str]:
        """Return the names of the experiments that have a file, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.json") if not path.name.startswith("."))

    def entries(self, experiment: str) -> list[Entry]:
        """Return every result of the experiment, in the order of the file; a damaged file is a RecordError."""
        file = self._file(experiment)
        return list(file.entries) if file else []

    def find(self, experiment: str, factors: Mapping[str, Any], data: str) -> list[Entry]:
        """Return the results under exactly these factors on this data set: of any version, hash and place."""
        file = self._file(experiment)
        return list(file.index.get((data, canonical(factors)), [])) if file else []

    def _file(self, experiment: str) -> "_File | None":
        """Return what the experiment's file holds; None where there is none."""
        path = self.path(experiment)
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise RecordError(f"{path}: cannot be read ({error.strerror}); see to its permissions") from None
        return _read(path, _stamp(status))

    def add(self, entry: Entry, *, replace: bool = False) -> bool:
        """Keep a result; True if the file changed. One that is there already stays as it is.

        With ``replace`` it takes the place of whatever is kept for its factors, data, place and seed, of other
        versions, data and weights too: those were stale.
        """
        return self.add_all([entry], replace=replace) == 1

    def add_all(self, entries: Iterable[Entry], *, replace: bool = False) -> int:
        """Keep results, one write for each experiment; returns how many were new or replaced."""
        by_experiment: dict[str, list[Entry]] = {}
        for entry in entries:
            by_experiment.setdefault(entry.cell.experiment, []).append(entry)
        return sum(self._merge(name, fresh, replace) for name, fresh in by_experiment.items())

    def _merge(self, experiment: str, fresh: list[Entry], replace: bool) -> int:
        path = self.path(experiment)
        # As they will be read back: lists for tuples, Python's floats for NumPy's.
        fresh = loads(dumps(experiment, fresh), path)
        self._prepare()
        with FileLock(self.folder / ".lock"):
            # Only the lock's holder writes, so a partial file met here was left by a kill.
            for leftover in self.folder.glob(f".{path.name}.*.tmp"):
                leftover.unlink()
            kept = {entry.key: entry for entry in self.entries(experiment)}
            new = {entry.key: entry for entry in fresh if replace or entry.key not in kept}
            if replace:
                renewed = {_row(entry) for entry in new.values()}
                kept = {key: entry for key, entry in kept.items() if _row(entry) not in renewed}
            if new:
                entries = sorted((kept | new).values(), key=lambda entry: entry.key)
                write_atomically(path, dumps(experiment, entries).encode())
                # Still under the lock: what is there is what was just written.
                _FILES[os.path.abspath(path)] = _File(_stamp(path.stat()), entries)
                noted(self.folder, new.values())
        return len(new)

    def check_writable(self) -> None:
        """Raise RecordError, in one line, where the folder cannot take a result: before any is computed."""
        try:
            self._prepare()
            # As large as a small result: a full disk may still take an empty file.
            write_atomically(self.folder / f".probe-{os.getpid()}", bytes(1 << 16))
            (self.folder / f".probe-{os.getpid()}").unlink()
        except OSError as error:
            said = error.strerror or str(error)
            raise RecordError(
                f"{self.folder}: no result can be written there ({said}), so nothing was computed; make it writable, "
                "or keep the results elsewhere with --output DIR"
            ) from None

    def _prepare(self) -> None:
        """Make the folder, with a .gitignore for the lock and for what a kill may leave behind."""
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            write_atomically(ignore, b".*\n!.gitignore\n")


@dataclass(frozen=True)
class _File:
    """What a file held when it had this stamp."""

    stamp: tuple[int, int, int]
    entries: list[Entry]

    @cached_property
    def index(self) -> dict[tuple[str, str], list[Entry]]:
        """Its entries by data set and factors."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            found.setdefault((entry.cell.data, canonical(entry.cell.factors)), []).append(entry)
        return found


#: Each file is read once by a process, whichever store asks; entries do not change.
_FILES: dict[str, _File] = {}


def _read(path: Path, stamp: tuple[int, int, int]) -> _File:
    whole = os.path.abspath(path)
    kept = _FILES.get(whole)
    if kept is None or kept.stamp != stamp:
        text = _text(_bytes(path), path)
        digests, right = list(map(digest, results(text))), known(path)
        with uncollected():
            kept = _FILES[whole] = _File(stamp, loads(text, path, [one in right for one in digests]))
        if right != set(digests):
            note(path, digests)
    return kept


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _row(entry: Entry) -> tuple:
    """Return the key of a row: a renewed result takes the place of the one with the same key."""
    return (entry.cell.data, canonical(entry.cell.factors), entry.place, entry.seed)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror}); see to its permissions") from None


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(f"{path}: not UTF-8 at byte {error.start}; restore the file (git checkout)") from None
