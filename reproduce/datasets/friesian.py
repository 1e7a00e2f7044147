"""FriesianCattle2017's identity catalogue: 940 facts that ship with the package, so no pixel is needed for them."""

from functools import cache
from importlib.resources import files

import numpy as np

__all__ = ["class_sizes", "identities"]


@cache
def _identities() -> tuple[str, ...]:
    text = (files("reproduce.datasets") / "data" / "friesian_cattle_2017.csv").read_text(encoding="ascii")
    return tuple(line.split(",")[0] for line in text.splitlines()[1:])


def identities() -> np.ndarray:
    """(940,) str: the animal on each image, "1" to "89", in the order of the public catalogue."""
    return np.array(_identities())


def class_sizes() -> dict[str, int]:
    """Images per animal: 89 animals in numeric order, 1 to 47 images each, 940 in all."""
    animals = np.array([int(identity) for identity in _identities()])
    return {str(animal): int(size) for animal, size in zip(*np.unique(animals, return_counts=True), strict=True)}
