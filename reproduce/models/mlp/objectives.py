"""What a network is trained for: to name the class, or to bring images of a class together."""

from typing import Protocol

import numpy as np

from reproduce.models.mlp import batches
from reproduce.models.mlp.network import Network
from reproduce.models.mlp.output import cross_entropy, loss_and_delta
from reproduce.models.mlp.semihard import semi_hard_triplet_loss

__all__ = ["OBJECTIVES", "CrossEntropy", "Objective", "Triplet"]


class Objective(Protocol):
    """A loss over batches; X (n, inputs) in the network's dtype, y (n,) int classes."""

    batches: staticmethod

    def gradient(self, network: Network, X: np.ndarray, y: np.ndarray) -> float:
        """Return the batch's loss; leave its gradient in ``network.gradient``."""

    def held_out_loss(
        self, network: Network, X: np.ndarray, y: np.ndarray, held_X: np.ndarray, held_y: np.ndarray
    ) -> float:
        """Return the loss of held-out images beside the training images X, y."""

    def finish(self, network: Network, X: np.ndarray, y: np.ndarray) -> None:
        """Do what is left to do after the last step, given the training images."""


class CrossEntropy:
    """Softmax and cross-entropy over the classes: the paper's objective (II-B.1)."""

    batches = staticmethod(batches.shuffled)

    def gradient(self, network: Network, X: np.ndarray, y: np.ndarray) -> float:
        z = network.forward(X)
        loss = loss_and_delta(z, y)
        network.backward(X, z)
        return loss

    def held_out_loss(
        self, network: Network, X: np.ndarray, y: np.ndarray, held_X: np.ndarray, held_y: np.ndarray
    ) -> float:
        return cross_entropy(network.forward(held_X), held_y)

    def finish(self, network: Network, X: np.ndarray, y: np.ndarray) -> None:
        """Do nothing: the output layer was trained with the rest."""


class Triplet:
    """The triplet loss on the last hidden layer; held-out images ask, the training images answer too."""

    batches = staticmethod(batches.of_classes)

    def gradient(self, network: Network, X: np.ndarray, y: np.ndarray) -> float:
        loss, delta = semi_hard_triplet_loss(network.forward(X, -1), y)
        network.backward(X, delta, -1)
        return loss

    def held_out_loss(
        self, network: Network, X: np.ndarray, y: np.ndarray, held_X: np.ndarray, held_y: np.ndarray
    ) -> float:
        E = network.forward(np.concatenate([held_X, X]), -1)
        return semi_hard_triplet_loss(E, np.concatenate([held_y, y]), np.arange(len(held_X)))[0]

    def finish(self, network: Network, X: np.ndarray, y: np.ndarray) -> None:
        """Make the output layer a nearest-mean classifier: column k is the mean unit embedding of class k."""
        E = network.infer(X, -1)
        E /= np.maximum(np.linalg.norm(E, axis=1, keepdims=True), np.finfo(float).tiny)
        W = network.weights[-1]  # (h, classes)
        for k in np.unique(y):
            mean = E[y == k].mean(axis=0)
            W[:, k] = mean / max(np.linalg.norm(mean), np.finfo(float).tiny)
        network.biases[-1][:] = 0


OBJECTIVES: dict[str, type[CrossEntropy] | type[Triplet]] = {
    "cross-entropy": CrossEntropy,
    "triplet": Triplet,
}
