"""What is kept beside a .npy of embeddings: its photographs, the model that made it, the labels that fit."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from reproduce.cache import digest
from reproduce.errors import InvalidInputError
from reproduce.metrics.files import has_column, read_labels
from reproduce.outputs import MADE_BY
from reproduce.text import from_json, shaped

__all__ = [
    "Sidecar", "check_labels", "check_space", "differing", "is_own_embeddings", "is_own_labels", "read", "rows_digest",
    "sha256", "sidecar_of",
]  # fmt: skip


@dataclass(frozen=True)
class Sidecar:
    """``space`` is one for embeddings that may be compared: the model, and what it was trained on where it learned.

    ``rows`` is the digest of the photographs' paths and contents, in order, and
    ``rows_alone`` that of the paths below the source. ``embeddings`` and ``labels`` are the
    SHA-256 of the two files as they were written; ``source`` is the folder or table that was embedded, ``learned``
    whether the model was trained on a part of it, and ``seed`` its seed. ``taught`` is where the animals lie that the
    model was trained on, "" where that is the source, ``root`` the folder that holds those where they are a named set,
    and ``reading`` how they were read, by `Reading`'s fields.
    """

    source: str
    model: str
    space: str
    rows: str
    rows_alone: str
    embeddings: str
    labels_file: str
    labels: str
    seed: int
    learned: bool
    taught: str = ""
    root: str = ""
    reading: dict[str, str | int | None] = field(default_factory=dict)
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
        found = shaped(Sidecar, from_json(path.read_text(encoding="utf-8")), str(path))
    except (OSError, ValueError):
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
    """Return whether a .npy lies beside a sidecar: no other command writes both."""
    return read(path) is not None


def is_own_labels(path: Path) -> bool:
    """Return whether a .csv beside some .npy is as ``embed`` wrote it: a row or note added makes it the user's."""
    now = sha256(path)
    beside = (_read(one) for one in path.parent.glob("*.json"))
    return any(one is not None and one.labels_file == path.name and one.labels == now for one in beside)


def check_labels(embeddings: Path, labels: Path, rows: int) -> Sidecar | None:
    """Return the sidecar of embeddings whose labels are known to fit; None where nothing can be known.

    Raises InvalidInputError where the .npy is another than its sidecar's, and where a table of labels names other
    photographs, or the same in another order. Labels without a path for each row say nothing of that; with paths and no
    digests they are held against the table that was written with the embeddings, if that is still there.
    """
    kept = read(embeddings)
    if kept is None:
        return None
    if kept.embeddings != sha256(embeddings):
        raise InvalidInputError(
            f"{embeddings} is not what {sidecar_of(embeddings).name} beside it is of; embed again: {kept.source}"
        )
    if kept.labels == sha256(labels):
        return kept
    there = [column for column in ("path", "sha256") if has_column(labels, column)]
    columns = [read_labels(labels, rows, column, blank=True) for column in there]
    written = _written(embeddings, kept)
    if "path" not in there or (len(there) < 2 and written is None):
        return None
    fits = (
        kept.rows == rows_digest(*columns)
        if len(there) == 2
        else written is not None and columns[0] == read_labels(written, rows, "path", blank=True)
    )
    if not fits:
        raise InvalidInputError(
            f"{labels} has not the rows of {embeddings}: other photographs, other contents or another order; "
            f"give the labels that were written with it, or embed again: {kept.source}"
        )
    return kept


def differing(embeddings: Path, labels: Sequence[str]) -> int:
    """Return how many labels are others than those that were written with the embeddings; 0 where nothing is known."""
    kept = read(embeddings)
    written = None if kept is None else _written(embeddings, kept)
    if written is None:
        return 0
    return sum(one != other for one, other in zip(labels, read_labels(written, len(labels), "identity"), strict=True))


def _written(embeddings: Path, kept: Sidecar) -> Path | None:
    """Return the labels that were written with the embeddings, where they are still there as they were."""
    path = embeddings.with_name(kept.labels_file)
    return path if path.is_file() and sha256(path) == kept.labels else None


def check_space(query: Sidecar | None, gallery: Sidecar | None, queries: Path, images: Path) -> None:
    """Raise InvalidInputError where both are known and were made by two models, or by one trained twice."""
    if query is None or gallery is None or query.space == gallery.space:
        return
    if query.model != gallery.model:
        raise InvalidInputError(f"{queries} was made by {query.model} and {images} by {gallery.model}: no distance")
    raise InvalidInputError(
        f"{queries} and {images} were made by two trainings of {query.model}: no distance between them says anything; "
        f"embed the queries by the gallery's model: reproduce embed {query.source} --like {images}"
    )
