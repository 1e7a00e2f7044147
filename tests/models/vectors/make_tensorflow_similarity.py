"""Makes ``tensorflow_similarity.npz``: what TensorFlow Similarity 0.17.1's ``TripletLoss()`` says on 100 batches.

It needs an environment of its own, because the library does not run on Keras 3:

    python -m venv oracle
    oracle/bin/pip install tensorflow==2.21.0 tf_keras==2.21.0
    oracle/bin/pip install --no-deps tensorflow-similarity==0.17.1   # plus what its import asks for
    TF_USE_LEGACY_KERAS=1 oracle/bin/python tests/models/vectors/make_tensorflow_similarity.py

Kept per batch: labels, embeddings (unit length, float32), the loss with soft margin and with a margin of 0.2, and
the gradient of the soft loss. Kinds in turn: balanced 16 x 2; balanced 8 x 4; random labels, some of them alone;
clustered embeddings, where most anchors have no negative farther than their positive; nearly collapsed ones.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow_similarity.losses import TripletLoss

KINDS = ("16x2", "8x4", "random", "clustered", "near-collapse")


def batch(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels (32,) and embeddings (32, 16) of one batch."""
    rng = np.random.default_rng(20_170_100 + number)
    kind = KINDS[number % len(KINDS)]
    labels = {"8x4": np.repeat(np.arange(8), 4), "random": rng.integers(0, 20, 32)}.get(
        kind, np.repeat(np.arange(16), 2)
    )
    rows = rng.standard_normal((32, 16))
    if kind == "clustered":  # by something other than the label
        rows = rng.standard_normal((4, 16))[rng.integers(0, 4, 32)] + 0.3 * rows
    if kind == "near-collapse":
        rows = np.ones(16) + 0.02 * rows
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return labels.astype(np.int32), rows.astype(np.float32)


def main() -> None:
    kept: dict[str, list] = {"labels": [], "embeddings": [], "soft": [], "margin": [], "gradient": []}
    for number in range(100):
        labels, rows = batch(number)
        variable = tf.Variable(rows)
        with tf.GradientTape() as tape:
            soft = TripletLoss()(labels, variable)
        kept["labels"].append(labels.astype(np.int8))
        kept["embeddings"].append(rows)
        kept["soft"].append(soft.numpy())
        kept["margin"].append(TripletLoss(margin=0.2)(labels, variable).numpy())
        kept["gradient"].append(tape.gradient(soft, variable).numpy())
    target = Path(__file__).with_name("tensorflow_similarity.npz")
    np.savez_compressed(target, **{name: np.stack(values) for name, values in kept.items()})


if __name__ == "__main__":
    main()
