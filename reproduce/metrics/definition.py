"""MAP@R and its chance level as their definitions read: one loop per query, nothing clever. Start reading here.

Musgrave et al. 2020, "A Metric Learning Reality Check", with the paper's mean over classes first (II-B.4). Everything
else in this room computes the same numbers faster; the tests hold it to this file.

Ties: images equally far from the query have no order of their own, and here they fall in the order of the rows.
`reproduce.metrics.map_at_r` takes the mean over their orders, which is the mean of this file over every order of the
rows.
"""

from statistics import fmean
from typing import Any

__all__ = ["ap_at_r", "chance_map_at_r", "map_at_r"]


def ap_at_r(hits: list[bool]) -> float:
    """Return AP@R of one ranking, nearest first: ``hits[i]`` says whether that image shows the query's animal."""
    r = sum(hits)
    precisions = [sum(hits[:i]) / i for i in range(1, r + 1) if hits[i - 1]]
    return sum(precisions) / r


def map_at_r(embeddings: Any, labels: Any, average: str = "class") -> float:
    """Return MAP@R of embeddings (N, D) by Euclidean distance; ValueError where no animal has two images."""
    scores: dict[Any, list[float]] = {}
    for query, animal in enumerate(labels):
        others = [row for row in range(len(labels)) if row != query]
        others.sort(key=lambda row: sum((a - b) ** 2 for a, b in zip(embeddings[query], embeddings[row], strict=True)))
        hits = [bool(labels[row] == animal) for row in others]
        if any(hits):  # a lone animal is no query; its image stays in the others' rankings
            scores.setdefault(animal, []).append(ap_at_r(hits))
    return _mean(scores, average)


def chance_map_at_r(labels: Any, average: str = "class") -> float:
    """Return the mean MAP@R of rankings in random order: M images ranked, R of them of the query's animal."""
    levels: dict[Any, list[float]] = {}
    m = len(labels) - 1
    for animal in labels:
        r = sum(bool(other == animal) for other in labels) - 1
        # P(a hit at i), times the precision at i given that hit: 1 for itself, (R - 1)/(M - 1) for each before it.
        terms = [r / m * (1 + (i - 1) * (r - 1) / max(m - 1, 1)) / i for i in range(1, r + 1)]
        if r:
            levels.setdefault(animal, []).append(sum(terms) / r)
    return _mean(levels, average)


def _mean(values: dict[Any, list[float]], average: str) -> float:
    """Return the mean within each class and then over classes, or over all queries."""
    if average == "class":
        return fmean(fmean(own) for own in values.values())
    return fmean(value for own in values.values() for value in own)
