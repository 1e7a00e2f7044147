"""Fully connected layers with ReLU between them: forward and backward, in flat memory."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from reproduce.models.mlp.memory import zeros

__all__ = ["Network"]


class Network:
    """h_0 = x; h_l = max(0, h_{l-1} W_l + b_l); logits z = h_L W_{L+1} + b_{L+1}.

    ``sizes``: (inputs, hidden..., classes). ``linear``: the last hidden layer is left without its ReLU. All
    parameters lie in one vector, all gradients in another, and the matrices are views into them, so that the optimiser
    walks one array. Activations are written into buffers that are kept between calls: what ``forward`` returns is
    overwritten by the next call.
    """

    def __init__(self, sizes: Sequence[int], dtype: str | np.dtype = "float32", linear: bool = False) -> None:
        self.sizes = tuple(sizes)
        self._bent = range(len(self.sizes) - 2 - linear)  # the layers that have a ReLU
        self.dtype = np.dtype(dtype)
        length = sum(n_in * n_out + n_out for n_in, n_out in pairwise(self.sizes))
        self.parameters = zeros(length, self.dtype)
        self.gradient = zeros(length, self.dtype)
        self.weights, self.biases = self._views(self.parameters)
        self.weight_gradients, self.bias_gradients = self._views(self.gradient)
        self._buffers: list[np.ndarray] = []
        self._deltas: list[np.ndarray] = []

    def _views(self, vector: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return the matrices W_l (n_in, n_out) and vectors b_l (n_out,) inside a flat vector."""
        weights, biases, start = [], [], 0
        for n_in, n_out in pairwise(self.sizes):
            weights.append(vector[start : start + n_in * n_out].reshape(n_in, n_out))
            start += n_in * n_out
            biases.append(vector[start : start + n_out])
            start += n_out
        return weights, biases

    def initialise(self, rng: np.random.Generator) -> None:
        """Set zero biases and Glorot uniform weights U(-a, a), a = sqrt(6 / (n_in + n_out)) (Glorot 2010)."""
        for W, b in zip(self.weights, self.biases, strict=True):
            bound = np.sqrt(6 / sum(W.shape))
            W[:] = rng.uniform(-bound, bound, W.shape)
            b[:] = 0

    def forward(self, X: np.ndarray, layers: int | None = None) -> np.ndarray:
        """Return logits (n, classes) of X (n, inputs) in the network's dtype; ``layers=-1``: last hidden layer."""
        rows = len(X)
        if not self._buffers or len(self._buffers[0]) < rows:
            self._buffers = [np.empty((rows, size), self.dtype) for size in self.sizes[1:]]
            self._deltas = [np.empty((rows, size), self.dtype) for size in self.sizes[1:-1]]
        h = X
        for layer in range(len(self.weights))[:layers]:
            out = self._buffers[layer][:rows]
            np.matmul(h, self.weights[layer], out=out)
            out += self.biases[layer]
            if layer in self._bent:
                np.maximum(out, 0, out=out)
            h = out
        return h

    def backward(self, X: np.ndarray, delta: np.ndarray, layers: int | None = None) -> np.ndarray:
        """Return the flat gradient, given delta = dL/d output of the ``forward(X, layers)`` just called.

        dL/dW_l = h_{l-1}^T delta_l, dL/db_l = sum of delta_l over rows, and delta_{l-1} = (delta_l W_l^T) where
        h_{l-1} > 0, or everywhere where that layer is linear. Layers that were not run get gradient zero.
        """
        rows, run = len(X), range(len(self.weights))[:layers]
        if layers is not None:
            if run[-1] in self._bent:  # delta stands behind the ReLU of the last hidden layer
                delta = delta * (self._buffers[run[-1]][:rows] > 0)
            for layer in range(len(run), len(self.weights)):
                self.weight_gradients[layer][:] = 0
                self.bias_gradients[layer][:] = 0
        for layer in reversed(run):
            h = self._buffers[layer - 1][:rows] if layer else X  # (n, n_in)
            np.matmul(h.T, delta, out=self.weight_gradients[layer])  # (n_in, n_out)
            np.sum(delta, axis=0, out=self.bias_gradients[layer])  # (n_out,)
            if layer:
                below = self._deltas[layer - 1][:rows]
                np.matmul(delta, self.weights[layer].T, out=below)  # (n, n_in)
                if layer - 1 in self._bent:
                    below *= h > 0
                delta = below
        return self.gradient

    def infer(self, X: np.ndarray, layers: int | None = None, rows: int = 1024) -> np.ndarray:
        """Return ``forward`` (N, outputs) in float64 whatever the training dtype, by blocks of rows, in fresh memory.

        A row's answer then does not depend on the rows beside it: in float32 it would, in the seventh digit.
        """
        weights = [W.astype(np.float64) for W in self.weights[:layers]]
        blocks = []
        for start in range(0, len(X), rows):
            h = X[start : start + rows].astype(np.float64)
            for layer, W in enumerate(weights):
                h = h @ W + self.biases[layer]
                if layer in self._bent:
                    h = np.maximum(h, 0)
            blocks.append(h)
        return np.concatenate(blocks)
