"""A folder of photographs by animal: which folder's name is the animal's, and what in it is none."""

import os
import re
from collections import defaultdict
from pathlib import Path

from reproduce.datasets.places import IMAGE_ENDINGS
from reproduce.datasets.rows import Rows
from reproduce.datasets.survey import survey
from reproduce.datasets.tree import tree
from reproduce.errors import InvalidInputError
from reproduce.moments import day, is_span
from reproduce.text import many
from reproduce.words import WITHOUT_A_NAME, side_of

__all__ = ["read_folder"]

#: Market-1501 and its kin: ANIMAL_CAMERA..., -1 for what shows none.
_MARKET = re.compile(r"(-?\d+)_?(c\d+).*", re.IGNORECASE)


def read_folder(root: Path, level: int | None = None) -> Rows:
    """Return the rows of a folder: an animal is a folder right below it, or right below those of a split.

    ``level``: how many folders down the animals' folders lie, 1 right below ``root``. Raises InvalidInputError where
    there is no photograph, or one of nobody.
    """
    found = tree(root)
    images = [path.split("/") for path in found.photographs]
    for parts in images:
        _check_text(root, "/".join(parts))
    if not images:
        raise InvalidInputError(
            f"{root} holds no photographs ({', '.join(IMAGE_ENDINGS)}); name another folder"
            + "".join(f"; {note}" for note in found.notes())
        )
    notes = found.notes()
    if empty := _without_pictures(found.files, found.photographs):
        notes.append(f"no photograph that can be read in {', '.join(empty[:5])}{' …' if len(empty) > 5 else ''}")
    tops = sorted({parts[0] for parts in images if len(parts) > 1})
    sides = {top: side_of(top) for top in tops}
    nobody = [top for top in tops if sides[top] is None and top.lower() in WITHOUT_A_NAME]
    sided = any(sides.values()) and all(sides[top] or top in nobody for top in tops)
    if sided and nobody:
        count = sum(parts[0] in nobody for parts in images)
        notes.append(f"{', '.join(nobody)} beside the sides of the split: {count:,} photographs of nobody, left out")
        images = [parts for parts in images if parts[0] not in nobody]
    elif not sided and (like := [top for top in tops if sides[top]]):
        notes.append(
            f"an animal is called like a side of a split: {', '.join(like)}; is {like[0]} one? The others are "
            f"{', '.join([top for top in tops if not sides[top]][:3])}"
        )
    depth = (level if level is not None else 1 + sided) - 1
    labels = [parts[0] if sided else None for parts in images]
    columns = {}
    if sided and all(len(parts) == 2 and _MARKET.fullmatch(parts[1]) for parts in images):
        named = [_market(parts[1]) for parts in images]
        identities, columns["camera"] = ([one[at] for one in named] for at in (0, 1))
    else:
        if level is None and _spans_above(images, depth):
            depth += 1
            notes.append(_read_as_spans(sorted({parts[depth - 1] for parts in images}), depth))
        columns |= _spans(images, depth)
        _check_loose(root, images, depth)
        identities = _names(images, depth)
        notes += _in_several(images, depth)
        if level is None:
            notes += _deeper(images, depth)
    paths = ["/".join(parts) for parts in images]
    surveyed = survey(
        str(root),
        root,
        lambda *_: {"paths": paths, "identities": [""] * len(paths), "labels": [None] * len(paths)},
        found.files,
    )
    return Rows(root, paths, identities, labels, surveyed.digests.tolist(), notes, columns)


def _market(name: str) -> tuple[str, str]:
    """Return the animal, "-1" where nobody in particular is shown, and the camera."""
    found = _MARKET.fullmatch(name)
    assert found is not None
    return ("-1" if found[1].lstrip("0") == "" else found[1]), found[2].lower()


def _names(images: list[list[str]], depth: int) -> list[str]:
    """Return the animals' folders by their own name, by more of their path where two of them share it."""
    above = defaultdict(set)
    for parts in images:
        above[parts[depth]].add("/".join(parts[:depth]))
    shared = {name for name, folders in above.items() if len(folders) > 1 and not _of_one(folders)}
    return ["/".join(parts[: depth + 1]) if parts[depth] in shared else parts[depth] for parts in images]


