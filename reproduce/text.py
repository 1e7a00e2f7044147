"""Text from strangers' files, read or refused in one line; and text for a program, as JSON."""

import codecs
import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from reproduce.errors import InvalidInputError

__all__ = ["as_json", "decoded", "excel_safe", "from_json", "is_formula", "many", "shaped", "toml"]

T = TypeVar("T")

#: What json.dumps leaves as it is in a string.
_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def decoded(path: Path) -> str:
    """Return the file's text. Raises InvalidInputError that says how it is not UTF-8, and where."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read ({error.strerror}); see to its permissions") from None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InvalidInputError(f"{path} is UTF-16; save it again with the encoding UTF-8")
    if b"\0" in content:
        raise InvalidInputError(f"{path} is not text; save the labels as .csv or .txt in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = f"byte {error.object[error.start]:#04x} is not UTF-8 (Latin-1 or Windows-1252?)"
        raise InvalidInputError(f"{path}, line {line}: {byte}; save the file again with the encoding UTF-8") from None


def many(count: int, one: str, several: str = "") -> str:
    """Return "1 row" or "2,000 rows"; ``several`` is for another plural, and for a noun with its verb."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file. Raises InvalidInputError that says why it is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read ({error.strerror}); see to its permissions") from None
    except RecursionError:
        raise InvalidInputError(f"{path}: not TOML: nested too deeply") from None
    except ValueError as error:
        raise InvalidInputError(f"{path}: not TOML: {error}") from None


def from_json(text: str) -> Any:
    """Return the value of a JSON text. ValueError if it is none, for NaN and infinity, and half a surrogate pair."""
    try:
        value = json.loads(text, parse_constant=_no_number)
        if "\\ud" in text.lower():  # which no file can hold
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def shaped(kind: type[T], value: Any, where: str) -> T:
    """Return what a file holds as a dataclass or Struct: each field as it is declared, and none that is unknown.

    A Struct says for itself whether it takes unknown ones.

    InvalidInputError says ``where``, what is wrong and at which entry.
    """
    import msgspec

    try:
        made = msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError) as error:
        said = str(error).replace(" - at `$.", ", at `")
        raise InvalidInputError(f"{where}: {said}") from None
    if is_dataclass(kind) and (odd := set(value) - {one.name for one in fields(kind)}):
        raise InvalidInputError(f"{where}: unknown field `{min(odd)}`")
    return made


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def as_json(value: Any, indent: int | None = 1) -> str:
    """Return what ``--json`` prints: a number that is not finite is null, for JSON has none; a path is text.

    Without ``indent`` it is one line.
    What would move a terminal's cursor or turn its reading direction around is escaped.
    """
    dumped = json.dumps(_plain(value), indent=indent, ensure_ascii=False, allow_nan=False)
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", dumped)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def is_formula(cell: str) -> bool:
    """Return whether a spreadsheet would take a cell of a table for a formula, and run it."""
    return cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def excel_safe(cell: str) -> str:
    """Return the cell with a quote before what a spreadsheet would take for a formula."""
    return f"'{cell}" if is_formula(cell) else cell
