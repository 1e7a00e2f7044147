"""Embeddings and labels from files: a .npy array, and one label per row in a .csv, .tsv or .txt."""

import csv
import io
from pathlib import Path

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.inputs import as_matrix
from reproduce.text import decoded

__all__ = ["read_embeddings", "read_labels"]

#: A column of labels in a table of several is called one of these.
_TELLING = ("label", "labels", "identity", "identities", "class", "name")
#: A single column may go by these too; no animal does.
_HEADERS = frozenset(
    [*_TELLING, "classes", "names", "target", "targets", "id", "ids"]
    + [f"{what}{ending}" for what in ("animal", "individual") for ending in ("", "s", "_id", "_name")]
    + ["class_id", "identity_id", "label_id"]
)


def read_embeddings(path: Path) -> np.ndarray:
    """The (N, D) array of a .npy file. Raises InvalidInputError naming the file where it holds none.

    Pickled objects are never loaded: they run code.
    """
    _is_a_file(path)
    with path.open("rb") as stream:
        if stream.read(6) != b"\x93NUMPY":
            raise InvalidInputError(f"{path} is not a .npy file; write it with numpy.save(path, embeddings)")
    try:
        array = np.load(path, allow_pickle=False)
    except ValueError as error:
        if "pickle" in str(error).lower():
            message = f"{path} holds pickled objects, which are not loaded; save an (N, D) array of numbers"
            raise InvalidInputError(message) from None
        raise InvalidInputError(f"{path} is damaged ({error}); save it again") from None
    except Exception as error:  # a header is parsed as Python is: whatever its tokenizer raises, too
        raise InvalidInputError(f"{path} cannot be read ({error}); save it again") from None
    return as_matrix(array, str(path))


def read_labels(path: Path, rows: int, column: str | None = None) -> list[str]:
    """One label per embedding, as text, N = ``rows`` of them.

    A .txt file has one label a line. A table has one column, or a column called label or identity, or ``column``
    names it. A first line that is a known name of such a column, or text above whole numbers, is always its header.
    Raises InvalidInputError naming file and line, or both counts where they differ.
    """
    _is_a_file(path)
    lines = io.StringIO(decoded(path), newline="")
    try:
        if path.suffix.lower() == ".txt":
            if column is not None:
                raise InvalidInputError(f"{path} has one label a line and no columns; leave --column out")
            table = [(number, [line.strip()]) for number, line in enumerate(lines, start=1)]
        else:
            reader = csv.reader(lines, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
            table = [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except csv.Error as error:
        raise InvalidInputError(f"{path} is not a table that can be read ({error}); save it again") from None
    while table and not any(table[-1][1]):
        table.pop()  # an empty line at the end is no label
    if not table:
        raise InvalidInputError(f"{path} is empty; give one label per embedding ({rows})")
    place, start = _column(path, table, column)
    labels = []
    for number, cells in table[start:]:
        if len(cells) <= place or not cells[place]:
            raise InvalidInputError(f"{path}, line {number}: no label; give every embedding one")
        labels.append(cells[place])
    if len(labels) != rows:
        head = table[0][1][place] if len(table[0][1]) > place else ""
        found = f"the header {head!r} and {len(labels)}" if start else f"{len(labels)}"
        cure = "give one each, in order"
        if not start and len(labels) == rows + 1:
            way = "take it out" if path.suffix.lower() == ".txt" else f"say so with --column {head!r}"
            cure = f"{cure}; if the first line is a header, {way}"
        raise InvalidInputError(f"{path} has {found} labels for {rows} embeddings; {cure}")
    return labels


def _column(path: Path, table: list[tuple[int, list[str]]], column: str | None) -> tuple[int, int]:
    """Which column holds the labels, and the line of the table they start at."""
    head = table[0][1]
    if column is not None:
        if column not in head:
            raise InvalidInputError(f"{path} has no column {column!r}; it has {', '.join(head)}")
        return head.index(column), 1
    if len(head) == 1:
        return 0, int(_is_header(head[0], [cells[0] for _, cells in table[1:] if cells]))
    telling = [place for place, name in enumerate(head) if name.lower() in _TELLING]
    if len(telling) != 1:
        raise InvalidInputError(f"{path} has {len(head)} columns; say which with --column NAME ({', '.join(head)})")
    return telling[0], 1


def _is_header(first: str, others: list[str]) -> bool:
    if first.lower().replace(" ", "_").replace("-", "_") in _HEADERS:
        return True
    return bool(others) and not first.lstrip("-").isdecimal() and all(other.isdecimal() for other in others)


def _is_a_file(path: Path) -> None:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise InvalidInputError(f"{path} {what}; give a file")
