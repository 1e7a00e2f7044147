"""What tells images apart without learning, beside the baselines: edges, and one layer of a network (why.dlamini)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments import dcnn
from reproduce.experiments.dcnn import Factors
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.registry import Experiment, Result, experiment
from reproduce.experiments.unlearned import baselines
from reproduce.models.baselines import unlearned

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["IN_WORDS", "UNLEARNED", "edges", "layer"]

#: Nothing is trained on the animals: grey pixels, colour, an untrained layer, and an ImageNet network as it comes.
UNLEARNED: Mapping[str, Experiment] = {
    "pixels": baselines.pixels,
    "histogram": baselines.histogram,
    "layer": baselines.untrained,
    "network": dcnn.untrained,
}
#: The same in words, for a claim's sentence.
IN_WORDS: Mapping[str, str] = {
    "pixels": "grey pixels",
    "histogram": "colour histograms",
    "layer": "an untrained layer",
    "network": "a frozen network's features",
}


@experiment("cues.edges", seconds=5)
def edges(catalogue: "Catalogue", seed: int, *, size: int = 64) -> Result:
    """Score histograms of oriented gradients of the grey image: where its edges are, and none of its colours."""
    from reproduce.datasets import images

    return _scored(catalogue, unlearned.oriented_gradients(images(catalogue, (size, size), "grey")))


@experiment("cues.layer", needs=("pixels", "weights"), library="keras", seconds=150, rehearsal={
    "backbone": "MobileNetV2", "weights": "none", "size": 32, "layer": "block_1_project_BN",
}, shared=Factors(backbone="DenseNet169", weights="densenet169"), of=("backbone", "weights", "size"))  # fmt: skip
def layer(catalogue: "Catalogue", seed: int, factors: Factors, *, layer: str = "relu") -> Result:
    """Score one layer of a frozen backbone, averaged over the image, at unit length; ``layer`` as Keras names it."""
    from reproduce.datasets import images
    from reproduce.models.dcnn.features import of_layer

    pixels = images(catalogue, (factors.size, factors.size), "colour", "linear")
    rows = of_layer(pixels, factors.backbone, factors.weights, layer)
    return _scored(catalogue, unlearned.l2_normalised(rows))


def _scored(catalogue: "Catalogue", rows: np.ndarray) -> Result:
    return evaluate(catalogue, rows, resample=True)
