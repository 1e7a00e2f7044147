"""What the running MLP does, held against the protocol the paper states (II-B.1): measured, not declared."""

from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments import mlp
from reproduce.experiments.mlp.search import search
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["adam", "protocol"]


@experiment("mlp.adam", exact=True, seconds=2, rehearsal={"size": 16, "steps": 3})
def adam(catalogue: "Catalogue", seed: int, *, steps: int = 20, size: int = 64) -> Result:
    """Hold the path of a training in float64 against Algorithm 1 written out with 0.9, 0.999 and 1e-8.

    The reference sees the gradients of the running network. "relative_error" is the largest difference of any
    parameter after ``steps`` batches of 32, relative to the longest way that one went.
    """
    from reproduce.determinism import single_thread
    from reproduce.models import MLPClassifier

    X, y = mlp.inputs(catalogue, size)[catalogue.train], catalogue.identities[catalogue.train]
    order = np.random.default_rng(seed).permutation(len(X))
    model = MLPClassifier(dtype="float64", random_state=seed)
    theta = m = v = np.zeros(0)
    with single_thread():
        for t in range(1, steps + 1):
            batch = order[np.arange(32 * (t - 1), 32 * t) % len(order)]
            if t == 1:  # a step of length zero builds the network and leaves it as it was initialised
                model.set_params(learning_rate=0.0).partial_fit(X[batch], y[batch], np.unique(y))
                theta = start = model.network_.parameters.copy()
                model = MLPClassifier(dtype="float64", random_state=seed)
                m = v = np.zeros_like(theta)
            model.partial_fit(X[batch], y[batch], np.unique(y))
            g = model.network_.gradient
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g**2
            theta = theta - 1e-3 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    way = np.abs(theta - start).max()
    error = np.abs(model.network_.parameters - theta).max() / way
    return Result({"relative_error": float(error), "steps": float(model.n_steps_)}, {"longest_way": float(way)})


@experiment("mlp.protocol", exact=True, seconds=15, rehearsal={"size": 16})
def protocol(catalogue: "Catalogue", seed: int, *, size: int = 64) -> Result:
    """Watch one search of a single epoch and three trainings.

    "folds" and "points" as scikit-learn ran them; "patience", the epochs between the kept and the last of a
    training that stopped by itself (-1 if it did not); "inputs" per image, their "lowest" and "highest" value;
    "steps_per_epoch" at batch 32, with "expected_steps" for the images left after the held-out tenth; "unequal",
    parameters that differ between two trainings under one seed.
    """
    from reproduce.determinism import single_thread
    from reproduce.models import MLPClassifier

    X, y = mlp.inputs(catalogue, size)[catalogue.train], catalogue.identities[catalogue.train]
    found = search(MLPClassifier(max_epochs=1, random_state=seed), X, y, seed)
    with single_thread():
        fast = MLPClassifier(learning_rate=3e-3, random_state=seed).fit(X, y)
        first, second = (MLPClassifier(max_epochs=3, random_state=seed).fit(X, y) for _ in range(2))
    stopped = fast.n_epochs_ < fast.max_epochs
    scores = {
        "folds": found["folds"],
        "points": found["points"],
        "patience": fast.n_epochs_ - fast.best_epoch_ if stopped else -1,
        "inputs": X.shape[1],
        "lowest": X.min(),
        "highest": X.max(),
        "steps_per_epoch": first.n_steps_ / first.n_epochs_,
        "expected_steps": np.ceil((len(X) - len(first.held_out_)) / 32),
        "held_out_share": len(first.held_out_) / len(X),
        "unequal": np.sum(first.network_.parameters != second.network_.parameters),
    }
    return Result({name: float(value) for name, value in scores.items()}, {"epochs": fast.n_epochs_})
