"""Photographs of nobody known yet: a folder of any depth, a table, or one file, read without an animal's name."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from reproduce.cache import digest
from reproduce.datasets import Catalogue, kinds
from reproduce.datasets.loading import published
from reproduce.datasets.own import title
from reproduce.datasets.places import IMAGE_ENDINGS
from reproduce.datasets.survey import digested
from reproduce.datasets.tree import tree
from reproduce.errors import InvalidInputError
from reproduce.metrics.files import has_column
from reproduce.reading import DEFAULT, Reading, Strangers

__all__ = ["called", "in_both", "newcomers", "titled"]


def newcomers(name: str, reading: Reading = DEFAULT) -> Catalogue:
    """Return the photographs as a Catalogue whose identities say nothing, in the order of their paths.

    ``reading.path`` is the column of a table's files, where it has that column: a catalogue's may be called otherwise.

    Raises InvalidInputError where there are none, or where the folder or the table cannot be read.
    """
    kinds.check_named(name)
    path = Path(name).expanduser()
    if not path.exists():
        raise InvalidInputError(f"{name}: no such folder, table or photograph; give the new photographs")
    path = path.resolve()
    notes: list[str] = []
    known: list[str] = []
    if path.is_dir():
        found = tree(path)
        root, files, notes = path, found.photographs, found.notes()
    elif path.suffix.lower() in IMAGE_ENDINGS:
        root, files = path.parent, [path.name]
    else:
        from reproduce.datasets.own_table import read_table

        asked = reading.path if reading.path is not None and has_column(path, reading.path) else None
        rows = read_table(path, None, asked, named=False)
        root, files, notes, known = rows.root, rows.paths, rows.notes, rows.digests
    if not files:
        raise InvalidInputError(f"{name} holds no photographs ({', '.join(IMAGE_ENDINGS)}); name another folder")
    digests = np.array(known or digested(path.name, root, files))
    return Catalogue(
        str(path),
        np.array([str(root / file) for file in files]),
        np.array([f"new #{row}" for row in range(len(files))]),
        np.full(len(files), "test"),
        content_hash=digest("new", files, digests.tolist()),
        digests=digests,
        notes=tuple(notes),
    )


def called(name: str, new: Catalogue, reading: Reading) -> Catalogue:
    """Return the new photographs under the names that their folders or their table give, to be judged by.

    A column of ``reading`` that their table has not is the catalogue's alone. Raises InvalidInputError where they say
    of no photograph whose it is.
    """
    table = Path(name).expanduser()

    def own(column: str | None) -> str | None:
        return column if column is None or not table.is_file() or has_column(table, column) else None

    asked = replace(reading, strangers=Strangers.ANIMALS, identity=own(reading.identity), path=own(reading.path))
    whole = published(name, reading=asked)
    names = dict(zip(whole.paths.tolist(), whole.identities.tolist(), strict=True))
    identities = np.array([names.get(path, "") for path in new.paths.tolist()])
    return replace(new.take(np.flatnonzero(identities != "")), identities=identities[identities != ""])


def in_both(new: Catalogue, catalogue: Catalogue) -> list[str]:
    """Return the paths of new photographs whose very bytes the catalogue holds too."""
    if new.digests is None or catalogue.digests is None:
        return []
    known = set(catalogue.digests.tolist()) - {""}
    return [path for path, content in zip(new.paths.tolist(), new.digests.tolist(), strict=True) if content in known]


def titled(catalogue: Catalogue) -> str:
    """Return what the page and the files are called by."""
    return title(catalogue.name)
