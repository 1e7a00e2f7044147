"""Do nearest neighbours show the same body part rather than the same lion? Which part is shown, the file's name says.

A ranking led by the part alone finds another lion's ear beside an ear, and lies below chance where few images of a lion
show the same part. Cattle seen from above have no parts to be led by.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments import dcnn
from reproduce.experiments.dcnn.steps import inputs_of
from reproduce.experiments.evaluate import euclidean, evaluate, subsets
from reproduce.experiments.registry import Result, experiment
from reproduce.experiments.unlearned.baselines import body_parts
from reproduce.models.baselines import unlearned

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["parts", "share_alike", "unlearned_parts"]

#: What is embedded without learning, from grey images of 64 px -> how. An untrained layer is drawn under seed 0.
UNLEARNED: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "pixels": unlearned.grey_pixels,
    "edges": unlearned.oriented_gradients,
    "untrained": lambda grey: unlearned.untrained_relu(unlearned.grey_pixels(grey), (64,), 0),
}
#: What neighbours may share -> the label of each image; for files that name no part there is "animal".
LABELS: Mapping[str, Callable[["Catalogue"], np.ndarray]] = {"part": body_parts, "animal": lambda one: one.identities}


@experiment(
    "dcnn.parts",
    varies=("initialisation", "order"),
    needs=("pixels", "weights"),
    library="keras",
    seconds=15,
    rehearsal={**dcnn.SMALL, "shown": "animal"},
    work=lambda factors: dcnn.work({**dcnn.embed.defaults, **factors}),
    tolerance=0.03,
)
def parts(
    catalogue: "Catalogue",
    seed: int,
    *,
    shown: str = "part",
    steps: int = 300,
    dim: int = 64,
    backbone: str = "ResNet50V2",
    weights: str = "resnet50v2",
    trainable: str = "frozen",
    learning_rate: float = 1e-3,
    size: int = 224,
    animals: int = 16,
    augment: bool = False,
    bank: int = 8,
) -> Result:
    """Embed all images as ``dcnn.embed`` does; "alike": the share whose nearest neighbour shows the same part.

    ``shown="animal"`` asks for the same animal instead. "chance_alike" stands beside it; each also of the training
    images ("@train") and of all ("@all"), with "map_at_r" and its "chance".
    """
    from reproduce.models.dcnn.model import DCNN, Recipe

    recipe = Recipe(
        dim=dim, backbone=backbone, weights=None if weights == "none" else weights,
        trainable=trainable, learning_rate=learning_rate,
        animals=animals, steps=steps, size=size, augment=augment,
    )  # fmt: skip
    seen, training = inputs_of(catalogue, recipe, seed, bank)
    model = DCNN(recipe, seed).fit(training, catalogue.identities[catalogue.train])
    return _alike(catalogue, model.embed(seen), shown)


@experiment("cues.parts", seconds=5, rehearsal={"shown": "animal"})
def unlearned_parts(catalogue: "Catalogue", seed: int, *, embedding: str = "pixels", shown: str = "part") -> Result:
    """The same of embeddings that learn nothing: "pixels", "edges" or an "untrained" layer, of grey 64 px images."""
    from reproduce.datasets import images

    if embedding not in UNLEARNED:
        raise InvalidInputError(f"cues.parts: embedding is one of {', '.join(UNLEARNED)}, not {embedding!r}")
    return _alike(catalogue, UNLEARNED[embedding](images(catalogue, (64, 64), "grey")), shown)


def share_alike(rows: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """(share of rows (N, D) whose nearest other row has the same label, the share that a random one would have)."""
    distances = euclidean(rows)
    np.fill_diagonal(distances, np.inf)
    counts = np.unique(labels, return_counts=True)[1]
    chance = float((counts * (counts - 1)).sum() / (len(labels) * (len(labels) - 1)))
    return float(np.mean(labels[distances.argmin(axis=1)] == labels)), chance


def _alike(catalogue: "Catalogue", rows: np.ndarray, shown: str) -> Result:
    """The scores of embeddings (N, D), "alike" of the test images also without each of their animals."""
    if shown not in LABELS:
        raise InvalidInputError(f"shown is one of {', '.join(LABELS)}, not {shown!r}")
    labels, found, scores = LABELS[shown](catalogue), evaluate(catalogue, rows).scores, dict[str, float]()
    for suffix, indices in subsets(catalogue).items():
        scores |= {f"{name}{suffix}": found[f"{name}{suffix}"] for name in ("map_at_r", "chance")}
        scores[f"alike{suffix}"], scores[f"chance_alike{suffix}"] = share_alike(rows[indices], labels[indices])
    tested = catalogue.identities[catalogue.test]
    animals = np.unique(tested).tolist()
    kept = [catalogue.test[tested != animal] for animal in animals]
    without = [share_alike(rows[those], labels[those])[0] for those in kept]
    return Result(scores, {}, {"alike": without}, {"": animals})
