"""Rankings without the images that share the query's photograph: what is left where the scene gives nothing away.

Two images cut from one photograph agree in light, grass and colour whoever is on them. A query here is ranked against
all other images but those: they count neither as found nor as missed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments.evaluate import above_chance, euclidean, subsets
from reproduce.experiments.registry import Result

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue
    from reproduce.metrics.leave_out import Rest

__all__ = ["evaluate_apart", "within"]


def evaluate_apart(
    catalogue: "Catalogue",
    distances: Callable[[np.ndarray], np.ndarray] | np.ndarray,
    *,
    resample: bool = False,
    pairs: np.ndarray | None = None,
) -> Result:
    """Return MAP@R, P@1 and chance as `evaluate` names them, each ranking without the query's own photograph.

    ``distances(rows)`` gives the (n, n) matrix among those images; embeddings (N, D) will do. ``pairs`` (P, 2) of
    images are by default those of one animal that were cut from one photograph. ``resample`` leaves each test animal
    out in turn. A set in which nothing is left to be found has no scores.
    """
    from reproduce.datasets.photographs import same_photograph
    from reproduce.metrics.leave_out import scores_apart

    pairs = same_photograph(catalogue) if pairs is None else pairs
    scores: dict[str, float] = {}
    details: dict[str, object] = {}
    left_out: dict[str, list[float]] = {}
    names: dict[str, list[str]] = {}
    for suffix, rows in subsets(catalogue).items():
        shared = within(pairs, rows, len(catalogue))
        details[f"pairs_left_out{suffix}"] = len(shared)
        matrix = distances(rows) if callable(distances) else euclidean(distances[rows])
        whole, rest = scores_apart(matrix, catalogue.identities[rows], shared)
        if whole is not None:
            scores |= {f"{name}{suffix}": value for name, value in {**_named(whole), "chance": whole.chance}.items()}
        if resample and rest:
            names[suffix] = [one.animal for one in rest]
            left_out |= {f"{name}{suffix}": [_named(one)[name] for one in rest] for name in _named(rest[0])}
    return Result(scores, details, left_out, names)


def within(pairs: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """Return the pairs (P, 2) that lie among ``rows`` of so many, by their place there."""
    place = np.full(count, -1)
    place[rows] = np.arange(len(rows))
    found = place[pairs]
    return np.asarray(found[(found >= 0).all(axis=1)])


def _named(found: "Rest") -> dict[str, float]:
    return {
        "map_at_r": found.map_at_r,
        "precision_at_1": found.precision_at_1,
        "above_chance": above_chance(found.map_at_r, found.chance),
    }
