"""Boxes around the animals of a table: which columns give them, and whether they lie in their photographs."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

from reproduce.errors import InvalidInputError
from reproduce.parts import Box

__all__ = ["boxes", "columns", "perhaps", "reaches_out"]

#: Names without "_": a column of "[x, y, width, height]" as in wildlife-datasets; four of the same; four of edges.
_ONE = ("bbox", "boundingbox", "box")
_FOUR = (("bboxx", "bboxy", "bboxw", "bboxh"), ("bboxx", "bboxy", "bboxwidth", "bboxheight"))
_EDGES = tuple(
    tuple(before + name for name in names)
    for before in ("", "bbox")
    for names in (("xmin", "ymin", "xmax", "ymax"), ("x1", "y1", "x2", "y2"))
)
#: Columns that say where the animal is in ways that are not read, one alone or four together.
_PERHAPS = ("segmentation", "mask", "maskpath", "rle", "polygon", "roi", "crop", "rect", "rectangle", "bb")
_PERHAPS_FOUR = (
    ("x", "y", "w", "h"), ("x", "y", "width", "height"), ("left", "top", "width", "height"),
    ("left", "top", "right", "bottom"), ("x0", "y0", "x1", "y1"),
)  # fmt: skip
_GAPS = ("", "nan", "none", "null", "na")


def columns(head: Sequence[str]) -> tuple[int, ...]:
    """Return where in a table's first line the boxes are: one place, four, or none."""
    names = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in head]
    for group in (*((name,) for name in _ONE), *_FOUR, *_EDGES):
        if all(name in names for name in group):
            return tuple(names.index(name) for name in group)
    return ()


def perhaps(head: Sequence[str]) -> list[str]:
    """Return the columns that seem to say where the animal is in the photograph, in a form that is not read."""
    names = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in head]
    for group in _PERHAPS_FOUR:
        if all(name in names for name in group):
            return [head[names.index(name)] for name in group]
    return [
        real
        for real, name in zip(head, names, strict=True)
        if name in _PERHAPS or name.startswith(("bbox", "boundingbox"))
    ][:1]


def boxes(table: Path, head: Sequence[str], places: Sequence[int], rows: Sequence[tuple[int, str, list[str]]]) -> list:
    """Return the `Box` of each row, None where its cells are blank.

    ``places`` are those of ``columns``; ``rows`` are (line, path of the photograph, cells). Raises InvalidInputError
    that names the lines whose box is none, or reaches out of its photograph.
    """
    edges = len(places) == 4 and not re.sub(r"[^a-z0-9]", "", head[places[2]].lower()).endswith(("w", "width"))
    sizes: dict[str, tuple[int, int] | None] = {}
    found: list[Box | None] = []
    wrong: list[str] = []
    for line, path, cells in rows:
        values = [cells[place] if place < len(cells) else "" for place in places]
        words = [word for value in values for word in (re.split(r"[\s,;]+", value.strip("[]() \t\n")) or [""])]
        if all(word.lower() in _GAPS for word in words):
            found.append(None)
            continue
        box = _box(words, edges)
        said = f"line {line}: " + ", ".join(
            f"{head[place]} {value!r}" for place, value in zip(places, values, strict=True)
        )
        found.append(box)
        if box is None:
            form = "left, top, right, bottom" if edges else "[x, y, width, height]"
            wrong.append(f"{said} is no box; give it in pixels: {form}")
            continue
        if path not in sizes:
            sizes[path] = _size(path)
        if (size := sizes[path]) is not None and reaches_out(box, size):
            wrong.append(
                f"{said} reaches out of its picture, which is {size[0]} pixels wide and {size[1]} high; mend the line"
                + ("" if edges else ", or name edges x_min, y_min, x_max, y_max")
            )
    if wrong:
        more = f" (and {len(wrong) - 1:,} more such lines)" if len(wrong) > 1 else ""
        raise InvalidInputError(f"{table}, {wrong[0]}{more}")
    return found


def reaches_out(box: Box, size: tuple[int, int]) -> bool:
    """Return whether a part of the box lies outside of a picture of so many pixels (width, height)."""
    x, y, width, height = box
    return x < 0 or y < 0 or x + width > size[0] or y + height > size[1]


def _box(words: list[str], edges: bool) -> Box | None:
    """Return the box in whole pixels, its edges rounded as Pillow's crop does; None where it is empty, or no box."""
    try:
        one, two, three, four = map(float, words)
    except ValueError:
        return None
    if not all(map(math.isfinite, (one, two, three, four))):
        return None
    right, bottom = (three, four) if edges else (one + three, two + four)
    left, top = round(one), round(two)
    width, height = round(right) - left, round(bottom) - top
    return (left, top, width, height) if width > 0 and height > 0 else None


def _size(path: str) -> tuple[int, int] | None:
    """Return the width and height of a photograph as it is seen, from its head; None where it must be decoded first."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            width, height = image.size
            return (height, width) if image.getexif().get(0x0112, 1) in (5, 6, 7, 8) else (width, height)
    except Exception:  # its readers raise whatever a broken header leads them to
        return None
