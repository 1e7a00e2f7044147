"""AP@R of every query, each by the cheapest way that can decide its ranking.

float64 is asked only where less cannot tell. The product in float32 orders most rankings of a few neighbours beyond
doubt, by a bound on its rounding; whole numbers of 30 bits from the product in float64 order most of the others; the
rest, those with ties above all, are ranked by the float64 keys themselves. A ranking that is decided is the same
whichever way decided it.
"""

from collections.abc import Sequence

import numpy as np

from reproduce.metrics.kernel.keys import EmbeddingKeys, LevelKeys, QuickKeys, RoundedKeys
from reproduce.metrics.kernel.layout import Layout
from reproduce.metrics.kernel.rank import ap_at_r, decided
from reproduce.metrics.kernel.sweep import sweep_nearest

__all__ = ["ap_at_r_of_each"]

_WAYS: Sequence[type[QuickKeys]] = (RoundedKeys, LevelKeys)
#: So many queries, spread over all, tell whether a way is worth it for the others.
_SAMPLE = 64


def ap_at_r_of_each(layout: Layout, keys: EmbeddingKeys) -> np.ndarray:
    """Return AP@R (Q,) of the layout's queries, ties as ``keys.tolerance`` has them."""
    scores = np.empty(len(layout.queries))
    rest = np.arange(len(scores))
    if keys.dtype == np.float64:
        for way in _WAYS:
            rest = _quickly(layout, way(keys), scores, rest)
    if len(rest):
        _surely(layout.only(rest), keys.only(rest), scores, rest)
    return scores


def _quickly(layout: Layout, keys: QuickKeys, scores: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Score what of the queries ``rest`` can be decided by quick keys, and return what is left of them."""
    doubt = np.ones(len(rest), dtype=bool)
    if not len(rest):
        return rest

    def run(some: np.ndarray) -> None:
        rows = rest[some]
        quick = keys.only(rows)

        def score(_: np.ndarray, first: int, relevant: int, top: np.ndarray) -> None:
            own = slice(first, first + len(top))
            scores[rows[own]], doubt[some[own]] = decided(top, quick.close(top, first), relevant)

        sweep_nearest(layout.only(rows), quick, score)

    every = np.arange(len(rest))
    sample = every[:: max(1, len(rest) // _SAMPLE)]
    run(sample)
    others = np.setdiff1d(every, sample)
    if len(others) and doubt[sample].mean() < 0.5:
        run(others)
    return rest[doubt]


def _surely(layout: Layout, keys: EmbeddingKeys, scores: np.ndarray, rest: np.ndarray) -> None:
    def score(block: np.ndarray, first: int, relevant: int, top: np.ndarray) -> None:
        scores[rest[first : first + len(block)]] = ap_at_r(block, relevant, keys.tolerance, top)

    sweep_nearest(layout, keys, score)
