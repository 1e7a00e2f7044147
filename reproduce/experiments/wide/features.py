"""Do ORB, SIFT and BRISK each reach the features of a pair (II-B.3)? Measured by taking one of them away."""

from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments.registry import Result, experiment
from reproduce.experiments.wide import image_model

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["features"]


@experiment(
    "wide.features",
    exact=True,
    seconds=60,
    library="opencv",
    tolerance=0.0002,
    rehearsal={"dim": 8, "words": 2, "most": 60},
)
def features(
    catalogue: "Catalogue",
    seed: int,
    *,
    encoder: str = "vlad",
    words: int | None = None,
    dim: int | None = 192,
    height: int = 256,
    most: int = 300,
) -> Result:
    """Compare every test pair's features as the running model makes them with those where one detector is left blank.

    By detector, "ORB", "SIFT" and "BRISK": "images/ORB", the share of test images with a keypoint of it; "pairs/ORB",
    the share of test pairs whose features move by more than a thousandth of the largest feature; "columns/ORB", the
    share of the features that so move for at least one pair; "shift/ORB", the length of the mean pair's move as a
    share of the mean pair's features. "detectors" counts those that move any pair at all.
    """
    from reproduce.models.wide.classifier import PairClassifier
    from reproduce.models.wide.keypoints import DETECTORS
    from reproduce.models.wide.pairs import encode

    model, shown = image_model(catalogue, seed, encoder=encoder, words=words, dim=dim, height=height, most=most)
    tested = [shown[row] for row in catalogue.test]
    first, second = np.triu_indices(len(tested), 1)
    encoding = PairClassifier().encoding

    def pairs(*blank: str) -> np.ndarray:
        vectors = model.transform(tested, blank)
        return encode(vectors[first], vectors[second], encoding)  # (pairs, features)

    whole = pairs()
    bare = dict(model.empty_)
    scores: dict[str, float] = {}
    for name in DETECTORS:
        move = np.abs(pairs(name) - whole)
        moved = move > np.abs(whole).max() / 1000
        scores[f"images/{name}"] = 1 - bare[name] / len(tested) if name in bare else 0.0
        scores[f"pairs/{name}"] = float(moved.any(axis=1).mean())
        scores[f"columns/{name}"] = float(moved.any(axis=0).mean())
        scores[f"shift/{name}"] = float(_length(move) / _length(whole))
    scores["detectors"] = float(sum(scores[f"pairs/{name}"] > 0 for name in DETECTORS))
    return Result(scores, {"pairs": len(first), "features": int(whole.shape[1]), "encoding": encoding})


def _length(rows: np.ndarray) -> np.floating:
    """Return the mean length of the rows (N, D)."""
    return np.linalg.norm(rows, axis=1).mean()
