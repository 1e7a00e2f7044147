"""TuringCattle, the stand-in: animals whose coats grow by reaction and diffusion, each from its own seed.

Gray and Scott's two reagents (Pearson, Science 261, 1993), of the kind Turing proposed for animal markings (1952):

    u' = Du lap(u) - u v^2 + F (1 - u)
    v' = Dv lap(v) + u v^2 - (F + k) v

A coat is where v is high. It is then posed (turned, scaled, shifted), lit and noised, once for each image. It needs
no network and no file, and shows only that the code runs: a rehearsal, never a verdict.
"""

import os
import shutil
from pathlib import Path

import numpy as np
from filelock import FileLock

from reproduce.cache import cache_dir
from reproduce.datasets import kinds, splits
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.survey import folders_as_animals, survey
from reproduce.determinism import generator

__all__ = ["CLASS_SIZES", "SIDE", "catalogue", "coats", "photograph"]

#: Images of each animal; one lone class, as FriesianCattle2017 has.
CLASS_SIZES = (8, 8, 7, 6, 6, 5, 5, 4, 4, 3, 2, 1)
HELD_OUT = 4
#: Pixels along each edge of an image.
SIDE = 96
#: The coat's grid, periodic; and how long it grows. Steps of one unit of time.
GRID, STEPS = 64, 3000
DIFFUSION_U, DIFFUSION_V = 0.16, 0.08
#: Feed and kill rates between which the coats lie: spots, worms and mazes.
FEED, KILL = (0.034, 0.048), (0.0600, 0.0625)
#: Raised when the images change.
VERSION = 1


def coats() -> np.ndarray:
    """Return (animals, GRID, GRID) float64 in [0, 1]: 1 is dark. The coats are periodic in both directions.

    Only additions and multiplications in float64, element by element: the same bits on every machine.
    """
    draws = [generator(animal, kinds.STAND_IN, "coat") for animal in range(len(CLASS_SIZES))]
    feed = np.array([draw.uniform(*FEED) for draw in draws])[:, None, None]
    kill = np.array([draw.uniform(*KILL) for draw in draws])[:, None, None]
    both: np.ndarray = np.zeros(
        (2, len(draws), GRID + 2, GRID + 2)
    )  # u and v, with a border that repeats the opposite edge
    u, v = both[:, :, 1:-1, 1:-1]
    u[:] = 1.0
    for animal, draw in enumerate(draws):
        for top, left in draw.integers(0, GRID - 8, (8, 2)):
            u[animal, top : top + 8, left : left + 8] = 0.5
            v[animal, top : top + 8, left : left + 8] = 0.25 + 0.1 * draw.random((8, 8))
    rates = np.array([DIFFUSION_U, DIFFUSION_V])[:, None, None, None]
    decay = np.stack([1 - feed - 4 * DIFFUSION_U, 1 - feed - kill - 4 * DIFFUSION_V])
    for _ in range(STEPS):
        both[..., 0, :], both[..., -1, :] = both[..., -2, :], both[..., 1, :]
        both[..., 0], both[..., -1] = both[..., -2], both[..., 1]
        spread = both[..., :-2, 1:-1] + both[..., 2:, 1:-1]
        spread += both[..., 1:-1, :-2]
        spread += both[..., 1:-1, 2:]
        spread *= rates
        reaction = u * v
        reaction *= v
        both[..., 1:-1, 1:-1] *= decay
        both[..., 1:-1, 1:-1] += spread
        u += feed
        u -= reaction
        v += reaction
    low, high = v.min(axis=(1, 2), keepdims=True), v.max(axis=(1, 2), keepdims=True)
    return (v - low) / np.maximum(high - low, 1e-9)


def photograph(coat: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return one image (SIDE, SIDE, 3) uint8, BGR, of a (GRID, GRID) coat: an animal's back from above, on straw.

    Turned by up to 25 degrees, scaled by 0.85 to 1.15, shifted by up to 8 % of the side; a light that falls off to
    one side; noise of 4 grey levels.
    """
    import cv2

    grown = cv2.resize(coat, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_CUBIC)
    rows, columns = np.mgrid[-1 : 1 : 2j * SIDE, -1 : 1 : 2j * SIDE]
    body = 1.0 / (1.0 + np.exp(np.minimum(12 * ((columns / 0.62) ** 4 + (rows / 0.36) ** 4 - 1), 50)))
    turn = cv2.getRotationMatrix2D((SIDE, SIDE), draw.uniform(-25, 25), 0.72 * draw.uniform(0.85, 1.15))
    turn[:, 2] = turn[:, 2] + draw.uniform(-0.08, 0.08, 2) * SIDE - SIDE / 2
    posed, inside = (
        cv2.warpAffine(layer, turn, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        for layer in (grown, body)
    )
    dark = 1.0 / (1.0 + np.exp(-14 * (posed - 0.45)))
    hide = 225 - 190 * dark
    direction = draw.uniform(0, 2 * np.pi)
    across, down = np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE))
    light = draw.uniform(0.75, 1.1) * (1 + 0.25 * (np.cos(direction) * across + np.sin(direction) * down))
    straw = np.array([70.0, 120.0, 140.0]) * draw.uniform(0.8, 1.1) + draw.normal(0, 10, (SIDE, SIDE, 1))
    scene = inside[..., None] * hide[..., None] * np.array([0.92, 0.97, 1.0]) + (1 - inside[..., None]) * straw
    noisy = scene * light[..., None] + draw.normal(0, 4, (SIDE, SIDE, 3))
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def catalogue(seed: int) -> Catalogue:
    """Return the stand-in as a Catalogue: the same images for every seed, which draws the four animals held out."""
    found = survey(kinds.STAND_IN, _generated(), folders_as_animals)
    paths = np.array([str(found.root / path) for path in found.paths])
    split = splits.by_seed(kinds.STAND_IN, found.identities, seed, HELD_OUT)
    return Catalogue(kinds.STAND_IN, paths, found.identities, split, seed, True, found.content_hash(), found.digests)


def _generated() -> Path:
    """Return the folder of images ANIMAL/NUMBER.png, drawn the first time; whole or not at all."""
    folder = cache_dir("generated") / f"{kinds.STAND_IN}-{VERSION}"
    if _whole(folder):
        return folder
    with FileLock(f"{folder}.lock"):
        if not _whole(folder):
            partial = folder.with_name(f".{folder.name}.partial")
            for leftover in (partial, folder):
                shutil.rmtree(leftover, ignore_errors=True)
            _draw(partial)
            os.replace(partial, folder)
    return folder


def _whole(folder: Path) -> bool:
    return sum(1 for _ in folder.glob("*/*.png")) == sum(CLASS_SIZES)


def _draw(folder: Path) -> None:
    import cv2

    for animal, (coat, count) in enumerate(zip(coats(), CLASS_SIZES, strict=True)):
        home = folder / f"{animal + 1:02d}"
        home.mkdir(parents=True)
        for number in range(count):
            image = photograph(coat, generator(animal, kinds.STAND_IN, f"image {number}"))
            cv2.imwrite(str(home / f"{number + 1:02d}.png"), image)
