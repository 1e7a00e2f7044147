"""What test_backends asks of one Keras backend: the process imports it once, each job is a fork of it.

A job is one line on standard input, a JSON list of its name and arguments; its exit status is the answer.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path

import keras
import numpy as np
from keras import ops

from reproduce.models.dcnn import balanced
from reproduce.models.dcnn.model import DCNN
from reproduce.models.dcnn.recipe import Recipe
from reproduce.models.dcnn.triplet import MINING, summary, triplet_loss


def train(target, checkpoint, killed_at):
    """Train a small head on made-up features, save its embedding and curves; killed at that step, -1: never."""
    rng = np.random.default_rng(9)
    labels = np.repeat(np.arange(12), 8)  # features (96, 24) of 12 animals, each around a point of its own
    features = (rng.standard_normal((12, 24))[labels] + 0.6 * rng.standard_normal((96, 24))).astype("float32")
    real = balanced.BalancedBatches.batch

    def dying(self, step):
        if step == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, step)

    if killed_at >= 0:
        balanced.BalancedBatches.batch = dying
    recipe = Recipe(dim=8, animals=8, images=2, steps=100, learning_rate=4e-3)
    model = DCNN(recipe, seed=4).fit(features, labels, Path(checkpoint), every=25)
    np.savez(target, embedding=model.embed(features), **{name: np.array(c) for name, c in model.curves_.items()})


def measures():
    """The loss, its summary and its gradient by the embeddings, as the backend's own differentiation has it."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
        # To compile takes longer than to run, so the loss comes with its gradient.
        both = jax.jit(jax.value_and_grad(triplet_loss, argnums=1), static_argnums=(2, 3))
        return lambda *given: both(*given)[0], jax.jit(summary, static_argnums=2), lambda *given: both(*given)[1]
    if backend == "tensorflow":
        import tensorflow as tf

        def slope(labels, rows, *rule):
            x = tf.Variable(rows)
            with tf.GradientTape() as tape:
                y = triplet_loss(labels, x, *rule)
            return tape.gradient(y, x)

    else:
        import torch

        def slope(labels, rows, *rule):
            x = torch.tensor(rows, requires_grad=True)
            triplet_loss(labels, x, *rule).backward()
            return x.grad

    return triplet_loss, summary, slope


def as_tensor(array):
    return ops.convert_to_tensor(array, dtype=array.dtype.name)


def to_numpy(tensor):
    return ops.convert_to_numpy(tensor)


def difference_to_central(loss, slope, *rule, seed):
    """Largest absolute difference between the gradient and central differences, and between 0 and these; float64."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((9, 3))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels, step = np.repeat(np.arange(3), 3), 1e-6

    def value(move):
        return float(to_numpy(loss(labels, as_tensor(rows + move.reshape(rows.shape)), *rule)))

    central = np.array([(value(step * unit) - value(-step * unit)) / (2 * step) for unit in np.eye(rows.size)])
    ours = to_numpy(slope(labels, rows, *rule))
    return float(np.abs(ours.ravel() - central).max()), float(np.abs(central).max())


def triplets(target):
    """Measure the triplet loss and save what was found as JSON."""
    loss, told, gradient = measures()
    kept = np.load(Path(__file__).parent / "vectors" / "tensorflow_similarity.npz")
    soft, margin, slope, narrow = [], [], [], []
    for number, (labels, rows, want_soft, want_margin, want_slope) in enumerate(
        zip(kept["labels"], kept["embeddings"], kept["soft"], kept["margin"], kept["gradient"], strict=True)
    ):
        labels = labels.astype("int32")
        off = abs(float(to_numpy(loss(labels, as_tensor(rows)))) - want_soft)
        off_margin = abs(float(to_numpy(loss(labels, as_tensor(rows), MINING[0], 0.2))) - want_margin)
        if np.abs(rows - rows.mean(axis=0)).max() < 0.05:  # near collapse
            narrow += [off, off_margin]
        else:
            soft.append(off)
            margin.append(off_margin)
        if number < 10:  # Two of each kind. Along the embedding itself a unit vector cannot move.
            apart = to_numpy(gradient(labels, rows)) - want_slope
            slope.append(np.abs(apart - (apart * rows).sum(axis=1, keepdims=True) * rows).max())
    central = {
        f"{mining} {margin_}": difference_to_central(loss, gradient, mining, margin_, seed=number)
        for number, mining in enumerate(MINING)
        for margin_ in ("soft", 0.3)
    }
    unit = np.zeros((8, 4), "float32")
    unit[:, 0] = 1
    pairs = np.repeat(np.arange(4), 2)
    broken = unit.copy()
    broken[3, 2] = np.nan
    scalar = {
        "collapsed": [told(pairs, as_tensor(unit), rule) for rule in ("tfsim-semi-hard", "batch-hard")],
        "no positive": [told(np.arange(8), as_tensor(unit), rule) for rule in MINING],
        "no negative": [told(np.zeros(8, int), as_tensor(unit), rule) for rule in MINING],
        "nan": [told(pairs, as_tensor(broken), rule) for rule in MINING],
    }
    found = {
        "soft": float(max(soft)),
        "margin": float(max(margin)),
        "gradient": float(max(slope)),
        "batches": [len(soft), len(narrow) // 2],
        "near collapse": float(max(narrow)),
        "central": central,
        "scalar": {
            name: [{key: float(to_numpy(value)) for key, value in one.items()} for one in rows]
            for name, rows in scalar.items()
        },
        "lone_gradient": float(np.abs(to_numpy(gradient(np.arange(8), unit))).max()),
    }
    Path(target).write_text(json.dumps(found))


def main():
    for line in sys.stdin:
        name, *given = json.loads(line)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                {"train": train, "triplets": triplets}[name](*given)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os._exit(0)  # to take the libraries down takes seconds
