"""What tells an image apart without learning: colour, grey, edges, body part, one layer of a network (why.dlamini)."""

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.registry import Result, experiment
from reproduce.models.baselines import unlearned

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["body_parts", "edges", "histogram", "layer"]

PART = re.compile(r"(?:left_|right_)?([a-z]+?)s?(?:[^a-z]|$)", re.IGNORECASE)


@experiment("cues.histogram", seconds=15, rehearsal={"centred_by": "nothing"})
def histogram(
    catalogue: "Catalogue", seed: int, *, bins: int = 8, channels: str = "colour", centred_by: str = "nothing"
) -> Result:
    """Histograms of the whole images at their own size, of RGB or of "grey" alone, compared by Hellinger distance.

    ``centred_by="part"`` takes the mean row of an image's body part from it, over all images of that part, so that no
    ranking is led by what the parts look like. No animal's name is used; which part an image shows, its file says.
    """
    from reproduce.datasets import images

    if channels not in ("colour", "grey") or centred_by not in ("nothing", "part"):
        raise InvalidInputError(
            f"cues.histogram: channels are 'colour' or 'grey', centred_by 'nothing' or 'part', not {channels!r}, "
            f"{centred_by!r}"
        )
    if channels == "colour":
        rows = unlearned.colour_histograms(images(catalogue, None, "colour"), bins)
    else:
        rows = unlearned.grey_histograms(images(catalogue, None, "grey"), bins)
    if centred_by == "part":
        parts = body_parts(catalogue)
        for part in np.unique(parts):
            rows[parts == part] -= rows[parts == part].mean(axis=0)
    return _scored(catalogue, rows)


@experiment("cues.edges", seconds=5)
def edges(catalogue: "Catalogue", seed: int, *, size: int = 64) -> Result:
    """Histograms of oriented gradients of the grey image: where its edges are, and none of its colours."""
    from reproduce.datasets import images

    return _scored(catalogue, unlearned.oriented_gradients(images(catalogue, (size, size), "grey")))


@experiment("cues.layer", needs=("pixels", "weights"), library="keras", seconds=150, rehearsal={
    "backbone": "MobileNetV2", "weights": "none", "size": 32, "layer": "block_1_project_BN",
})  # fmt: skip
def layer(
    catalogue: "Catalogue",
    seed: int,
    *,
    layer: str = "relu",
    backbone: str = "DenseNet169",
    weights: str = "densenet169",
    size: int = 224,
) -> Result:
    """One layer of a frozen backbone, averaged over the image, at unit length; ``layer`` as Keras names it."""
    from reproduce.datasets import images
    from reproduce.models.dcnn.features import of_layer

    pixels = images(catalogue, (size, size), "colour", "linear")
    rows = of_layer(pixels, backbone, None if weights == "none" else weights, layer)
    return _scored(catalogue, unlearned.l2_normalised(rows))


def body_parts(catalogue: "Catalogue") -> np.ndarray:
    """(N,) str: the part that each file's name says after the animal's, as LionData has it: "ear" of Kio_Left_Ear.png.

    Either side is one part, and so is "ears".

    Raises InvalidInputError for a file whose name holds none.
    """
    found = []
    for path, animal in zip(catalogue.paths, catalogue.identities, strict=True):
        stem = PurePath(str(path)).stem
        part = PART.match(stem.removeprefix(f"{animal}_")) if stem.startswith(f"{animal}_") else None
        if part is None:
            raise InvalidInputError(f"{path}: its name does not say which body part it shows; LionData's do")
        found.append(part[1].lower())
    return np.array(found)


def _scored(catalogue: "Catalogue", rows: np.ndarray) -> Result:
    found = evaluate(catalogue, rows, resample=True)
    return Result(found.scores, found.details, found.leave_one_out)
