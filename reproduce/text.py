"""Text from a user's table, UTF-8 or one line that says how it is not; and text for a program, as JSON."""

import codecs
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError

__all__ = ["as_json", "decoded"]


def decoded(path: Path) -> str:
    """The file's text. Raises InvalidInputError that says how it is not UTF-8, and where."""
    content = path.read_bytes()
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


def as_json(value: Any) -> str:
    """What ``--json`` prints: a number that is not finite is null, for JSON has none; a path is text."""
    return json.dumps(_plain(value), indent=1, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Path) else value
