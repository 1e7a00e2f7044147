"""A folder that is not laid out as its data set is: what was expected there, and what was found instead."""

import os
import re
import traceback
from pathlib import Path, PurePosixPath
from typing import Any

from reproduce.datasets.kinds import CATTLE, COWS, LIONS
from reproduce.datasets.places import IMAGE_ENDINGS
from reproduce.errors import InvalidInputError

__all__ = ["EXPECTED", "check_animals", "located", "misfit", "rows_below"]

#: Where the images of the sets this suite speaks of lie, below the set's own folder.
EXPECTED = {
    LIONS: "wildlife_reidentification-main/Lion_Data_Zero/{train,val}/LION/IMAGE.png",
    COWS: "10m32xl88x2b61zlkkgz3fml17/identification/images/{train,test}/ANIMAL/IMAGE.jpg",
    CATTLE: "2yizcfbkuv4352pzc32n54371r/ANIMAL/IMAGE.jpg",
}


def located(name: str, root: Path) -> tuple[Path, str]:
    """Return (folder, prefix): where the set's images lie, and what of the publisher's folders is lacking above them.

    A path of the set is the prefix and what is below the folder, however it was unpacked: as published (the prefix is
    ""), from any of the publisher's own folders on, or in a folder more. (root, "") where none of that fits.
    """
    if name not in EXPECTED:
        return root, ""
    above = EXPECTED[name].split("/")
    above = above[: next(place for place, part in enumerate(above) if part.startswith("{") or part.isupper())]
    folder = root
    for _ in range(4):
        for lacking in range(len(above) + 1):
            if _holds(name, folder.joinpath(*above[lacking:])):
                return folder, "".join(f"{part}/" for part in above[:lacking])
        below = [one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "__MACOSX"))]
        if len(below) != 1:
            break
        folder = below[0]
    return root, ""


def _holds(name: str, folder: Path) -> bool:
    """Return whether the folder holds the set's animals, or its sides with the animals in them."""
    sides = {LIONS: ("train", "val"), COWS: ("train", "test")}.get(name)
    if sides is None:
        return folder.is_dir() and any(one.is_dir() and one.name.isdecimal() for one in folder.iterdir())
    return all((folder / side).is_dir() for side in sides) and any(
        one.is_dir() for one in (folder / sides[0]).iterdir()
    )


def rows_below(name: str, root: Path, prefix: str) -> dict[str, Any]:
    """Return the rows of a set of ``EXPECTED`` whose upper folders are lacking, as its class reads them with those."""
    rows: list[tuple[str, str, str | None]] = []
    for image in _images(root):
        parts = f"{prefix}{image}".split("/")
        if not image.lower().endswith((".png", ".jpg", ".jpeg")) or len(parts) != len(EXPECTED[name].split("/")):
            continue
        if name == COWS:
            rows.append((image, parts[4], parts[3]))
        elif name == LIONS:
            rows.append((image, parts[3], None))
        elif parts[1].isdecimal():
            rows.append((image, str(int(parts[1])), None))
        else:
            raise _line(name, root, f"expected {EXPECTED[name]} with a number for ANIMAL", [image])
    rows.sort(key=lambda row: row[:2])
    paths, identities, labels = ([row[at] for row in rows] for at in range(3))
    return {"paths": paths, "identities": identities, "labels": labels, "boxes": False}


def misfit(name: str, root: Path, error: Exception, printed: str = "") -> InvalidInputError:
    """Return the one line for a folder that wildlife-datasets' class ``name`` could not read.

    ``error`` is what it raised; its own words are kept where it says something of a user's files, and so is what it
    ``printed``, but not a KeyError or an assertion of its inside.
    """
    images = _images(root)
    if isinstance(error, UnicodeError):
        odd = [path for path in images if not _is_text(path)]
        if odd:
            which = repr(os.fsencode(odd[0]))[1:]
            return InvalidInputError(f"{root}: the path {which} is not UTF-8; rename it in UTF-8")
    if isinstance(error, FileNotFoundError) and error.filename:
        return _line(name, root, f"expected {os.path.relpath(error.filename, root)}, which is not there", images)
    if type(error) is Exception:  # raised by hand, in words
        lines = [line for line in printed.splitlines() if "outdated" not in line]
        said = " ".join(" ".join([str(error), *lines]).split())[:200]
        return InvalidInputError(f"{root} is not laid out as wildlife-datasets' {name} expects it: {said}")
    if _of_ids(error) and _is_laid_out(name, images) and (twice := _of_one_name(images)):
        return InvalidInputError(
            f"{root}: {' and '.join(twice)} are two images of one file name, and wildlife-datasets' {name} knows its "
            "images by their file names; rename one of them"
        )
    return _line(name, root, f"expected {EXPECTED.get(name, 'the folders that its download unpacks to')}", images)


def _of_ids(error: Exception) -> bool:
    """Return whether wildlife-datasets found two equal ids, which it asserts without a word."""
    frames = traceback.extract_tb(error.__traceback__)
    return isinstance(error, AssertionError) and bool(frames) and frames[-1].name == "create_id"


def _is_laid_out(name: str, images: list[str]) -> bool:
    """Return whether the images lie in the folders that those of the set lie in, where these are known."""
    if name not in EXPECTED:
        return True
    pattern = re.sub(r"\{[a-z,]+\}|[A-Z]+(?=/)|IMAGE\.\w+", "[^/]+", EXPECTED[name])
    return all(re.fullmatch(pattern, image) for image in images)


def _of_one_name(images: list[str]) -> list[str]:
    """Return the first two of the paths that end in the same file name; [] where there are none."""
    first: dict[str, str] = {}
    for image in images:
        file = image.rpartition("/")[2]
        if file in first:
            return [first[file], image]
        first[file] = image
    return []


def check_animals(name: str, root: Path, paths: list[str], identities: list[str]) -> None:
    """Raise InvalidInputError where LionData lies a folder too deep, so that "train" would be read as a lion."""
    above = [PurePosixPath(path).parent.name for path in paths]
    if name == LIONS and any(folder != lion for folder, lion in zip(above, identities, strict=True)):
        raise _line(name, root, f"expected {EXPECTED[name]}", paths)


def _line(name: str, root: Path, expected: str, images: list[str]) -> InvalidInputError:
    count = f"{len(images):,} image{'' if len(images) == 1 else 's'}"
    found = f"{count} such as {images[0]}" if images else "no image"
    return InvalidInputError(
        f"{root} is not laid out as wildlife-datasets' {name} expects it: {expected}; found {found}"
    )


def _images(root: Path) -> list[str]:
    found = (
        os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
        for folder, _, files in os.walk(root)
        for file in files
        if file.lower().endswith(IMAGE_ENDINGS)
    )
    return sorted(found)


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
