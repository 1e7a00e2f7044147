"""A record file: how entries become JSON that a person can read in a diff, and how it is checked on reading."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from reproduce.errors import InvalidInputError, RecordError
from reproduce.experiments.registry import names_animals
from reproduce.record.schema import (
    CELL_FIELDS,
    MEASURED_FIELDS,
    PLACE_FIELDS,
    SCHEMA,
    Cell,
    Entry,
    canonical,
    dumped,
    field_digests,
    plain,
    short_digest,
    total_digest,
)
from reproduce.record.shape import Head, RecordFile, Row
from reproduce.text import from_json

__all__ = ["dumps", "loads", "results"]

#: One line of the file for each of these groups of fields.
_LINES = (
    ("data", "seed", "version", "factors"),
    ("data_hash", "weights_hash"),
    ("machine", "backend", "dtype", "environment", "commit"),
    ("scores",),
    ("details",),
    ("leave_one_out",),
    ("seconds", "time"),
    ("digests",),
    ("digest",),
)


def dumps(experiment: str, entries: Iterable[Entry]) -> str:
    """Return the file's text: entries in the order of their keys, a few lines each, floats by repr, so bit-exact.

    Seconds and time stand outside every digest: two runs that measured the same differ in nothing else.
    """
    ordered = sorted(entries, key=lambda entry: entry.key)
    environments = {entry.environment_key: entry.environment for entry in ordered}
    head = {"schema": SCHEMA, "experiment": experiment, "digest": _file_digest(entry.digest for entry in ordered)}
    lines = [f"{json.dumps(name)}: {canonical(value)}," for name, value in head.items()]
    table = ",\n".join(f"{json.dumps(key)}: {canonical(environments[key])}" for key in sorted(environments))
    results = ",\n".join(_entry_text(entry) for entry in ordered)
    return "\n".join(["{", *lines, f'"environments": {{\n{table}\n}},', f'"results": [\n{results}\n]', "}", ""])


#: Entries do not change, so a file that grows by one result writes only that one anew.
_TEXTS: WeakKeyDictionary[Entry, str] = WeakKeyDictionary()


def _entry_text(entry: Entry) -> str:
    if entry not in _TEXTS:
        _TEXTS[entry] = _written(entry)
    return _TEXTS[entry]


def _written(entry: Entry) -> str:
    times = {"seconds": plain(float(entry.seconds)), "time": entry.time}
    values = {**entry.fields, **times, "digests": entry.digests, "digest": entry.digest}
    lines = (", ".join(f'"{name}": {dumped(values[name])}' for name in line) for line in _LINES)
    return "{" + ",\n ".join(lines) + "}"


def _file_digest(digests: Iterable[str]) -> str:
    return short_digest(*digests, digits=16)


def loads(text: str, path: Path, before: Sequence[bool] = ()) -> list[Entry]:
    """Return the entries of a file's text, checked field by field; the error names the file and the field.

    ``before``: of each result, whether this very text of it was found right before: its digests are not computed again.
    """
    content = _content(text, path)
    if content.experiment != path.stem:
        raise RecordError(f"{path}: experiment: says {content.experiment!r}, the file's name says {path.stem!r}")
    _check_all(content, path, before or [False] * len(content.results))
    entries = []
    for row in content.results:
        try:
            entries.append(_entry(content.experiment, row, content.environments))
        except InvalidInputError as error:
            raise RecordError(f"{path}: {_where(content, row)}: {error}; {_REMEDY}") from None
    return entries


def results(text: str) -> list[bytes]:
    """Return the text of each result of a file; none where it is no record file, which reading will say."""
    with suppress(ValueError, RecursionError):
        return [bytes(one) for one in msgspec.json.decode(text, type=_Texts).results]
    return []


class _Texts(msgspec.Struct):
    results: list[msgspec.Raw]


_REMEDY = "restore the file (git checkout) and let `reproduce run` make what is missing"


def _content(text: str, path: Path) -> RecordFile:
    """Return what the text says, if it has the shape of a record file."""
    try:
        return msgspec.json.decode(text, type=RecordFile)
    except (ValueError, RecursionError) as error:
        said = str(error)
    try:
        head = msgspec.convert(from_json(text), Head)
    except json.JSONDecodeError as error:
        raise RecordError(f"{path}: not JSON at line {error.lineno}: {error.msg}; {_REMEDY}") from None
    except msgspec.ValidationError:
        head = Head()
    except ValueError as error:
        raise RecordError(f"{path}: not JSON: {error}; {_REMEDY}") from None
    if head.schema is None:
        raise RecordError(f"{path}: schema: missing, so this is not a record file; {_REMEDY}")
    if head.schema != SCHEMA:
        raise RecordError(
            f"{path}: schema: this is schema {head.schema!r:.40} and this version reads {SCHEMA}; "
            "use the version of reproduce that wrote it"
        )
    raise RecordError(f"{path}: {said}; {_REMEDY}")


def _where(content: RecordFile, row: Row) -> str:
    return f"{content.experiment} on {row.data}, seed {row.seed}"


def _check_all(content: RecordFile, path: Path, before: Sequence[bool]) -> None:
    for key, environment in content.environments.items():
        if short_digest(canonical(environment), digits=12) != key:
            raise RecordError(f"{path}: environments.{key}: changed by hand; {_REMEDY}")
    for number, (row, right) in enumerate(zip(content.results, before, strict=True)):
        try:
            if not right:
                _check(row, content, path)
        except (ValueError, RecursionError) as error:  # a number beyond all floats: not plain, so without a digest
            raise RecordError(f"{path}: result {number + 1}: {error}; {_REMEDY}") from None
        if row.environment not in content.environments:
            raise RecordError(f"{path}: {_where(content, row)}: environment: {row.environment} is missing; {_REMEDY}")
    if _file_digest(row.digest for row in content.results) != content.digest:
        raise RecordError(f"{path}: results: one was removed, added or moved by hand; {_REMEDY}")


def _check(row: Row, content: RecordFile, path: Path) -> None:
    where = _where(content, row)
    fields = {name: getattr(row, name) for name in (*CELL_FIELDS, *PLACE_FIELDS, *MEASURED_FIELDS)}
    if total_digest(content.experiment, fields, row.digests) == row.digest:
        return  # The whole is as written, so its parts are: the usual case costs one digest an entry.
    computed, kept = field_digests(content.experiment, fields), row.digests
    for name in (*computed, *kept):
        if computed.get(name) != kept.get(name):
            what = "changed" if name in computed and name in kept else "added" if name in computed else "removed"
            value = f" (now {_value(fields, name)})" if what == "changed" else ""
            raise RecordError(f"{path}: {where}: {name} was {what} by hand{value}; {_REMEDY}")
    raise RecordError(f"{path}: {where}: digest was changed by hand; {_REMEDY}")


def _value(fields: Mapping[str, Any], name: str) -> str:
    group, _, part = name.partition(".")
    return f"{canonical(fields[group][part] if part else fields[group]):.40}"


def _entry(experiment: str, row: Row, environments: Mapping[str, Any]) -> Entry:
    cell = Cell(experiment, **{name: getattr(row, name) for name in CELL_FIELDS})
    return Entry(
        cell,
        scores={name: float(value) for name, value in row.scores.items()},
        details={name: value for name, value in row.details.items() if not names_animals(name)},
        leave_one_out={name: [float(x) for x in values] for name, values in row.leave_one_out.items()},
        animals={name.removeprefix("animals"): value for name, value in row.details.items() if names_animals(name)},
        machine=row.machine,
        backend=row.backend,
        dtype=row.dtype,
        environment=environments[row.environment],
        commit=row.commit,
        seconds=row.seconds,
        time=row.time,
    )
