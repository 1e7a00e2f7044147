"""Every image file of a catalogue read once: size, format, digest of its pixels and a thumbnail; kept by content."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np

from reproduce.cache import arrays, cache_dir, digest, write_atomically
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.pixels import raw_image
from reproduce.errors import ReproduceError
from reproduce.progress import track
from reproduce.text import from_json

__all__ = ["SIDE", "File", "examined", "readable"]

#: Pixels along each edge of a thumbnail.
SIDE = 16
#: Raised when the same file would be found otherwise.
VERSION = 1


@dataclass(frozen=True)
class File:
    """One image file: (height, width), the digest of its pixels, "JPEG" and its like; or why it cannot be read."""

    shape: tuple[int, ...] = ()
    pixels: str = ""
    format: str = ""
    error: str = ""


def examined(catalogue: Catalogue) -> tuple[list[File], np.ndarray]:
    """Every file in the order of the catalogue, and grey thumbnails (N, SIDE, SIDE) uint8, zeros where unreadable.

    A file that cannot be read is a finding and no error.
    """
    contents = catalogue.digests.tolist() if catalogue.digests is not None else []
    key = digest("examined", VERSION, SIDE, catalogue.paths.tolist(), contents)
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
    """The catalogue without the images that cannot be read, and one line for each of those."""
    files, _ = examined(catalogue)
    errors = tuple(file.error for file in files if file.error)
    return (catalogue.take(np.flatnonzero([not file.error for file in files])) if errors else catalogue), errors


def _examine(path: str) -> tuple[File, np.ndarray]:
    import cv2
    from PIL import Image

    try:
        pixels = raw_image(path)
    except ReproduceError as error:
        return File(error=str(error)), np.zeros((SIDE, SIDE), np.uint8)
    try:
        with Image.open(path) as image:
            kind = image.format or "unknown"
    except OSError:
        kind = "unknown"
    small = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return File(pixels.shape[:2], digest(pixels), kind), small
