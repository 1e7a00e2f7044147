"""Run by test_dcnn in processes of their own: trains a small head on made-up features and saves its embedding.

Arguments: where to save, a checkpoint, the step to be killed at (-1: never); and so on, one training after another.
"""

import os
import signal
import sys

import numpy as np

from reproduce.models.dcnn.model import DCNN, Recipe


def data():
    """Features (96, 24) of 12 animals, each around a point of its own."""
    rng = np.random.default_rng(9)
    labels = np.repeat(np.arange(12), 8)
    return (rng.standard_normal((12, 24))[labels] + 0.6 * rng.standard_normal((96, 24))).astype("float32"), labels


def main(target, checkpoint, killed_at):
    from reproduce.models.dcnn import balanced

    features, labels = data()
    real = balanced.BalancedBatches.batch

    def dying(self, step):
        if step == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, step)

    balanced.BalancedBatches.batch = dying
    recipe = Recipe(dim=8, animals=8, images=2, steps=300)
    model = DCNN(recipe, seed=4).fit(features, labels, checkpoint, every=50)
    balanced.BalancedBatches.batch = real
    np.savez(target, embedding=model.embed(features), **{name: np.array(c) for name, c in model.curves_.items()})


if __name__ == "__main__":
    from pathlib import Path

    for at in range(1, len(sys.argv), 3):
        main(sys.argv[at], Path(sys.argv[at + 1]), int(sys.argv[at + 2]))
