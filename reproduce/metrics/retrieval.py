"""Every retrieval figure in one pass: MAP@R, R-precision, precision at 1, mean average precision and CMC."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.expectation import Expected, chance, survival
from reproduce.metrics.kernel.keys import DistanceKeys, Keys
from reproduce.metrics.kernel.layout import Layout
from reproduce.metrics.kernel.rank import everything, in_order
from reproduce.metrics.kernel.sweep import sweep
from reproduce.metrics.labels import Coded, encode
from reproduce.metrics.scoring import Precision, arrange, averaged, class_means, layout_of_labels

__all__ = ["Figures", "Retrieval", "distance_layout", "retrieval_scores", "retrieval_scores_from_distances"]


@dataclass(frozen=True)
class Figures:
    """Five figures, each a mean in [0, 1]; ``cmc[k - 1]`` is the probability of a hit among the k nearest."""

    map_at_r: float
    r_precision: float
    precision_at_1: float
    map: float
    cmc: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Retrieval(Figures):
    """Figures averaged within each class and then over classes; ``query`` holds the means over queries.

    ``chance`` is the exact MAP@R of a random order and ``query_chance`` its mean over queries; ``at_chance``
    and ``query_at_chance`` hold the same for every figure. ``per_class`` maps each class to its MAP@R and
    ``per_query`` (N,) holds AP@R in the order given, NaN where a query has no relevant image. ``lone`` counts
    the classes left out for that, ``classes`` and ``queries`` what is in the means.
    """

    chance: float
    query_chance: float
    query: Figures
    at_chance: Figures
    query_at_chance: Figures
    per_class: dict[Any, float] = field(repr=False)
    per_query: np.ndarray = field(repr=False)
    lone: int
    classes: int
    queries: int


def retrieval_scores(
    embeddings: Any,
    labels: Any,
    dtype: Precision = "float64",
    reference: Any = None,
    reference_labels: Any = None,
) -> Retrieval:
    """Return every figure of embeddings (N, D) in one pass, per class and per query, with its chance level.

    Ranking, ties, reference set and errors are those of ``map_at_r``. Mean average precision goes over the
    whole ranking, so this costs a full sort of each.
    """
    layout, keys, coded = arrange(embeddings, labels, dtype, reference, reference_labels)
    return score_all(layout, keys, coded)


def retrieval_scores_from_distances(distances: Any, labels: Any, reference_labels: Any = None) -> Retrieval:
    """Return the same from distances (N, N), row i those from image i; need be neither symmetric nor positive.

    With ``reference_labels`` (M,) the distances are (N, M), from queries to a set apart. Anything with a
    ``shape`` and row slices will do, so a memory map too. Neighbours tie where they differ by at most 1e-12
    of the largest magnitude in the matrix. A similarity is ranked by its negative. Raises InvalidInputError
    for shapes that do not fit, NaN or infinity, and no query to score.
    """
    layout, coded, matrix = distance_layout(distances, labels, reference_labels)
    return score_all(layout, DistanceKeys(layout, matrix), coded)


def distance_layout(distances: Any, labels: Any, reference_labels: Any) -> tuple[Layout, Coded, Any]:
    """Check distances against their labels, and set out who is ranked against whom; distances with a shape."""
    coded = encode(labels) if reference_labels is None else encode(labels, reference_labels)
    matrix = distances if hasattr(distances, "shape") else np.asarray(distances)
    expected_shape = (len(coded.codes[0]), len(coded.codes[-1]))
    if tuple(matrix.shape) != expected_shape:
        raise InvalidInputError(f"distances have shape {tuple(matrix.shape)}; the labels ask for {expected_shape}")
    return layout_of_labels(coded), coded, matrix


#: Takes a piece's keys, the same in order, and its first query: whoever wants more of the pass than figures.
Beside = Callable[[np.ndarray, np.ndarray, int], None]


def score_all(layout: Layout, keys: Keys, coded: Coded, beside: Beside | None = None) -> Retrieval:
    """Return every figure of a layout's queries; ``beside`` sees each piece of the pass before it."""
    size = len(layout.queries)
    blank = {name: np.empty(size) for name in ("ap_at_r", "r_precision", "p_at_1", "ap")}
    found = Expected(**blank, first=np.empty((size, 3), dtype=np.int64))

    def score(block: np.ndarray, first: int, relevant: int) -> None:
        if beside is None:
            ordered = in_order(block)
        else:
            ordered = in_order(block.copy())
            beside(block, ordered, first)
        part = everything(ordered, relevant, keys.tolerance)
        for name in vars(found):
            getattr(found, name)[first : first + len(block)] = getattr(part, name)

    sweep(layout, keys, score)
    random = chance(layout.relevant, layout.others)
    per_query = np.full(len(coded.codes[0]), np.nan)
    per_query[layout.queries] = found.ap_at_r
    scored = [coded.classes[code] for code in np.unique(layout.codes).tolist()]
    means = vars(_figures(found, layout, "class"))
    at_chance, query_at_chance = (_figures(random, layout, average) for average in ("class", "query"))
    return Retrieval(
        **means,
        chance=at_chance.map_at_r,
        query_chance=query_at_chance.map_at_r,
        query=_figures(found, layout, "query"),
        at_chance=at_chance,
        query_at_chance=query_at_chance,
        per_class=dict(zip(scored, class_means(found.ap_at_r, layout.codes).tolist(), strict=True)),
        per_query=per_query,
        lone=layout.lone,
        classes=len(scored),
        queries=size,
    )


def _figures(found: Expected, layout: Layout, average: str) -> Figures:
    sizes = np.bincount(layout.codes)
    weights = np.full(len(layout.codes), 1 / len(layout.codes))
    if average == "class":
        weights = 1.0 / (sizes[layout.codes] * np.count_nonzero(sizes))
    return Figures(
        map_at_r=averaged(found.ap_at_r, layout.codes, average),
        r_precision=averaged(found.r_precision, layout.codes, average),
        precision_at_1=averaged(found.p_at_1, layout.codes, average),
        map=averaged(found.ap, layout.codes, average),
        cmc=_cmc(found.first, weights, layout.others),
    )


def _cmc(first: np.ndarray, weights: np.ndarray, length: int) -> np.ndarray:
    """Return P(a hit among the k nearest), k = 1 .. length, the first hit spread over its group of ``first``."""
    arrival = np.zeros(length)
    single = first[:, 1] == 1
    arrival += np.bincount(first[single, 0], weights[single], minlength=length)
    shares: Counter[tuple[int, int, int]] = Counter()
    for group, weight in zip(first[~single].tolist(), weights[~single].tolist(), strict=True):
        shares[tuple(group)] += weight
    for (before, size, hits), weight in sorted(shares.items()):
        missed = survival(size, hits)
        arrival[before : before + len(missed)] -= weight * np.diff(missed, prepend=1.0)
    return np.minimum(np.cumsum(arrival), 1.0)
