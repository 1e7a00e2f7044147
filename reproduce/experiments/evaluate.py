"""Embeddings of a catalogue scored on its three evaluation sets, chance beside every score.

The test animals are primary (for lions the 19 of the folder ``val``); the training animals (75) and all (94)
always stand beside them, since the paper does not say which it scored (II-B.1, II-B.4).
"""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Result

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue
    from reproduce.metrics import Retrieval

__all__ = ["LIONS", "SETS", "euclidean", "evaluate", "evaluate_distances", "scorable", "subsets"]

#: Suffix of a score's name -> the evaluation set.
SETS = {"": "test", "@train": "train", "@all": "all"}
#: The lions a score may be of, since the paper does not say which it scored -> the suffix of the score's name.
LIONS = {"19": "", "75": "@train", "94": "@all"}
#: The scores that are kept with each animal left out.
RESAMPLED = ("map_at_r", "map_at_r/query", "precision_at_1", "above_chance", "chance")


def subsets(catalogue: "Catalogue") -> dict[str, np.ndarray]:
    """{"": test indices, "@train": training indices, "@all": all}, less the sets that no image can be found in."""
    indices = {"": catalogue.test, "@train": catalogue.train, "@all": np.arange(len(catalogue))}
    return {suffix: rows for suffix, rows in indices.items() if scorable(catalogue.identities[rows])}


def evaluate(catalogue: "Catalogue", embeddings: np.ndarray, *, resample: bool | Collection[str] = False) -> Result:
    """Score embeddings (N, D), one row per image of the catalogue, as given (not normalised).

    Scores: "map_at_r", "r_precision", "precision_at_1", "map" averaged per class first, the same with "/query"
    averaged over queries, "chance" and "chance/query" for MAP@R, "above_chance" = (score - chance) / (1 - chance);
    each with "@train" or "@all" for the other evaluation sets.
    ``resample`` adds each MAP@R with every animal left out in turn, of every set or of those named by their suffix. A
    set too small for that (two animals, or all but one of them lone) has scores and no such resamples.
    Raises InvalidInputError for a catalogue of one animal, and where the embeddings are not one for each image.
    """
    from reproduce.metrics import retrieval_scores

    _several_animals(catalogue)
    if len(embeddings) != len(catalogue):
        raise InvalidInputError(f"{len(embeddings)} embeddings for the {len(catalogue)} images of {catalogue.name}")

    scores: dict[str, float] = {}
    details: dict[str, object] = {}
    for suffix, rows in subsets(catalogue).items():
        found = retrieval_scores(embeddings[rows], catalogue.identities[rows])
        scores |= _named(found, suffix)
        details |= _counts(found, suffix)
        details[f"tied_rows{suffix}"] = len(rows) - len(np.unique(embeddings[rows], axis=0))
    if not resample:
        return Result(scores, details)
    # From distances computed once: leaving an animal out only takes rows and columns away.
    again = evaluate_distances(catalogue, lambda rows: euclidean(embeddings[rows]), resample=resample)
    return Result(scores, details, again.leave_one_out, again.animals)


def evaluate_distances(
    catalogue: "Catalogue", distances: Callable[[np.ndarray], np.ndarray], *, resample: bool | Collection[str] = False
) -> Result:
    """Score a model that gives distances only: ``distances(rows)`` returns the (n, n) matrix among those images.

    ``resample`` and errors as in `evaluate`.
    """
    from reproduce.metrics import retrieval_scores_from_distances

    _several_animals(catalogue)

    scores: dict[str, float] = {}
    details: dict[str, object] = {}
    left_out: dict[str, list[float]] = {}
    names: dict[str, list[str]] = {}
    for suffix, rows in subsets(catalogue).items():
        matrix, animals = distances(rows), catalogue.identities[rows]
        found = retrieval_scores_from_distances(matrix, animals)
        scores |= _named(found, suffix)
        details |= _counts(found, suffix)
        wanted = resample if isinstance(resample, bool) else suffix in resample
        if wanted and all(scorable(animals[animals != animal]) for animal in np.unique(animals)):
            names[suffix] = np.unique(animals).tolist()
            for animal in np.unique(animals):
                kept = np.flatnonzero(animals != animal)
                without = retrieval_scores_from_distances(matrix[np.ix_(kept, kept)], animals[kept])
                named = _named(without, suffix)
                for name in RESAMPLED:
                    left_out.setdefault(f"{name}{suffix}", []).append(named[f"{name}{suffix}"])
    return Result(scores, details, left_out, names)


def euclidean(rows: np.ndarray) -> np.ndarray:
    """(n, n) float64 distances among embeddings (n, D)."""
    from scipy.spatial.distance import pdist, squareform

    return squareform(pdist(rows.astype(np.float64)))


def _counts(found: "Retrieval", suffix: str) -> dict[str, object]:
    return {f"images{suffix}": found.queries, f"lone_classes{suffix}": found.lone}


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
        "above_chance": (found.map_at_r - found.chance) / (1 - found.chance),
    }
    return {f"{name}{suffix}": value for name, value in named.items()}


def _several_animals(catalogue: "Catalogue") -> None:
    animals = np.unique(catalogue.identities)
    if len(animals) == 1:
        raise InvalidInputError(
            f"{catalogue.name} shows one animal only ({str(animals[0])!r}): nothing can be told apart; "
            "a score needs two or more"
        )


def scorable(identities: np.ndarray) -> bool:
    """Whether an image can be found, and told from another animal's."""
    _, counts = np.unique(identities, return_counts=True)
    return len(counts) > 1 and bool(np.any(counts > 1))