def _in_several(images: list[list[str]], depth: int) -> list[str]:
    """Return lines on folders of animals that may be none: sides of a split, and one name below several others."""
    above = defaultdict(set)
    for parts in images:
        above[parts[depth]].add("/".join(parts[:depth]))
    said = []
    if like := sorted(name for name in above if depth and side_of(name)):
        said.append(
            f"what is taken for an animal is called like a side of a split: {', '.join(like)}, below "
            f"{min(above[like[0]])}; the sides are read above the animals, or in a table's column split"
        )
    several = sorted(name for name, folders in above.items() if len(folders) > 1 and not _of_one(folders))
    if several and not like:
        first, folders = several[0], sorted(above[several[0]])
        plural = "name is" if len(several) == 1 else "names are"
        said.append(
            f"{len(several):,} {plural} in several folders, such as {first} in {' and in '.join(folders[:2])}: taken "
            "for different animals; where they are the same, name them in a .csv of path and identity"
        )
    again = sorted(name for name, folders in above.items() if len(folders) > 1 and _of_one(folders))
    if again := [name for name in again if is_span(min(above[name]).split("/")[-1])]:
        which = f"{again[0]} in {' and in '.join(sorted(above[again[0]])[:2])}"
        said.append(
            f"{many(len(again), 'name is', 'names are')} in several years or days, such as {which}: taken for one "
            "animal each; where they are different ones, name them in a .csv of path and identity"
        )
    return said


def _of_one(folders: set[str]) -> bool:
    """Return whether one name in these folders is one animal: they are sides of a split, years or days."""
    split = [folder.split("/") for folder in folders]
    return all(all(map(is_span, parts[1:] if side_of(parts[0]) else parts)) for parts in split)


def _spans_above(images: list[list[str]], depth: int) -> bool:
    """Return whether the folders at this depth are years or days with animals below, and not animals called by numbers.

    Those of an animal hold the same few parts of it ("2001/left"); a year holds more animals than there are years.
    """
    if not all(len(parts) > depth + 2 and is_span(parts[depth]) for parts in images):
        return False
    return len({parts[depth + 1] for parts in images}) > len({parts[depth] for parts in images})


def _read_as_spans(spans: list[str], level: int) -> str:
    which = f"{', '.join(spans[:3])}{' …' if len(spans) > 3 else ''} above the animals"
    return (
        f"{which} {'is' if len(spans) == 1 else 'are'} taken for years or days; --level {level} says that those "
        "are the animals"
    )


def _spans(images: list[list[str]], depth: int) -> dict[str, list[str]]:
    """Return the column that folders of years or days right above or below the animals are, by which to tell apart."""
    for at in (depth - 1, depth + 1):
        found = [parts[at] if 0 <= at < len(parts) - 1 else "" for parts in images]
        if any(found) and all(map(is_span, filter(None, found))):
            return {"date" if all(day(one) != one or "-" in one[5:] for one in filter(None, found)) else "year": found}
    return {}


def _check_loose(root: Path, images: list[list[str]], depth: int) -> None:
    if loose := [parts for parts in images if len(parts) <= depth + 1]:
        where = root / "/".join(loose[0][:-1])
        raise InvalidInputError(
            f"{where} itself holds {len(loose):,} of the photographs, such as {loose[0][-1]}: whose are they? Put each "
            "into a folder called by its animal, or name them in a .csv of path and identity"
        )


def _deeper(images: list[list[str]], depth: int) -> list[str]:
    """Return a line that asks whether a level of the folders was mistaken, where an "animal" holds no photograph."""
    below = defaultdict(set)
    for parts in images:
        below[parts[depth]].add(parts[depth + 1] if len(parts) > depth + 2 else "")
    above = sorted(animal for animal, folders in below.items() if "" not in folders and len(folders) > 1)
    if not above or all(is_span(folder) for folders in below.values() for folder in folders - {""}):
        return []
    if len(sides := {folder for animal in above for folder in below[animal]}) > 1 and all(map(side_of, sides)):
        return [
            f"the animals' folders hold {', '.join(sorted(sides))}, which is not read as a split; put the sides above "
            "the animals, or name them in a .csv of path, identity and split"
        ]
    if any("" in folders for folders in below.values()):
        first = above[0]
        return [
            f"{first} holds no photograph itself, as others do, but {len(below[first])} folders of them, such as "
            f"{min(below[first])}: are those animals? Then move them up; --level {depth + 1} says that they are not"
        ]
    first = min(below)
    return [
        f"every animal's photographs lie in folders below it, such as {first}/{min(below[first])}: are those the "
        f"animals? Then say --level {depth + 2}; --level {depth + 1} says that they are not"
    ]


def _without_pictures(files: dict[str, tuple[int, int]], photographs: list[str]) -> list[str]:
    """Return the folders right below the root that hold files and yet no photograph."""
    tops = {path.split("/")[0] for path in files if "/" in path and not path.startswith((".", "__MACOSX"))}
    return sorted(tops - {path.split("/")[0] for path in photographs})


def _check_text(root: Path, relative: str) -> None:
    try:
        relative.encode()
    except UnicodeEncodeError:
        which = repr(os.fsencode(relative))[1:]
        raise InvalidInputError(f"{root}: the path {which} is not UTF-8; rename it in UTF-8") from None
