"""A table of photographs: its separator, the columns of path, animal and side, and files named as people name them."""

import csv
import difflib
import io
import os
from collections import Counter
from pathlib import Path

from reproduce.cache import digest
from reproduce.datasets import boxes
from reproduce.datasets.rows import Rows
from reproduce.datasets.survey import digested
from reproduce.errors import InvalidInputError
from reproduce.parts import part, whole
from reproduce.text import decoded
from reproduce.words import is_unknown, side_of

__all__ = ["read_table"]

#: What columns may be called, in lower case with "_" for blanks and stops; what says most first.
PATHS = (
    "path", "file_path", "filepath", "image_path", "img_path", "filename", "file_name", "file", "image_file",
    "photo_path", "photograph", "photo", "image", "img", "picture", "encounter_mediaasset0", "mediaasset", "media",
    "image_name", "image_id",
)  # fmt: skip
IDENTITIES = (
    "identity", "individual", "animal", "individual_id", "animal_id", "individual_name", "animal_name", "individualid",
    "animalid", "markedindividual_individualid", "marked_individual", "name0_value", "identity_id",
    "individual_identity",
)  # fmt: skip
#: These may be an animal or something else: one of them alone is taken, of several none.
PERHAPS = ("label", "class", "name", "id", "target", "category", "nickname", "subject", "annot_id", "class_id", "code")
SPLITS = ("split", "original_split", "split_original", "set", "subset", "partition", "fold")
_MISSING = 5
#: Path, animal, side, line and cells.
_Row = tuple[str, str, str | None, int, list[str]]


def read_table(path: Path, identity: str | None = None, file: str | None = None, named: bool = True) -> Rows:
    """Return the rows of a table, in the order of their paths; no file is read but for its digest.

    ``identity`` and ``file`` name the columns where their names do not say so. Raises InvalidInputError that says
    which line or column is in the way. ``named`` false: no animal is asked for, and all identities are "".
    """
    head, rows = _cells(path)
    at = _columns(path, head, rows, identity, file, named)
    found: list[_Row] = []
    absent = []
    for number, cells in rows:
        values = {name: cells[place] if place is not None and place < len(cells) else "" for name, place in at.items()}
        if named and not values["identity"]:
            raise InvalidInputError(
                f"{path}, line {number}: no identity; give every photograph one, such as unknown, or take the line out"
            )
        real = _file(path.parent, values["path"])
        if real is None:
            absent.append((number, values["path"]))
        found.append((real or "", values["identity"], values["split"] or None, number, cells))
    if absent:
        raise _absent(path, absent, len(rows))
    found, gaps = _cut(path, head, found)
    found.sort(key=lambda row: row[:2])
    paths = [row[0] for row in found]
    digests = _digests(path, paths)
    columns = {
        name: [row[4][place] if place < len(row[4]) else "" for row in found] for place, name in enumerate(head) if name
    }
    identities, labels = [row[1] for row in found], [row[2] for row in found]
    if at["split"] is not None:
        _check_sides(path, head[at["split"]], [row[1:4] for row in found])
    return Rows(
        path.parent,
        paths,
        identities,
        labels,
        digests,
        [*gaps, *_notes([os.path.normpath(one) for one in paths], identities)],
        columns,
    )


def _cut(path: Path, head: list[str], found: list[_Row]) -> tuple[list[_Row], list[str]]:
    """Return the rows with the part of its photograph that each one's box names, and lines on what has none."""
    places = boxes.columns(head)
    if not places:
        odd = boxes.perhaps(head)
        said = (
            "whole photographs are taken; call [x, y, width, height] bbox, or the four bbox_x, bbox_y, bbox_w, bbox_h"
        )
        plural = "column" if len(odd) == 1 else "columns"
        return found, [f"its {plural} {', '.join(odd)} {'is' if len(odd) == 1 else 'are'} not read: {said}"] * bool(odd)
    uncut = [row for row in found if whole(path.parent / row[0])[1] is None]
    cut = boxes.boxes(path, head, places, [(row[3], str(path.parent / row[0]), row[4]) for row in uncut])
    named = [row for row in found if whole(path.parent / row[0])[1] is not None]
    named += [(part(row[0], box), *row[1:]) for row, box in zip(uncut, cut, strict=True)]
    blank = sum(box is None for box in cut)
    rows = f"1 of {len(found):,} rows has" if blank == 1 else f"{blank:,} of {len(found):,} rows have"
    return named, [f"{rows} no box in {head[places[0]]}: the whole photograph is taken"] if blank else []


