"""Embeddings and labels from files: a .npy array, and one label per row in a .csv, .tsv or .txt."""

import csv
from pathlib import Path

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.inputs import as_matrix

__all__ = ["read_embeddings", "read_labels"]

_TELLING = ("label", "labels", "identity", "identities", "class", "name")


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
    except (EOFError, OSError) as error:
        raise InvalidInputError(f"{path} cannot be read ({error}); save it again") from None
    return as_matrix(array, str(path))


def read_labels(path: Path, rows: int, column: str | None = None) -> list[str]:
    """One label per embedding, as text; ``rows`` (N) tells whether the first line of a table is its header.

    A .txt file has one label a line. A table has one column, or a column called label or identity, or ``column``
    names it. Raises InvalidInputError naming file and line.
    """
    _is_a_file(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            if path.suffix.lower() == ".txt":
                if column is not None:
                    raise InvalidInputError(f"{path} has one label a line and no columns; leave --column out")
                table = [(number, [line.strip()]) for number, line in enumerate(stream, start=1)]
            else:
                reader = csv.reader(stream, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
                table = [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except (UnicodeDecodeError, csv.Error):
        raise InvalidInputError(f"{path} is not text in UTF-8; save the labels as .csv or .txt") from None
    while table and not any(table[-1][1]):
        table.pop()  # an empty line at the end is no label
    if not table:
        raise InvalidInputError(f"{path} is empty; give one label per embedding ({rows})")
    place, start = _column(path, table, rows, column)
    labels = []
    for number, cells in table[start:]:
        if len(cells) <= place or not cells[place]:
            raise InvalidInputError(f"{path}, line {number}: no label; give every embedding one")
        labels.append(cells[place])
    if len(labels) != rows:
        raise InvalidInputError(f"{path} has {len(labels)} labels for {rows} embeddings; give one each, in order")
    return labels


def _column(path: Path, table: list[tuple[int, list[str]]], rows: int, column: str | None) -> tuple[int, int]:
    """Which column holds the labels, and the line of the table they start at."""
    head = table[0][1]
    if column is not None:
        if column not in head:
            raise InvalidInputError(f"{path} has no column {column!r}; it has {', '.join(head)}")
        return head.index(column), 1
    if len(head) == 1:
        return 0, int(len(table) == rows + 1)
    telling = [place for place, name in enumerate(head) if name.lower() in _TELLING]
    if len(telling) != 1:
        raise InvalidInputError(f"{path} has {len(head)} columns; say which with --column NAME ({', '.join(head)})")
    return telling[0], 1


def _is_a_file(path: Path) -> None:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise InvalidInputError(f"{path} {what}; give a file")
