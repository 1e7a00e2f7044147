"""Embeddings and labels from files: an array, and one label per row in a .csv, .tsv or .txt."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.inputs import as_matrix
from reproduce.text import decoded

__all__ = ["has_column", "read_embeddings", "read_labels"]

#: What numbers a column of a table of embeddings holds that are none: rows counted, or whose each is.
_NO_FEATURES = ("", "index", "unnamed: 0", "row", "image_id", "split", "fold", "camera", "session", "encounter")

#: A column of labels in a table of several is called one of these.
_TELLING = ("label", "labels", "identity", "identities", "class", "name")
#: A single column may go by these too; no animal does.
_HEADERS = frozenset(
    [*_TELLING, "classes", "names", "target", "targets", "id", "ids"]
    + [f"{what}{ending}" for what in ("animal", "individual") for ending in ("", "s", "_id", "_name")]
    + ["class_id", "identity_id", "label_id"]
)


def read_embeddings(path: Path) -> np.ndarray:
    """Return the (N, D) array of a .npy, .npz, .pt, .csv or .parquet file. Raises InvalidInputError where it has none.

    Pickled objects are never loaded: they run code.
    """
    _is_a_file(path)
    with path.open("rb") as stream:
        head = stream.read(6)
    ending = path.suffix.lower()
    if head == b"\x93NUMPY":
        return as_matrix(_loaded(path), str(path))
    if ending in (".pt", ".pth"):
        return as_matrix(_of_torch(path), str(path))
    if ending == ".npz":
        return as_matrix(_of_archive(path), str(path))
    if ending in (".csv", ".tsv", ".txt"):
        return as_matrix(_of_text(path), str(path))
    if ending == ".parquet":
        return as_matrix(_of_parquet(path), str(path))
    raise InvalidInputError(f"{path} is not a .npy file; write it with numpy.save(path, embeddings)")


def _loaded(path: Path) -> Any:
    try:
        return np.load(path, allow_pickle=False)
    except ValueError as error:
        if "pickle" in str(error).lower():
            message = f"{path} holds pickled objects, which are not loaded; save an (N, D) array of numbers"
            raise InvalidInputError(message) from None
        raise InvalidInputError(f"{path} is damaged ({error}); save it again") from None
    except Exception as error:  # a header is parsed as Python is: whatever its tokenizer raises, too
        raise InvalidInputError(f"{path} cannot be read ({error}); save it again") from None


def _of_archive(path: Path) -> np.ndarray:
    """Return the one array of an archive, or of several the one that is called by what it is."""
    with _loaded(path) as archive:
        try:
            wide = {name: array for name in archive.files if (array := archive[name]).ndim == 2}
        except ValueError as error:
            raise InvalidInputError(
                f"{path} holds more than arrays of numbers ({error}); save embeddings alone"
            ) from None
    named = [name for name in wide if name.lower() in ("embeddings", "embedding", "features", "x")]
    if len(named) != 1 and len(wide) != 1:
        has = ", ".join(wide) or "none"
        raise InvalidInputError(f"{path} holds no one (N, D) array ({has}); call it embeddings")
    return wide[named[0] if len(named) == 1 else next(iter(wide))]


def _of_torch(path: Path) -> Any:
    try:
        import torch
    except ImportError:
        raise InvalidInputError(
            f"{path}: reading it needs torch, which is not installed; numpy.save(path, tensor.numpy()) needs none"
        ) from None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise InvalidInputError(
            f"{path} holds more than tensors, or is damaged ({type(error).__name__}); torch.save the tensor alone"
        ) from None
    if isinstance(found, dict):
        wide = {name: one for name, one in found.items() if getattr(one, "ndim", 0) == 2}
        found = wide.get("embeddings", next(iter(wide.values())) if len(wide) == 1 else None)
    if found is None:
        raise InvalidInputError(f"{path} holds no one (N, D) tensor; call it embeddings")
    return found


def _of_text(path: Path) -> np.ndarray:
    """Return numbers, a row a line, below a header or not; separated as numpy.savetxt does, or by , ; or tabs."""
    lines = [line for line in decoded(path).splitlines() if line.strip() and not line.startswith("#")]
    separator = max(",;\t", key=lines[0].count) if lines else ","
    if lines and separator not in lines[0]:
        rows = [line.split() for line in lines]
    else:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    head = rows[0] if rows else []
    if head == [str(place) for place in range(len(head))] and len(head) > 2:
        rows = rows[1:]  # pandas numbers columns that have no names
    else:
        try:
            [float(cell) for cell in head]
        except ValueError:
            rows = rows[1:]
            _check_features(path, head)
    try:
        return np.array([[float(cell) for cell in row] for row in rows])
    except ValueError as error:
        raise InvalidInputError(f"{path} is no table of numbers ({error}); give one row of numbers per image") from None


def _of_parquet(path: Path) -> np.ndarray:
    try:
        import pandas

        table = pandas.read_parquet(path)
    except ImportError:
        raise InvalidInputError(
            f"{path}: reading it needs pandas and pyarrow, which are not installed; save a .npy or a .csv"
        ) from None
    except Exception as error:
        raise InvalidInputError(f"{path} cannot be read ({error}); save it again") from None
    lists = [name for name in table if len(table) and isinstance(table[name].iloc[0], np.ndarray)]
    if len(lists) == 1:  # a cell holds an image's whole row
        return np.array(table[lists[0]].tolist())
    numbers = table.select_dtypes("number")
    _check_features(path, list(map(str, numbers.columns)))
    return numbers.to_numpy()


def _check_features(path: Path, names: list[str]) -> None:
    """Raise InvalidInputError where a column of numbers is by its name no part of an embedding: it would be ranked."""
    odd = [name for name in names if name.strip().lower() in {*_NO_FEATURES, *_HEADERS}]
    if odd:
        said = ", ".join(map(repr, odd[:3]))
        raise InvalidInputError(
            f"{path}: its column {said} is no part of an embedding by its name; save the embeddings' columns alone "
            "(pandas: index=False)"
        )


def has_column(path: Path, column: str) -> bool:
    """Return whether the first line of a table names that column."""
    if path.suffix.lower() == ".txt":
        return False
    table = _table(path)
    return bool(table) and column in table[0][1]


def read_labels(path: Path, rows: int, column: str | None = None, blank: bool = False) -> list[str]:
    """Return one label per embedding, as text, N = ``rows`` of them.

    A .txt file has one label a line. A table has one column, or a column called label or identity, or ``column``
    names it. A first line that is a known name of such a column, or text above whole numbers, is always its header.
    ``blank``: a cell may be empty. Raises InvalidInputError naming file and line, or both counts where they differ.
    """
    _is_a_file(path)
    if path.suffix.lower() == ".txt":
        if column is not None:
            raise InvalidInputError(f"{path} has one label a line and no columns; leave --column out")
        lines = io.StringIO(decoded(path), newline="")
        table = [(number, [line.strip()]) for number, line in enumerate(lines, start=1)]
    else:
        table = _table(path)
    while table and not any(table[-1][1]):
        table.pop()  # an empty line at the end is no label
    if not table:
        raise InvalidInputError(f"{path} is empty; give one label per embedding ({rows})")
    place, start = _column(path, table, column)
    labels = []
    for number, cells in table[start:]:
        if not blank and (len(cells) <= place or not cells[place]):
            raise InvalidInputError(f"{path}, line {number}: no label; give every embedding one")
        labels.append(cells[place] if len(cells) > place else "")
    if len(labels) != rows:
        head = table[0][1][place] if len(table[0][1]) > place else ""
        found = f"the header {head!r} and {len(labels)}" if start else f"{len(labels)}"
        cure = "give one each, in order"
        if not start and len(labels) == rows + 1:
            way = "take it out" if path.suffix.lower() == ".txt" else f"say so with --column {head!r}"
            cure = f"{cure}; if the first line is a header, {way}"
        raise InvalidInputError(f"{path} has {found} labels for {rows} embeddings; {cure}")
    return labels


def _table(path: Path) -> list[tuple[int, list[str]]]:
    """Return every line's cells with its number; separated by what its first line holds most of, tabs in a .tsv."""
    text = decoded(path)
    head = text.split("\n", 1)[0]
    separator = "\t" if path.suffix.lower() == ".tsv" else max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except csv.Error as error:
        raise InvalidInputError(f"{path} is not a table that can be read ({error}); save it again") from None


def _column(path: Path, table: list[tuple[int, list[str]]], column: str | None) -> tuple[int, int]:
    """Return which column holds the labels, and the line of the table they start at."""
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
