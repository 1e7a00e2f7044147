"""Do nearest neighbours show the same body part rather than the same lion? Which part is shown, the file's name says.

A ranking led by the part alone finds another lion's ear beside an ear, and lies below chance where few images of a lion
show the same part. Cattle seen from above have no parts to be led by.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from reproduce.experiments.dcnn import Factors, inputs_of, of_a_head
from reproduce.experiments.evaluate import euclidean, evaluate, subsets
from reproduce.experiments.file_names import body_parts
from reproduce.experiments.registry import Result, experiment
from reproduce.models.baselines import unlearned

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["parts", "share_alike", "unlearned_parts"]

Unlearned = Literal["pixels", "edges", "untrained"]
Shown = Literal["part", "animal"]
#: What is embedded without learning, from grey images of 64 px -> how. An untrained layer is drawn under seed 0.
UNLEARNED: Mapping[Unlearned, Callable[[np.ndarray], np.ndarray]] = {
    "pixels": unlearned.grey_pixels,
    "edges": unlearned.oriented_gradients,
    "untrained": lambda grey: unlearned.untrained_relu(unlearned.grey_pixels(grey), (64,), 0),
}
#: What neighbours may share -> the label of each image; for files that name no part there is "animal".
LABELS: Mapping[Shown, Callable[["Catalogue"], np.ndarray]] = {"part": body_parts, "animal": lambda one: one.identities}


@of_a_head(
    "dcnn.parts",
    of=("steps", "dim", "backbone", "weights", "trainable", "learning_rate", "size", "animals", "augment", "bank"),
    rehearsal={"shown": "animal"},
)
def parts(catalogue: "Catalogue", seed: int, factors: Factors, *, shown: Shown = "part") -> Result:
    """Embed all images as ``dcnn.embed`` does; "alike": the share whose nearest neighbour shows the same part.

    ``shown="animal"`` asks for the same animal instead. "chance_alike" stands beside it; each also of the training
    images ("@train") and of all ("@all"), with "map_at_r" and its "chance".
    """
    from reproduce.models.dcnn.model import DCNN

    seen, training = inputs_of(catalogue, factors, seed)
    model = DCNN(factors.recipe, seed).fit(training, catalogue.identities[catalogue.train])
    return _alike(catalogue, model.embed(seen), shown)


@experiment("cues.parts", seconds=5, rehearsal={"shown": "animal"})
def unlearned_parts(
    catalogue: "Catalogue", seed: int, *, embedding: Unlearned = "pixels", shown: Shown = "part"
) -> Result:
    """Score embeddings that learn nothing by part: "pixels", "edges" or an "untrained" layer, of grey 64 px images."""
    from reproduce.datasets import images

    return _alike(catalogue, UNLEARNED[embedding](images(catalogue, (64, 64), "grey")), shown)


def share_alike(rows: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return the share of rows (N, D) whose nearest other row has their label, and the share of a random other row."""
    distances = euclidean(rows)
    np.fill_diagonal(distances, np.inf)
    counts = np.unique(labels, return_counts=True)[1]
    chance = float((counts * (counts - 1)).sum() / (len(labels) * (len(labels) - 1)))
    return float(np.mean(labels[distances.argmin(axis=1)] == labels)), chance


def _alike(catalogue: "Catalogue", rows: np.ndarray, shown: Shown) -> Result:
    """Return the scores of embeddings (N, D), "alike" of the test images also without each of their animals."""
    labels, found, scores = LABELS[shown](catalogue), evaluate(catalogue, rows).scores, dict[str, float]()
    for suffix, indices in subsets(catalogue).items():
        scores |= {f"{name}{suffix}": found[f"{name}{suffix}"] for name in ("map_at_r", "chance")}
        scores[f"alike{suffix}"], scores[f"chance_alike{suffix}"] = share_alike(rows[indices], labels[indices])
    tested = catalogue.identities[catalogue.test]
    animals = np.unique(tested).tolist()
    kept = [catalogue.test[tested != animal] for animal in animals]
    without = [share_alike(rows[those], labels[those])[0] for those in kept]
    return Result(scores, {}, {"alike": without}, {"": animals})
