"""A record file: how entries become JSON that a person can read in a diff, and how it is checked on reading."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

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
from reproduce.text import from_json

__all__ = ["dumps", "loads"]

_KNOWN = {*CELL_FIELDS, *PLACE_FIELDS, *MEASURED_FIELDS, "seconds", "time", "digests", "digest"}


def _is_score(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, str) and value in ("nan", "inf", "-inf"))


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool)


#: What each field may be.
_RIGHT: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("data", "data_hash", "machine", "backend", "dtype", "environment", "commit", "time"), _is(str)),
    **dict.fromkeys(("seed", "version"), _is(int)),
    **dict.fromkeys(("factors", "details"), _is(dict)),
    "weights_hash": _is(str, type(None)),
    "scores": lambda scores: all(map(_is_score, scores.values())),
    "leave_one_out": lambda left: all(isinstance(one, list) and all(map(_is_score, one)) for one in left.values()),
    "seconds": lambda value: isinstance(value, float) and math.isfinite(value),
}
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
    """The file's text: entries in the order of their keys, a few lines each, floats by repr, so bit-exact.

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


def loads(text: str, path: Path, checked: bool = False) -> list[Entry]:
    """The entries of a file's text, checked field by field; the error names the file and the field.

    ``checked``: this very text was found right before, so that its digests need not be computed again.
    """
    try:
        content = from_json(text)
    except json.JSONDecodeError as error:
        raise RecordError(f"{path}: not JSON at line {error.lineno}: {error.msg}; {_REMEDY}") from None
    except ValueError as error:
        raise RecordError(f"{path}: not JSON: {error}; {_REMEDY}") from None
    if not isinstance(content, dict) or "schema" not in content:
        raise RecordError(f"{path}: schema: missing, so this is not a record file; {_REMEDY}")
    if content["schema"] != SCHEMA:
        raise RecordError(
            f"{path}: schema: this is schema {content['schema']!r} and this version reads {SCHEMA}; "
            "use the version of reproduce that wrote it"
        )
    for name, kind in (("experiment", str), ("digest", str), ("environments", dict), ("results", list)):
        if not isinstance(content.get(name), kind):
            raise RecordError(f"{path}: {name}: missing or not a {kind.__name__}; {_REMEDY}")
    if content["experiment"] != path.stem:
        raise RecordError(f"{path}: experiment: says {content['experiment']!r}, the file's name says {path.stem!r}")
    environments, results = content["environments"], content["results"]
    if not checked:
        _check_all(content, path)
    entries = []
    for result in results:
        try:
            entries.append(_entry(content["experiment"], result, environments))
        except InvalidInputError as error:
            where = f"{content['experiment']} on {result['data']}, seed {result['seed']}"
            raise RecordError(f"{path}: {where}: {error}; {_REMEDY}") from None
    return entries


_REMEDY = "restore the file (git checkout) and let `reproduce run` make what is missing"


def _check_all(content: Mapping[str, Any], path: Path) -> None:
    environments, results = content["environments"], content["results"]
    for key, environment in environments.items():
        if not isinstance(environment, dict) or short_digest(canonical(environment), digits=12) != key:
            raise RecordError(f"{path}: environments.{key}: changed by hand; {_REMEDY}")
    for number, result in enumerate(results):
        try:
            _check(result, number, content["experiment"], environments, path)
        except (ValueError, RecursionError) as error:  # a number beyond all floats: not plain, so without a digest
            raise RecordError(f"{path}: result {number + 1}: {error}; {_REMEDY}") from None
    if _file_digest(result["digest"] for result in results) != content["digest"]:
        raise RecordError(f"{path}: results: one was removed, added or moved by hand; {_REMEDY}")


def _check(result: Any, number: int, experiment: str, environments: Mapping[str, Any], path: Path) -> None:
    where = f"result {number + 1}"
    if not isinstance(result, dict):
        raise RecordError(f"{path}: {where}: not an object; {_REMEDY}")
    where = f"{experiment} on {result.get('data')}, seed {result.get('seed')}"
    if odd := sorted(_KNOWN ^ set(result)):
        state = "missing" if odd[0] in _KNOWN else "unknown"
        raise RecordError(f"{path}: {where}: {odd[0]}: {state}; {_REMEDY}")
    for group in (*MEASURED_FIELDS, "digests"):
        if not isinstance(result[group], dict):
            raise RecordError(f"{path}: {where}: {group}: not an object; {_REMEDY}")
    fields = {name: result[name] for name in (*CELL_FIELDS, *PLACE_FIELDS, *MEASURED_FIELDS)}
    if total_digest(experiment, fields, result["digests"]) == result["digest"]:
        # The whole is as written, so its parts are: the usual case costs one digest an entry. Who makes his own digests
        # may still have put anything anywhere.
        if wrong := [name for name, right in _RIGHT.items() if not right(result[name])]:
            raise RecordError(f"{path}: {where}: {wrong[0]}: {result[wrong[0]]!r:.40} cannot be one; {_REMEDY}")
        if result["environment"] not in environments:
            raise RecordError(f"{path}: {where}: environment: {result['environment']} is missing; {_REMEDY}")
        return
    computed, kept = field_digests(experiment, fields), result["digests"]
    for name in (*computed, *kept):
        if computed.get(name) != kept.get(name):
            what = "changed" if name in computed and name in kept else "added" if name in computed else "removed"
            value = f" (now {_value(fields, name)})" if what == "changed" else ""
            raise RecordError(f"{path}: {where}: {name} was {what} by hand{value}; {_REMEDY}")
    raise RecordError(f"{path}: {where}: digest was changed by hand; {_REMEDY}")


def _value(fields: Mapping[str, Any], name: str) -> str:
    group, _, part = name.partition(".")
    return f"{canonical(fields[group][part] if part else fields[group]):.40}"


def _entry(experiment: str, result: Mapping[str, Any], environments: Mapping[str, Any]) -> Entry:
    cell = Cell(experiment, **{name: result[name] for name in CELL_FIELDS})
    animals = {name.removeprefix("animals"): value for name, value in result["details"].items() if names_animals(name)}
    return Entry(
        cell,
        scores={name: float(value) for name, value in result["scores"].items()},
        details={name: value for name, value in result["details"].items() if not names_animals(name)},
        leave_one_out={name: [float(x) for x in values] for name, values in result["leave_one_out"].items()},
        animals=animals,
        machine=result["machine"],
        backend=result["backend"],
        dtype=result["dtype"],
        environment=environments[result["environment"]],
        commit=result["commit"],
        seconds=float(result["seconds"]),
        time=result["time"],
    )
