"""Held-out animals as queries against the training animals, both numbered from 0 by their folders: who is who is luck.

The call of the library's own example: test images are the queries, training images the reference. Where the two sides
hold different animals and each side's labels count its own folders from 0, animal 3 of one is "found" as animal 3 of
the other, a stranger.
"""

from typing import TYPE_CHECKING

import numpy as np

from reproduce.determinism import generator
from reproduce.experiments.dcnn import Factors, inputs_of, of_a_head
from reproduce.experiments.registry import Result

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["folder_numbers", "numbered"]


@of_a_head(
    "dcnn.numbered", of=("steps", "dim", "backbone", "weights", "size", "animals", "augment", "bank", "flip", "turn")
)
def numbered(catalogue: "Catalogue", seed: int, factors: Factors, *, numberings: int = 200) -> Result:
    """Train a head as ``dcnn.embed`` does; score the test images against the training ones by their folders' numbers.

    Scores: "map_at_r" by the folders in the order of their names, and what ``numberings`` random numberings of the
    training folders give: their mean "map_at_r.random", and "map_at_r.random.low" and "high", between which nine in
    ten lie. "chance" is exact, for a random order of the reference.
    """
    from reproduce.metrics import chance_map_at_r, map_at_r
    from reproduce.models.dcnn.model import DCNN

    images, training = inputs_of(catalogue, factors, seed)
    rows = DCNN(factors.recipe, seed).fit(training, catalogue.identities[catalogue.train]).embed(images)
    query = folder_numbers(catalogue.identities[catalogue.test])
    reference = folder_numbers(catalogue.identities[catalogue.train])

    def score(numbers: np.ndarray) -> float:
        ranked = {"reference": rows[catalogue.train], "reference_labels": numbers}
        return float(map_at_r(rows[catalogue.test], query, **ranked))

    rng = generator(seed, "numberings")
    others = [score(rng.permutation(reference.max() + 1)[reference]) for _ in range(numberings)]
    low, high = np.quantile(others, (0.05, 0.95))
    scores = {
        "map_at_r": score(reference),
        "map_at_r.random": float(np.mean(others)),
        "map_at_r.random.low": float(low),
        "map_at_r.random.high": float(high),
        "chance": float(chance_map_at_r(query, reference_labels=reference)),
    }
    return Result(scores, {"queries": len(query), "reference": len(reference)})


def folder_numbers(identities: np.ndarray) -> np.ndarray:
    """Return (N,) int, each image's folder, counted from 0 by name, as a loader of folders numbers them."""
    return np.unique(identities, return_inverse=True)[1]