def _digests(path: Path, paths: list[str]) -> list[str]:
    """Return the SHA-256 of each file; of a part of one, a digest of that and the box."""
    parts = [whole(path.parent / one) for one in paths]
    files = digested(path.name, path.parent, [file for file, _ in parts])
    return [sha if box is None else digest(sha, box) for sha, (_, box) in zip(files, parts, strict=True)]


def _check_sides(path: Path, column: str, rows: list[tuple[str, str | None, int]]) -> None:
    """Raise InvalidInputError for a split that cannot be used: it would be another one in silence.

    ``rows``: animal, side and line of each. A photograph of no known animal needs no side.
    """
    sides = [(side, number) for identity, side, number in rows if not is_unknown(identity)]
    words = sorted({side for side, _ in sides if side})
    if not words:
        return
    cure = "name each side train or test (or query and gallery), or rename the column"
    if strange := [word for word in words if side_of(word) is None]:
        said = ", ".join(map(repr, strange[:5]))
        raise InvalidInputError(f"{path}: its column {column!r} says {said}, which is no side of a split; {cure}")
    if blank := [number for side, number in sides if not side]:
        count = f" and {len(blank) - 1:,} more" if len(blank) > 1 else ""
        raise InvalidInputError(f"{path}, line {min(blank)}{count}: no side in its column {column!r}; {cure}")


def _cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the first line's cells and the others' with their line numbers, by the separator that finds columns."""
    lines = decoded(path).splitlines(keepends=True)
    skipped = 0
    separators = ",;\t|"
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:  # Excel's own first line
        separators, skipped = lines[0].strip()[4], 1
    tables = []
    for separator in separators:
        reader = csv.reader(io.StringIO("".join(lines[skipped:]), newline=""), delimiter=separator)
        try:
            tables.append([(reader.line_num + skipped, [cell.strip() for cell in row]) for row in reader])
        except csv.Error as error:
            raise InvalidInputError(f"{path} is not a table that can be read ({error}); save it again as CSV") from None

    def worth(table: list[tuple[int, list[str]]]) -> tuple[int, int]:
        head = [_plain(cell) for cell in table[0][1]] if table else []
        known = sum(any(cell in names for cell in head) for names in (PATHS, (*IDENTITIES, *PERHAPS)))
        return known, len(head)

    table = max(tables, key=worth)
    if not table:
        raise InvalidInputError(f"{path} has no column 'path' in its first line; it has nothing")
    rows = [(number, cells) for number, cells in table[1:] if any(cells)]
    return table[0][1], rows


def _plain(name: str) -> str:
    return "_".join(name.lower().replace(".", " ").replace("-", " ").replace("_", " ").split())


def _columns(
    path: Path, head: list[str], rows: list[tuple[int, list[str]]], identity: str | None, file: str | None, named: bool
) -> dict[str, int | None]:
    plain = [_plain(name) for name in head]
    has = ", ".join(name for name in head if name)

    def asked(name: str, option: str) -> int:
        places = [place for place, one in enumerate(head) if one == name] or [
            place for place, one in enumerate(plain) if one == _plain(name)
        ]
        if len(places) != 1:
            many = "no column" if not places else f"{len(places)} columns"
            raise InvalidInputError(f"{path} has {many} {name!r}, as {option} asks; it has {has}")
        return places[0]

    def values(place: int) -> list[str]:
        return [cells[place] if place < len(cells) else "" for _, cells in rows]

    if file is not None:
        at_path = asked(file, "--path")
    else:
        places = [place for name in PATHS for place, one in enumerate(plain) if one == name]
        there = [place for place in places if _any_file(path.parent, values(place))]
        if not places:
            lack = f"no column 'path' in its first line; it has {has or 'nothing'}"
            raise InvalidInputError(f"{path} has {lack}: say which with --path COLUMN")
        at_path = (there or places)[0]
    if not named:
        return {"path": at_path, "identity": None, "split": None}
    if identity is not None:
        at_identity = asked(identity, "--identity")
    else:
        known = [place for place, one in enumerate(plain) if one in IDENTITIES and place != at_path]
        known = known or [place for place, one in enumerate(plain) if one in PERHAPS and place != at_path]
        if not known:
            raise InvalidInputError(
                f"{path} has no column 'identity' in its first line; it has {has}: say which with --identity COLUMN"
            )
        if len({_grouping(values(place)) for place in known}) > 1:
            which = ", ".join(f"{head[place]} ({len(set(values(place)))} different)" for place in known)
            raise InvalidInputError(
                f"{path}: which column is the animal? {which}: say so with --identity COLUMN"
                + (
                    "; two of them have one name: rename one"
                    if len({head[place] for place in known}) < len(known)
                    else ""
                )
            )
        at_identity = known[0]
    at_split = next((place for name in SPLITS for place, one in enumerate(plain) if one == name), None)
    if not rows:
        raise InvalidInputError(f"{path} names no photographs; give a line for each, below {', '.join(head)}")
    return {"path": at_path, "identity": at_identity, "split": at_split}


def _grouping(values: list[str]) -> tuple[int, ...]:
    """Return which rows are called alike, whatever they are called."""
    seen: dict[str, int] = {}
    return tuple(seen.setdefault(value, len(seen)) for value in values)


def _file(folder: Path, name: str) -> str | None:
    """Return the path of a file as it is there: as written, or with Windows' separators; None where it is not."""
    for one in (name, name.replace("\\", "/")):
        if (
            one and "\0" not in one and os.path.isfile(whole(os.path.join(folder, one))[0])
        ):  # Path's own raises for a long name
            return one
    return None


