"""What is kept beside a .npy of embeddings: its photographs, the model that made it, the labels that fit."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reproduce.cache import digest
from reproduce.outputs import MADE_BY
from reproduce.text import check_fields, from_json

__all__ = ["Sidecar", "is_own_embeddings", "is_own_labels", "read", "rows_digest", "sha256", "sidecar_of"]


@dataclass(frozen=True)
class Sidecar:
    """``space`` is one for embeddings that may be compared: the model, and what it was trained on where it learned.

    ``rows`` is the digest of the photographs' paths and contents, in order. ``embeddings`` and ``labels`` are the
    SHA-256 of the two files as they were written; ``source`` is the folder or table that was embedded.
    """

    source: str
    model: str
    space: str
    rows: str
    embeddings: str
    labels_file: str
    labels: str
    made_by: str = f"{MADE_BY} embed"

    def content(self) -> bytes:
        """Return the file's bytes."""
        return (json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n").encode()


def sidecar_of(embeddings: Path) -> Path:
    """Return where the sidecar of a file of embeddings lies."""
    return embeddings.with_suffix(".json")


def read(embeddings: Path) -> Sidecar | None:
    """Return what is kept beside a file of embeddings; None where nothing is, or something else."""
    return _read(sidecar_of(embeddings))


def _read(path: Path) -> Sidecar | None:
    try:
        found = Sidecar(**from_json(path.read_text(encoding="utf-8")))
        check_fields(found)
    except (OSError, TypeError, ValueError):
        return None
    return found if found.made_by.startswith(MADE_BY) else None


def rows_digest(paths: Sequence[str], contents: Sequence[str]) -> str:
    """Return a digest of the photographs in their order: N paths and the N SHA-256 of their files."""
    return digest("rows", list(paths), list(contents))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_own_embeddings(path: Path) -> bool:
    """Whether a .npy lies beside a sidecar: no other command writes both."""
    return read(path) is not None


def is_own_labels(path: Path) -> bool:
    """Whether a .csv is as ``embed`` wrote it, beside some .npy: a row or a note added since makes it the user's."""
    now = sha256(path)
    beside = (_read(one) for one in path.parent.glob("*.json"))
    return any(one is not None and one.labels_file == path.name and one.labels == now for one in beside)
