"""A contact sheet: one row of thumbnails for each animal, the images that the audit names in a coloured frame."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from reproduce import outputs
from reproduce.datasets.audit import Audit
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.splits import natural_order
from reproduce.datasets.thumbnails import small
from reproduce.errors import InvalidInputError, ReproduceError

__all__ = ["check_sheet", "write_sheet"]

#: Pixels along an image's longer side, around it, for an animal's name, and of a line of text.
SIDE, GAP, NAME, TEXT = 96, 6, 150, 13
#: Images of an animal and animals that are shown; the rest is counted.
ACROSS, DOWN = 12, 100
RED, AMBER, GREY, INK = (200, 30, 30), (225, 150, 0), (205, 205, 205), (40, 40, 40)
LEGEND = ((RED, "has a copy, exact or near"), (AMBER, "cut from a photograph that another image shows too"))


def check_sheet(catalogue: Catalogue, path: Path) -> None:
    """Raise InvalidInputError where no sheet can be written there: no picture's name, or something of the user's.

    In the folder of the photographs it would be one of them from then on.
    """
    _kind(path)
    if Path(catalogue.name).is_dir() and path.resolve().is_relative_to(Path(catalogue.name).resolve()):
        raise InvalidInputError(
            f"{path} lies in {catalogue.name}, where it would be taken for a photograph; name another by --sheet"
        )
    outputs.check(path, [catalogue.name, *catalogue.paths.tolist()], option="--sheet")


def write_sheet(catalogue: Catalogue, audit: Audit, path: Path) -> None:
    """Write the sheet as the kind of picture that the path ends in. Raises InvalidInputError where it cannot be."""
    from PIL import Image, ImageDraw, ImageFont

    check_sheet(catalogue, path)

    copies = {row for found in (audit.same_pixels, audit.near) for group in found.groups for row in group}
    shared = {row for group in (audit.photographs.groups if audit.photographs else ()) for row in group}
    animals = natural_order(catalogue.identities)
    rows = {animal: np.flatnonzero(catalogue.identities == animal) for animal in animals[:DOWN]}
    across = min(ACROSS, max(map(len, rows.values())))
    size = NAME + across * (SIDE + GAP) + NAME // 2, (len(rows) + 1) * (SIDE + GAP)
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(_font(), TEXT)
    for line, (colour, said) in enumerate(LEGEND):
        draw.text((GAP, GAP + line * 2 * TEXT), f"■ {said}", fill=colour, font=font)
    for line, (animal, own) in enumerate(rows.items(), start=1):
        top = line * (SIDE + GAP)
        name = f"{line} {animal}" if len(animal) <= 16 else f"{line} {animal[:15]}…"
        draw.text((GAP, top), f"{name}\n{len(own)} image{'' if len(own) == 1 else 's'}", fill=INK, font=font)
        for place, row in enumerate(own[:ACROSS].tolist()):
            left = NAME + place * (SIDE + GAP)
            colour = RED if row in copies else AMBER if row in shared else GREY
            draw.rectangle((left - 3, top - 3, left + SIDE + 2, top + SIDE + 2), outline=colour, width=3)
            _paste(sheet, draw, font, str(catalogue.paths[row]), (left, top))
        if len(own) > ACROSS:
            draw.text((size[0] - NAME // 2 + GAP, top), f"+ {len(own) - ACROSS}", fill=INK, font=font)
    if len(animals) > DOWN:
        draw.text((NAME * 4, GAP), f"and {len(animals) - DOWN:,} more animals", fill=INK, font=font)
    _save(sheet, _kind(path), path)


def _paste(sheet: Any, draw: Any, font: Any, path: str, corner: tuple[int, int]) -> None:
    try:
        picture, _ = small(path, SIDE)
    except ReproduceError:
        draw.text(corner, "unreadable", fill=RED, font=font)
        return
    sheet.paste(picture, corner)


def _kind(path: Path) -> str:
    from PIL import Image

    Image.init()
    kind = Image.EXTENSION.get(path.suffix.lower())
    if kind is None:
        raise InvalidInputError(f"--sheet {path}: call it by a picture's name, such as {path.name or 'sheet'}.png")
    return kind


def _save(sheet: Any, kind: str, path: Path) -> None:
    from PIL import ExifTags, Image

    mark = Image.Exif()
    mark[ExifTags.Base.Software] = f"{outputs.MADE_BY} audit --sheet"
    content = io.BytesIO()
    sheet.save(content, kind, exif=mark)
    outputs.write(path, content.getvalue(), "--sheet")


def _font() -> str:
    """Return DejaVu, which comes with matplotlib: Latin, Greek, Cyrillic, Arabic ... but no Chinese or Japanese."""
    from matplotlib import get_data_path

    return str(Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"))
