"""A user's own animals: a folder of photographs by animal, or a table of path, identity and perhaps a split."""

import csv
import io
import os
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.datasets import splits
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.places import IMAGE_ENDINGS
from reproduce.datasets.survey import Survey, digested, survey
from reproduce.errors import InvalidInputError
from reproduce.text import decoded

__all__ = ["catalogue", "title"]

#: Folders of these names, and no others beside them, are the sides of a split and not animals.
SIDES = frozenset(["train", "training", "test", "testing", "val", "valid", "validation", "query", "gallery"])
#: A table's columns by the names they may go by.
COLUMNS = {
    "path": ("path", "file", "filename", "file_name", "filepath", "image", "image_path", "photo", "photograph"),
    "identity": ("identity", "animal", "individual", "animal_id", "individual_id", "label", "class", "name", "id"),
    "split": ("split", "original_split", "set", "subset", "partition"),
}
#: Animals held out are drawn under this name, so that a folder that is moved has the same drawn.
DRAWN_AS = "own animals"


def title(name: str) -> str:
    """What a set is called on a page and in file names: a known one's name, the folder's or the table's last part."""
    path = Path(name)
    return path.resolve().name if path.is_dir() else path.stem


def catalogue(name: str, seed: int = 0, by_animal: bool = True) -> Catalogue:
    """The animals of a folder, or of a table, as a Catalogue called by its absolute path.

    Folder: ``ANIMAL/.../PHOTOGRAPH``, or ``train/ANIMAL/...`` beside ``test/ANIMAL/...``. Table: .csv (comma or
    semicolon) or .tsv with a header; paths are absolute, or relative to its folder. Hidden files are passed over.
    The split is the user's own where there is one, with ``by_animal`` only if no animal is on both sides; else a
    quarter of the animals, three at least, is held out by seed, and all of them where there are fewer than five.
    Raises InvalidInputError that says which file or line is in the way.
    """
    path = Path(name).expanduser()
    if not path.exists():
        raise InvalidInputError(f"{name}: no such folder or table; give a folder of photographs by animal, or a .csv")
    path = path.resolve()
    found = survey(str(path), path, _by_folders) if path.is_dir() else _by_table(path)
    split = (splits.own_split if by_animal else _given)(found.labels, found.identities)
    seeded = split is None
    if split is None:
        animals = len(set(found.identities.tolist()))
        held_out = splits.own_held_out_count(animals)
        drawn = held_out < animals
        split = splits.by_seed(DRAWN_AS, found.identities, seed, held_out) if drawn else _all_tested(found)
    paths = np.array([str(found.root / image) for image in found.paths])
    content = found.content_hash()
    return Catalogue(str(path), paths, found.identities, split, seed, seeded, content, found.digests)


def _given(labels: list[str | None], identities: np.ndarray) -> np.ndarray | None:
    return splits.labelled(labels)


def _all_tested(found: Survey) -> np.ndarray:
    return np.full(len(found.paths), "test")


def _by_folders(name: str, root: Path) -> dict[str, Any]:
    """Rows of a folder: an animal is a folder right below it, or right below those of a split."""
    images = sorted(path.split("/") for path in _photographs(root))
    if not images:
        raise InvalidInputError(f"{root} holds no photographs ({', '.join(IMAGE_ENDINGS)}); name another folder")
    sided = all(parts[0].lower() in SIDES for parts in images)
    depth = 1 if sided else 0
    if loose := [parts for parts in images if len(parts) <= depth + 1]:
        where = root / "/".join(loose[0][:-1])
        raise InvalidInputError(
            f"{where} itself holds {len(loose):,} of the photographs, such as {loose[0][-1]}: whose are they? Put each "
            "into a folder called by its animal, or name them in a .csv of path and identity"
        )
    return {
        "paths": ["/".join(parts) for parts in images],
        "identities": [parts[depth] for parts in images],
        "labels": [parts[0] if sided else None for parts in images],
    }


def _photographs(root: Path) -> list[str]:
    """Relative paths of the image files, whatever the case of their endings; hidden ones and a Mac's copies apart."""
    found = []
    for folder, below, files in os.walk(root, followlinks=True):
        below[:] = [one for one in below if not one.startswith(".") and one != "__MACOSX"]
        for file in files:
            if file.lower().endswith(IMAGE_ENDINGS) and not file.startswith("."):
                relative = os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
                try:
                    relative.encode()
                except UnicodeEncodeError:
                    which = repr(os.fsencode(relative))[1:]
                    raise InvalidInputError(f"{root}: the path {which} is not UTF-8; rename it in UTF-8") from None
                found.append(relative)
    return found


def _by_table(path: Path) -> Survey:
    """The rows of a table, in the order of their paths; no file is read but for its digest."""
    lines = decoded(path).splitlines(keepends=True)
    heading = lines[0] if lines else ""
    delimiter = max("\t;,", key=heading.count)
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    try:
        table = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise InvalidInputError(f"{path} is not a table that can be read ({error}); save it again as CSV") from None
    head = [cell.lower().replace(" ", "_") for cell in table[0][1]] if table else []
    places = {name: next((head.index(one) for one in known if one in head), None) for name, known in COLUMNS.items()}
    for name in ("path", "identity"):
        if places[name] is None:
            has = ", ".join(table[0][1]) if table else "nothing"
            raise InvalidInputError(f"{path} has no column {name!r} in its first line; it has {has}")
    rows = [_row(path, number, cells, places) for number, cells in table[1:] if any(cells)]
    if not rows:
        raise InvalidInputError(f"{path} names no photographs; give a line for each, below {delimiter.join(head)}")
    rows.sort(key=lambda row: row[:2])
    paths, identities, labels = (list(column) for column in zip(*rows, strict=True))
    digests = digested(path.name, path.parent, paths)
    return Survey(path.parent, paths, np.array(identities), labels, np.array(digests))


def _row(path: Path, number: int, cells: list[str], places: dict[str, int | None]) -> tuple[str, str, str | None]:
    values = {name: cells[at] if at is not None and at < len(cells) else "" for name, at in places.items()}
    if not values["identity"]:
        raise InvalidInputError(f"{path}, line {number}: no identity; give every photograph one, or take the line out")
    if not values["path"] or not os.path.isfile(path.parent / values["path"]):  # Path's own raises for a long name
        raise InvalidInputError(
            f"{path}, line {number}: no file {values['path']!r}; a path is absolute, or relative to {path.parent}"
        )
    return values["path"], values["identity"], values["split"] or None
