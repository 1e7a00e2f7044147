"""What is wrong with a data set before anything is learned from it: counts, copies, unreadable files, leaks, names."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.encounters import burst_note
from reproduce.datasets.image_files import copies as copied
from reproduce.datasets.image_files import examined, remarks
from reproduce.datasets.near_duplicates import near_identical
from reproduce.datasets.photographs import same_or_copied, within_animal_pairs
from reproduce.words import names_alike

__all__ = ["Audit", "Duplicates", "audit"]

#: Endings under which each format is at home.
AT_HOME = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "TIFF": (".tif", ".tiff"), "BMP": (".bmp",), "WEBP": (".webp",)}
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
#: Pairs of images of one animal up to which shared photographs are sought unasked: LionData has 2,661.
UNASKED = 20_000


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
    ``unreadable`` (one line a file), ``same_pixels`` and ``near`` (pairs nearly identical, not so to the pixel) are
    empty where there are no pixels. ``photographs``: pairs of one animal's images cut from one photograph, None where
    they were not sought; ``pairs`` is how many such pairs there are. ``alike``: animals called nearly the same.
    ``crossing``: paths of each pair of copies, exact or near, that lies across the split.
    ``seed`` drew the split, or None: the split is the set's own. ``alone`` maps a side with one animal only to it.
    ``notes``: what was odd about the folder, the table or the pictures themselves; ``remarks``: what is no fault.
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
    near: Duplicates
    crossing: tuple[tuple[str, str], ...]
    pairs: int
    photographs: Duplicates | None
    alike: tuple[tuple[str, ...], ...]
    seed: int | None
    alone: dict[str, str]
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

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
            (self.near.across_animals, "pair", "of nearly identical images across animals"),
            (self.near.across_split, "pair", "of nearly identical images across the split"),
            (len(self.alike), "group", "of animals whose names are nearly the same"),
            (len(self.unreadable), "file", "that cannot be read"),
        )
        lines = [f"{count:,} {noun}{'' if count == 1 else 's'} {what}" for count, noun, what in counted if count]
        where = ", ".join(f"{side} ({animal})" for side, animal in self.alone.items())
        return (*lines, *self.notes, *([f"one animal only in {where}, where nothing can be scored"] if where else []))

    def lone(self, side: str) -> int:
        """Return the animals with a single image on that side: nothing can be retrieved for them."""
        return int(np.sum(self.sizes[side] == 1))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; rows count from 0 in the order of the paths."""
        sizes = {side: counts.tolist() for side, counts in self.sizes.items()}
        return {**asdict(self), "sizes": sizes, "findings": list(self.findings)}


def audit(catalogue: Catalogue, photographs: bool | None = None) -> Audit:
    """Read every file of a catalogue once and report; a file that cannot be read is a finding, not an error.

    ``photographs``: whether to seek images cut from one photograph; by default where that takes less than a minute.
    """
    files, thumbnails = examined(catalogue) if catalogue.has_pixels else ([], np.empty((0, 1, 1), np.uint8))
    shapes = np.array([file.shape for file in files if file.shape]).reshape(-1, 2)
    heights, widths = (tuple(np.quantile(side, QUANTILES).tolist()) if len(side) else () for side in shapes.T)
    endings = [(file.format, Path(path).suffix.lower()) for file, path in zip(files, catalogue.paths, strict=False)]
    sides = {"train": catalogue.train, "test": catalogue.test, "all": np.arange(len(catalogue))}
    animals = {side: np.unique(catalogue.identities[rows]) for side, rows in sides.items()}
    contents = catalogue.digests.tolist() if catalogue.digests is not None and catalogue.has_pixels else []
    same = _duplicates([file.pixels or row for row, file in enumerate(files)], catalogue)
    pixels = np.array([file.pixels for file in files])
    near = [pair for pair in near_identical(thumbnails).tolist() if pixels[pair[0]] != pixels[pair[1]]]
    pairs = within_animal_pairs(catalogue.identities)
    sought = len(pairs) <= UNASKED if photographs is None else photographs
    shared = None
    if sought and catalogue.has_pixels:
        good = np.flatnonzero([not file.error for file in files])
        whole = catalogue.take(good)
        found = good[same_or_copied(whole, copied(whole))].tolist() if len(good) else []
        shared = _told_apart(found, catalogue)
    few = remarks(catalogue, few=True) if catalogue.has_pixels else []
    bursts = burst_note(catalogue, len(pairs)) if catalogue.has_pixels and Path(catalogue.name).is_absolute() else []
    copies = [pair for group in same.groups for pair in _pairs(group)] + near
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
        same_pixels=same,
        near=_told_apart(near, catalogue),
        crossing=tuple(
            (str(catalogue.paths[one]), str(catalogue.paths[other]))
            for one, other in copies
            if catalogue.split[one] != catalogue.split[other]
        ),
        pairs=len(pairs),
        photographs=shared,
        alike=names_alike(animals["all"].tolist()),
        seed=catalogue.seed if catalogue.seeded else None,
        notes=(*catalogue.notes, *few, *bursts),
        remarks=tuple(remarks(catalogue, few=False)) if catalogue.has_pixels else (),
        alone={side: str(names[0]) for side, names in animals.items() if len(names) == 1 and side != "all"},
    )


def _duplicates(keys: Sequence[Hashable], catalogue: Catalogue) -> Duplicates:
    rows = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    return _told_apart([group for group in rows.values() if len(group) > 1], catalogue)


def _told_apart(groups: Sequence[Sequence[int]], catalogue: Catalogue) -> Duplicates:
    animals, sides = (
        sum(len(set(column[list(group)])) > 1 for group in groups) for column in (catalogue.identities, catalogue.split)
    )
    return Duplicates(tuple(tuple(group) for group in groups), animals, sides)


def _pairs(group: Sequence[int]) -> list[list[int]]:
    return [[one, other] for place, one in enumerate(group) for other in group[place + 1 :]]
