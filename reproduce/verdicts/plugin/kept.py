"""What the record says, judged once and kept until anything changes that a verdict comes from.

An answer is found by a digest of all that every claim comes from: this package's files, those beside the claims, the
names, sizes and times of all files where data sets and weights may lie, the settings in the environment, the processor,
Python and the packages installed. What only some claims come from, their own file and rows of the record, is kept with
it: where that has changed they alone are judged again (`parts`).
Whatever is not among these is a reason not to keep: modules of the user's own, experiments of another package.
`pytest claims` judges afresh, and keeps of a session only what it measured (`reproduce.running.again`).
"""

import json
import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reproduce.cache import cache_dir, digest, unsealed, write_sealed
from reproduce.errors import ReproduceError
from reproduce.record import Store, machine, seen
from reproduce.running.again import SETTINGS
from reproduce.text import from_json
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.collect import Judged, collected, judged, record_of
from reproduce.verdicts.plugin.parts import Kept, Part, kept, renewed
from reproduce.verdicts.views.needs import needs

__all__ = ["Answer", "answer", "judgement"]

_PACKAGE = Path(__file__).resolve().parents[2]
#: As it was at the start: pytest adds the folders that it collects.
_PATH = tuple(sys.path)
#: The answers kept for one folder of claims; older ones go.
_MOST = 4


@dataclass(frozen=True)
class Answer:
    """Every claim's outcome by the record, in the order of the files, and what those that were not run still need."""

    outcomes: tuple[Outcome, ...]
    needed: str


@dataclass(frozen=True)
class State:
    """Digests: of all that every claim comes from, of each file of ``tests``, and of each of the ``record``."""

    every: str
    tests: dict[str, str]
    record: dict[str, str]


def answer(folder: Path | str = "claims") -> Answer:
    """Return what `judged` and `needs` give; errors are theirs."""
    return _found(Path(folder))[0]


def judgement(folder: Path | str = "claims") -> Judged:
    """Return what `judged` gives, the outcomes as they are kept; errors are its own."""
    found, fresh = _found(Path(folder))
    return fresh or collected(folder, found.outcomes) or judged(folder)


def _found(folder: Path) -> tuple[Answer, Judged | None]:
    """Return the answer, and what all claims were judged to be where they were judged now."""
    path, made, fresh = None, None, None
    if folder.is_dir() and not os.environ.get("REPRODUCE_EXPERIMENTS"):
        with suppress(OSError, ReproduceError):
            now = _state(folder)
            path = cache_dir("judged", digest(str(folder.resolve()))[:12]) / f"{now.every}.json"
    if path is None:
        fresh = judged(folder)
        return Answer(fresh.outcomes, needs(fresh.requests, Store(record_of(folder)))), fresh
    if (before := _read(path)) is not None:
        if (before.tests, before.record) == (now.tests, now.record):
            return _answer(before), None
        with suppress(OSError, ReproduceError, ValueError):  # then all are judged, and say what is wrong
            made = renewed(before, now.tests, now.record, folder)
    if made is None:
        fresh = judged(folder)
        made = kept(fresh, now.tests, now.record, folder)
    # The state again: what changed while it was judged is in neither the one nor the other for certain.
    if not _strangers(folder) and now == _state(folder):
        with suppress(OSError):
            write_sealed(path, _written(made))
            for old in sorted(path.parent.glob("*.json"), key=os.path.getmtime)[:-_MOST]:
                old.unlink(missing_ok=True)
    return _answer(made), fresh


def _answer(found: Kept) -> Answer:
    return Answer(tuple(Outcome.from_json(part.outcome) for part in found.parts), found.needed)


def _written(found: Kept) -> str:
    parts = [(part.node, part.rows, part.asks, part.outcome) for part in found.parts]
    return json.dumps([found.tests, found.record, found.rows, parts, found.needed, found.waiting])


