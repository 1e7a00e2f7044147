"""Runs of the claims kept as numbered JSON files, in pytest-benchmark's manner, and found again."""

import copy
import csv
import io
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from filelock import FileLock
from msgspec import Meta

from reproduce.cache import write_atomically
from reproduce.errors import InvalidInputError, RecordError
from reproduce.text import from_json
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.arranged import Column

__all__ = ["FOLDER", "SavedRun", "autosave_name", "chosen", "describe", "find", "read", "saved", "write"]

#: Under pytest's root folder, unless ``--claims-storage`` names another.
FOLDER = ".claims"
SCHEMA = 1
#: Of ``--claims-csv``.
COLUMNS = (
    *("id", "at", "kind", "setting", "fidelity", "unit", "printed", "ours", "low", "high", "interval over", "seeds"),
    *("chance", "required", "margin", "verdict", "reason", "sentence"),
)
_NUMBERED = re.compile(r"(\d{4,})_.*\.json")


@dataclass(frozen=True)
class SavedRun:
    """A run as read back: its file, when and where it was made, and every claim's outcome."""

    path: Path
    information: dict[str, Any]
    outcomes: tuple[Outcome, ...]


class RunFile(msgspec.Struct):
    """A saved run of the claims, as its file says it."""

    schema: Literal[SCHEMA]  # type: ignore[valid-type]
    time: Annotated[str, Meta(description="UTC, ISO 8601.")]
    commit: Annotated[str, Meta(description="Of the package; +dirty behind it where it was modified.")]
    environment: Annotated[dict[str, Any], Meta(description="Device, driver, flags, Python, BLAS and packages.")]
    claims: list[Outcome]
    measured_by: Annotated[dict[str, list[str]], Meta(description="Machine classes and backends.")] = {}
    data: Annotated[dict[str, str], Meta(description="Each data set's content hash.")] = {}


def describe(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what a saved run says: time, commit, machine, GPU, driver, backend, flags, packages, data, claims."""
    from reproduce.record import machine

    data: dict[str, str] = {}
    for outcome in outcomes:
        data.update(outcome.data)
    return {
        "schema": SCHEMA,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": machine.commit(),
        "environment": copy.deepcopy(machine.environment("keras")),  # kept for the process; a hook may change this one
        "measured_by": {
            "machines": sorted({name for outcome in outcomes for name in outcome.machines}),
            "backends": sorted({name for outcome in outcomes for name in outcome.backends}),
        },
        "data": dict(sorted(data.items())),
        "claims": [outcome.to_json() for outcome in outcomes],
    }


def write(path: Path, content: dict[str, Any]) -> Path:
    """Write a described run whole or not at all."""
    write_atomically(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
    return path


def write_csv(path: Path, outcomes: Sequence[Outcome], more: Sequence[Column] = ()) -> Path:
    """Write a line for each claim, figures in its unit and in full: UTF-8 with the mark that Excel asks for.

    ``more`` columns come last, after one for each name that a claim's ``extra_info`` has.
    """
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    noted = sorted({name for one in outcomes for name in one.extra_info})
    lines.writerow([*COLUMNS, *(f"extra_info.{name}" for name in noted), *(column.head for column in more)])
    for one in outcomes:
        low, high = one.interval or ("", "")
        said = (one.spec.id, one.spec.at, one.spec.kind, one.spec.setting, one.spec.fidelity, one.spec.unit)
        found = (
            one.spec.printed,
            one.ours,
            low,
            high,
            one.scatter,
            one.n,
            one.chance,
            f"{one.verb} {one.paper}".strip(),
        )
        own = [*said, *found, one.margin, one.says, one.reason, one.spec.sentence]
        lines.writerow([*own, *(one.extra_info.get(name, "") for name in noted), *(also.cell(one) for also in more)])
    write_atomically(path, text.getvalue().encode("utf-8-sig"))
    return path


def autosave_name(content: dict[str, Any]) -> str:
    """Commit and time."""
    moment = content["time"].replace("-", "").replace(":", "").replace("T", "_").rstrip("Z")
    return f"{(content['commit'] or 'unversioned').replace('+', '-')}_{moment}"


def check_name(name: str) -> None:
    """Raise InvalidInputError for what is no name of a saved run."""
    if not re.fullmatch(r"[\w.-]+", name):
        raise InvalidInputError(f"{name!r} is no name for a saved run: use letters, digits, '.', '_' and '-'")


def check_folder(folder: Path) -> None:
    """Raise InvalidInputError where no file could be written into the folder; it is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise InvalidInputError(f"{folder}: nothing can be written there ({error.strerror}); name another") from None


def check_file(path: Path) -> None:
    """Raise InvalidInputError where the file could not be written."""
    if path.is_dir():
        raise InvalidInputError(f"{path} is a folder; name a file")
    check_folder(path.parent)


def keep(folder: Path, name: str, content: dict[str, Any]) -> Path:
    """Write a described run under the next number: 0001_NAME.json. Two that save at once get a number each."""
    check_name(name)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        number = max(map(_number, saved(folder)), default=0) + 1
        return write(folder / f"{number:04d}_{name}.json", content)


def saved(folder: Path) -> list[Path]:
    """Return the numbered files, oldest first."""
    found = [path for path in folder.glob("*.json") if _NUMBERED.fullmatch(path.name)]
    return sorted(found, key=lambda path: (_number(path), path.name))


def _number(path: Path) -> int:
    return int(path.name.partition("_")[0])


def find(folder: Path, which: str = "") -> Path:
    """Return a saved run: the last one, or by number ("3", "0003"), by the beginning of its name, or by path."""
    runs = saved(folder)
    if which and Path(which).is_file():
        return Path(which)
    if not runs:
        raise InvalidInputError(
            f"no run of the claims is saved in {folder}; `pytest claims --claims-autosave` saves one"
        )
    if not which:
        return runs[-1]
    chosen = [path for path in runs if (which.isdigit() and _number(path) == int(which)) or path.name.startswith(which)]
    if len(chosen) == 1:
        return chosen[0]
    among = "several runs match" if chosen else "no saved run matches"
    raise InvalidInputError(f"{among} {which!r} in {folder}; there are: {', '.join(path.stem for path in runs)}")


def chosen(folder: Path, named: Sequence[str]) -> list[Path]:
    """Return the runs to compare, two or more: those named, the one named and the last, or the last two."""
    if len(named) > 1:
        return [find(folder, which) for which in named]
    runs = saved(folder)
    if len(runs) < (1 if named else 2):
        raise InvalidInputError(f"{folder} holds {len(runs)} saved runs: comparing needs two")
    return [find(folder, named[0]), runs[-1]] if named else runs[-2:]


def read(path: Path) -> SavedRun:
    """Return a saved run; a file that is none is an error that says so."""
    try:
        content = from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise RecordError(f"{path}: not a saved run of the claims: {error}") from None
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise RecordError(f"{path}: schema: {schema!r:.40}; this version reads saved runs of schema {SCHEMA}")
    try:
        run = msgspec.convert(content, RunFile)
    except (OverflowError, msgspec.ValidationError) as error:
        raise RecordError(f"{path}: not as this version saves a run: {error}") from None
    return SavedRun(path, {name: value for name, value in content.items() if name != "claims"}, tuple(run.claims))
