"""What is wrong with a data set before anything is learned from it: counts, duplicates, unreadable files, leaks."""

import os
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reproduce.cache import digest
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.pixels import raw_image
from reproduce.datasets.progress import track
from reproduce.errors import ReproduceError

__all__ = ["Audit", "Duplicates", "audit"]

#: Endings under which each format is at home.
AT_HOME = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "TIFF": (".tif", ".tiff"), "BMP": (".bmp",), "WEBP": (".webp",)}
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class Duplicates:
    """Groups of two or more images that are the same, by row; those across animals mislabel, across the split leak."""

    groups: tuple[tuple[int, ...], ...]
    across_animals: int
    across_split: int


@dataclass(frozen=True)
class Audit:
    """The findings. ``sizes`` maps a side of the split ("train", "test", "all") to its animals' image counts.

    ``heights`` and ``widths`` (quantiles in pixels, as in QUANTILES), ``formats`` ("JPEG as .png" -> files),
    ``unreadable`` (one line a file) and ``same_pixels`` are empty where there are no pixels.
    ``seed`` drew the split, or None: the split is the set's own. ``alone`` maps a side with one animal only to it.
    """

    name: str
    content_hash: str
    sizes: dict[str, np.ndarray]
    shared_animals: tuple[str, ...]
    heights: tuple[float, ...]
    widths: tuple[float, ...]
    formats: dict[str, int]
    misnamed: int
    unreadable: tuple[str, ...]
    same_bytes: Duplicates
    same_pixels: Duplicates
    seed: int | None
    alone: dict[str, str]

    @property
    def findings(self) -> tuple[str, ...]:
        """What is wrong, one line each; empty for a sound set. Copies of one animal on one side are no fault."""
        animals, sides = (
            max(getattr(self.same_bytes, across), getattr(self.same_pixels, across))
            for across in ("across_animals", "across_split")
        )
        counted = (
            (len(self.shared_animals), "animal", "on both sides of the split"),
            (animals, "group", "of identical images across animals"),
            (sides, "group", "of identical images across the split"),
            (len(self.unreadable), "file", "that cannot be read"),
        )
        lines = [f"{count:,} {noun}{'' if count == 1 else 's'} {what}" for count, noun, what in counted if count]
        where = ", ".join(f"{side} ({animal})" for side, animal in self.alone.items())
        return (*lines, *([f"one animal only in {where}, where nothing can be scored"] if where else []))

    def lone(self, side: str) -> int:
        """Animals with a single image on that side: nothing can be retrieved for them."""
        return int(np.sum(self.sizes[side] == 1))


@dataclass(frozen=True)
class _File:
    shape: tuple[int, ...] = ()
    pixels: str = ""
    format: str = ""
    error: str = ""


def audit(catalogue: Catalogue) -> Audit:
    """Read every file of a catalogue once and report; a file that cannot be read is a finding, not an error."""
    files = _examined(catalogue) if catalogue.has_pixels else []
    shapes = np.array([file.shape[:2] for file in files if file.shape]).reshape(-1, 2)
    heights, widths = (tuple(np.quantile(side, QUANTILES).tolist()) if len(side) else () for side in shapes.T)
    endings = [(file.format, Path(path).suffix.lower()) for file, path in zip(files, catalogue.paths, strict=False)]
    sides = {"train": catalogue.train, "test": catalogue.test, "all": np.arange(len(catalogue))}
    animals = {side: np.unique(catalogue.identities[rows]) for side, rows in sides.items()}
    contents = catalogue.digests.tolist() if catalogue.digests is not None and catalogue.has_pixels else []
    return Audit(
        name=catalogue.name,
        content_hash=catalogue.content_hash,
        sizes={side: np.unique(catalogue.identities[rows], return_counts=True)[1] for side, rows in sides.items()},
        shared_animals=tuple(
            sorted(set(catalogue.identities[catalogue.train]) & set(catalogue.identities[catalogue.test]))
        ),
        heights=heights,
        widths=widths,
        formats=dict(Counter(f"{kind} as {ending}" for kind, ending in endings if kind).most_common()),
        misnamed=sum(bool(kind) and ending not in AT_HOME.get(kind, (ending,)) for kind, ending in endings),
        unreadable=tuple(file.error for file in files if file.error),
        same_bytes=_duplicates(contents, catalogue),
        same_pixels=_duplicates([file.pixels or row for row, file in enumerate(files)], catalogue),
        seed=catalogue.seed if catalogue.seeded else None,
        alone={side: str(names[0]) for side, names in animals.items() if len(names) == 1 and side != "all"},
    )


def _duplicates(keys: Sequence[Hashable], catalogue: Catalogue) -> Duplicates:
    rows = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    groups = tuple(tuple(group) for group in rows.values() if len(group) > 1)
    animals, sides = (
        sum(len(set(column[list(group)])) > 1 for group in groups) for column in (catalogue.identities, catalogue.split)
    )
    return Duplicates(groups, animals, sides)


def _examined(catalogue: Catalogue) -> list[_File]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(_examine, catalogue.paths.tolist())
        return list(track(found, len(catalogue), f"auditing {catalogue.name}"))


def _examine(path: str) -> _File:
    from PIL import Image

    try:
        pixels = raw_image(path)
    except ReproduceError as error:
        return _File(error=str(error))
    try:
        with Image.open(path) as image:
            kind = image.format or "unknown"
    except OSError:
        kind = "unknown"
    return _File(pixels.shape, digest(pixels), kind)
