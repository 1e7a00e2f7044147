"""Anyone's embeddings, from files: read, checked for what cannot be scored and what is suspicious, and scored."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.files import read_embeddings, read_labels
from reproduce.metrics.resampling import without_each_animal
from reproduce.metrics.retrieval import Figures, Retrieval, retrieval_scores
from reproduce.metrics.scoring import Precision
from reproduce.metrics.suspicions import in_both, suspicions

__all__ = ["Files", "Interval", "Scored", "named", "score_files"]

#: A .npy file of embeddings, and the file of their labels.
Files = tuple[Path, Path]
#: A score and the same with each animal left out in turn -> its interval.
Interval = Callable[[float, Sequence[float]], tuple[float, float] | None]
_CMC_AT = (1, 5, 10, 20)


@dataclass(frozen=True)
class Scored:
    """Scores with what they are of. ``gallery`` is (images, animals) of a set apart, where there is one.

    ``lone`` names the animals that no image can be found for. ``intervals`` maps "per class" and "per query" to
    each figure's interval over animals, fractions in [0, 1]; empty unless it was asked for.
    """

    scores: Retrieval
    images: int
    animals: int
    dtype: str
    gallery: tuple[int, int] | None = None
    lone: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    intervals: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)


def named(figures: Figures) -> dict[str, float]:
    """The figures under the names that are printed, CMC at a few places."""
    five = {
        "MAP@R": figures.map_at_r,
        "R-precision": figures.r_precision,
        "precision at 1": figures.precision_at_1,
        "mean average precision": figures.map,
    }
    return five | {f"CMC at {k}": float(figures.cmc[k - 1]) for k in _CMC_AT if k <= len(figures.cmc)}


def score_files(
    query: Files,
    gallery: Files | None = None,
    column: str | None = None,
    dtype: Precision = "float64",
    interval: Interval | None = None,
    side: str | None = None,
) -> Scored:
    """Score the embeddings of a .npy file by the labels of a .csv, .tsv or .txt file.

    Each is ranked against the others, or against the ``gallery``'s. ``column`` names the labels' in both files.
    ``interval`` is asked for an interval of every figure. ``side``: only the rows that the column "split" of the
    query's labels says so of. Raises InvalidInputError for files that cannot be read or
    do not fit, for one animal only, and for too few animals to leave one out.
    """
    matrix, labels = _read(query, column)
    if side is not None:
        matrix, labels = _side(query[1], matrix, labels, side)
    if gallery is None:
        _several_animals(labels, query[1])
        rest: tuple = ()
        sizes, lone = None, {label for label, count in Counter(labels).items() if count == 1}
    else:
        other, other_labels = _read(gallery, column)
        _several_animals(other_labels, gallery[1])
        rest = (other, other_labels)
        sizes, lone = (len(other), len(set(other_labels))), set(labels) - set(other_labels)
    scores = retrieval_scores(matrix, labels, dtype, *rest)
    warnings = suspicions(matrix, str(query[0]))
    if gallery is not None:
        warnings += suspicions(other, str(gallery[0])) + in_both(matrix, other)
    intervals = {}
    if interval is not None:
        intervals = _intervals(scores, without_each_animal(matrix, labels, dtype, *rest), interval)
    return Scored(
        scores,
        len(labels),
        len(set(labels)),
        dtype,
        sizes,
        tuple(sorted(lone)),
        tuple(dict.fromkeys(warnings)),
        intervals,
    )


def _read(files: Files, column: str | None) -> tuple[np.ndarray, list[str]]:
    matrix = read_embeddings(files[0])
    return matrix, read_labels(files[1], len(matrix), column)


def _side(path: Path, matrix: np.ndarray, labels: list[str], side: str) -> tuple[np.ndarray, list[str]]:
    split = read_labels(path, len(matrix), "split")
    rows = [row for row, one in enumerate(split) if one == side]
    if not rows:
        raise InvalidInputError(f"{path}: no row has the split {side!r}; there are {', '.join(sorted(set(split)))}")
    return matrix[rows], [labels[row] for row in rows]


def _several_animals(labels: list[str], path: Path) -> None:
    if len(set(labels)) == 1:
        raise InvalidInputError(
            f"{path}: one animal only ({labels[0]!r}): nothing can be told apart; a score needs two or more"
        )


def _intervals(
    scores: Retrieval, without: Sequence[Retrieval], interval: Interval
) -> dict[str, dict[str, tuple[float, float]]]:
    """Of every figure; an interval that leaves [0, 1], where no score lies, is cut there."""
    sides = {"per class": (scores, without), "per query": (scores.query, [one.query for one in without])}
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for average, (whole, rest) in sides.items():
        others = [named(one) for one in rest]
        found[average] = {}
        for name, value in named(whole).items():
            left_out = [one[name] for one in others if name in one]
            ends = interval(value, left_out) if len(left_out) == len(others) else None
            if ends is not None:
                found[average][name] = (max(0.0, ends[0]), min(1.0, ends[1]))
    return found
