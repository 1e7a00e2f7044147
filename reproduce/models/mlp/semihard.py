"""Triplet loss, semi-hard mining by TensorFlow Similarity 0.17's rule, soft margin; with its gradient.

"Semi-hard" names other rules in FaceNet and in pytorch-metric-learning. The soft margin is Hermans et al.
2017 (arXiv:1703.07737), which the paper cites for it.
"""

import numpy as np

__all__ = ["semi_hard_triplet_loss"]


def semi_hard_triplet_loss(
    E: np.ndarray, labels: np.ndarray, anchors: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """Return the mean over anchors of softplus(d_pos - d_neg), and its gradient (n, d) in the embeddings.

    ``E`` (n, d) embeddings as the network gives them, ``labels`` (n,). d is the cosine distance 1 - cos.
    For each anchor the positive is the farthest image of its class, the negative the nearest image of
    another class that is farther than that positive or, where there is none, the farthest of all. Anchors
    without a positive or a negative are left out; with none left the loss is 0. ``anchors`` (indices)
    limits who asks, not who answers. An embedding of length zero has cosine 0 with everything and gets no
    gradient. All distances equal: ln 2.
    """
    rows = np.arange(len(E)) if anchors is None else np.asarray(anchors)
    length = np.sqrt(np.einsum("nd,nd->n", E, E))[:, None]
    inverse = np.divide(1, length, out=np.zeros_like(length), where=length > 0)
    U = E * inverse  # (n, d), unit length
    D = 1 - U[rows] @ U.T  # (a, n)
    same = labels[rows][:, None] == labels
    positive = same.copy()
    positive[np.arange(len(rows)), rows] = False
    asked = positive.any(axis=1) & ~same.all(axis=1)
    if not asked.any():
        return 0.0, np.zeros_like(E)
    rows, D, positive, negative = rows[asked], D[asked], positive[asked], ~same[asked]
    at = np.arange(len(rows))

    p = np.where(positive, D, -np.inf).argmax(axis=1)  # (a,) hardest positive
    d_pos = D[at, p]
    farther = negative & (d_pos[:, None] < D)
    nearest = np.where(farther, D, np.inf).argmin(axis=1)
    farthest = np.where(negative, D, -np.inf).argmax(axis=1)
    n = np.where(farther.any(axis=1), nearest, farthest)  # (a,)
    gap = d_pos - D[at, n]
    loss = float(np.mean(np.logaddexp(0, gap)))

    slope = 1 / (1 + np.exp(-gap)) / len(rows)  # dL/dd_pos = -dL/dd_neg
    dU = np.zeros_like(U)
    np.add.at(dU, rows, slope[:, None] * (U[n] - U[p]))  # d = 1 - u_a . u_b
    np.add.at(dU, p, -slope[:, None] * U[rows])
    np.add.at(dU, n, slope[:, None] * U[rows])
    dE = (dU - U * np.einsum("nd,nd->n", U, dU)[:, None]) * inverse  # through the normalisation
    return loss, dE.astype(E.dtype, copy=False)
