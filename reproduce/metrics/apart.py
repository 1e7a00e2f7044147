"""MAP@R with some images left out of some rankings: a near copy of the query says nothing of the animal."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from reproduce.metrics.expectation import chance
from reproduce.metrics.retrieval import retrieval_scores_from_distances
from reproduce.metrics.scoring import averaged

__all__ = ["map_at_r_without"]


def map_at_r_without(distances: Any, labels: Any, pairs: Sequence[tuple[int, int]] | np.ndarray) -> tuple[float, float]:
    """(MAP@R, its chance level), per class first, where the rows i and j of each pair are in no ranking of the other.

    distances (N, N) and labels (N,) as for ``retrieval_scores_from_distances``; pairs (P, 2). A query's R and the
    images ranked for it are fewer by those left out; one that has none of its class left is no query. (NaN, NaN)
    without any.
    """
    matrix, names = np.asarray(distances), np.asarray(labels)
    found = retrieval_scores_from_distances(matrix, names).per_query.copy()
    codes = np.unique(names, return_inverse=True)[1]
    relevant, others = np.bincount(codes)[codes] - 1, np.full(len(names), len(names) - 1)
    left_out = defaultdict(set)
    for one, other in np.asarray(pairs, dtype=int).reshape(-1, 2).tolist():
        left_out[one].add(other)
        left_out[other].add(one)
    for query, rows in left_out.items():
        kept = np.ones(len(names), bool)
        kept[[query, *rows]] = False
        relevant[query], others[query] = np.count_nonzero(names[kept] == names[query]), np.count_nonzero(kept)
        if not relevant[query]:
            found[query] = np.nan
            continue
        found[query] = retrieval_scores_from_distances(matrix[[query]][:, kept], names[[query]], names[kept]).map_at_r
    scored = np.flatnonzero(~np.isnan(found))
    if not len(scored):
        return float("nan"), float("nan")
    levels = np.full(len(names), np.nan)
    for many in np.unique(others[scored]):
        alike = scored[others[scored] == many]
        levels[alike] = chance(relevant[alike], int(many)).ap_at_r
    return averaged(found[scored], codes[scored]), averaged(levels[scored], codes[scored])
