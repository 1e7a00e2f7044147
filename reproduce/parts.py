"""Paths that name a part of a photograph, as the web does it (Media Fragments URI 1.0).

``herd.jpg#xywh=8,8,64,64`` starts 8 pixels from the left and from the top of the photograph as it is seen, and is 64
wide and high.
"""

import os
import re

__all__ = ["Box", "part", "whole"]

#: Left, top, width and height in pixels.
Box = tuple[int, int, int, int]

_PART = re.compile(r"(.+)#xywh=(\d+),(\d+),(\d+),(\d+)", re.DOTALL)


def part(path: str, box: Box | None) -> str:
    """Return the path of a part of a photograph, of all of it where the box is None."""
    return path if box is None else f"{path}#xywh={','.join(map(str, box))}"


def whole(path: str | os.PathLike) -> tuple[str, Box | None]:
    """Return the path of the file, and the box where only a part of it is meant."""
    name = os.fspath(path)
    found = _PART.fullmatch(name)
    if found is None or os.path.lexists(name):
        return name, None
    x, y, width, height = map(int, found.groups()[1:])
    return found[1], (x, y, width, height)
