"""A user's table as text: UTF-8, or one line that says how it is not."""

import codecs
from pathlib import Path

from reproduce.errors import InvalidInputError

__all__ = ["decoded"]


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
