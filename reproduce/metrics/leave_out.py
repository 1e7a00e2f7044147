"""Scores without each animal in turn: what an interval over animals is computed from.

Too few animals, one rule for every score: what is left must show two animals, one of them twice; else nothing can be
found, or told apart. A set of which that is not so without any one of its animals has no score without any.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from reproduce.metrics.expectation import chance
from reproduce.metrics.kernel.keys import DistanceKeys, Keys
from reproduce.metrics.kernel.layout import Layout
from reproduce.metrics.kernel.rank import in_order
from reproduce.metrics.kernel.sweep import sweep
from reproduce.metrics.kernel.without import FIGURES, Columns, sums_without
from reproduce.metrics.labels import Coded, encode
from reproduce.metrics.retrieval import Beside, Figures, Retrieval, distance_layout, score_all
from reproduce.metrics.scoring import Precision, arrange

__all__ = [
    "Rest", "cannot_lose", "each_animal", "scorable", "scores_and_without_each_animal",
    "scores_and_without_each_animal_from_distances", "scores_apart", "without_each_animal",
    "without_each_animal_from_distances",
]  # fmt: skip

#: So far goes the CMC of what is left.
PLACES = 20
#: Farther than any other, and not flagged as a hit; its own column, at infinity, is farther still.
_FAR = np.nextafter(np.finfo(np.float64).max, 0)


@dataclass(frozen=True)
class Rest(Figures):
    """Figures without one animal, per class first, CMC at 1 .. 20; ``query`` holds the means over queries.

    ``chance`` and ``query_chance`` are MAP@R's for a random order, ``chance_precision_at_1`` is P@1's.
    """

    animal: Any
    query: Figures
    chance: float
    query_chance: float
    chance_precision_at_1: float


def scorable(labels: Any) -> bool:
    """Return whether an image can be found and told from another animal's: labels (N,) of two animals, one twice."""
    counts = np.bincount(encode(labels).codes[0]) if len(labels) else np.empty(0)
    return len(counts) > 1 and bool(counts.max() > 1)


def cannot_lose(labels: Any, reference_labels: Any = None) -> Any:
    """Return the first animal without which nothing can be scored, or None where each can be left out in turn."""
    coded = encode(labels) if reference_labels is None else encode(labels, reference_labels)
    own, other = (np.bincount(codes, minlength=len(coded.classes)) for codes in (coded.codes[0], coded.codes[-1]))
    queries = np.where(other > (reference_labels is None), own, 0)
    return next(iter(_spoilers(coded, queries, other)), None)


def _spoilers(coded: Coded, queries: np.ndarray, columns: np.ndarray) -> list[Any]:
    """Return the animals without which no query is left, or none to tell it from; numbers (C,) of images of each."""
    lost = (queries.sum() == queries) | (np.count_nonzero(columns) - (columns > 0) < 2)
    return [coded.classes[code] for code in np.flatnonzero(lost)]


def each_animal(labels: Any) -> list[tuple[Any, np.ndarray]]:
    """Return (animal, which rows (N,) bool are left without it) for each in sorted order; empty of too few animals."""
    if cannot_lose(labels) is not None:
        return []
    coded = encode(labels)
    return [(animal, coded.codes[0] != code) for code, animal in enumerate(coded.classes)]


def without_each_animal(
    embeddings: Any,
    labels: Any,
    dtype: Precision = "float64",
    reference: Any = None,
    reference_labels: Any = None,
) -> list[Rest]:
    """Return ``retrieval_scores`` without each animal in sorted order, all its images taken out; all in one pass.

    embeddings (N, D) and labels (N,); with ``reference`` (M, D) and its labels an animal leaves both sets. Lone
    animals are left out in turn too: they stand in the others' rankings. Ties are those of the whole. Empty where
    some animal cannot be left out: see `cannot_lose`. Errors are those of ``retrieval_scores``.
    """
    return _rest(*arrange(embeddings, labels, dtype, reference, reference_labels))[1]


def without_each_animal_from_distances(distances: Any, labels: Any, reference_labels: Any = None) -> list[Rest]:
    """Return the same from distances as ``retrieval_scores_from_distances`` takes them: (N, N), or (N, M)."""
    layout, coded, matrix = distance_layout(distances, labels, reference_labels)
    return _rest(layout, DistanceKeys(layout, matrix), coded)[1]


