"""Every image file of a catalogue read once: size, format, digest of its pixels and a thumbnail; kept by content."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np

from reproduce.cache import arrays, cache_dir, digest, write_atomically
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.near_duplicates import near_identical
from reproduce.datasets.pixels import decoded_file, seen
from reproduce.errors import ReproduceError
from reproduce.progress import track
from reproduce.text import from_json

__all__ = ["SIDE", "File", "copies", "examined", "readable", "remarks"]

#: Pixels along each edge of a thumbnail.
SIDE = 16
#: A picture of fewer grey levels shows nothing, or was cut to that.
LEVELS = 16
#: Ways of scaling that are named one by one.
KINDS = 5
#: Raised when the same file would be found otherwise.
VERSION = 2


@dataclass(frozen=True)
class File:
    """One image file: (height, width), the digest of its pixels, "JPEG" and its like; or why it cannot be read.

    ``levels``: distinct grey values; ``changed``: what was done to its values to make 8 bits of them.
    """

    shape: tuple[int, ...] = ()
    pixels: str = ""
    format: str = ""
    error: str = ""
    levels: int = 0
    changed: str = ""


def examined(catalogue: Catalogue) -> tuple[list[File], np.ndarray]:
    """Return every file in the catalogue's order, and grey thumbnails (N, SIDE, SIDE) uint8, zeros where unreadable.

    A file that cannot be read is a finding and no error.
    """
    contents = catalogue.digests.tolist() if catalogue.digests is not None else []
    key = digest("examined", VERSION, SIDE, catalogue.paths.tolist(), seen(catalogue) if contents else "")
    kept = cache_dir("examined") / f"{key}.json"
    found: list[tuple[File, np.ndarray]] = []

    def afresh() -> list[tuple[File, np.ndarray]]:
        if not found:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                read = pool.map(_examine, catalogue.paths.tolist())
                found.extend(track(read, len(catalogue), f"reading {len(catalogue):,} images"))
        return found

    def thumbnails() -> np.ndarray:
        return np.stack([small for _, small in afresh()]) if len(catalogue) else np.empty((0, SIDE, SIDE), np.uint8)

    if not contents:  # files that nobody hashed may have changed
        return [file for file, _ in afresh()], thumbnails()
    try:
        files = [File(**{**row, "shape": tuple(row["shape"])}) for row in from_json(kept.read_text(encoding="utf-8"))]
    except (AttributeError, KeyError, OSError, TypeError, ValueError):
        files = [file for file, _ in afresh()]
        write_atomically(kept, json.dumps([asdict(file) for file in files]).encode())
    return files, arrays("examined", f"{key}-thumbnails", thumbnails)


def readable(catalogue: Catalogue) -> tuple[Catalogue, tuple[str, ...]]:
    """Return the catalogue without the images that cannot be read, and one line for each of those."""
    files, _ = examined(catalogue)
    errors = tuple(file.error for file in files if file.error)
    return (catalogue.take(np.flatnonzero([not file.error for file in files])) if errors else catalogue), errors


def copies(catalogue: Catalogue) -> np.ndarray:
    """Return (P, 2) int: rows i < j that are identical to the byte or the pixel, or nearly so."""
    files, thumbnails = examined(catalogue)
    groups: dict[str, list[int]] = {}
    for row, file in enumerate(files):
        groups.setdefault(file.pixels or f"unreadable {row}", []).append(row)
    same = [pair for rows in groups.values() for pair in combinations(rows, 2)]
    return np.unique(np.concatenate([np.array(same, int).reshape(-1, 2), near_identical(thumbnails)]), axis=0)


def remarks(catalogue: Catalogue, few: bool) -> list[str]:
    """Return lines on images of hardly any grey level where ``few`` is true, else on those whose values changed."""
    files, _ = examined(catalogue)
    found: dict[str, list[str]] = {}
    for file, path in zip(files, catalogue.paths.tolist(), strict=True):
        if few and file.shape and file.levels < LEVELS:
            found.setdefault(f"of fewer than {LEVELS} grey levels: is anything to be seen?", []).append(path)
        elif not few and file.changed:
            found.setdefault(file.changed if len(found) < KINDS else "scaled to 8 bits by their range", []).append(path)
    return [
        f"{len(paths):,} image{'' if len(paths) == 1 else 's'} {said if few else f'({said})'}, such as {paths[0]}"
        for said, paths in found.items()
    ]


def _examine(path: str) -> tuple[File, np.ndarray]:
    import cv2

    try:
        decoded = decoded_file(path)
    except ReproduceError as error:
        return File(error=str(error)), np.zeros((SIDE, SIDE), np.uint8)
    grey = cv2.cvtColor(decoded.pixels, cv2.COLOR_BGR2GRAY)
    levels = int(np.count_nonzero(np.bincount(grey.ravel(), minlength=256)))
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    pixels = digest(cv2.cvtColor(decoded.pixels, cv2.COLOR_BGR2RGB))
    return File(grey.shape, pixels, decoded.kind, levels=levels, changed=decoded.changed), small