def _read(path: Path) -> Kept | None:
    """Return what a file keeps; None where there is none, or it holds something else."""
    if (text := unsealed(path)) is None:
        return None
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        tests, record, rows, parts, needed, waiting = from_json(text)
        made = (Part(node, tuple(of), tuple(asks), plain) for node, of, asks, plain in parts)
        return Kept(dict(tests), dict(record), dict(rows), tuple(made), str(needed), tuple(waiting))
    return None


def _state(folder: Path) -> State:
    record, home = record_of(folder), folder.resolve()
    settings = {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)}
    beside = dict(_contents(home, str(record.resolve())))
    results = dict(_contents(record))
    tests = _alone({name: home / name for name in beside if re.fullmatch(r"(?:.*/)?test_[^/]*\.py", name)}, home)
    rows = [name for name in results if name == seen.FILE or re.fullmatch(r"[^./][^/]*\.json", name)]
    every = digest(
        list(_contents(_PACKAGE, kept=True)),
        [[name, one] for name, one in beside.items() if name not in tests],
        [[name, one] for name, one in results.items() if name not in rows],
        [list(_listing(place)) for place in _places()],
        sorted(settings.items()),
        str(home),
        os.getcwd(),
        machine.cpu(),
        sys.version,
        _PATH,
        [sorted(name for name in _names(Path(place)) if name.endswith("-info")) for place in _PATH],
    )
    return State(every, {name: beside[name] for name in tests}, {name: results[name] for name in rows})


def _alone(tests: dict[str, Path], home: Path) -> set[str]:
    """Return the files of claims that no other file beside them names, and so none imports."""
    texts = {path: path.read_bytes() for path in home.rglob("*.py")}

    def named(path: Path) -> bool:
        return any(path.stem.encode() in text for other, text in texts.items() if other != path)

    return {name for name, path in tests.items() if not named(path)}


def _places() -> list[Path]:
    """Return where data sets and weights may lie."""
    named = [os.environ[name] for name in ("REPRODUCE_DATA", "REPRODUCE_WEIGHTS") if os.environ.get(name)]
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return [*map(Path, named), cache_dir("datasets"), cache_dir("weights"), keras]


def _contents(folder: Path, but: str = "", *, kept: bool = False) -> Iterator[tuple[str, str]]:
    """Yield each file below with its digest; ``kept``: a file whose size and time stay is read once a process."""
    above = len(os.path.join(folder, ""))
    read = _digest if kept else _digest.__wrapped__
    for path, size, time in _files(str(folder), set(), but):
        yield path[above:].replace(os.sep, "/"), read(path, size, time)


@cache
def _digest(path: str, size: int, time: int) -> str:
    return digest(Path(path).read_bytes())


def _listing(folder: Path) -> Iterator[tuple[str, int, int]]:
    return _files(str(folder), set())


def _files(folder: str, met: set[str], but: str = "") -> Iterator[tuple[str, int, int]]:
    """Return every file below with its size and time, links followed, each folder once; not of the folder ``but``.

    Nor what Python compiled, locks and unfinished files.
    """
    real = os.path.realpath(folder)
    if real in met or folder == but:
        return
    met.add(real)
    entries: list[os.DirEntry[str]] = []
    with suppress(OSError), os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name in ("__pycache__", ".pytest_cache") or entry.name.endswith((".lock", ".tmp")):
            continue
        with suppress(FileNotFoundError):
            if entry.is_dir():
                yield from _files(entry.path, met, but)
            else:
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns


def _names(folder: Path) -> list[str]:
    with suppress(OSError):
        return os.listdir(folder)
    return []


def _strangers(folder: Path) -> list[str]:
    """Return the files of modules that judging has loaded and the key does not know."""
    known = [_PACKAGE, folder.resolve(), *map(Path, (*sysconfig.get_paths().values(), *site.getsitepackages()))]
    known += [Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()]
    below = tuple(os.path.join(place, "") for place in known)
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    paths = [os.path.realpath(file) for file in files if file and not file.startswith(below)]
    return [path for path in paths if not path.startswith(below)]
