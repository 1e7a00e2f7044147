"""A canonical order of rows and columns that depends on what the rows hold, never on where they stood.

Sums of floating point numbers change with their order. The same embeddings therefore meet the same operations
in the same order however the rows were permuted or the classes named: scores are equal to the last bit.
"""

from dataclasses import dataclass, replace

import numpy as np

from reproduce.errors import InvalidInputError

__all__ = ["Layout", "against_reference", "among_themselves"]


@dataclass(frozen=True)
class Layout:
    """Which row is ranked against which columns; a class is one slice of columns, classes of one size adjoin.

    ``queries`` (Q,) and ``columns`` (M,) index the user's arrays. Query k's class holds columns
    ``low[k]:high[k]``; ``relevant[k]`` of the ``others`` columns that it is ranked against are of its class.
    ``itself[k]`` is its own column, to be left out, or -1 where the reference is a set apart.
    """

    queries: np.ndarray
    columns: np.ndarray
    low: np.ndarray
    high: np.ndarray
    relevant: np.ndarray
    itself: np.ndarray
    others: int
    codes: np.ndarray  # the class code of each query
    lone: int  # classes among the queries that have no relevant image at all

    def only(self, rows: np.ndarray) -> "Layout":
        """Return the layout of some of the queries, ``rows`` (K,) of them in ascending order."""
        parts = {name: getattr(self, name)[rows] for name in ("queries", "low", "high", "relevant", "itself", "codes")}
        return replace(self, **parts)

    def runs(self, start: int, stop: int, key: str) -> list[tuple[int, int]]:
        """Return slices of [start, stop) over which ``key`` ("low": one class; "relevant": one size) is constant."""
        values = getattr(self, key)[start:stop]
        edges = (np.flatnonzero(values[1:] != values[:-1]) + 1 + start).tolist()
        return list(zip([start, *edges], [*edges, stop], strict=True))


def _class_keys(codes: np.ndarray, hashes: np.ndarray, classes: int) -> np.ndarray:
    """Return one number per class from the rows it holds, whatever their order and the class's name."""
    mixed = (hashes ^ (hashes >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    keys = np.zeros(classes, dtype=np.uint64)
    np.add.at(keys, codes, mixed)
    return keys


def among_themselves(codes: np.ndarray, hashes: np.ndarray) -> Layout:
    """Return each row against all the other rows. Raises InvalidInputError where no class has two rows."""
    sizes = np.bincount(codes)
    keys = _class_keys(codes, hashes, len(sizes))
    order = np.lexsort((hashes, codes, keys[codes], sizes[codes]))
    low, high = _slices(codes[order])
    alone = int(np.count_nonzero(sizes[codes] == 1))  # the smallest classes come first
    lone = int(np.count_nonzero(sizes == 1))
    _refuse_all_lone(len(order) - alone, "no class has two rows; MAP@R needs at least one class with two images")
    rows = order[alone:]
    low, high = low[alone:], high[alone:]
    return Layout(
        queries=rows, columns=order, low=low, high=high, relevant=high - low - 1,
        itself=np.arange(alone, len(order)), others=len(order) - 1, codes=codes[rows], lone=lone,
    )  # fmt: skip


def against_reference(
    codes: np.ndarray, hashes: np.ndarray, reference_codes: np.ndarray, reference_hashes: np.ndarray
) -> Layout:
    """Return each query against every row of a reference set. Raises InvalidInputError where no class is shared."""
    classes = int(max(codes.max(), reference_codes.max())) + 1
    sizes = np.bincount(reference_codes, minlength=classes)
    keys = _class_keys(reference_codes, reference_hashes, classes)
    keys = keys * np.uint64(3) + _class_keys(codes, hashes, classes)
    columns = np.lexsort((reference_hashes, reference_codes, keys[reference_codes], sizes[reference_codes]))
    order = np.lexsort((hashes, codes, keys[codes], sizes[codes]))
    rows = order[sizes[codes[order]] > 0]
    lone = int(np.count_nonzero(sizes[np.unique(codes)] == 0))
    _refuse_all_lone(len(rows), "no label of the queries is among reference_labels; MAP@R needs at least one shared")
    low, high = np.zeros(classes, dtype=np.int64), np.zeros(classes, dtype=np.int64)
    first, last = _slices(reference_codes[columns])
    low[reference_codes[columns]], high[reference_codes[columns]] = first, last
    own = codes[rows]
    return Layout(
        queries=rows, columns=columns, low=low[own], high=high[own], relevant=sizes[own],
        itself=np.full(len(rows), -1), others=len(columns), codes=own, lone=lone,
    )  # fmt: skip


def _slices(sorted_codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last + 1 position of its class, for each position."""
    new = np.concatenate(([True], sorted_codes[1:] != sorted_codes[:-1]))
    starts = np.flatnonzero(new)
    stops = np.append(starts[1:], len(sorted_codes))
    which = np.cumsum(new) - 1
    return starts[which], stops[which]


def _refuse_all_lone(scored: int, message: str) -> None:
    if not scored:
        raise InvalidInputError(message)
