"""Figures of one ranking without each class in turn, from where its hits stand: nothing is ranked anew.

Taking the columns of class x out of a ranking moves a hit from place p to p - (columns of x before it). So all that is
wanted of a ranking are its hits and, for every class, how many of its columns lie before each hit.
"""

from dataclasses import dataclass

import numpy as np

from reproduce.metrics.expectation import harmonic
from reproduce.metrics.kernel.nearest import integers
from reproduce.metrics.kernel.rank import _same

__all__ = ["FIGURES", "Columns", "sums_without"]

#: What `sums_without` adds up, before the CMC at 1, 2, ...
FIGURES = ("map_at_r", "r_precision", "precision_at_1", "map")
# So many hits are compared with every column one by one; for more the columns are put in order.
_FEW = 48
# One column in so many, or fewer, is looked at alone.
_RARE = 8
# Numbers in a working array: 512 KB, 4 MB where rows tie.
_PORTION, _TIED_PORTION = 1 << 16, 1 << 19


@dataclass(frozen=True)
class Columns:
    """The code of each column's class (M,), below ``count``."""

    codes: np.ndarray
    count: int


def sums_without(
    block: np.ndarray, in_order: np.ndarray, relevant: int, tolerance: float | None, columns: Columns, own: np.ndarray,
    weights: np.ndarray, places: int,
) -> np.ndarray:  # fmt: skip
    """Return (A, F, C + 1): weighted sums over queries of their figures without the columns of each of C classes.

    Of flagged keys (Q, M), the same ``in_order``, R = ``relevant``, whose classes are ``own`` (Q,): a query leaves
    with its class. The last of C + 1 is the sum with nothing left out. ``weights`` (A, Q) make A sums. F is `FIGURES`,
    then CMC at 1 .. ``places``. Ties are those of the whole ranking, each worth the mean over its orders.
    """
    bits, ordered = integers(block), integers(in_order)
    hits = np.flatnonzero(ordered & 1).reshape(len(bits), relevant)
    tied = _ties(ordered.view(block.dtype), hits, tolerance)
    total = np.zeros((len(weights), len(FIGURES) + places, columns.count + 1))
    if not tied.all():
        some = ~tied
        place = hits[some] % bits.shape[1] + 1
        total += _untied(bits[some], ordered.ravel()[hits[some]], place, columns, own[some], weights[:, some], places)
    step = max(1, _TIED_PORTION // ((columns.count + 1) * (relevant + 1)))
    for start in range(0, np.count_nonzero(tied), step):
        rows = np.flatnonzero(tied)[start : start + step]
        figures = _tied(bits[rows], ordered[rows].view(block.dtype), relevant, tolerance, columns, places)
        figures[:, np.arange(len(rows)), own[rows]] = 0
        total += np.einsum("aq,fqc->afc", weights[:, rows], figures)
    return total


def _ties(ordered: np.ndarray, hits: np.ndarray, tolerance: float | None) -> np.ndarray:
    """Return (Q,) whether a hit ties with a neighbour that is none: sorted keys (Q, M), hits (Q, R) numbered there."""
    width = ordered.shape[1]
    column = hits % width
    around = np.stack([hits - (column > 0), hits, hits + (column < width - 1)], axis=-1)
    keys = ordered.ravel()[around]
    mixed = (integers(keys)[..., ::2] & 1 == 0) & _same(keys.reshape(-1, 3), tolerance).reshape(*hits.shape, 2)
    return np.asarray(mixed.any(axis=(1, 2)))


def _untied(
    bits: np.ndarray, keys: np.ndarray, place: np.ndarray, columns: Columns, own: np.ndarray, weights: np.ndarray,
    places: int,
) -> np.ndarray:  # fmt: skip
    """Return the sums where every hit, of its ``keys`` (Q, R), has a ``place`` (Q, R) of its own."""
    relevant = keys.shape[1]
    counted = _between(bits, keys, columns)
    found = np.zeros((len(FIGURES), len(bits), columns.count + 1))
    before = np.zeros((len(bits), columns.count + 1))
    first = None
    step = max(1, _PORTION // before.size)
    for start in range(0, relevant, step):
        part = slice(start, min(start + step, relevant))
        moved = np.add(counted[:, part], 0.0)
        moved[:, 0] += before
        for hit in range(1, moved.shape[1]):  # np.cumsum takes three times as long
            moved[:, hit] += moved[:, hit - 1]
        before = moved[:, -1].copy()
        now = np.subtract(place[:, part, None], moved, out=moved)
        if first is None:
            first = now[:, 0].astype(np.int64)
        within = now <= relevant
        precision = np.divide(np.arange(start + 1, part.stop + 1)[:, None], now, out=now)
        found[3] += precision.sum(axis=1)
        precision *= within
        found[0] += precision.sum(axis=1)
        found[1] += np.count_nonzero(within, axis=1)
    assert first is not None
    found[[0, 1, 3]] /= relevant
    found[2] = first == 1
    queries = np.arange(len(bits))
    found[:, queries, own] = 0
    total = np.einsum("aq,fqc->afc", weights, found)
    # The place of the first hit, beyond the last wanted one in one bin with what does not count.
    arrival = np.minimum(first - 1, places)
    arrival[queries, own] = places
    arrival += np.arange(columns.count + 1) * (places + 1)
    size = (columns.count + 1) * (places + 1)
    shares = [np.bincount(arrival.ravel(), np.repeat(one, columns.count + 1), size) for one in weights]
    cmc = np.cumsum(np.reshape(shares, (len(weights), -1, places + 1))[..., :places], axis=2)
    return np.concatenate([total, cmc.transpose(0, 2, 1)], axis=1)


def _tied(
    bits: np.ndarray, ordered: np.ndarray, relevant: int, tolerance: float | None, columns: Columns, places: int
) -> np.ndarray:
    """Return (F, Q, C + 1) by tie groups: m columns, s of them hits, behind a, h of them hits: `expectation`."""
    values, width = integers(ordered), ordered.shape[1]
    new = np.ones(ordered.shape, dtype=bool)
    new[:, 1:] = ~_same(ordered, tolerance)
    starts = np.flatnonzero(new)
    stops = np.append(starts[1:], new.size)
    s = np.add.reduceat((values & 1).ravel().astype(np.int64), starts)
    starts, stops, s = starts[s > 0], stops[s > 0], s[s > 0]
    row = starts // width
    # A row for each query, a column for each group that holds hits; where there are fewer, the last are empty.
    number = np.bincount(row, minlength=len(bits))
    column = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)

    def table(given: np.ndarray, empty: int) -> np.ndarray:
        made = np.full((len(bits), number.max()), empty, dtype=given.dtype)
        made[row, column] = given
        return made[:, None, :]

    top = np.iinfo(values.dtype).max
    s, a, m = table(s, 0), table(starts % width, width), table(stops - starts, 1)
    h = np.cumsum(s, axis=2) - s
    before = _below(bits, table(values.ravel()[starts], top)[:, 0], columns)
    inside = _below(bits, table(values.ravel()[stops - 1] + 1, top)[:, 0], columns) - before
    a, m = a - before, np.maximum(m - inside, 1)  # without the query's own class, which does not count, m may be 0
    sums, slope = harmonic(width + 1), (s - 1) / np.maximum(m - 1, 1)

    def worth(until: np.ndarray) -> np.ndarray:
        """Return the sum over the group's places up to ``until`` of the precision there times the chance of a hit."""
        length = np.maximum(until - a, 0)
        reciprocals = np.where(length == 1, 1 / (a + 1), sums[a + length] - sums[a])
        gained = np.where(length > 0, (h + 1 - (a + 1) * slope) * reciprocals + slope * length, 0.0)
        return np.asarray((gained * s / m).sum(axis=2) / relevant)

    end = np.minimum(a + m, relevant)
    within = (np.maximum(end - a, 0) * s / m).sum(axis=2) / relevant
    cmc = _drawn(a[..., 0], m[..., 0], s[..., 0], places)
    return np.stack([worth(end), within, cmc[0], worth(a + m), *cmc])


def _drawn(a: np.ndarray, m: np.ndarray, s: np.ndarray, places: int) -> np.ndarray:
    """Return P(a hit among the k nearest), k = 1 .. places: behind a columns without one, s of m, in any order, are."""
    drawn = np.arange(places)[:, None, None] - a  # of the group, before the k-th place
    missed = np.where((drawn >= 0) & (drawn < m), np.maximum(m - s - drawn, 0) / np.maximum(m - drawn, 1), 1.0)
    return np.asarray(1 - np.cumprod(missed, axis=0))


def _below(bits: np.ndarray, bounds: np.ndarray, columns: Columns) -> np.ndarray:
    """Return (Q, C + 1, J): how many columns of each class have keys (Q, M) below bounds (Q, J), which ascend."""
    return np.cumsum(_between(bits, bounds, columns), axis=1).transpose(0, 2, 1)


def _between(bits: np.ndarray, bounds: np.ndarray, columns: Columns) -> np.ndarray:
    """Return (Q, J, C + 1): how many columns of each class have keys (Q, M) below the first bound, the second, ...

    Each is counted once, at the first bound that it is below; the last of C + 1 classes has none.
    """
    queries, wide = bounds.shape
    slots: np.ndarray
    row: np.ndarray = np.arange(queries)[:, None]
    places = np.flatnonzero(bits < bounds[:, -1:])
    if len(places) < bits.size // _RARE:  # of embeddings that find their hits few columns lie before the last one
        row, column = np.divmod(places, bits.shape[1])
        keys, slots, codes = bits.ravel()[places], np.zeros(len(places), dtype=np.int64), columns.codes[column]
        for bound in range(wide - 1):
            slots += keys >= bounds[row, bound]
    elif wide <= _FEW:  # a key's slot is the number of bounds that it is not below
        few, not_below = np.zeros(bits.shape, dtype=np.uint8), np.empty(bits.shape, dtype=bool)
        for bound in range(wide):
            np.greater_equal(bits, bounds[:, bound, None], out=not_below)
            few += not_below.view(np.uint8)
        slots, codes = few.astype(np.int64), columns.codes
    else:
        order = np.argsort(bits, axis=1)
        slots, codes = np.empty(bits.shape, dtype=np.int64), columns.codes[order]
        ordered = np.take_along_axis(bits, order, axis=1)
        for query in range(queries):
            edges = np.searchsorted(ordered[query], bounds[query])
            slots[query] = np.repeat(np.arange(wide + 1), np.diff(edges, prepend=0, append=bits.shape[1]))
    slots += row * (wide + 1)
    slots *= columns.count + 1
    slots += codes
    counted = np.bincount(slots.ravel(), minlength=queries * (columns.count + 1) * (wide + 1))
    return counted.reshape(queries, wide + 1, columns.count + 1)[:, :-1]
