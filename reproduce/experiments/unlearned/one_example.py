"""One image of each animal as the gallery, all others as queries: is one example per animal enough (III-A, III-B)?

The paper says it of its cattle: they are so clean that one example per class suffices. Nothing is trained here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments.dcnn import FROZEN, Factors, frozen_features
from reproduce.experiments.evaluate import above_chance, subsets
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue
    from reproduce.metrics.retrieval import Figures

__all__ = ["backbone", "found_from_one", "one_example"]

SCORES = ("precision_at_1", "chance", "above_chance", "reciprocal_rank", "precision_at_1/every", "chance/every")


@experiment(
    "baselines.one_example",
    varies=("sampling", "initialisation"),
    seconds=15,
    rehearsal={"size": 16, "draws": 3},
)
def one_example(
    catalogue: "Catalogue",
    seed: int,
    *,
    embedding: Literal["pixels", "untrained", "histogram"] = "pixels",
    draws: int = 20,
    size: int = 64,
    hidden: Sequence[int] = (64,),
) -> Result:
    """Draw galleries by seed, on raw grey pixels, an untrained ReLU layer, or colour histograms; see `found_from_one`.

    ``size`` in pixels is that of the grey images; the seed draws the untrained layer too.
    """
    from reproduce.datasets import images
    from reproduce.models.baselines import unlearned

    if embedding == "histogram":
        return found_from_one(catalogue, unlearned.colour_histograms(images(catalogue, None, "colour")), seed, draws)
    rows = unlearned.grey_pixels(images(catalogue, (size, size), "grey"))
    if embedding == "untrained":
        rows = unlearned.untrained_relu(rows, hidden, seed)
    return found_from_one(catalogue, rows, seed, draws)


@experiment(
    "dcnn.one_example",
    varies=("sampling",),
    needs=("pixels", "weights"),
    library="keras",
    seconds=20,
    rehearsal={"backbone": "MobileNetV2", "weights": "none", "size": 32, "draws": 3},
    shared=Factors(),
    of=FROZEN,
)
def backbone(catalogue: "Catalogue", seed: int, factors: Factors, *, draws: int = 20) -> Result:
    """Draw galleries on a frozen backbone's features at unit length, nothing learned here; see `found_from_one`."""
    from reproduce.models.baselines.unlearned import l2_normalised

    return found_from_one(catalogue, l2_normalised(frozen_features(catalogue, factors, seed)), seed, draws)


def found_from_one(catalogue: "Catalogue", embeddings: np.ndarray, seed: int, draws: int = 20) -> Result:
    """Score embeddings (N, D), each query against one image per animal; the mean over ``draws`` galleries.

    Scores, averaged per animal first: "precision_at_1", the queries whose nearest gallery image is of their animal;
    "chance", 1 / animals; "above_chance" = (score - chance) / (1 - chance); "reciprocal_rank" of the one image. Beside
    them "precision_at_1/every", every other image being the gallery, with "chance/every". "@train" and "@all" as in
    `evaluate`. An animal of one image is in every gallery and never a query. ``leave_one_out``: the test set's scores
    without each animal, the same galleries drawn.
    """
    from scipy.spatial.distance import pdist, squareform

    from reproduce.determinism import generator

    if draws < 1:
        raise InvalidInputError(f"draws is {draws}: at least one gallery must be drawn")
    scores: dict[str, float] = {}
    names: list[str] = []
    left_out: dict[str, list[float]] = {}
    for suffix, rows in subsets(catalogue).items():
        animals = catalogue.identities[rows]
        distances = squareform(pdist(embeddings[rows].astype(np.float64)))
        rng = generator(seed, "galleries", suffix)
        galleries = [_gallery(animals, rng) for _ in range(draws)]
        scores |= {f"{name}{suffix}": value for name, value in _scored(distances, animals, galleries).items()}
        if not suffix:
            names, left_out = _without_each(distances, animals, galleries)
    return Result(scores, {"draws": draws}, left_out, {"": names})


def _gallery(animals: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return (n,) which images are the gallery: one of each animal."""
    chosen = np.zeros(len(animals), bool)
    for animal in np.unique(animals):
        chosen[rng.choice(np.flatnonzero(animals == animal))] = True
    return chosen


def _scored(distances: np.ndarray, animals: np.ndarray, galleries: list[np.ndarray]) -> dict[str, float]:
    from reproduce.metrics import retrieval_scores_from_distances

    every = retrieval_scores_from_distances(distances, animals)
    ones = [
        retrieval_scores_from_distances(distances[np.ix_(~gallery, gallery)], animals[~gallery], animals[gallery])
        for gallery in galleries
    ]
    return _named(ones, len(np.unique(animals)), every.precision_at_1, every.at_chance.precision_at_1)


def _without_each(
    distances: np.ndarray, animals: np.ndarray, galleries: list[np.ndarray]
) -> tuple[list[str], dict[str, list[float]]]:
    """Return the animals, and the scores without each under the same galleries; none of too few animals."""
    from reproduce.metrics.leave_out import without_each_animal_from_distances

    every = without_each_animal_from_distances(distances, animals)
    ones = [
        without_each_animal_from_distances(distances[np.ix_(~gallery, gallery)], animals[~gallery], animals[gallery])
        for gallery in galleries
    ]
    named = [
        _named([one[at] for one in ones], len(every) - 1, rest.precision_at_1, rest.chance_precision_at_1)
        for at, rest in enumerate(every)
    ]
    return [rest.animal for rest in every], {name: [one[name] for one in named] for name in SCORES if named}


def _named(ones: "Sequence[Figures]", animals: int, every: float, every_chance: float) -> dict[str, float]:
    first, chance = float(np.mean([one.precision_at_1 for one in ones])), 1 / animals
    rank = float(np.mean([one.map for one in ones]))
    values = (first, chance, above_chance(first, chance), rank, every, every_chance)
    return dict(zip(SCORES, values, strict=True))
