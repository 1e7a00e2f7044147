"""Which animals are held out. A split is always by animal: no animal has images on both sides."""

import math

import numpy as np

from reproduce.determinism import generator
from reproduce.errors import InvalidInputError

__all__ = ["by_seed", "held_out_count", "labelled", "lion_folders", "natural_order", "own_held_out_count", "own_split"]

#: The paper holds out nine of FriesianCattle2017's 89 animals (II-B.1); other sets keep that share.
HELD_OUT, OF_ANIMALS = 9, 89


def natural_order(identities: np.ndarray) -> np.ndarray:
    """Return the distinct identities, (C,) str: whole numbers by value and before names, names by letter."""

    def key(identity: str) -> tuple[float, str]:
        return int(identity) if identity.isdecimal() else math.inf, identity

    return np.array(sorted(set(identities.tolist()), key=key))


def held_out_count(animals: int) -> int:
    """Return how many animals a set of that many holds out where nothing else is said: nine of 89, and at least two."""
    return max(2, math.floor(animals * HELD_OUT / OF_ANIMALS + 0.5))


def own_held_out_count(animals: int) -> int:
    """Return how many of a user's own animals are held out: a quarter, at least three for an interval, all if few."""
    return max(3, math.floor(animals / 4 + 0.5)) if animals >= 5 else animals


def by_seed(name: str, identities: np.ndarray, seed: int, count: int) -> np.ndarray:
    """Return (N,) "train" | "test": ``count`` animals drawn by seed from all of them are held out, lone ones included.

    The draw depends on the set's name, the seed and the animals, not on their images or the order of rows.
    """
    animals = natural_order(identities)
    if len(animals) <= count:
        raise InvalidInputError(f"{name}: {count} animals cannot be held out of {len(animals)}; training needs one too")
    drawn = generator(seed, name, "held out").permutation(len(animals))[:count]
    return np.where(np.isin(identities, animals[drawn]), "test", "train")


def labelled(labels: list[str | None]) -> np.ndarray | None:
    """Return the set's own split as (N,) "train" | "test", by animal or not; None if there is none, or half a one.

    Every image has a label, and some but not all are "train" or "training". Every other label (test, val, query ...)
    counts as "test".
    """
    training = np.array([str(label).lower() in ("train", "training") for label in labels], dtype=bool)
    if any(label is None for label in labels) or training.all() or not training.any():
        return None
    return np.where(training, "train", "test")


def own_split(labels: list[str | None], identities: np.ndarray) -> np.ndarray | None:
    """Return the set's own split if it is by animal, no animal being in "train" and on another side; else None."""
    split = labelled(labels)
    if split is None or set(identities[split == "train"]) & set(identities[split == "test"]):
        return None
    return split


def lion_folders(paths: list[str]) -> np.ndarray:
    """Return LionData's split (N,) "train" | "test": the folder "train" or "val" above the lion's (II-B.1: 75, 19)."""
    folders = [path.split("/")[-3] if path.count("/") >= 2 else "" for path in paths]
    sides = {"train": "train", "val": "test"}
    if strange := sorted(set(folders) - set(sides)):
        raise InvalidInputError(f"LionData: an image lies under folder {strange[0]!r} instead of train/ or val/")
    return np.array([sides[folder] for folder in folders], dtype=str)
