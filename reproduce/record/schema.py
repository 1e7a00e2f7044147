"""What one result is and how it is written: a cell of the plan, what it measured, and digests that guard both."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Result

__all__ = ["CELL_FIELDS", "SCHEMA", "Cell", "Entry", "canonical", "plain"]

#: Raised when files of an older schema can no longer be read as they are.
SCHEMA = 1

#: What names a result, in the order of the file.
CELL_FIELDS = ("data", "seed", "version", "factors", "data_hash", "weights_hash")
#: What says where it was computed.
PLACE_FIELDS = ("machine", "backend", "dtype", "environment", "commit")
#: What was measured: each has named values, digested one by one.
MEASURED_FIELDS = ("scores", "details", "leave_one_out")

#: What JSON reads back as it was, told by one look: most of a record's values.
_AS_THEY_ARE = frozenset((str, bool, int, type(None)))
#: One for all: `json.dumps` makes one for each of a record's hundred thousand values.
_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False)


def plain(value: Any) -> Any:
    """Return the value as JSON reads it back: tuples become lists, NumPy numbers Python's; not JSON is an error.

    A number that is not finite becomes its name ("nan", "inf", "-inf"), since JSON has none.
    """
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return plain(value.tolist())
    raise InvalidInputError(f"a {type(value).__name__} cannot be kept in the record: {value!r:.60}")


def canonical(value: Any) -> str:
    """Return one line of JSON, keys sorted, floats by repr: the same value always gives the same text."""
    return dumped(plain(value))


def dumped(value: Any) -> str:
    """Return ``canonical`` of what is plain already, such as what was just read from a file."""
    return _JSON.encode(value)


def short_digest(*texts: str, digits: int = 8) -> str:
    """Return the first hex digits of SHA-256 over the texts."""
    return hashlib.sha256("\x00".join(texts).encode()).hexdigest()[:digits]


@dataclass(frozen=True, eq=False)
class Cell:
    """One seed of one experiment on one data set: what a result is found by.

    ``factors`` hold every factor of the experiment, the defaults filled in. ``data_hash`` is the catalogue's
    ``content_hash``; ``weights_hash`` is None where no pretrained weights enter.
    """

    experiment: str
    version: int
    factors: Mapping[str, Any]
    data: str
    data_hash: str
    weights_hash: str | None
    seed: int

    @cached_property
    def key(self) -> tuple:
        """Hashable and sortable: every field, the factors as canonical JSON."""
        return (
            self.experiment,
            self.data,
            self.version,
            canonical(self.factors),
            self.data_hash,
            self.weights_hash or "",
            self.seed,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cell) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        where = f" on {self.data}" if self.data else ""
        return f"{self.experiment}{where}, seed {self.seed}"


@dataclass(frozen=True, eq=False)
class Entry:
    """One result: its cell, what was measured, and where and when.

    ``scores``, ``details``, ``leave_one_out`` and ``animals`` are an experiment's `Result`, held to the same rules.
    ``machine`` is the class of the device that did the arithmetic ("x86_64-cpu", "x86_64-h200"); ``backend``
    is "numpy", "tensorflow", "torch", "jax", "lightgbm" or "opencv". Entries that differ in ``place`` are never
    pooled. ``environment`` is what ``machine.environment`` returned; ``commit`` ends in "+dirty" where the
    package was modified; ``time`` is UTC in ISO 8601; ``seconds`` is the wall time of this seed.
    """

    cell: Cell
    scores: Mapping[str, float]
    details: Mapping[str, Any] = field(default_factory=dict)
    leave_one_out: Mapping[str, Sequence[float]] = field(default_factory=dict)
    animals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    machine: str = ""
    backend: str = "numpy"
    dtype: str = "float64"
    environment: Mapping[str, Any] = field(default_factory=dict)
    commit: str = ""
    seconds: float = 0.0
    time: str = ""

    def __post_init__(self) -> None:
        Result(self.scores, self.details, self.leave_one_out, self.animals)  # raises where they do not fit

    @property
    def seed(self) -> int:
        return self.cell.seed

    @property
    def place(self) -> tuple[str, str, str]:
        """(machine, backend, dtype): entries of different places are never pooled."""
        return (self.machine, self.backend, self.dtype)

    @cached_property
    def key(self) -> tuple:
        """The cell's key, the place before the seed: the order of the file, and one entry for each key."""
        return (*self.cell.key[:-1], *self.place, self.cell.seed)

    @cached_property
    def environment_key(self) -> str:
        """Short hash of the environment, under which the file keeps it once."""
        return short_digest(canonical(self.environment), digits=12)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The entry as plain JSON values, without times and digests; every score is a float.

        The animals' names stand among the details, as "animals", "animals@train" and "animals@all".
        """
        cell = {name: plain(getattr(self.cell, name)) for name in CELL_FIELDS}
        place = {name: getattr(self, name) for name in PLACE_FIELDS} | {"environment": self.environment_key}
        measured = {
            "scores": {name: float(self.scores[name]) for name in sorted(self.scores)},
            "details": {**self.details, **{f"animals{suffix}": names for suffix, names in self.animals.items()}},
            "leave_one_out": {name: [float(x) for x in values] for name, values in self.leave_one_out.items()},
        }
        return {**cell, **place, **plain(measured)}

    @cached_property
    def digests(self) -> dict[str, str]:
        """A short digest of every field, by dotted name: see `field_digests`."""
        return field_digests(self.cell.experiment, self.fields)

    @cached_property
    def digest(self) -> str:
        """16 hex digits over everything but the times."""
        return total_digest(self.cell.experiment, self.fields, self.digests)


def field_digests(experiment: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return a digest per field, score, detail and left-out list, by dotted name; the fields are plain.

    What was measured is digested with the cell it was measured for, so that values swapped between two
    results are found as well as a changed digit.
    """
    digests = {name: short_digest(name, dumped(fields[name])) for name in (*CELL_FIELDS, *PLACE_FIELDS)}
    cell = short_digest(experiment, *(dumped(fields[name]) for name in CELL_FIELDS))
    for group in MEASURED_FIELDS:
        for name, value in fields[group].items():
            digests[f"{group}.{name}"] = short_digest(cell, group, name, dumped(value))
    return digests


def total_digest(experiment: str, fields: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    """Return 16 hex digits over the experiment's name, every field and the fields' digests, all of them plain."""
    return short_digest(experiment, dumped(fields), dumped(digests), digits=16)
