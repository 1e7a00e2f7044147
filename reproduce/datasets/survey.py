"""What a folder holds: one row per image with its identity, split label and content digest, read once and kept.

The rows come from wildlife-datasets, whose import takes seconds, and every file is hashed, so both are kept in the
cache under the names, sizes and modification times of all files of the folder: the second load is a listing.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.cache import cache_dir, digest, write_atomically
from reproduce.datasets import wildlife
from reproduce.datasets.exports import INDEX, cropped, indexed
from reproduce.datasets.layouts import check_animals, located, misfit, rows_below
from reproduce.errors import InvalidInputError, of_system
from reproduce.progress import track
from reproduce.text import from_json

__all__ = ["Survey", "counted", "digested", "folders_as_animals", "survey", "through_wildlife"]

#: Raised when the rows would come out otherwise from the same files.
VERSION = 1


#: (name, root) -> the columns "paths", "identities" and "labels", in the order of the paths.
Reader = Callable[[str, Path], dict[str, Any]]


@dataclass(frozen=True)
class Survey:
    """Images in the order of their paths. ``paths`` are relative to ``root``, with "/"; all of one length N.

    ``labels`` is the set's own split column, None where an image has none.
    """

    root: Path
    paths: list[str]
    identities: np.ndarray
    labels: list[str | None]
    digests: np.ndarray
    #: What of the publisher's folders lacks above ``root``.
    prefix: str = ""

    def content_hash(self) -> str:
        """Return a digest of relative paths, identities and image contents; the same wherever the folder lies."""
        return digest(
            "data set", [self.prefix + path for path in self.paths], self.identities.tolist(), self.digests.tolist()
        )


def survey(
    name: str, root: Path, read: Reader | None = None, listing: dict[str, tuple[int, int]] | None = None
) -> Survey:
    """Read the folder, or take what was kept of it if no file of it has changed.

    ``listing``: its files, relative path -> (bytes, modification time in ns), where they are listed already.

    ``read`` gives the rows, by default through wildlife-datasets' class ``name``. Where several animals share a
    file, as bounding boxes tell, the survey is of a folder of crops.
    """
    prefix = ""
    if read is None:
        root, prefix = located(name, root)
    if prefix:
        read = partial(rows_below, prefix=prefix)
    listing = _listing(root) if listing is None else listing
    kept = _kept_at(name, root, listing)
    rows = _kept_rows(kept)
    if rows is None:
        rows = (read or (indexed if (root / INDEX).is_file() else through_wildlife))(name, root)
        rows.setdefault("digests", _digests(name, root, listing, rows["paths"]))
        write_atomically(kept, json.dumps(rows).encode())
    if rows.get("boxes"):
        return survey(name, cropped(name, root, kept.stem))
    return Survey(root, rows["paths"], np.array(rows["identities"]), rows["labels"], np.array(rows["digests"]), prefix)


def digested(name: str, root: Path, paths: list[str]) -> list[str]:
    """Return the SHA-256 of files that a table names, relative to ``root`` or absolute, kept like a folder's."""
    listing = {}
    for path in paths:
        status = (root / path).stat()
        listing[path] = (status.st_size, status.st_mtime_ns)
    return _digests(name, root, listing, paths)


def counted(name: str, root: Path) -> tuple[int, int] | None:
    """Return (images, animals) of a folder that was surveyed and has not changed since, else None; reads no image."""
    root, _ = located(name, root)
    rows = _kept_rows(_kept_at(name, root, _listing(root)))
    return None if rows is None else (len(rows["identities"]), len(set(rows["identities"])))


def _kept_at(name: str, root: Path, listing: dict[str, tuple[int, int]]) -> Path:
    key = digest("survey", VERSION, name, wildlife.installed_version(), str(root), sorted(listing.items()))
    return cache_dir("surveys") / f"{key}.json"


def _kept_rows(kept: Path) -> dict[str, Any] | None:
    """Return what the cache has of a folder; None where it has nothing, or something else than rows."""
    try:
        rows = from_json(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    names = ("paths", "identities", "labels", "digests")
    columns = [rows.get(name) for name in names] if isinstance(rows, dict) else []
    lengths = {len(column) if isinstance(column, list) else -1 for column in columns}
    return rows if len(lengths) == 1 and -1 not in lengths else None


def _listing(root: Path) -> dict[str, tuple[int, int]]:
    """Return every file under the folder: relative path -> (bytes, modification time in ns)."""
    listing = {}
    pending, above = [str(root)], len(os.path.join(root, ""))
    while pending:
        with _in_one_line(), os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    pending.append(entry.path)
                elif entry.is_file():
                    status = entry.stat()
                    listing[entry.path[above:].replace(os.sep, "/")] = (status.st_size, status.st_mtime_ns)
    return listing


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Refuse what cannot be opened: passed over, it would be photographs that nobody misses."""
    try:
        yield
    except OSError as error:
        raise InvalidInputError(of_system(error)) from None


def through_wildlife(name: str, root: Path) -> dict[str, Any]:
    """Return relative paths, identities and split labels as wildlife-datasets reads them, sorted by path."""
    kind = wildlife.wildlife_class(name)
    try:
        with wildlife.quietly() as printed:
            table = kind(str(root), remove_unknown=True).df
    except Exception as error:
        raise misfit(name, root, error, printed.getvalue()) from error
    if table.empty:
        raise InvalidInputError(f"{root} holds no image that wildlife-datasets' {name} knows an animal for")
    paths = [os.path.normpath(path).replace(os.sep, "/") for path in table["path"]]
    identities = [str(identity) for identity in table["identity"]]
    check_animals(name, root, paths, identities)
    column = wildlife.split_column(table)
    labels = [label if isinstance(label, str) else None for label in table[column]] if column else [None] * len(paths)
    rows = sorted(zip(paths, identities, labels, strict=True), key=lambda row: (row[0], row[1]))
    paths, identities, labels = (list(values) for values in zip(*rows, strict=True))
    boxes = "bbox" in table and bool(table["bbox"].notna().any())
    return {"paths": paths, "identities": identities, "labels": labels, "boxes": boxes}


def folders_as_animals(name: str, root: Path) -> dict[str, Any]:
    """Return the rows of a folder of ANIMAL/IMAGE.png, read without wildlife-datasets."""
    paths = sorted(path.relative_to(root).as_posix() for path in root.glob("*/*.png"))
    return {"paths": paths, "identities": [path.split("/")[0] for path in paths], "labels": [None] * len(paths)}


def _digests(name: str, root: Path, listing: dict[str, tuple[int, int]], paths: list[str]) -> list[str]:
    """Return the SHA-256 of each file; those whose size and modification time have not changed are not read again."""
    book = cache_dir("digests") / f"{digest(str(root))}.json"
    try:
        rows = from_json(book.read_text(encoding="utf-8")).items()
        known = {path: row for path, row in rows if isinstance(row, list) and len(row) == 3}
    except (AttributeError, OSError, ValueError):
        known = {}
    fresh = [path for path in dict.fromkeys(paths) if known.get(path, [])[:2] != list(listing[path])]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, sha in zip(
            fresh,
            track(pool.map(lambda path: _sha256(root / path), fresh), len(fresh), f"reading {name}"),
            strict=True,
        ):
            known[path] = [*listing[path], sha]
    write_atomically(book, json.dumps({path: known[path] for path in dict.fromkeys(paths)}).encode())
    return [known[path][2] for path in paths]


def _sha256(file: Path) -> str:
    with _in_one_line(), file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
