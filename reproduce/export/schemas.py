"""The JSON Schemas of what this project keeps: made from the very types that its files are read by."""

from pathlib import Path
from typing import Any

import msgspec

from reproduce.cache import write_atomically
from reproduce.record.shape import RecordFile
from reproduce.text import as_json
from reproduce.verdicts.runs.saving import RunFile

__all__ = ["FILES", "schema", "write"]

#: File -> the type that its schema is of.
FILES: dict[str, type] = {"record.schema.json": RecordFile, "saved-run.schema.json": RunFile}


def schema(kind: type) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a file's type."""
    (found,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "$defs": parts}


def write(folder: Path) -> list[Path]:
    """Write every schema into a folder; returns the files."""
    for name, kind in FILES.items():
        write_atomically(folder / name, f"{as_json(schema(kind))}\n".encode())
    return [folder / name for name in FILES]
