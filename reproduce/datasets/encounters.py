"""When and by which camera: photographs of one encounter find each other, whoever is on them."""

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np

from reproduce.datasets.catalogue import Catalogue
from reproduce.errors import InvalidInputError
from reproduce.moments import days
from reproduce.parts import whole

__all__ = ["burst_note", "encounter_pairs", "encounters"]

#: From this part of the pairs on, days are worth telling apart.
BURSTS = 0.1

#: EXIF's tags of when and by what a photograph was taken.
_WHEN, _CAMERA, _MODEL, _EXIF = 0x9003, 0xA431, 0x0110, 0x8769


def encounters(catalogue: Catalogue, column: str) -> np.ndarray:
    """Return (N,) str: the encounter of each photograph, "" where nothing says it.

    ``column`` is one of the table, or "date" and "camera", which each file's EXIF has too. Of a moment the day counts,
    as `days` tells it. Raises InvalidInputError where nothing says it of any photograph.
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
    return np.array(days(found.tolist(), column))


def _of_file(path: str, what: str) -> str:
    from PIL import Image

    try:
        with Image.open(whole(path)[0]) as image:
            head = image.getexif()
            inner = head.get_ifd(_EXIF)
    except Exception:  # its readers raise whatever a broken header leads them to
        return ""
    found = inner.get(_WHEN, "") if what == "date" else inner.get(_CAMERA) or head.get(_MODEL, "")
    said = str(found).strip("\0 ")
    return "" if said.startswith("0000") else said  # a clock that was never set


def encounter_pairs(identities: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Return (P, 2) int: rows i < j of one animal in one encounter; a photograph of which nothing is said has none."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(identities.tolist(), when.tolist(), strict=True)):
        if key[1]:
            groups[key].append(row)
    pairs = [pair for rows in groups.values() for pair in combinations(rows, 2)]
    return np.array(pairs, int).reshape(-1, 2)


def burst_note(catalogue: Catalogue, pairs: int) -> list[str]:
    """Return a line where photographs of one animal on one day make a part of its pairs, of so many ``pairs``."""
    try:
        within = len(encounter_pairs(catalogue.identities, encounters(catalogue, "date")))
    except InvalidInputError:  # nothing says when
        return []
    if not BURSTS * pairs < within < pairs:
        return []
    verb = "is" if within == 1 else "are"
    return [
        f"{within:,} of the {pairs:,} pairs of one animal {verb} of one day, where a burst finds itself: --apart date"
    ]
