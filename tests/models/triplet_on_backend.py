"""Run by test_triplet in a process of its own, once per Keras backend: prints what it measured as one JSON line."""

import json
import sys
from pathlib import Path

import numpy as np


def difference_to_central(triplet_loss, mining, margin, seed):
    """Largest absolute difference between the backend's gradient and central differences, in float64."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((9, 3))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels = np.repeat(np.arange(3), 3)

    def value(flat):
        return float(to_numpy(triplet_loss(labels, as_tensor(flat.reshape(rows.shape)), mining, margin)))

    step = 1e-6
    flat = rows.ravel()
    central = np.array(
        [(value(flat + step * unit) - value(flat - step * unit)) / (2 * step) for unit in np.eye(flat.size)]
    )
    ours = gradient(lambda x: triplet_loss(labels, x, mining, margin), rows)
    return float(np.abs(ours.ravel() - central).max()), float(np.abs(central).max())


def as_tensor(array):
    from keras import ops

    return ops.convert_to_tensor(array, dtype=array.dtype.name)


def to_numpy(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)


def gradient(function, array):
    """The gradient of a scalar function at an array, by the backend's own automatic differentiation."""
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        x = tf.Variable(array)
        with tf.GradientTape() as tape:
            y = function(x)
        return tape.gradient(y, x).numpy()
    if backend == "torch":
        import torch

        x = torch.tensor(array, requires_grad=True)
        function(x).backward()
        return x.grad.numpy()
    import jax

    return np.asarray(jax.grad(function)(jax.numpy.asarray(array)))


def main():
    from reproduce.models.dcnn.triplet import MINING, summary, triplet_loss

    kept = np.load(Path(__file__).parent / "vectors" / "tensorflow_similarity.npz")
    soft, margin, slope = [], [], []
    for number, (labels, rows, want_soft, want_margin, want_slope) in enumerate(
        zip(kept["labels"], kept["embeddings"], kept["soft"], kept["margin"], kept["gradient"], strict=True)
    ):
        labels = labels.astype("int32")
        soft.append(abs(float(to_numpy(triplet_loss(labels, as_tensor(rows)))) - want_soft))
        margin.append(abs(float(to_numpy(triplet_loss(labels, as_tensor(rows), margin=0.2))) - want_margin))
        if number < 10:  # Two of each kind. Along the embedding itself a unit vector cannot move.
            apart = gradient(lambda x, y=labels: triplet_loss(y, x), rows) - want_slope
            slope.append(np.abs(apart - (apart * rows).sum(axis=1, keepdims=True) * rows).max())
    central = {
        f"{mining} {margin_}": difference_to_central(triplet_loss, mining, margin_, seed=number)
        for number, mining in enumerate(MINING)
        for margin_ in ("soft", 0.3)
    }
    unit = np.zeros((8, 4), "float32")
    unit[:, 0] = 1
    pairs = np.repeat(np.arange(4), 2)
    broken = unit.copy()
    broken[3, 2] = np.nan
    scalar = {
        "collapsed": [summary(pairs, as_tensor(unit), rule) for rule in ("tfsim-semi-hard", "batch-hard")],
        "no positive": [summary(np.arange(8), as_tensor(unit), rule) for rule in MINING],
        "no negative": [summary(np.zeros(8, int), as_tensor(unit), rule) for rule in MINING],
        "nan": [summary(pairs, as_tensor(broken), rule) for rule in MINING],
    }
    lone_gradient = np.abs(gradient(lambda x: triplet_loss(np.arange(8), x), unit)).max()
    print(
        json.dumps(
            {
                "soft": float(max(soft)),
                "margin": float(max(margin)),
                "gradient": float(max(slope)),
                "batches": len(soft),
                "central": central,
                "scalar": {
                    name: [{key: float(to_numpy(value)) for key, value in one.items()} for one in found]
                    for name, found in scalar.items()
                },
                "lone_gradient": float(lone_gradient),
            }
        )
    )


if __name__ == "__main__":
    sys.exit(main())
