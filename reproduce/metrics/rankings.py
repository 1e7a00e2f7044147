"""Who is ranked against whom: embeddings from files, or similarities, the rows that count and what is odd of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.files import read_embeddings
from reproduce.metrics.labelled import Labelled, alike, labelled, on_side, several_animals, sides, without_strangers
from reproduce.metrics.leave_out import (
    Rest,
    scores_and_without_each_animal,
    scores_and_without_each_animal_from_distances,
)
from reproduce.metrics.retrieval import Retrieval, retrieval_scores, retrieval_scores_from_distances
from reproduce.metrics.sanity import in_both, is_of_pairs, lengths_vary, suspicions
from reproduce.metrics.scoring import Precision
from reproduce.metrics.sidecars import Sidecar, check_labels, check_space, differing
from reproduce.reading import Strangers

__all__ = ["Files", "How", "Ranking", "of_embeddings", "of_pairs"]

#: A file of embeddings, and the file of their labels.
Files = tuple[Path, Path]


@dataclass(frozen=True)
class How:
    """How files are to be taken. ``column`` names the labels'.

    ``metric``: by what embeddings are compared; None is Euclidean where the file looks like embeddings. ``pairs``: the
    file is no embeddings but the "similarity" or "distances" of every query to every image ranked; ``columns`` are
    those images' labels, by default the queries' own. ``side``: only rows of this side; ``sides``: the rows of one
    ranked against those of another; ``split`` is the column that says which. ``strangers``: what becomes of rows of no
    known animal. ``apart``: a column of the labels' file that names the encounter; of a moment the day counts.
    """

    column: str | None = None
    dtype: Precision = "float64"
    metric: Literal["euclidean", "cosine"] | None = None
    pairs: Literal["similarity", "distances"] | None = None
    columns: Path | None = None
    side: str | None = None
    sides: tuple[str, str] | None = None
    split: str = "split"
    strangers: Strangers = Strangers.OUT
    apart: str | None = None


@dataclass(frozen=True)
class Ranking:
    """Queries, the gallery where there is one, and what is computed of their ranking.

    ``scores()`` are those of `retrieval_scores`, ``with_rest()`` these and `without_each_animal`; ``distances()`` gives
    (N, N), or (N, M) to the gallery. ``by`` says by what was ranked, ``checked`` whether the labels were known to be
    those of the embeddings.
    """

    own: Labelled
    gallery: Labelled | None
    by: str
    scores: Callable[[], Retrieval]
    with_rest: Callable[[], tuple[Retrieval, list[Rest]]]
    distances: Callable[[], np.ndarray]
    warnings: list[str]
    notes: tuple[str, ...] = ()
    checked: bool = False


def of_embeddings(query: Files, gallery: Files | None, how: How) -> Ranking:
    """Return the ranking of a file's embeddings among themselves, or in those of a ``gallery``.

    Raises InvalidInputError for files that cannot be read or do not fit, for labels of other embeddings, for two
    trainings in one comparison and for one animal only.
    """
    matrix, whole, sidecar = _read(query, how)
    if sidecar is None and how.metric is None and is_of_pairs(matrix):
        raise InvalidInputError(
            f"{query[0]} is a square matrix that looks like one of similarities or distances; say which: --similarity "
            "or --distances (or --metric euclidean, where these are embeddings)"
        )
    warnings = _ignored_split(whole, how, sidecar)
    if sidecar is None and (others_than := differing(query[0], whole.labels)):
        warnings.append(
            f"{query[1]}: {others_than:,} of {len(whole.labels):,} labels "
            f"{'is another' if others_than == 1 else 'are others'} than those written with "
            f"{query[0].name}, and nothing in it says of which photographs they are"
        )
    reference, others, theirs = (matrix, whole, sidecar) if gallery is None else _read(gallery, how)
    if gallery is not None:
        check_space(sidecar, theirs, query[0], gallery[0])
    own, other, said = _chosen(whole, others if gallery is not None or how.sides else None, how)
    warnings += said
    given = matrix[own.rows]
    notes = _notes(given, matrix.shape[1], how) if sidecar is None else ()
    x = _directions(given) if how.metric == "cosine" else given
    warnings += suspicions(x, str(query[0]))
    names: list[str] = list(own.labels)
    apart: tuple = ()
    if other is not None:
        y = reference[other.rows]
        y = _directions(y) if how.metric == "cosine" else y
        warnings += suspicions(y, str((gallery or query)[0]))
        warnings += in_both(x, y) if how.sides is None else []
        apart = (y, list(other.labels))

    def distances() -> np.ndarray:
        from scipy.spatial.distance import cdist

        return cdist(x.astype(float), (apart[0] if apart else x).astype(float))

    return Ranking(
        own,
        other,
        "cosine" if how.metric == "cosine" else "Euclidean, embeddings as given",
        lambda: retrieval_scores(x, names, how.dtype, *apart),
        lambda: scores_and_without_each_animal(x, names, how.dtype, *apart),
        distances,
        warnings,
        notes,
        sidecar is not None and theirs is not None,
    )


def _sense(path: Path, matrix: np.ndarray, how: How) -> list[str]:
    """Return a line where every image is farthest from itself: distances are not so, but similarities are."""
    if how.pairs != "distances" or how.columns is not None or len(matrix) < 3:
        return []
    others = matrix[~np.eye(len(matrix), dtype=bool)].reshape(len(matrix), -1)
    if not (np.diag(matrix)[:, None] > others).all():
        return []
    return [f"{path}: every image is farthest from itself; if these are similarities, give --similarity"]


def of_pairs(query: Files, gallery: Files | None, how: How) -> Ranking:
    """Return the ranking that a matrix of every query's similarity or distance to every image says.

    Raises InvalidInputError as `of_embeddings` does, and where it does not say whose the columns are.
    """
    if gallery is not None or how.metric is not None:
        raise InvalidInputError(f"--{how.pairs} takes neither --gallery nor --metric: its file is ranked")
    matrix = read_embeddings(query[0])
    whole, width = labelled(query[1], len(matrix), how.column), matrix.shape[1]
    if how.columns is None and len(matrix) != width:
        raise InvalidInputError(
            f"{query[0]} ranks {width} images for {len(matrix)} rows: whose are they? --gallery-labels"
        )
    others = whole if how.columns is None else labelled(how.columns, width, how.column)
    own, other, warnings = _chosen(whole, others if how.columns is not None or how.sides else None, how)
    warnings += _sense(query[0], matrix, how)
    ranked = matrix[np.ix_(own.rows, (other or own).rows)]
    distances = -ranked.astype(np.float64) if how.pairs == "similarity" else ranked
    names = (list(own.labels), None if other is None else list(other.labels))
    return Ranking(
        own,
        other,
        f"{how.pairs} as given, a row the queries' own",
        lambda: retrieval_scores_from_distances(distances, *names),
        lambda: scores_and_without_each_animal_from_distances(distances, *names),
        lambda: distances,
        warnings,
    )


def _read(files: Files, how: How) -> tuple[np.ndarray, Labelled, Sidecar | None]:
    """Return the matrix, its labels, and its sidecar where the labels were held against it."""
    matrix = read_embeddings(files[0])
    own = labelled(files[1], len(matrix), how.column)
    return matrix, own, check_labels(*files, len(matrix))


def _chosen(own: Labelled, other: Labelled | None, how: How) -> tuple[Labelled, Labelled | None, list[str]]:
    """Return the rows that are scored, those they are ranked in where these are others, and what is said of both."""
    if how.sides is not None and other is not None:
        own, other = (on_side(of, side, how.split) for of, side in zip((own, other), how.sides, strict=True))
    elif how.side is not None:
        own = on_side(own, how.side, how.split)
    own, said = without_strangers(own, how.strangers)
    if other is not None:
        other, more = without_strangers(other, how.strangers)
        said += more
    said += alike(own.labels, () if other is None else other.labels)
    several_animals(other or own)
    return own, other, said


def _ignored_split(own: Labelled, how: How, sidecar: Sidecar | None) -> list[str]:
    """Return a line where labels tell training animals from others, and the model may have learned from them."""
    if how.side is not None or how.sides is not None or (sidecar is not None and not sidecar.learned):
        return []
    if len(words := sides(own, how.split)) < 2:
        return []
    why = "its model was trained on a part of these" if sidecar else "a model trained on a part of these knows it"
    said = f"all rows are scored, of every {how.split} ({', '.join(words)}); {why}: --split test scores one side"
    return [f"{own.path}: {said}"]


def _notes(matrix: np.ndarray, columns: int, how: How) -> tuple[str, ...]:
    """Return what stands below the figures of embeddings that nothing is known of."""
    notes = []
    if how.metric != "cosine" and (lengths := lengths_vary(matrix)):
        low, high = lengths
        notes.append(f"the rows' lengths vary ({low:.3g} to {high:.3g}): --metric cosine ranks by direction alone")
        if np.abs(matrix).max() <= 1 + 1e-6:
            notes.append(
                f"if the {columns:,} columns are the similarities to so many images, say --similarity, and "
                "--gallery-labels where those are others"
            )
    return (*notes, "nothing beside the embeddings says of which images they are: the labels are not checked")


def _directions(matrix: np.ndarray) -> np.ndarray:
    """Return rows of length 1, which Euclidean distance ranks as cosine does; a row of zeros stays."""
    matrix = matrix.astype(np.float64)
    matrix = matrix / np.maximum(np.abs(matrix).max(axis=1, keepdims=True), np.finfo(float).tiny)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(lengths == 0, 1, lengths)
