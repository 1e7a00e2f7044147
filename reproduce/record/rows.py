"""Which rows of the record have changed: a digest of all that a file holds of an experiment, data set and factors."""

from pathlib import Path
from typing import Any

import msgspec

from reproduce.cache import digest
from reproduce.record import seen
from reproduce.record.files import results
from reproduce.record.schema import canonical

__all__ = ["Rows", "changed", "named", "read"]

#: A row's name, as `named` gives it -> the digest of what a file holds of it. "" stands for rows that it does not hold:
#: what is said of one that is missing depends on the data sets and factors of the others.
Rows = dict[str, str]


class _Row(msgspec.Struct):
    data: str
    factors: dict[str, Any]


def named(experiment: str, data: str, factors: str) -> str:
    """Return the name of a row; the factors as canonical JSON, all of them."""
    return digest(experiment, data, factors)


def read(path: Path) -> Rows:
    """Return the rows of a file of results, or of when they were first seen; none where there is no such file."""
    found: dict[str, list[object]] = {}
    if not path.exists():
        return {}
    if path.name == seen.FILE:
        for (experiment, data, factors, first), scores in seen.first_seen(path.parent).items():
            found.setdefault(named(experiment, data, factors), []).append((first, sorted(scores.items())))
        return {name: digest(parts) for name, parts in found.items()}
    shape = set()
    for text in results(path.read_text(encoding="utf-8")):
        row = msgspec.json.decode(text, type=_Row)
        found.setdefault(named(path.stem, row.data, canonical(row.factors)), []).append(text)
        shape.add((row.data, *sorted(row.factors)))
    return {name: digest(*parts) for name, parts in found.items()} | {"": digest(sorted(shape))}


def changed(row: str, before: Rows, now: Rows) -> bool:
    """Tell whether what is held of a row, or said where it is missing, can be another."""
    return before.get(row, before.get("")) != now.get(row, now.get(""))
