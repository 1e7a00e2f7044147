"""The triplet loss, by cosine distance, in ``keras.ops``: which triplets of a batch count, and what each one costs.

Every rule looks at one batch of N embeddings, given at unit length, and at all of their distances at once:

``"tfsim-semi-hard"``  TensorFlow Similarity 0.17.1, ``TripletLoss()``; the paper's (II-B.2, IV). Per anchor, the
    farthest positive and the nearest negative beyond it, or else the *farthest* negative. An anchor without a
    positive is its own: it still pushes its negative away, as it does there.
``"facenet-semi-hard"``  FaceNet (Schroff et al. 2015) and pytorch-metric-learning. Every pair of anchor and positive,
    with every negative that is farther than the positive, but by no more than the margin.
``"batch-hard"``  Hermans et al. 2017. Per anchor, the farthest positive and the nearest negative.

A triplet costs softplus(d_pos - d_neg) with a soft margin, max(d_pos - d_neg + margin, 0) with a number. A collapsed
batch, all embeddings in one point, costs ln 2 with a soft margin: a loss that stays there has learned nothing.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from reproduce.errors import InvalidInputError
from reproduce.models.dcnn.loaded import keras, ops
from reproduce.models.dcnn.recipe import Distance, Mining

__all__ = ["DISTANCES", "MINING", "TripletLoss", "Triplets", "cosine_distances", "mine", "summary", "triplet_loss"]

#: How a distance counts between unit vectors: squared Euclidean, |a - b|^2, is twice the cosine distance.
DISTANCES: Mapping[Distance, float] = {"cosine": 1.0, "squared-euclidean": 2.0}
MINING = get_args(Mining)
#: FaceNet's margin: how far "semi-hard" reaches beyond the positive when the margin itself is soft.
WINDOW = 0.2


class Triplets(NamedTuple):
    """The chosen triplets of a batch, all of one shape: distances to positive and negative, and which of them count."""

    positive: Any
    negative: Any
    chosen: Any


def cosine_distances(embeddings: Any) -> Any:
    """Return (N, N), one minus the dot product of unit vectors (N, D), clipped at 0."""
    # Not ops.matmul, which drops float64 on torch.
    return ops.relu(1.0 - ops.einsum("id,dj->ij", embeddings, ops.transpose(embeddings)))


def mine(distances: Any, labels: Any, mining: str = "tfsim-semi-hard", margin: str | float = "soft") -> Triplets:
    """Choose triplets from distances (N, N) and labels (N,) by a rule of ``MINING``; an unknown rule is an error."""
    if mining not in MINING:
        raise InvalidInputError(f"no mining rule {mining!r}; there are: {', '.join(MINING)}")
    labels = ops.reshape(labels, (-1, 1))
    same = ops.equal(labels, ops.transpose(labels))
    itself = ops.cast(ops.eye(ops.shape(distances)[0]), "bool")
    positives, negatives = ops.logical_and(same, ops.logical_not(itself)), ops.logical_not(same)  # (N, N)
    far = ops.cast(4.0, distances.dtype)  # farther than any cosine distance
    if mining == "facenet-semi-hard":
        reach = WINDOW if margin == "soft" else float(margin)
        d_pos, d_neg = ops.expand_dims(distances, 2), ops.expand_dims(distances, 1)  # (N, N, 1), (N, 1, N)
        possible = ops.logical_and(ops.expand_dims(positives, 2), ops.expand_dims(negatives, 1))  # (N, N, N)
        within = ops.logical_and(d_neg > d_pos, d_neg <= d_pos + reach)
        zero = ops.zeros_like(d_pos + d_neg)
        return Triplets(zero + d_pos, zero + d_neg, ops.logical_and(possible, within))
    alone = ops.logical_not(ops.any(positives, axis=1))
    possible = ops.logical_and(ops.any(negatives, axis=1), ops.any(positives))  # else the batch holds no triplet
    farthest_positive = ops.max(ops.where(positives, distances, -far), axis=1)
    if mining == "batch-hard":
        nearest = ops.min(ops.where(negatives, distances, far), axis=1)
        return Triplets(farthest_positive, nearest, ops.logical_and(possible, ops.logical_not(alone)))
    floor = ops.stop_gradient(ops.min(distances, axis=1))  # an anchor's distance to itself
    farthest_positive = ops.where(alone, floor, farthest_positive)
    beyond = ops.logical_and(negatives, distances > ops.expand_dims(farthest_positive, 1))
    nearest_beyond = ops.min(ops.where(beyond, distances, far), axis=1)
    farthest = ops.max(ops.where(negatives, distances, -far), axis=1)
    return Triplets(farthest_positive, ops.where(ops.any(beyond, axis=1), nearest_beyond, farthest), possible)


def cost(triplets: Triplets, margin: str | float = "soft") -> Any:
    """Return the mean cost of the chosen triplets, a scalar; 0, with zero gradient, where none was chosen."""
    gap = triplets.positive - triplets.negative
    each = ops.softplus(gap) if margin == "soft" else ops.relu(gap + float(margin))
    return _mean_over(each, triplets.chosen)


def _mean_over(values: Any, chosen: Any) -> Any:
    """Return the mean of the chosen values; 0 where there are none.

    ``ops.maximum`` with a number would cast to float32.
    """
    chosen = ops.cast(chosen, values.dtype)
    count = ops.sum(chosen)
    return ops.sum(values * chosen) / (count + ops.cast(ops.equal(count, 0), values.dtype))


def triplet_loss(labels: Any, embeddings: Any, mining: str = "tfsim-semi-hard", margin: str | float = "soft") -> Any:
    """Return the loss of one batch, a scalar: labels (N,) integers, embeddings (N, D) of unit length.

    A batch without a triplet (every animal once, or one animal alone) costs 0 and teaches nothing. NaN in any
    embedding makes the loss NaN, whatever the rule would have chosen, so that training can stop there.
    """
    return summary(labels, embeddings, mining, margin)["loss"]


def summary(
    labels: Any,
    embeddings: Any,
    mining: str = "tfsim-semi-hard",
    margin: str | float = "soft",
    distance: Distance = "cosine",
) -> dict[str, Any]:
    """Return the loss of one batch and what shows a collapse, four scalars.

    ``active``: fraction of the chosen triplets that still pull: cost above 0 with a number for a margin; positive no
    nearer than negative with a soft one, where no cost is ever 0. ``spread``: mean cosine distance between two
    embeddings of the batch, 0 when collapsed. ``triplets``: how many were chosen.
    """
    apart = cosine_distances(embeddings)
    distances = apart * DISTANCES[distance]
    triplets = mine(distances, labels, mining, margin)
    poison = 0.0 * ops.sum(embeddings)  # 0, or NaN where an embedding is: comparisons above would hide it
    room = 0.0 if margin == "soft" else float(margin)
    pulls = triplets.positive + room >= triplets.negative
    if margin != "soft":
        pulls = triplets.positive + room > triplets.negative
    others = ops.logical_not(ops.cast(ops.eye(ops.shape(distances)[0]), "bool"))
    return {
        "loss": cost(triplets, margin) + poison,
        "active": _mean_over(ops.cast(pulls, distances.dtype), triplets.chosen),
        "spread": _mean_over(apart, others),
        "triplets": ops.sum(ops.cast(triplets.chosen, distances.dtype)),
    }


class TripletLoss(keras.losses.Loss):
    """``triplet_loss`` for ``model.compile``; labels stay exact up to 2**24, where float32 ends."""

    def __init__(
        self, mining: str = "tfsim-semi-hard", margin: str | float = "soft", name: str = "triplet_loss"
    ) -> None:
        super().__init__(name=name, reduction="sum")
        self.mining, self.margin = mining, margin

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return triplet_loss(y_true, y_pred, self.mining, self.margin)

    def get_config(self) -> dict[str, Any]:
        return {"mining": self.mining, "margin": self.margin, "name": self.name}
