"""Semi-hard triplets and a soft margin, as the running training picks and weighs them (II-B.2, IV).

The paper's words are TensorFlow Similarity's, and its rule (0.17.1) is written out here a second time, one anchor
after the other, apart from the code that trains.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduce.experiments.dcnn import Factors, frozen_features
from reproduce.experiments.registry import Result, experiment
from reproduce.models.dcnn.recipe import Mining

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["anchors", "mining", "off_share"]

#: The rule's two cases of a negative.
SEMI_HARD, FARTHEST = "semi-hard", "farthest"
#: Cosine distances of float32 embeddings say nothing below this.
ROUNDING = 1e-6


@experiment("dcnn.mining", needs=("pixels", "weights"), library="keras", seconds=20, exact=True, rehearsal={
    "backbone": "MobileNetV2", "weights": "none", "size": 32, "steps": 4, "animals": 4,
}, shared=Factors(steps=30), of=("backbone", "weights", "size", "steps", "animals", "margin", "resize"))  # fmt: skip
def mining(catalogue: "Catalogue", seed: int, factors: Factors, *, rule: Mining = "tfsim-semi-hard") -> Result:
    """Watch a training: before each step embed its batch, and work out the cost anew from that.

    ``rule`` and ``margin`` are what the training is told; the reckoning beside it is always the paper's. Scores, over
    all batches: "loss_difference", the largest distance between the loss that the training reports and the soft
    margin's over the rule's triplets; "active_difference", the same of the share of triplets whose negative is no
    farther than their positive, to rounding; "semi_hard_share", the anchors that have a negative beyond their
    positive, the nearest of which they take (the others take the farthest of all). How well the check tells other
    readings apart: "batch_hard_distance" and "fixed_margin_distance", the largest distance of a batch's reported loss
    from the soft cost of the nearest negatives (0 where all animals are apart already: the rules then agree), and from
    that of the same triplets with a fixed margin of 0.2.
    """
    from reproduce.models.dcnn.model import DCNN

    inputs = frozen_features(catalogue, factors, seed, rows=catalogue.train)
    labels = catalogue.identities[catalogue.train]
    model, seen = DCNN(replace(factors.recipe, mining=rule), seed), []

    def watch(step: int, rows: np.ndarray) -> None:
        seen.append(anchors(model.embed(inputs[rows]), labels[rows]))

    model.fit(inputs, labels, observe=watch)
    reported = model.curves_
    off: dict[str, list[float]] = {"loss": [], "active": [], "batch_hard": [], "fixed_margin": []}
    for batch, loss, active in zip(seen, reported["loss"], reported["active"], strict=True):
        gaps = [anchor["positive"] - anchor["negative"] for anchor in batch]
        off["loss"].append(abs(loss - _mean(softplus(gap) for gap in gaps)))
        off["active"].append(off_share(active, gaps))
        nearest = (softplus(anchor["positive"] - anchor["nearest"]) for anchor in batch)
        off["batch_hard"].append(abs(loss - _mean(nearest)))
        off["fixed_margin"].append(abs(loss - _mean(max(gap + 0.2, 0.0) for gap in gaps)))
    scores = {
        "loss_difference": max(off["loss"]),
        "active_difference": max(off["active"]),
        "semi_hard_share": _mean(anchor["case"] == SEMI_HARD for batch in seen for anchor in batch),
        "batch_hard_distance": max(off["batch_hard"]),
        "fixed_margin_distance": max(off["fixed_margin"]),
        "batches": float(len(seen)),
    }
    curve = [round(loss, 4) for loss in reported["loss"]]
    return Result(scores, {"loss": curve, "anchors": sum(map(len, seen)), "left_out": model.left_out_})


def anchors(embeddings: np.ndarray, labels: np.ndarray) -> list[dict[str, Any]]:
    """Return the triplet of each anchor of a batch by TensorFlow Similarity's rule: "positive", "negative", "case".

    embeddings (N, D) of unit length, labels (N,) with every class at least twice, and two classes. Cosine distances,
    in float64: to the farthest positive; to the nearest of the negatives beyond that one ("semi-hard"), or else to the
    "farthest" negative. "nearest" is the distance to the nearest negative of all, which other rules take.
    """
    rows = embeddings.astype(np.float64)
    triplets: list[dict[str, Any]] = []
    for i in range(len(rows)):
        distance = [max(0.0, 1.0 - float(rows[i] @ other)) for other in rows]
        positive = max(d for j, d in enumerate(distance) if j != i and labels[j] == labels[i])
        negatives = [d for j, d in enumerate(distance) if labels[j] != labels[i]]
        beyond = [d for d in negatives if d > positive]
        triplets.append({
            "positive": positive,
            "negative": min(beyond) if beyond else max(negatives),
            "case": SEMI_HARD if beyond else FARTHEST,
            "nearest": min(negatives),
        })  # fmt: skip
    return triplets


def off_share(active: float, gaps: Sequence[float]) -> float:
    """Return how far a share of active triplets lies from that of gaps above 0; a gap within rounding is either."""
    least, most = (_mean(gap > room for gap in gaps) for room in (ROUNDING, -ROUNDING))
    return max(least - active, active - most, 0.0)


def softplus(gap: float) -> float:
    """Return what a soft margin asks of a triplet whose positive is ``gap`` farther away than its negative."""
    return math.log1p(math.exp(gap))


def _mean(values: Any) -> float:
    return float(np.mean([float(value) for value in values]))
