"""Embeddings of a catalogue scored on its three evaluation sets, chance beside every score.

The test animals are primary (for lions the 19 of the folder ``val``); the training animals (75) and all (94)
always stand beside them, since the paper does not say which it scored (II-B.1, II-B.4).
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Result

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue
    from reproduce.metrics import Retrieval
    from reproduce.metrics.leave_out import Rest

__all__ = ["LIONS", "SETS", "above_chance", "euclidean", "evaluate", "evaluate_distances", "subsets"]

#: Suffix of a score's name -> the evaluation set.
SETS = {"": "test", "@train": "train", "@all": "all"}
#: The lions a score may be of, since the paper does not say which it scored -> the suffix of the score's name.
LIONS = {"19": "", "75": "@train", "94": "@all"}


def subsets(catalogue: "Catalogue") -> dict[str, np.ndarray]:
    """Return {"": test indices, "@train": training indices, "@all": all}, less sets that no image can be found in."""
    from reproduce.metrics.leave_out import scorable

    indices = {"": catalogue.test, "@train": catalogue.train, "@all": np.arange(len(catalogue))}
    return {suffix: rows for suffix, rows in indices.items() if scorable(catalogue.identities[rows])}


def evaluate(catalogue: "Catalogue", embeddings: np.ndarray, *, resample: bool | Collection[str] = False) -> Result:
    """Score embeddings (N, D), one row per image of the catalogue, as given (not normalised).

    Scores: "map_at_r", "r_precision", "precision_at_1", "map" averaged per class first, the same with "/query"
    averaged over queries, "chance" and "chance/query" for MAP@R, "above_chance" = (score - chance) / (1 - chance);
    each with "@train" or "@all" for the other evaluation sets.
    ``resample`` adds each MAP@R with every animal left out in turn, of every set or of those named by their suffix; a
    set of too few animals for that (`leave_out`) has scores and no such resamples.
    Raises InvalidInputError for a catalogue of one animal, and where the embeddings are not one for each image.
    """
    from reproduce.metrics import retrieval_scores
    from reproduce.metrics.leave_out import scores_and_without_each_animal

    _several_animals(catalogue)
    if len(embeddings) != len(catalogue):
        raise InvalidInputError(f"{len(embeddings)} embeddings for the {len(catalogue)} images of {catalogue.name}")

    def score(rows: np.ndarray) -> "Retrieval":
        return retrieval_scores(embeddings[rows], catalogue.identities[rows])

    def both(rows: np.ndarray) -> "tuple[Retrieval, list[Rest]]":
        return scores_and_without_each_animal(embeddings[rows], catalogue.identities[rows])

    found = _evaluated(catalogue, score, both, resample)
    tied = {
        f"tied_rows{suffix}": len(rows) - len(np.unique(embeddings[rows], axis=0))
        for suffix, rows in subsets(catalogue).items()
    }
    return replace(found, details={**found.details, **tied})


def evaluate_distances(
    catalogue: "Catalogue", distances: Callable[[np.ndarray], np.ndarray], *, resample: bool | Collection[str] = False
) -> Result:
    """Score a model that gives distances only: ``distances(rows)`` returns the (n, n) matrix among those images.

    ``resample`` and errors as in `evaluate`.
    """
    from reproduce.metrics import retrieval_scores_from_distances
    from reproduce.metrics.leave_out import scores_and_without_each_animal_from_distances

    _several_animals(catalogue)

    def score(rows: np.ndarray) -> "Retrieval":
        return retrieval_scores_from_distances(distances(rows), catalogue.identities[rows])

    def both(rows: np.ndarray) -> "tuple[Retrieval, list[Rest]]":
        return scores_and_without_each_animal_from_distances(distances(rows), catalogue.identities[rows])

    return _evaluated(catalogue, score, both, resample)


def _evaluated(
    catalogue: "Catalogue",
    score: Callable[[np.ndarray], "Retrieval"],
    both: Callable[[np.ndarray], "tuple[Retrieval, list[Rest]]"],
    resample: bool | Collection[str],
) -> Result:
    """Return every set's scores, and those of the sets that ``resample`` asks for without each animal, in one pass."""
    scores: dict[str, float] = {}
    details: dict[str, object] = {}
    left_out: dict[str, list[float]] = {}
    names: dict[str, list[str]] = {}
    for suffix, rows in subsets(catalogue).items():
        wanted = resample if isinstance(resample, bool) else suffix in resample
        found, rest = both(rows) if wanted else (score(rows), [])
        scores |= _named(found, suffix)
        details |= {f"images{suffix}": found.queries, f"lone_classes{suffix}": found.lone}
        if rest:
            names[suffix] = [one.animal for one in rest]
            values = {
                "map_at_r": [one.map_at_r for one in rest],
                "map_at_r/query": [one.query.map_at_r for one in rest],
                "precision_at_1": [one.precision_at_1 for one in rest],
                "above_chance": [above_chance(one.map_at_r, one.chance) for one in rest],
                "chance": [one.chance for one in rest],
            }
            left_out |= {f"{name}{suffix}": row for name, row in values.items()}
    return Result(scores, details, left_out, names)


def above_chance(score: float, chance: float) -> float:
    """Return the share of what chance leaves to gain: 0 at chance, 1 where all is found."""
    return (score - chance) / (1 - chance)


def euclidean(rows: np.ndarray) -> np.ndarray:
    """Return (n, n) float64 distances among embeddings (n, D)."""
    from scipy.spatial.distance import pdist, squareform

    return squareform(pdist(rows.astype(np.float64)))


def _named(found: "Retrieval", suffix: str) -> dict[str, float]:
    named = {
        "map_at_r": found.map_at_r,
        "map_at_r/query": found.query.map_at_r,
        "r_precision": found.r_precision,
        "precision_at_1": found.precision_at_1,
        "precision_at_1/query": found.query.precision_at_1,
        "map": found.map,
        "chance": found.chance,
        "chance/query": found.query_chance,
        "above_chance": above_chance(found.map_at_r, found.chance),
    }
    return {f"{name}{suffix}": value for name, value in named.items()}


def _several_animals(catalogue: "Catalogue") -> None:
    animals = np.unique(catalogue.identities)
    if len(animals) == 1:
        raise InvalidInputError(
            f"{catalogue.name} shows one animal only ({str(animals[0])!r}): nothing can be told apart; "
            "a score needs two or more"
        )
