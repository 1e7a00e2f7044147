"""A network whose images come in another range than it was trained on, the lions' .png alone: what is left to learn?

LionData's files end in .png and hold JPEG. OpenCV, PIL, Keras and TensorFlow go by the content and give [0, 255] for
both; matplotlib's ``imread`` goes by the name and refuses them. A fault of the lions' range leaves other cattle as they
are.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments.dcnn import Factors, of_a_head
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.registry import Result

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["RANGES", "as_seen", "input_range"]

Range = Literal["[-1, 1]", "[0, 255]", "[0, 1]", "scaled twice"]
#: What the network sees -> how pixels in [0, 255] must be given for it, before the model's own x / 127.5 - 1.
RANGES: Mapping[Range, Callable[[np.ndarray], np.ndarray]] = {
    "[-1, 1]": lambda x: x,
    "[0, 255]": lambda x: (x + 1) * 127.5,
    "[0, 1]": lambda x: (x / 255 + 1) * 127.5,
    "scaled twice": lambda x: x / 255,  # [0, 1] taken for [0, 255]: all within 0.008 of -1
}


@of_a_head("dcnn.range", of=("steps", "dim", "backbone", "weights", "size", "animals", "bank"))
def input_range(catalogue: "Catalogue", seed: int, factors: Factors, *, seen: Range = "[-1, 1]") -> Result:
    """Train and score a head as ``dcnn.embed`` does, on features of images that the network sees in the range ``seen``.

    ``bank`` counts for nothing: no view is drawn. Raises InvalidInputError for a backbone of other
    scaling.
    """
    from reproduce.cache import digest
    from reproduce.datasets import images
    from reproduce.models.dcnn import backbones
    from reproduce.models.dcnn.features import features
    from reproduce.models.dcnn.model import DCNN

    if backbones.find(factors.backbone).input_range != "signed":
        raise InvalidInputError(f"dcnn.range: seen by a backbone that takes [-1, 1], not by {factors.backbone}")
    pixels = images(catalogue, (factors.size, factors.size), "colour", "linear")
    rows = features(
        [digest(one, seen) for one in pixels],
        lambda missing: as_seen(pixels[missing], seen),
        backbone=factors.backbone,
        weights=factors.weights,
        size=factors.size,
        seed=seed,
    )
    model = DCNN(factors.recipe, seed).fit(rows[catalogue.train], catalogue.identities[catalogue.train])
    found = evaluate(catalogue, model.embed(rows))
    return Result(found.scores, found.details)


def as_seen(pixels: np.ndarray, seen: Range) -> np.ndarray:
    """Return pixels (N, H, W, 3) in [0, 255] as float32, which the model's own scaling takes to the range ``seen``."""
    return np.asarray(RANGES[seen](pixels.astype(np.float32)), np.float32)
