"""Rankings without the images that share the query's photograph: what is left where the scene gives nothing away.

Two images cut from one photograph agree in light, grass and colour whoever is on them. A query here is ranked against
all other images but those: they count neither as found nor as missed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments.evaluate import euclidean, subsets
from reproduce.experiments.registry import Result

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["evaluate_apart", "same_photograph"]

NAMES = ("map_at_r", "precision_at_1", "chance")


def same_photograph(catalogue: "Catalogue") -> np.ndarray:
    """(N, N) bool: two different images of one animal that were cut from one photograph."""
    from reproduce.datasets.photographs import INLIERS, within_animal_inliers, within_animal_pairs

    pairs = within_animal_pairs(catalogue.identities)[within_animal_inliers(catalogue)[:, 0] >= INLIERS]
    same = np.zeros((len(catalogue), len(catalogue)), bool)
    same[pairs[:, 0], pairs[:, 1]] = same[pairs[:, 1], pairs[:, 0]] = True
    return same


def evaluate_apart(
    catalogue: "Catalogue",
    distances: Callable[[np.ndarray], np.ndarray] | np.ndarray,
    *,
    resample: bool = False,
    same: np.ndarray | None = None,
) -> Result:
    """MAP@R, P@1 and chance as `evaluate` names them, each ranking without the query's own photograph.

    ``distances(rows)`` gives the (n, n) matrix among those images; embeddings (N, D) will do. ``same`` (N, N) is by
    default `same_photograph`. ``resample`` leaves each test animal out in turn.
    """
    measured = distances if callable(distances) else lambda rows: euclidean(distances[rows])
    same = same_photograph(catalogue) if same is None else same
    scores: dict[str, float] = {}
    details: dict[str, object] = {}
    left_out: dict[str, list[float]] = {}
    names: dict[str, list[str]] = {}
    for suffix, rows in subsets(catalogue).items():
        matrix, animals, shared = measured(rows), catalogue.identities[rows], same[np.ix_(rows, rows)]
        scores |= {f"{name}{suffix}": value for name, value in _scored(matrix, animals, shared).items()}
        details[f"pairs_left_out{suffix}"] = int(shared.sum()) // 2
        if not resample or suffix or len(np.unique(animals)) < 3:
            continue
        names[suffix] = np.unique(animals).tolist()
        for animal in np.unique(animals):
            kept = np.flatnonzero(animals != animal)
            square = np.ix_(kept, kept)
            for name, value in _scored(matrix[square], animals[kept], shared[square]).items():
                left_out.setdefault(name, []).append(value)
    return Result(scores, details, {name: values for name, values in left_out.items() if name != "chance"}, names)


def _scored(matrix: np.ndarray, animals: np.ndarray, shared: np.ndarray) -> dict[str, float]:
    """One query after the other, each against a reference of its own; averaged per animal first."""
    from reproduce.metrics import retrieval_scores_from_distances

    found: dict[str, dict[str, list[float]]] = {name: {} for name in NAMES}
    for row, animal in enumerate(animals):
        others = ~shared[row]
        others[row] = False
        if animal not in animals[others]:  # all its other images are of this photograph
            continue
        one = retrieval_scores_from_distances(matrix[row, others][None], animals[[row]], animals[others])
        for name in NAMES:
            found[name].setdefault(str(animal), []).append(float(getattr(one, name)))
    means = {name: float(np.mean([np.mean(each) for each in values.values()])) for name, values in found.items()}
    return means | {"above_chance": (means["map_at_r"] - means["chance"]) / (1 - means["chance"])}
