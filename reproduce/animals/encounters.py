"""When and by which camera: photographs of one encounter find each other, whoever is on them."""

from pathlib import Path

import numpy as np

from reproduce.datasets import Catalogue
from reproduce.errors import InvalidInputError

__all__ = ["encounters"]

#: EXIF's tags of when and by what a photograph was taken.
_WHEN, _CAMERA, _MODEL, _EXIF = 0x9003, 0xA431, 0x0110, 0x8769


def encounters(catalogue: Catalogue, column: str) -> np.ndarray:
    """Return (N,) str: the encounter of each photograph, "" where nothing says it.

    ``column`` is one of the table, or "date" and "camera", which each file's EXIF has too. Of a moment the day counts.
    Raises InvalidInputError where nothing says it of any photograph.
    """
    if column in catalogue.columns:
        found = catalogue.columns[column]
    elif column in ("date", "camera"):
        found = np.array([_of_file(path, column) for path in catalogue.paths.tolist()])
    else:
        has = ", ".join(catalogue.columns) or "no table"
        raise InvalidInputError(
            f"--apart {column}: there is no such column ({has}); date and camera are read from EXIF"
        )
    if not np.any(found != ""):
        raise InvalidInputError(f"--apart {column}: no photograph of {Path(catalogue.name).name} says it")
    return np.array([_day(one) for one in found.tolist()]) if column == "date" else found


def _of_file(path: str, what: str) -> str:
    from PIL import Image

    try:
        with Image.open(path) as image:
            head = image.getexif()
            inner = head.get_ifd(_EXIF)
    except Exception:  # its readers raise whatever a broken header leads them to
        return ""
    found = inner.get(_WHEN, "") if what == "date" else inner.get(_CAMERA) or head.get(_MODEL, "")
    return str(found).strip("\0 ")


def _day(moment: str) -> str:
    """The day of "2024-05-01 07:00:01", "2024:05:01 07:00:01" or "2024-05-01T07:00Z"; other words as they are."""
    return moment.replace("T", " ").split(" ")[0].replace(":", "-") if moment[:4].isdigit() else moment
