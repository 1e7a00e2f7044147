"""Adam from scratch (section II-B.1 of the paper; Kingma and Ba 2015, Algorithm 1)."""

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
from scipy.linalg.blas import daxpy, saxpy

from reproduce.errors import InvalidInputError
from reproduce.models.mlp.memory import zeros

__all__ = ["Adam"]

#: Bytes of each vector updated at a time, so that the passes over a chunk find it in the processor's cache.
CHUNK = 1 << 19
#: Steps between two rescalings of the kept sums.
RESCALE = 16


class Adam:
    """Adam, Algorithm 1 of Kingma and Ba (arXiv:1412.6980): step t, gradient g, learning rate alpha.

        m <- beta_1 m + (1 - beta_1) g                m_hat = m / (1 - beta_1^t)
        v <- beta_2 v + (1 - beta_2) g^2              v_hat = v / (1 - beta_2^t)
        theta <- theta - alpha m_hat / (sqrt(v_hat) + epsilon)

    Which epsilon: Algorithm 1's, added to sqrt(v_hat), as torch does. Keras and scikit-learn use the
    "epsilon hat" of the paper's section 2, added to sqrt(v): theirs counts 1 / sqrt(1 - beta_2^t) times as
    much, 32 times at the first step. The reproduced paper says 1e-8 and no more.

    The same numbers, cheaper. The averages are kept as sums, M = m / ((1 - beta_1) beta_1^j) and
    V = v / ((1 - beta_2) beta_2^j), j the steps since the sums were last rescaled, so that a step only adds:
    M <- M + beta_1^-j g and V <- V + beta_2^-j g^2. Every constant is then folded into one step size and one
    epsilon: theta <- theta - a M / (sqrt(V) + e), where c = sqrt((1 - beta_2) beta_2^j / (1 - beta_2^t)),
    e = epsilon / c and a = alpha (1 - beta_1) beta_1^j / (1 - beta_1^t) / c.
    """

    def __init__(
        self, learning_rate: float = 1e-3, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        if not learning_rate >= 0 or not np.isfinite(learning_rate):
            raise InvalidInputError(f"Adam: learning_rate must be finite and at least 0, got {learning_rate}")
        if not 0 <= beta_1 < 1 or not 0 <= beta_2 < 1:
            raise InvalidInputError(f"Adam: beta_1 and beta_2 must lie in [0, 1), got {beta_1} and {beta_2}")
        if not epsilon >= 0 or not np.isfinite(epsilon):
            raise InvalidInputError(f"Adam: epsilon must be finite and at least 0, got {epsilon}")
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.steps = 0  # t
        self._moments: list[tuple[np.ndarray, np.ndarray]] = []  # (M, V) per array
        self._scales = (1.0, 1.0)  # beta_1^j, beta_2^j

    def step(self, parameters: np.ndarray | Sequence[np.ndarray], gradients: np.ndarray | Sequence[np.ndarray]) -> None:
        """Update one float array, or each of a list of them, in place, by one step.

        The moments belong to positions: give the same arrays in the same order at every step. Raises
        InvalidInputError where shapes, count or dtype do not fit. A NaN gradient makes its own coordinate
        NaN.
        """
        thetas = [parameters] if isinstance(parameters, np.ndarray) else list(parameters)
        grads = [gradients] if isinstance(gradients, np.ndarray) else list(gradients)
        self._check(thetas, grads)
        if not self._moments:
            self._moments = [(zeros(t.shape, t.dtype), zeros(t.shape, t.dtype)) for t in thetas]
        self.steps += 1
        self._decay()
        scale_1, scale_2 = self._scales
        c = sqrt((1 - self.beta_2) * scale_2 / (1 - self.beta_2**self.steps))
        a = self.learning_rate * (1 - self.beta_1) * scale_1 / (1 - self.beta_1**self.steps) / c
        e = self.epsilon / c
        for theta, g, (M, V) in zip(thetas, grads, self._moments, strict=True):
            if theta.flags.c_contiguous and g.flags.c_contiguous:
                vectors = tuple(array.ravel() for array in (theta, g, M, V))
                length = max(1, CHUNK // theta.itemsize)
                scratch = np.empty(min(length, theta.size), theta.dtype)
                axpy = saxpy if theta.dtype == np.float32 else daxpy
                for start in range(0, theta.size, length):
                    chunk = [vector[start : start + length] for vector in vectors]
                    _update(chunk, scratch[: theta.size - start], axpy, scale_1, scale_2, a, e)
            else:
                scratch = np.empty(theta.shape, theta.dtype)
                _update([theta, g, M, V], scratch, _axpy, scale_1, scale_2, a, e)

    def _decay(self) -> None:
        """Advance the scales by one step; fold them into the sums before they grow far from 1."""
        scales = (self._scales[0] * self.beta_1, self._scales[1] * self.beta_2)
        if self.steps % RESCALE == 0 or min(scales) < 2**-RESCALE:
            for M, V in self._moments:
                M *= scales[0]
                V *= scales[1]
            scales = (1.0, 1.0)
        self._scales = scales

    def _check(self, thetas: list[np.ndarray], grads: list[np.ndarray]) -> None:
        if len(thetas) != len(grads) or (self._moments and len(thetas) != len(self._moments)):
            raise InvalidInputError(
                f"Adam: {len(thetas)} arrays, {len(grads)} gradients and {len(self._moments)} kept moments; "
                "give the same arrays at every step, each with its gradient"
            )
        for place, (theta, g) in enumerate(zip(thetas, grads, strict=True)):
            if theta.dtype not in (np.float32, np.float64) or g.dtype != theta.dtype:
                raise InvalidInputError(
                    f"Adam: array {place} is {theta.dtype}, its gradient {g.dtype}; both must be float32 "
                    "or both float64, or the update would be rounded away"
                )
            if not theta.flags.writeable:
                raise InvalidInputError(f"Adam: array {place} is read-only; give a copy to update in place")
            if g.shape != theta.shape or (self._moments and self._moments[place][0].shape != theta.shape):
                raise InvalidInputError(
                    f"Adam: array {place} has shape {theta.shape}, its gradient {g.shape}"
                    + (f", its moments {self._moments[place][0].shape}" if self._moments else "")
                )


def _update(
    chunk: list[np.ndarray],
    scratch: np.ndarray,
    axpy: Callable[..., object],
    scale_1: float,
    scale_2: float,
    a: float,
    e: float,
) -> None:
    theta, g, M, V = chunk
    np.square(g, out=scratch)
    axpy(g, M, a=1 / scale_1)  # M <- M + beta_1^-j g
    axpy(scratch, V, a=1 / scale_2)  # V <- V + beta_2^-j g^2
    np.sqrt(V, out=scratch)
    scratch += e
    np.divide(M, scratch, out=scratch)
    axpy(scratch, theta, a=-a)  # theta <- theta - a M / (sqrt(V) + e)


def _axpy(x: np.ndarray, y: np.ndarray, a: float) -> None:
    """Add a x to y, for any memory layout; BLAS does the contiguous ones in one pass."""
    y += x.dtype.type(a) * x