def _any_file(folder: Path, names: list[str]) -> bool:
    return any(_file(folder, name) is not None for name in names[:50])


def _absent(path: Path, absent: list[tuple[int, str]], rows: int) -> InvalidInputError:
    """Return every file that is not there, the first few by name, and the nearest name beside the first."""
    number, name = absent[0]
    which = f"line {number}: no file {name!r}"
    if len(absent) > 1:
        more = ", ".join(repr(other) for _, other in absent[1:_MISSING])
        which = f"{len(absent):,} of {rows:,} files are not there: line {number}: no file {name!r}; nor {more}"
        which += " …" if len(absent) > _MISSING else ""
    near = _nearest(path.parent, name)
    cure = f"did you mean {near!r}?" if near else f"a path is absolute, or relative to {path.parent}"
    return InvalidInputError(f"{path}, {which}; {cure}")


def _nearest(folder: Path, name: str) -> str | None:
    """Return a file's path that differs in case, ending or little else; None where nothing comes near."""
    if name.startswith(("http://", "https://")):
        return None
    relative = name.replace("\\", "/")
    where, _, last = relative.rpartition("/")
    try:
        beside = [entry.name for entry in os.scandir(folder / where) if entry.is_file()]
    except (OSError, ValueError):
        return None
    lowered = {one.lower(): one for one in beside} | {os.path.splitext(one)[0].lower(): one for one in beside}
    close = difflib.get_close_matches(last.lower(), lowered, n=1, cutoff=0.8)
    return f"{where}/{lowered[close[0]]}" if close and where else lowered[close[0]] if close else None


def _notes(paths: list[str], identities: list[str]) -> list[str]:
    notes = []
    counts = Counter(zip(paths, identities, strict=True))
    if twice := [path for (path, _), count in counts.items() if count > 1]:
        notes.append(f"{len(twice):,} path{' is' if len(twice) == 1 else 's are'} listed twice, such as {twice[0]}")
    several = Counter(path for path, _ in counts)
    if shared := [path for path, count in several.items() if count > 1]:
        notes.append(
            f"{len(shared):,} photograph{' is' if len(shared) == 1 else 's are'} of two animals, such as {shared[0]}"
        )
    return notes
