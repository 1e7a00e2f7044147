"""Softmax, and the cross-entropy of its output (section II-B.1: "a softmax layer into the ... classes")."""

import numpy as np

from reproduce.errors import InvalidInputError

__all__ = ["cross_entropy", "cross_entropy_gradient", "loss_and_delta", "softmax"]


def softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return p_k = exp(z_k) / sum_j exp(z_j) along an axis; by exp(z - max z), so nothing overflows.

    ``z``: an array of logits, any shape; -inf stands for an impossible class and gets exactly 0. Returns an
    array of the same shape, float32 for float32 and float64 otherwise. Raises InvalidInputError for NaN,
    +inf, or a slice whose logits are all -inf: no distribution is meant by them.
    """
    z = np.asarray(z)
    if z.dtype != np.float32:
        z = z.astype(np.float64)
    if not z.ndim or not z.shape[axis]:
        raise InvalidInputError(f"softmax: logits of shape {z.shape} hold no classes along axis {axis}")
    largest = z.max(axis=axis, keepdims=True)
    if not np.isfinite(largest).all():
        raise InvalidInputError(
            "softmax: logits hold NaN or +inf, or only -inf; check the inputs or lower the learning rate"
        )
    p = z.copy()
    with np.errstate(over="ignore", under="ignore"):  # 1e308 - -1e308 is inf, and exp(-inf) is the 0 wanted
        p -= largest
        np.exp(p, out=p)
    p /= p.sum(axis=axis, keepdims=True)
    return p


def cross_entropy(z: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of -log softmax(z)[label], in nats, over rows: z (N, K) logits, labels (N,) int in [0, K).

    -log p_y = log sum_j exp(z_j) - z_y: the logarithm is never taken of a probability that has rounded to 0.
    """
    labels = _checked(z, labels)
    shifted = z - z.max(axis=1, keepdims=True)  # (N, K)
    log_sum = np.log(np.exp(shifted).sum(axis=1))  # (N,)
    return float(np.mean(log_sum - shifted[np.arange(len(z)), labels], dtype=np.float64))


def cross_entropy_gradient(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the gradient (N, K) of ``cross_entropy`` in the logits: (p - y) / N, y one-hot."""
    labels = _checked(z, labels)
    gradient = np.array(z)
    loss_and_delta(gradient, labels)
    return gradient


def loss_and_delta(z: np.ndarray, labels: np.ndarray) -> float:
    """Return the loss and leave its gradient in z: both of the above for the training loop, without any check."""
    rows = np.arange(len(z))
    z -= z.max(axis=1, keepdims=True)
    log_p = z[rows, labels]
    np.exp(z, out=z)
    total = z.sum(axis=1, keepdims=True)
    log_p -= np.log(total[:, 0])
    z /= total  # p
    z[rows, labels] -= 1  # p - y
    z /= len(z)
    return -float(log_p.mean())


def _checked(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    labels = np.asarray(labels)
    if z.ndim != 2 or labels.shape != z.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise InvalidInputError(
            f"cross_entropy: wants logits (N, K) and integer labels (N,), got {z.shape} and {labels.dtype} "
            f"{labels.shape}"
        )
    if len(labels) == 0 or labels.min() < 0 or labels.max() >= z.shape[1]:
        raise InvalidInputError(f"cross_entropy: labels must be one or more of 0..{z.shape[1] - 1}")
    return labels
