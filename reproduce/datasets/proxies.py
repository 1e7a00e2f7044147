"""Proxies for FriesianCattle2017, and herds with the lions' numbers: animals thinned by seed to another set's sizes.

OpenCows2020 has 20 to 352 images of an animal, many of them neighbouring video frames, FriesianCattle2017 1 to 47.
Identity 021 is left out: its folder looks mislabelled, it shows several coats. OpenCows2020 under its own name keeps
it, as published. Animals 018 to 039 are seen in the barn from above, FriesianCattle2017's own view, the others from
a drone over grass; the view alone tells those two groups apart, so the barn's 21 stand as a proxy by themselves.

Which images are neighbouring frames is not said, and their numbers are no time. So the spaced herd, the thinned one's
animals, sizes and held-out animals seed for seed, takes of each the images that look least like each other.

With the lions' numbers: under one seed 45 cows and 45 lions get the same sizes, those of 45 lions.
"""

from dataclasses import dataclass, replace

import numpy as np

from reproduce.cache import digest
from reproduce.datasets import friesian, kinds, splits
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.pixels import images
from reproduce.determinism import generator
from reproduce.errors import InvalidInputError

__all__ = ["RULES", "Rule", "assign_sizes", "origin", "thinned"]

DOUBTFUL = "021"
BARN_ANIMALS = frozenset(f"{number:03d}" for number in range(18, 40))
#: Raised when the same seed would draw other images.
VERSION = 1


@dataclass(frozen=True)
class Rule:
    """How many animals a proxy takes, how many of those are held out, and of which ``view``: "barn", "outside" or any.

    ``source``: whose animals, of whom ``eligible`` are there; ``like``: whose class sizes. ``spaced``: of each animal
    the images least like each other, in the place of any.
    """

    animals: int
    held_out: int
    view: str = ""
    source: str = kinds.COWS
    like: str = kinds.CATTLE
    eligible: int = 45
    spaced: bool = False


RULES = {
    kinds.PROXY: Rule(45, splits.HELD_OUT),
    kinds.BARN: Rule(21, splits.HELD_OUT, view="barn", eligible=21),
    kinds.SPACED: Rule(45, splits.HELD_OUT, spaced=True),
    kinds.OUTSIDE: Rule(24, splits.HELD_OUT, view="outside", eligible=24),
    kinds.AS_LIONS: Rule(45, splits.HELD_OUT, like=kinds.LIONS),
    kinds.FEWER_LIONS: Rule(45, splits.HELD_OUT, source=kinds.LIONS, like=kinds.LIONS, eligible=94),
}


def origin(name: str) -> str:
    """Return the data set whose animals ``name`` takes: OpenCows2020 of the herds drawn from it; itself of any other.

    Animals of one name are the same animals where the origin is the same.
    """
    return RULES[name].source if name in RULES else name


def thinned(name: str, source: Catalogue, seed: int, like: Catalogue | None = None) -> Catalogue:
    """Return the proxy drawn from its source by seed: sizes, which animal gets which, its images, and who is held out.

    As many sizes as animals are drawn without replacement from FriesianCattle2017's 89 (reading 8), or from those of
    the animals of ``like``.
    """
    rule = RULES[name]
    eligible = {
        animal: np.flatnonzero(source.identities == animal)
        for animal in splits.natural_order(source.identities)
        if (source.name, animal) != (kinds.COWS, DOUBTFUL)
        and rule.view in ("", "barn" if animal in BARN_ANIMALS else "outside")
    }
    if len(eligible) != rule.eligible:
        raise InvalidInputError(
            f"{name} takes {rule.animals} animals of {rule.source}, but {len(eligible)} are there; is it complete?"
        )
    drawn_as = kinds.PROXY if rule.spaced else name  # the same animals, sizes and held-out animals
    draw = generator(seed, drawn_as, "thinning")
    whose = list(friesian.class_sizes().items())
    if like is not None:
        whose = [(animal, int(np.sum(like.identities == animal))) for animal in splits.natural_order(like.identities)]
    # By a generator of its own, that two sources of one seed get the same sizes.
    drawing = draw if like is None else generator(seed, like.name, "class sizes")
    sizes = drawing.choice([size for _, size in whose], size=rule.animals, replace=False)
    wanted = assign_sizes({animal: len(rows) for animal, rows in eligible.items()}, sizes.tolist(), draw)
    chosen = [draw.choice(eligible[animal], size, replace=False) for animal, size in wanted.items()]
    if rule.spaced:
        chosen = [_unlike(source, eligible[animal], first) for animal, first in zip(wanted, chosen, strict=True)]
    rows = np.sort(np.concatenate(chosen))
    identities = source.identities[rows]
    return replace(
        source,
        name=name,
        paths=source.paths[rows],
        identities=identities,
        split=splits.by_seed(drawn_as, identities, seed, rule.held_out),
        seed=seed,
        seeded=True,
        content_hash=digest("proxy", VERSION, name, source.content_hash, whose),
        digests=None if source.digests is None else source.digests[rows],
        source=source,
        rows=rows,
    )


def _unlike(source: Catalogue, eligible: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return as many eligible rows as were drawn: the first of those, then always the farthest from all so far.

    Farthest-point sampling (Gonzalez 1985) of grey images of 32 x 32 pixels.
    """
    small = images(source, (32, 32), "grey")[eligible].reshape(len(eligible), -1).astype(np.float32)
    taken = [int(np.flatnonzero(eligible == drawn[0])[0])]
    nearest = np.full(len(eligible), np.inf, np.float32)
    while len(taken) < len(drawn):
        nearest = np.minimum(nearest, np.linalg.norm(small - small[taken[-1]], axis=1))
        nearest[taken] = -1  # an exact copy of one that was taken lies at 0
        taken.append(int(nearest.argmax()))
    return eligible[taken]


def assign_sizes(available: dict[str, int], sizes: list[int], draw: np.random.Generator) -> dict[str, int]:
    """Give each size, largest first, to a random unused animal that has as many images: animal -> size.

    Whoever has enough for a size has enough for every later one, so this finds an assignment wherever there is one.
    Where there is none (for some size more are wanted than animals have as many images) it is an error, never a
    smaller class than was drawn. OpenCows2020's published counts allow every draw, so it means files are missing.
    """
    unused = list(available)
    given: dict[str, int] = {}
    for size in sorted(sizes, reverse=True):
        enough = [animal for animal in unused if available[animal] >= size]
        if not enough:
            raise InvalidInputError(f"no unused animal has the {size} images a class was drawn to have")
        chosen = enough[int(draw.integers(len(enough)))]
        unused.remove(chosen)
        given[chosen] = size
    return given
