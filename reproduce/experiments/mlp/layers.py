"""The layers of the running MLP, held against the paper's words (II-B.1): read off a trained network, not a setting.

"A single hidden layer with a ReLU activation function followed by a softmax layer into the appropriate number of
classes", on greyscale images of 64 x 64.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments import mlp
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["layers"]


@experiment("mlp.layers", exact=True, seconds=5, rehearsal={"hidden": [8], "size": 16})
def layers(
    catalogue: "Catalogue",
    seed: int,
    *,
    hidden: Sequence[int] = (64,),
    size: int = 64,
    learning_rate: float = 1e-4,
    epochs: int = 3,
) -> Result:
    """Train shortly, take the network apart, and work it through in float64 beside what it answers.

    "hidden_layers" before the last; "units" in the last of them; "inputs", the values per image that the first
    matrix takes, and "pixels", those of one grey image. ReLU: "lowest", the least activation of any training image;
    "clipped", the share of activations held at 0; "relu_error", the largest distance of an activation, as embedded or
    as trained on, from max(0, W x + b), relative to the largest |W x + b| (a layer that died is judged too). Softmax:
    "classes" answered for, "training_animals", and "foreign", animals in one of the two alone; "sum_error", the
    largest distance of an image's probabilities from summing to one; "softmax_error", that of a probability from
    exp(z) / sum exp(z), or of the output biases' gradient in a step of length zero from the mean of those less the
    animals' own.
    """
    from reproduce.determinism import single_thread
    from reproduce.models import MLPClassifier

    X, y = mlp.inputs(catalogue, size)[catalogue.train], catalogue.identities[catalogue.train]
    with single_thread():
        model = MLPClassifier(tuple(hidden), learning_rate=learning_rate, max_epochs=epochs, random_state=seed)
        model.fit(X, y)
        network = model.network_
        summed, z = _worked_through(X, network.weights, network.biases)
        embedded, answered = model.embed(X), model.predict_proba(X)
        batch = np.arange(0, len(X), max(1, len(X) // 32))[:32]
        trained_on = network.forward(X[batch], -1).copy()
        still = MLPClassifier(tuple(hidden), learning_rate=0.0, random_state=seed)
        still.partial_fit(X[batch], y[batch], np.unique(y))
    below = np.where(summed > 0, summed, 0.0)
    _, first = _worked_through(X[batch], still.network_.weights, still.network_.biases)
    own = y[batch, None] == still.classes_
    gradient = (_softmax(first) - own).mean(axis=0)
    relu = (np.abs(embedded - below).max(), np.abs(trained_on - below[batch]).max())
    softmax = (
        np.abs(answered - _softmax(z)).max(),
        np.abs(still.network_.bias_gradients[-1] - gradient).max(),
    )
    scores = {
        "hidden_layers": len(network.weights) - 1,
        "units": embedded.shape[1],
        "inputs": network.weights[0].shape[0],
        "pixels": size * size,
        "lowest": min(embedded.min(), trained_on.min()),
        "clipped": np.mean(embedded == 0),
        "relu_error": max(relu) / np.abs(summed).max(),
        "classes": answered.shape[1],
        "training_animals": len(np.unique(y)),
        "foreign": len(np.setxor1d(model.classes_, y)),
        "sum_error": np.abs(answered.sum(axis=1) - 1).max(),
        "softmax_error": max(softmax),
    }
    details = {"largest_activation": float(below.max()), "dead_units": int((embedded.max(axis=0) == 0).sum())}
    return Result({name: float(value) for name, value in scores.items()}, details)


def _worked_through(
    X: np.ndarray, weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return W x + b of the last hidden layer (N, units), and logits (N, classes), of ReLU layers, in float64."""
    last = z = X.astype(np.float64)
    for number, (W, b) in enumerate(zip(weights, biases, strict=True)):
        rows = np.where(z > 0, z, 0.0) if number else z
        last, z = z, rows @ W.astype(np.float64) + b.astype(np.float64)
    return last, z


def _softmax(z: np.ndarray) -> np.ndarray:
    raised = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