def scores_apart(
    distances: Any, labels: Any, pairs: Sequence[tuple[int, int]] | np.ndarray, reference_labels: Any = None
) -> tuple[Rest | None, list[Rest]]:
    """Return scores where rows i and j of each pair are in no ranking of the other, and those without each animal.

    distances (N, N) and labels (N,) as for ``retrieval_scores_from_distances``; pairs (P, 2). With
    ``reference_labels`` distances are (N, M), and image j of the reference is not in the ranking of query i. A near
    copy of the query says nothing of the animal: it counts neither as found nor as missed, and a query with no other
    image of its class is no query. None where no query is left.
    """
    layout, coded, matrix = distance_layout(distances, labels, reference_labels)
    return _rest(layout, DistanceKeys(layout, matrix), coded, np.asarray(pairs, dtype=int).reshape(-1, 2))


def scores_and_without_each_animal(
    embeddings: Any,
    labels: Any,
    dtype: Precision = "float64",
    reference: Any = None,
    reference_labels: Any = None,
) -> tuple[Retrieval, list[Rest]]:
    """Return ``retrieval_scores`` and ``without_each_animal`` in one pass, at less than the price of both."""
    return _both(*arrange(embeddings, labels, dtype, reference, reference_labels))


def scores_and_without_each_animal_from_distances(
    distances: Any, labels: Any, reference_labels: Any = None
) -> tuple[Retrieval, list[Rest]]:
    """Return the same from distances, as ``retrieval_scores_from_distances`` takes them."""
    layout, coded, matrix = distance_layout(distances, labels, reference_labels)
    return _both(layout, DistanceKeys(layout, matrix), coded)


def _both(layout: Layout, keys: Keys, coded: Coded) -> tuple[Retrieval, list[Rest]]:
    scores: list[Retrieval] = []
    rest = _rest(layout, keys, coded, passing=lambda add: scores.append(score_all(layout, keys, coded, add)))[1]
    return scores[0], rest


def _rest(
    layout: Layout,
    keys: Keys,
    coded: Coded,
    pairs: np.ndarray | None = None,
    passing: Callable[[Beside], None] | None = None,
) -> tuple[Rest | None, list[Rest]]:
    """Return the figures of the whole, and without each animal; blocks are added up in one order, whichever came first.

    ``passing(add)`` makes the pass over all pieces, by default one for this alone, and gives each to ``add``.
    """
    columns = Columns(coded.codes[-1][layout.columns], len(coded.classes))
    relevant, apart = _apart(layout, columns, pairs)
    sizes = np.bincount(layout.codes[relevant > 0], minlength=columns.count)  # queries of each class
    weights = np.stack([1 / np.maximum(sizes[layout.codes], 1), np.ones(len(layout.codes))])
    added = _InOrder()

    def add(block: np.ndarray, ordered: np.ndarray, first: int) -> None:
        queries, sums = np.arange(first, first + len(block)), []
        for many in np.unique(relevant[queries]).tolist():
            if many:
                some = relevant[queries] == many
                own, weight = layout.codes[queries[some]], weights[:, queries[some]]
                sums.append(
                    sums_without(block[some], ordered[some], many, keys.tolerance, columns, own, weight, PLACES)
                )
        added.add(first, len(block), sums)

    def alone(block: np.ndarray, first: int, _: int) -> None:
        for query in apart.keys() & set(range(first, first + len(block))):
            block[query - first, apart[query]] = _FAR
        add(block, in_order(block.copy()), first)

    if passing is None:
        sweep(layout, keys, alone)
    else:
        passing(add)
    if (total := added.total()) is None:
        return None, []
    levels = _chances(layout, columns, relevant, apart, weights)
    counts = np.bincount(columns.codes, minlength=columns.count)
    others = [*(layout.others - counts).tolist(), layout.others]
    # How many classes, and how many queries, are in the mean without each animal, and in that of the whole.
    means = np.stack([np.count_nonzero(sizes) - np.append(sizes > 0, 0), sizes.sum() - np.append(sizes, 0)])
    with np.errstate(invalid="ignore", divide="ignore"):  # of too few animals nothing may be left
        total, levels = total / means[:, None], levels / means[:, None]

    def rest(at: int) -> Rest:
        per_class, per_query = (
            {**dict(zip(FIGURES, one[:, at].tolist(), strict=False)), "cmc": one[len(FIGURES) :, at][: others[at]]}
            for one in total
        )
        return Rest(
            **per_class,
            animal=None if at == columns.count else coded.classes[at],
            query=Figures(**per_query),
            chance=float(levels[0, 0, at]),
            query_chance=float(levels[1, 0, at]),
            chance_precision_at_1=float(levels[0, 1, at]),
        )

    spoiled = _spoilers(coded, sizes, counts)
    return rest(columns.count), [] if spoiled else [rest(at) for at in range(columns.count)]


