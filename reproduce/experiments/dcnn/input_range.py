"""A network whose images come in another range than it was trained on, the lions' .png alone: what is left to learn?

LionData's files end in .png and hold JPEG. OpenCV, PIL, Keras and TensorFlow go by the content and give [0, 255] for
both; matplotlib's ``imread`` goes by the name and refuses them. A fault of the lions' range leaves other cattle as they
are.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments import dcnn
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["RANGES", "as_seen", "input_range"]

#: What the network sees -> how pixels in [0, 255] must be given for it, before the model's own x / 127.5 - 1.
RANGES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "[-1, 1]": lambda x: x,
    "[0, 255]": lambda x: (x + 1) * 127.5,
    "[0, 1]": lambda x: (x / 255 + 1) * 127.5,
    "scaled twice": lambda x: x / 255,  # [0, 1] taken for [0, 255]: all within 0.008 of -1
}


@experiment(
    "dcnn.range",
    varies=("initialisation", "order"),
    needs=("pixels", "weights"),
    library="keras",
    seconds=15,
    rehearsal=dcnn.SMALL,
    work=lambda factors: dcnn.work({**dcnn.embed.defaults, **factors}),
    tolerance=0.03,
)
def input_range(
    catalogue: "Catalogue",
    seed: int,
    *,
    seen: str = "[-1, 1]",
    steps: int = 300,
    dim: int = 64,
    backbone: str = "ResNet50V2",
    weights: str = "resnet50v2",
    size: int = 224,
    animals: int = 16,
    bank: int = 8,
) -> Result:
    """Train and score a head as ``dcnn.embed`` does, on features of images that the network sees in the range ``seen``.

    ``bank`` counts for nothing: no view is drawn. Raises InvalidInputError for a range that is not in ``RANGES`` and a
    backbone of other scaling.
    """
    from reproduce.cache import digest
    from reproduce.datasets import images
    from reproduce.models.dcnn import backbones
    from reproduce.models.dcnn.features import features
    from reproduce.models.dcnn.model import DCNN, Recipe

    if seen not in RANGES or backbones.find(backbone).input_range != "signed":
        raise InvalidInputError(
            f"dcnn.range: seen is one of {', '.join(RANGES)}, of a backbone that takes [-1, 1]; "
            f"not {seen!r} of {backbone}"
        )
    own = None if weights == "none" else weights
    pixels = images(catalogue, (size, size), "colour", "linear")
    rows = features(
        [digest(one, seen) for one in pixels],
        lambda missing: as_seen(pixels[missing], seen),
        backbone=backbone,
        weights=own,
        size=size,
        seed=seed,
    )
    recipe = Recipe(dim=dim, backbone=backbone, weights=own, animals=animals, steps=steps, size=size)
    model = DCNN(recipe, seed).fit(rows[catalogue.train], catalogue.identities[catalogue.train])
    found = evaluate(catalogue, model.embed(rows))
    return Result(found.scores, found.details)


def as_seen(pixels: np.ndarray, seen: str) -> np.ndarray:
    """Pixels (N, H, W, 3) in [0, 255] as float32, which the model's own scaling takes to the range ``seen``."""
    return np.asarray(RANGES[seen](pixels.astype(np.float32)), np.float32)
