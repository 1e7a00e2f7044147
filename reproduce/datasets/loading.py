"""``load``: a data set by name becomes a Catalogue."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from reproduce.cache import digest
from reproduce.datasets import friesian, kinds, own, places, proxies, splits, turing
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.survey import Survey, survey
from reproduce.errors import InvalidInputError
from reproduce.reading import DEFAULT, Reading

__all__ = ["available", "load", "published"]


def load(name: str, root: str | os.PathLike | None = None, seed: int = 0, download: bool = False) -> Catalogue:
    """Return the data set of that name as a Catalogue, images in the order of their relative paths.

    name: a class of wildlife-datasets, a set of ours such as "OpenCows2020-thinned" or "TuringCattle"; or your own
    animals: a folder with a folder of photographs for each, or a table of path, identity and, if there is one, split.
    root: the folder that holds the set; without it ``REPRODUCE_DATA``/NAME and then the folder of downloads are
    tried. A set that is nowhere is downloaded if ``download`` is true, LionData even unasked.
    seed: draws the held-out animals where the set has no split of its own, and the images of the proxies.

    The split, always by animal: LionData by its folders (75 train, 19 val: II-B.1); FriesianCattle2017 nine of 89,
    lone ones included (II-B.1); OpenCows2020 nine of 46, because its own train and test folders hold the same
    animals in neighbouring video frames, which leaks; any other set by its own split column where that is by
    animal, else nine of 89 of its animals; of your own a quarter. Images of unknown animals are left out.

    FriesianCattle2017 without images is its identity catalogue, with empty paths.

    Raises DataMissingError (not at hand; says how to get it) and InvalidInputError (unknown name, bad seed, a
    folder laid out otherwise).
    """
    return _load(name, root, seed, download, by_animal=True)


def published(name: str, root: str | os.PathLike | None = None, seed: int = 0, reading: Reading = DEFAULT) -> Catalogue:
    """Return what ``load`` does but for the split: the set's own wherever it has one, animals on both sides and all.

    ``load`` draws a split by animal instead where the set's own is none (OpenCows2020), and so hides what an audit
    has to show. ``seeded`` is false where the split is the set's own. ``reading``: how own animals are to be read where
    their folder or table does not say it itself. Errors are those of ``load``.
    """
    return _load(name, root, seed, False, by_animal=False, reading=reading)


def _load(
    name: str,
    root: str | os.PathLike | None,
    seed: int,
    download: bool,
    by_animal: bool,
    reading: Reading = DEFAULT,
) -> Catalogue:
    kinds.check(name)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InvalidInputError(f"load({name!r}): the seed is a whole number from 0 on, not {seed!r}")
    seed = int(seed)
    if root is not None and not Path(root).expanduser().is_dir():
        raise places.missing(name, root, why="no such folder")
    if name == kinds.STAND_IN:
        return turing.catalogue(seed)
    if kinds.is_own(name):
        return own.catalogue(name, seed, by_animal, reading)
    if name in proxies.RULES:
        rule = proxies.RULES[name]
        like = load(kinds.LIONS, root, 0, download) if rule.like == kinds.LIONS else None
        return proxies.thinned(name, load(rule.source, root, 0, download), seed, like)
    folder = places.find(name, root)
    if folder is None and (archive := places.archive(name, root)):
        from reproduce.datasets import download as downloads

        folder = downloads.unpacked(name, archive)
    if folder is None:
        folder = _fetched(name, root, download)
    if folder is None:
        return _identities_only(seed)
    return _catalogue(name, survey(name, folder), seed, by_animal)


def available(name: str, root: str | os.PathLike | None = None, pixels: bool = False) -> bool:
    """Return whether ``load`` answers at once, without a download; with ``pixels``, whether images come with it.

    FriesianCattle2017 is always available, and with pixels only where its images are.
    """
    kinds.check(name)
    if name == kinds.CATTLE and not pixels:
        return True
    if kinds.is_own(name):
        return Path(name).exists()
    if name in proxies.RULES:
        rule = proxies.RULES[name]
        return available(rule.source, root, pixels) and available(rule.like, root)
    here = name == kinds.STAND_IN or places.find(name, root) is not None
    return here or places.archive(name, root) is not None


def _fetched(name: str, root: str | os.PathLike | None, asked: bool) -> Path | None:
    """Return the folder of a set, downloaded if asked for, LionData also if not; None if its identities do without."""
    if name == kinds.CATTLE and not asked:
        return None
    if root is not None or not (asked or name == kinds.LIONS):
        raise places.missing(name, root)
    from reproduce.datasets import download

    return download.fetch(name) if asked else download.fetch_unasked(name)


def _identities_only(seed: int) -> Catalogue:
    animals = friesian.identities()
    nothing = np.full(len(animals), "")
    split = splits.by_seed(kinds.CATTLE, animals, seed, splits.HELD_OUT)
    content = _identity_hash(animals)
    return Catalogue(kinds.CATTLE, nothing, animals, split, seed, True, content, nothing, identity_hash=content)


def _identity_hash(animals: np.ndarray) -> str:
    """Return the hash of FriesianCattle2017's identities in the catalogue's order, whatever order the images have."""
    known = friesian.identities()
    same = sorted(animals.tolist()) == sorted(known.tolist())
    return digest("identities", kinds.CATTLE, known.tolist() if same else sorted(animals.tolist()))


def _catalogue(name: str, found: Survey, seed: int, by_animal: bool) -> Catalogue:
    if name == kinds.LIONS:
        split, seeded = splits.lion_folders(found.paths), False
    else:
        own = splits.own_split(found.labels, found.identities) if by_animal else splits.labelled(found.labels)
        seeded = own is None
        split = own if own is not None else _drawn(name, found.identities, seed)
    root = "" if found.root == Path() else str(found.root)  # a Path for each of thousands of images takes half a second
    paths = np.array([os.path.join(root, path) for path in found.paths])
    catalogue = Catalogue(name, paths, found.identities, split, seed, seeded, found.content_hash(), found.digests)
    return replace(catalogue, identity_hash=_identity_hash(found.identities)) if name == kinds.CATTLE else catalogue


def _drawn(name: str, identities: np.ndarray, seed: int) -> np.ndarray:
    nine = name in (kinds.CATTLE, kinds.COWS)
    return splits.by_seed(
        name, identities, seed, splits.HELD_OUT if nine else splits.held_out_count(len(set(identities)))
    )