class _InOrder:
    """A sum in the order of the queries, whichever thread has its piece first; what must wait for another is kept."""

    def __init__(self) -> None:
        self._sum: np.ndarray | None = None
        self._waiting: dict[int, tuple[int, list[np.ndarray]]] = {}
        self._next = 0
        self._lock = Lock()

    def add(self, first: int, size: int, sums: list[np.ndarray]) -> None:
        """Add what the queries from ``first`` on gave, ``size`` of them."""
        with self._lock:
            self._waiting[first] = size, sums
            while self._next in self._waiting:
                self._take(self._next)

    def total(self) -> np.ndarray | None:
        """Return the sum; None of nothing."""
        for first in sorted(self._waiting):
            self._take(first)
        return self._sum

    def _take(self, first: int) -> None:
        size, sums = self._waiting.pop(first)
        self._next = first + size
        for one in sums:
            self._sum = one if self._sum is None else np.add(self._sum, one, out=self._sum)


def _apart(layout: Layout, columns: Columns, pairs: np.ndarray | None) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Return (R of each query, the columns left out of a query's ranking) where pairs (P, 2) of rows are apart."""
    one_set = bool((layout.itself >= 0).all())
    if pairs is None or not len(pairs):
        return layout.relevant, {}
    place = np.empty(len(layout.columns), dtype=np.int64)
    place[layout.columns] = np.arange(len(place))
    others = defaultdict(set)
    for one, other in pairs.tolist():
        others[one].add(place[other])
        if one_set:
            others[other].add(place[one])
    query = {row: at for at, row in enumerate(layout.queries.tolist())}
    apart = {query[row]: np.array(sorted(found)) for row, found in others.items() if row in query}
    relevant = layout.relevant.copy()
    for at, found in apart.items():
        relevant[at] -= np.count_nonzero(columns.codes[found] == layout.codes[at])
    return relevant, apart


def _chances(
    layout: Layout, columns: Columns, relevant: np.ndarray, apart: dict[int, np.ndarray], weights: np.ndarray
) -> np.ndarray:
    """Return (A, 2, C + 1): weighted sums of the exact MAP@R and P@1 of a random order, without each class."""
    # Queries of one class are alike, but those that some columns are apart from.
    usual = np.array([at not in apart for at in range(len(relevant))])
    first = np.flatnonzero(usual)[np.unique(layout.codes[usual], return_index=True)[1]]
    alike = np.concatenate([first, np.flatnonzero(~usual)])
    alike = alike[relevant[alike] > 0]
    number = np.where(usual[alike], np.bincount(layout.codes[usual], minlength=columns.count)[layout.codes[alike]], 1)
    gone = np.zeros((len(alike), columns.count + 1), dtype=np.int64)
    gone[:, :-1] = np.bincount(columns.codes, minlength=columns.count)
    others = np.full(len(alike), layout.others)
    for row, at in enumerate(alike.tolist()):
        if at in apart:
            gone[row, :-1] -= np.bincount(columns.codes[apart[at]], minlength=columns.count)
            others[row] -= len(apart[at])
    own = (np.arange(len(alike)), layout.codes[alike])
    gone[own] = 0
    ranked = others[:, None] - gone
    levels = np.zeros((2, *ranked.shape))
    for many in np.unique(ranked).tolist():
        level, here = chance(np.minimum(relevant[alike], many), many), ranked == many
        for values, expected in zip(levels, (level.ap_at_r, level.p_at_1), strict=True):
            np.copyto(values, expected[:, None], where=here)
    levels[:, own[0], own[1]] = 0.0  # a query leaves with its own class
    return np.einsum("aq,lqc->alc", weights[:, alike] * number, levels)
