"""FriesianCattle2017's identity catalogue: 940 facts that ship with the package, so no pixel is needed for them."""

from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from reproduce.cache import digest
from reproduce.datasets.catalogue import Catalogue

__all__ = ["STAND_INS", "class_sizes", "identities", "images_digest", "unlike"]

#: A file of this name above the images says that they are stand-ins, and made of what.
STAND_INS = "STAND-INS.txt"


@cache
def _identities() -> tuple[str, ...]:
    text = (files("reproduce.datasets") / "data" / "friesian_cattle_2017.csv").read_text(encoding="ascii")
    return tuple(line.split(",")[0] for line in text.splitlines()[1:])


def identities() -> np.ndarray:
    """Return (940,) str: the animal on each image, "1" to "89", in the order of the public catalogue."""
    return np.array(_identities())


def class_sizes() -> dict[str, int]:
    """Return the number of images of each animal: 89 animals in numeric order, 1 to 47 images each, 940 in all."""
    animals = np.array([int(identity) for identity in _identities()])
    return {str(animal): int(size) for animal, size in zip(*np.unique(animals, return_counts=True), strict=True)}


def unlike(catalogue: Catalogue) -> str:
    """Say why images under the set's name are not the published ones; "" where nothing speaks against them.

    Stand-ins say of themselves what they are, in a file ``STAND_INS`` above them; others are told by their counts.
    """
    sizes, published = Counter(catalogue.identities.tolist()), class_sizes()
    if marks := [one / STAND_INS for one in Path(catalogue.paths[0]).parents[:4] if (one / STAND_INS).is_file()]:
        return f"{catalogue.name} here are stand-ins, as {marks[0]} says"
    if sizes == published:
        return ""
    return (
        f"{catalogue.name} here is {sizes.total():,} images of {len(sizes)} animals, the published set "
        f"{sum(published.values()):,} of {len(published)}"
    )


def images_digest(catalogue: Catalogue) -> str:
    """Return a digest of the images and whose they are, 64 hex digits: the same whatever the files are called."""
    assert catalogue.digests is not None
    return digest("images", sorted(zip(catalogue.identities.tolist(), catalogue.digests.tolist(), strict=True)))
