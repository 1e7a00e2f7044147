"""MAP@R and its chance level, as `reproduce.metrics.definition` writes them out, fast.

How it is fast reads in `reproduce.metrics.kernel`. Memory is that of a block of queries, never N x N.
"""

import math
from typing import Any, Literal

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.expectation import chance
from reproduce.metrics.inputs import as_matrix, fingerprints, largest
from reproduce.metrics.kernel.decide import ap_at_r_of_each
from reproduce.metrics.kernel.keys import EmbeddingKeys
from reproduce.metrics.kernel.layout import Layout, against_reference, among_themselves
from reproduce.metrics.labels import Coded, encode

__all__ = ["Average", "Precision", "chance_map_at_r", "map_at_r"]

Average = Literal["class", "query"]
Precision = Literal["float64", "float32"]


def map_at_r(
    embeddings: Any,
    labels: Any,
    average: Average = "class",
    dtype: Precision = "float64",
    reference: Any = None,
    reference_labels: Any = None,
) -> float:
    """Return the mean average precision at R of embeddings (N, D) as given, in [0, 1].

    AP@R of a query is (1/R) sum_{i <= R} rel_i * precision_at_i with R the number of other images of its
    class, the images ranked by Euclidean distance. ``average="class"`` takes the mean within each class and
    then over classes, ``"query"`` over all queries. A class of one image is no query but stays in the others'
    rankings.

    Ties count as the mean over their orders. In float64 neighbours in a ranking tie where their squared
    distances differ by at most 1e-12 of max|x - mean|^2; in float32, the quick option, equal rows tie and
    nothing else is promised. The result does not depend on the order of the rows or on what the classes are
    called, to the last bit.

    With ``reference`` (M, D) and ``reference_labels`` (M,) each row of ``embeddings`` is ranked against the
    rows of the reference only, which is a set apart: no row is left out, R counts the reference's images of
    the query's class, and queries whose class has none are left out of the mean. Centre and scale are then
    the reference's mean and the largest distance from it in either set.

    Raises InvalidInputError (a ValueError): empty input, lengths that differ, NaN or infinity, no query to
    score.
    """
    _one_of("average", average, ("class", "query"))
    return averaged(*ap_at_r(embeddings, labels, dtype, reference, reference_labels), average)


def ap_at_r(
    embeddings: Any,
    labels: Any,
    dtype: Precision = "float64",
    reference: Any = None,
    reference_labels: Any = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return AP@R (Q,) of each query and the code (Q,) of its class: what ``map_at_r`` takes its mean of."""
    layout, keys, _ = arrange(embeddings, labels, dtype, reference, reference_labels)
    return ap_at_r_of_each(layout, keys), layout.codes


def chance_map_at_r(labels: Any, average: Average = "class", reference_labels: Any = None) -> float:
    """Return the exact expectation of MAP@R when every ranking is in random order: the score of no embedding at all.

    E[AP@R] = (1/R) sum_{i=1..R} (R/M) (1 + (i - 1)(R - 1)/(M - 1)) / i with M the images ranked: N - 1, or
    all of ``reference_labels`` where these are given. Averages and lone classes are those of ``map_at_r``.
    """
    _one_of("average", average, ("class", "query"))
    coded = encode(labels) if reference_labels is None else encode(labels, reference_labels)
    layout = layout_of_labels(coded)
    levels = chance(layout.relevant, layout.others).ap_at_r
    return averaged(levels, layout.codes, average)


def layout_of_labels(coded: Coded) -> Layout:
    """Return the layout where rows are known by their labels only."""
    blank = [np.zeros(len(codes), dtype=np.uint64) for codes in coded.codes]
    if len(blank) == 1:
        return among_themselves(coded.codes[0], blank[0])
    return against_reference(coded.codes[0], blank[0], coded.codes[1], blank[1])


def arrange(
    embeddings: Any, labels: Any, dtype: str, reference: Any, reference_labels: Any
) -> tuple[Layout, EmbeddingKeys, Coded]:
    """Check the input and set out who is ranked against whom: layout, keys and the classes."""
    _one_of("dtype", getattr(dtype, "__name__", str(dtype)), ("float64", "float32"))
    if (reference is None) != (reference_labels is None):
        raise InvalidInputError("reference and reference_labels belong together; give both or neither")
    matrix = as_matrix(embeddings)
    if reference is None:
        coded = encode(labels)
        _lengths("labels", coded.codes[0], "embeddings", matrix)
        peak, hashes = largest(matrix), fingerprints(matrix)
        layout = among_themselves(coded.codes[0], hashes)
        return layout, EmbeddingKeys(layout, matrix, None, hashes, peak, np.dtype(dtype)), coded
    other = as_matrix(reference, "reference")
    if matrix.shape[1] != other.shape[1]:
        raise InvalidInputError(
            f"embeddings have {matrix.shape[1]} columns and reference {other.shape[1]}; give both from one model"
        )
    coded = encode(labels, reference_labels)
    _lengths("labels", coded.codes[0], "embeddings", matrix)
    _lengths("reference_labels", coded.codes[1], "reference", other)
    peak = max(largest(matrix), largest(other, "reference"))
    hashes = fingerprints(other)
    layout = against_reference(coded.codes[0], fingerprints(matrix), coded.codes[1], hashes)
    return layout, EmbeddingKeys(layout, matrix, other, hashes, peak, np.dtype(dtype)), coded


def averaged(values: np.ndarray, codes: np.ndarray, average: str = "class") -> float:
    """Return the mean over queries, or over the classes' means; sums are exact, so the rows' order does not matter."""
    if average == "query":
        return math.fsum(values) / len(values)
    means = class_means(values, codes)
    return math.fsum(means) / len(means)


def class_means(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the mean of the values (Q,) within each class, ordered by class code."""
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    return np.array([math.fsum(part) / len(part) for part in np.split(values[order], edges)])


def _one_of(name: str, given: Any, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise InvalidInputError(f"{name} is {given!r}; it is one of {', '.join(map(repr, allowed))}")


def _lengths(name: str, short: np.ndarray, other: str, matrix: np.ndarray) -> None:
    if len(short) != len(matrix):
        raise InvalidInputError(f"{name} has {len(short)} entries and {other} has {len(matrix)} rows; give one each")
