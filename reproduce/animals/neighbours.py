"""What lies nearest to a query by one model and by another: the pictures of a user's own animals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reproduce.datasets import Catalogue

__all__ = ["NEAREST", "QUERIES", "Neighbours", "nearest", "spread_queries"]

#: Queries that are shown, and neighbours of each.
QUERIES, NEAREST = 12, 6


@dataclass(frozen=True)
class Neighbours:
    """A query and what lies nearest to it: rows of the catalogue, "same" animal, "photograph" or "other" animal."""

    query: int
    score: float
    nearest: tuple[tuple[int, str], ...]


def spread_queries(per_query: np.ndarray) -> list[int]:
    """Return queries from the best found to the worst, evenly spread over their AP@R ``per_query`` (N,)."""
    order = np.argsort(-per_query, kind="stable")  # those without a score come last
    order = order[: np.count_nonzero(~np.isnan(per_query))]
    return order[np.unique(np.linspace(0, len(order) - 1, QUERIES).round().astype(int))].tolist()


def nearest(
    catalogue: Catalogue, matrices: Sequence[np.ndarray], rows: np.ndarray, pairs: np.ndarray | None
) -> list[list[Neighbours]]:
    """Return, for each of the first model's spread queries, what each model finds among the images ``rows``."""
    from reproduce.metrics import retrieval_scores

    scores = [retrieval_scores(matrix[rows], catalogue.identities[rows]).per_query for matrix in matrices]
    shared = {tuple(pair) for pair in (pairs.tolist() if pairs is not None else [])}
    queries = spread_queries(scores[0])
    found = [
        _neighbours(catalogue, matrix, rows, shared, per_query, queries)
        for matrix, per_query in zip(matrices, scores, strict=True)
    ]
    return [list(one) for one in zip(*found, strict=True)]


def _neighbours(
    catalogue: Catalogue,
    matrix: np.ndarray,
    rows: np.ndarray,
    shared: set[tuple[int, ...]],
    per_query: np.ndarray,
    queries: Sequence[int],
) -> list[Neighbours]:
    """Return what one model finds of each query, of an animal's pairs of one photograph ``shared``."""
    from scipy.spatial.distance import cdist

    found = []
    for query in queries:
        distances = cdist(matrix[rows[[query]]], matrix[rows])[0]
        distances[query] = np.inf
        near = []
        for other in rows[np.argsort(distances, kind="stable")[: min(NEAREST, len(rows) - 1)]].tolist():
            same = catalogue.identities[other] == catalogue.identities[rows[query]]
            photograph = tuple(sorted((int(rows[query]), other))) in shared
            near.append((other, "photograph" if photograph else "same" if same else "other"))
        found.append(Neighbours(int(rows[query]), float(per_query[query]), tuple(near)))
    return found
