"""What the record says, judged once and kept until anything changes that a verdict comes from.

An answer is found by a digest of all of it: this package's files, the claims', the record's, the names, sizes and times
of all files where data sets and weights may lie, the settings in the environment, the processor, Python
and the packages installed.
Whatever is not among these is a reason not to keep: modules of the user's own, experiments of another package.
`pytest claims` judges afresh, and keeps of a session only what it measured (`reproduce.running.again`).
"""

import json
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reproduce.cache import cache_dir, digest, unsealed, write_sealed
from reproduce.errors import ReproduceError
from reproduce.record import Store, machine
from reproduce.running.again import SETTINGS
from reproduce.text import from_json
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.collect import judged, record_of
from reproduce.verdicts.views.needs import needs

__all__ = ["Answer", "answer"]

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


def answer(folder: Path | str = "claims") -> Answer:
    """Return what `judged` and `needs` give; errors are theirs."""
    folder, path = Path(folder), None
    if folder.is_dir() and not os.environ.get("REPRODUCE_EXPERIMENTS"):
        with suppress(OSError, ReproduceError):
            path = cache_dir("judged", digest(str(folder.resolve()))[:12]) / f"{_key(folder)}.json"
    if path is not None and (found := _read(path)) is not None:
        return found
    fresh = judged(folder)
    made = Answer(fresh.outcomes, needs(fresh.requests, Store(record_of(folder))))
    # The key again: what changed while it was judged is in neither the one nor the other for certain.
    if path is not None and not _strangers(folder) and path.stem == _key(folder):
        with suppress(OSError):
            text = json.dumps({"needed": made.needed, "outcomes": [one.to_json() for one in made.outcomes]})
            write_sealed(path, text)
            for old in sorted(path.parent.glob("*.json"), key=os.path.getmtime)[:-_MOST]:
                old.unlink(missing_ok=True)
    return made


def _read(path: Path) -> Answer | None:
    """Return the answer of a file; None where there is none, or it holds something else."""
    if (text := unsealed(path)) is None:
        return None
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        plain = from_json(text)
        return Answer(tuple(map(Outcome.from_json, plain["outcomes"])), str(plain["needed"]))
    return None


def _key(folder: Path) -> str:
    record = record_of(folder)
    settings = {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)}
    return digest(
        list(_contents(_PACKAGE)),
        list(_contents(folder)),
        [] if record.resolve().is_relative_to(folder.resolve()) else list(_contents(record)),
        [list(_listing(place)) for place in _places()],
        sorted(settings.items()),
        str(folder.resolve()),
        os.getcwd(),
        machine.cpu(),
        sys.version,
        _PATH,
        [sorted(name for name in _names(Path(place)) if name.endswith("-info")) for place in _PATH],
    )


def _places() -> list[Path]:
    """Return where data sets and weights may lie."""
    named = [os.environ[name] for name in ("REPRODUCE_DATA", "REPRODUCE_WEIGHTS") if os.environ.get(name)]
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return [*map(Path, named), cache_dir("datasets"), cache_dir("weights"), keras]


def _contents(folder: Path) -> Iterator[tuple[str, str]]:
    for path, _ in _files(folder, set()):
        yield str(path.relative_to(folder)), digest(path.read_bytes())


def _listing(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path, status in _files(folder, set()):
        yield str(path), status.st_size, status.st_mtime_ns


def _files(folder: Path, seen: set[str]) -> Iterator[tuple[Path, os.stat_result]]:
    """Return every file below, links followed, each folder once; not compiled Python, locks or unfinished files."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    for name in sorted(_names(folder)):
        path = folder / name
        if name == "__pycache__" or name.endswith((".lock", ".tmp")) or name == ".pytest_cache":
            continue
        with suppress(FileNotFoundError):
            if path.is_dir():
                yield from _files(path, seen)
            else:
                yield path, path.stat()


def _names(folder: Path) -> list[str]:
    with suppress(OSError):
        return os.listdir(folder)
    return []


def _strangers(folder: Path) -> list[str]:
    """Return the files of modules that judging has loaded and the key does not know."""
    known = [_PACKAGE, folder.resolve(), *map(Path, (*sysconfig.get_paths().values(), *site.getsitepackages()))]
    known += [Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()]
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    paths = [Path(file).resolve() for file in files if file]
    return [str(path) for path in paths if not any(path.is_relative_to(one) for one in known)]
