"""Anyone's embeddings, from files: read, checked for what cannot be scored and what is suspicious, and scored."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.files import has_column, read_embeddings, read_labels
from reproduce.metrics.leave_out import Rest, cannot_lose, scores_apart, without_each_animal
from reproduce.metrics.retrieval import Figures, Retrieval, retrieval_scores, retrieval_scores_from_distances
from reproduce.metrics.scoring import Precision
from reproduce.metrics.sidecars import Sidecar, check_labels, check_space
from reproduce.metrics.suspicions import in_both, is_of_pairs, lengths_vary, listed, suspicions
from reproduce.reading import Strangers
from reproduce.words import day, is_unknown, names_alike, unnumbered

__all__ = ["Files", "How", "Interval", "Scored", "named", "score_files"]

#: A file of embeddings, and the file of their labels.
Files = tuple[Path, Path]
#: A score and the same with each animal left out in turn -> its interval.
Interval = Callable[[float, Sequence[float]], tuple[float, float] | None]
_CMC_AT = (1, 5, 10, 20)


@dataclass(frozen=True)
class How:
    """How files are to be taken. ``column`` names the labels'.

    ``metric``: by what embeddings are compared; None is Euclidean where the file looks like embeddings. ``pairs``: the
    file is no embeddings but the "similarity" or "distances" of every query to every image ranked; ``columns`` are
    those images' labels, by default the queries' own. ``side``: only rows whose column "split" says so; ``sides``: the
    rows of one side ranked against those of another. ``strangers``: what becomes of rows of no known animal.
    ``apart``: a column of the labels' file that names the encounter; of a date the day counts.
    """

    column: str | None = None
    dtype: Precision = "float64"
    metric: Literal["euclidean", "cosine"] | None = None
    pairs: Literal["similarity", "distances"] | None = None
    columns: Path | None = None
    side: str | None = None
    sides: tuple[str, str] | None = None
    strangers: Strangers = Strangers.OUT
    apart: str | None = None


@dataclass(frozen=True)
class Across:
    """Scores where the photographs of one animal in one encounter are in no ranking of each other."""

    column: str
    map_at_r: float
    chance: float
    precision_at_1: float
    pairs: int


@dataclass(frozen=True)
class Scored:
    """Scores with what they are of. ``gallery`` is (images, animals) of a set apart, where there is one.

    ``lone`` names the animals that no image can be found for. ``intervals`` maps "per class" and "per query" to
    each figure's interval over animals, fractions in [0, 1]; empty unless it was asked for. ``distance`` says by what
    was ranked, ``checked`` whether the labels were known to be those of the embeddings, ``notes`` what stands below.
    """

    scores: Retrieval
    images: int
    animals: int
    dtype: str
    gallery: tuple[int, int] | None = None
    lone: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    intervals: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    distance: str = "Euclidean, embeddings as given"
    checked: bool = False
    notes: tuple[str, ...] = ()
    across: Across | None = None


@dataclass(frozen=True)
class _Set:
    """One set of files: the matrix, N labels, and the file's sidecar where the labels were held against it."""

    matrix: np.ndarray
    labels: list[str]
    files: Files
    sidecar: Sidecar | None = None
    when: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> "_Set":
        labels, when = [self.labels[row] for row in rows.tolist()], None if self.when is None else self.when[rows]
        return replace(self, matrix=self.matrix[rows], labels=labels, when=when)


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
    query: Files, gallery: Files | None = None, how: How | None = None, interval: Interval | None = None
) -> Scored:
    """Score the embeddings of a file by the labels of a .csv, .tsv or .txt file.

    Each is ranked against the others, or against the ``gallery``'s. ``interval`` is asked for an interval of every
    figure. Raises InvalidInputError for files that cannot be read or do not fit, for labels of other embeddings, for
    two trainings in one comparison, for one animal only, and for too few animals to leave one out.
    """
    how = how or How()
    if how.pairs is not None:
        return _score_pairs(query, gallery, how, interval)
    own, warnings = _read(query, how), list[str]()
    if own.sidecar is None and how.metric is None and is_of_pairs(own.matrix):
        raise InvalidInputError(
            f"{query[0]} is a square matrix that looks like one of similarities or distances; say which: --similarity "
            "or --distances (or --metric euclidean, where these are embeddings)"
        )
    if how.side is None and how.sides is None and (warned := _ignored_split(own)):
        warnings.append(warned)
    other = None
    if how.sides is not None:
        if gallery is not None:
            raise InvalidInputError("--query-split and --gallery-split are of one file; leave --gallery out")
        own, other = (_side(own, side) for side in how.sides)
    elif how.side is not None:
        own = _side(own, how.side)
    if gallery is not None:
        other = _read(gallery, how)
        check_space(own.sidecar, other.sidecar, query[0], gallery[0])
    if how.apart is not None:
        if other is not None:
            raise InvalidInputError("--apart is of one set ranked in itself; leave the gallery and --interval out")
        own = replace(own, when=_encounters(own, how))
    own, said = _without_strangers(own, how.strangers)
    warnings += said
    if other is not None:
        other, said = _without_strangers(other, how.strangers)
        warnings += said
    warnings += _alike(own.labels, other.labels if other else [])
    notes = _notes(own, how)
    sets = [one if how.metric != "cosine" else _normalised(one) for one in (own, other) if one is not None]
    return _scored(sets, how, interval, warnings, notes)


def _scored(sets: list[_Set], how: How, interval: Interval | None, warnings: list[str], notes: list[str]) -> Scored:
    own, rest = sets[0], sets[1:]
    gallery = rest[0] if rest else None
    _several_animals((gallery or own).labels, (gallery or own).files[1])
    apart = () if gallery is None else (gallery.matrix, gallery.labels)
    scores = retrieval_scores(own.matrix, own.labels, how.dtype, *apart)
    for one in sets:
        warnings += suspicions(one.matrix, str(one.files[0]))
    if gallery is not None and how.sides is None:
        warnings += in_both(own.matrix, gallery.matrix)
    intervals = {}
    if interval is not None:
        if (animal := cannot_lose(own.labels, *apart[1:])) is not None:
            raise InvalidInputError(
                f"an interval over animals leaves each out in turn, and without {animal!r} nothing can be scored; "
                "it needs three animals that can be found"
            )
        intervals = _intervals(scores, without_each_animal(own.matrix, own.labels, how.dtype, *apart), interval)
    lone = {label for label, count in Counter(own.labels).items() if count == 1}
    if gallery is not None:
        lone = set(own.labels) - set(gallery.labels)
    return Scored(
        scores,
        len(own.labels),
        len(set(own.labels)),
        how.dtype,
        None if gallery is None else (len(gallery.labels), len(set(gallery.labels))),
        tuple(sorted(lone)),
        tuple(dict.fromkeys(warnings)),
        intervals,
        "cosine" if how.metric == "cosine" else "Euclidean, embeddings as given",
        all(one.sidecar is not None for one in sets),
        tuple(notes),
        None if own.when is None else _across(own, str(how.apart)),
    )


def _score_pairs(query: Files, gallery: Files | None, how: How, interval: Interval | None) -> Scored:
    """The same of a matrix that holds every query's similarity or distance to every image."""
    if gallery is not None or how.metric is not None or interval is not None:
        raise InvalidInputError(
            f"--{how.pairs} takes neither --gallery nor --metric nor --interval: its file is ranked"
        )
    matrix = read_embeddings(query[0])
    labels = read_labels(query[1], len(matrix), how.column)
    others = None if how.columns is None else read_labels(how.columns, matrix.shape[1], how.column)
    if others is None and matrix.shape[0] != matrix.shape[1]:
        raise InvalidInputError(
            f"{query[0]} ranks {matrix.shape[1]} images for {matrix.shape[0]} rows: whose are they? --gallery-labels"
        )
    rows, columns = np.arange(len(labels)), np.arange(matrix.shape[1])
    if how.sides is not None:
        split = read_labels(query[1], len(matrix), "split")
        rows, columns = (_rows_of(split, side, query[1]) for side in how.sides)
        others = [labels[column] for column in columns.tolist()]
    elif how.side is not None:
        rows = columns = _rows_of(read_labels(query[1], len(matrix), "split"), how.side, query[1])
    own, path = [labels[row] for row in rows.tolist()], how.columns or query[1]
    kept, own, said = _known(own, query[1], how.strangers)
    columns_kept = kept
    if others is not None:
        columns_kept, others, more = _known(others, path, how.strangers)
        said, others = [*said, *more], [others[column] for column in columns_kept.tolist()]
    rows, columns, own = rows[kept], columns[columns_kept], [own[row] for row in kept.tolist()]
    ranked = matrix[np.ix_(rows, columns)]
    said += _alike(own, others or [])
    _several_animals(others or own, path)
    distances = -ranked.astype(np.float64) if how.pairs == "similarity" else ranked
    scores = retrieval_scores_from_distances(distances, own, others)
    lone = set(own) - set(others) if others else {label for label, count in Counter(own).items() if count == 1}
    return Scored(
        scores,
        len(own),
        len(set(own)),
        "float64",
        (len(others), len(set(others))) if others else None,
        tuple(sorted(lone)),
        tuple(dict.fromkeys(said)),
        distance=f"{how.pairs} as given, a row the queries' own",
    )


def _read(files: Files, how: How) -> _Set:
    matrix = read_embeddings(files[0])
    labels = read_labels(files[1], len(matrix), how.column)
    return _Set(matrix, labels, files, check_labels(*files, len(matrix)))


def _encounters(own: _Set, how: How) -> np.ndarray:
    """Each row's encounter; the rows are those of the whole file."""
    path, rows = own.files[1], len(read_embeddings(own.files[0]))
    found = np.array([day(one) for one in read_labels(path, rows, how.apart, blank=True)])
    if how.side is None:
        return found
    return found[_rows_of(read_labels(path, rows, "split", blank=True), how.side, path)]


def _across(own: _Set, column: str) -> Across:
    from scipy.spatial.distance import cdist

    assert own.when is not None
    names = np.array(own.labels)
    same = (names[:, None] == names) & (own.when[:, None] == own.when) & (own.when != "")
    pairs = np.argwhere(np.triu(same, 1))
    distances = cdist(own.matrix.astype(float), own.matrix.astype(float))
    whole, _ = scores_apart(distances, names, pairs)
    if whole is None:
        raise InvalidInputError(
            f"--apart {column}: every animal was seen in one encounter alone: nothing is left to find"
        )
    return Across(column, whole.map_at_r, whole.chance, whole.precision_at_1, len(pairs))


def _ignored_split(own: _Set) -> str | None:
    """A line where the labels tell training animals from others, and the model may have learned from them."""
    path = own.files[1]
    if (own.sidecar is not None and not own.sidecar.learned) or not has_column(path, "split"):
        return None
    sides = sorted(set(read_labels(path, len(own.labels), "split", blank=True)) - {""})
    if len(sides) < 2:
        return None
    why = "its model was trained on a part of these" if own.sidecar else "a model trained on a part of these knows it"
    return f"{path}: all rows are scored, of every split ({', '.join(sides)}); {why}: --split test scores one side"


def _side(own: _Set, side: str) -> _Set:
    return own.take(_rows_of(read_labels(own.files[1], len(own.labels), "split", blank=True), side, own.files[1]))


def _rows_of(split: list[str], side: str, path: Path) -> np.ndarray:
    rows = [row for row, one in enumerate(split) if one == side]
    if not rows:
        raise InvalidInputError(f"{path}: no row has the split {side!r}; there are {', '.join(sorted(set(split)))}")
    return np.array(rows)


def _without_strangers(own: _Set, strangers: Strangers) -> tuple[_Set, list[str]]:
    """The set without the rows of no known animal, or with a name of its own for each; and a line that says so."""
    kept, labels, said = _known(own.labels, own.files[1], strangers)
    own = replace(own, labels=labels)
    return own if len(kept) == len(labels) else own.take(kept), said


def _known(labels: Sequence[str], path: Path, strangers: Strangers) -> tuple[np.ndarray, list[str], list[str]]:
    """The rows that stay, the labels with a name of its own for each stranger that is kept, and a line on those."""
    everything = np.arange(len(labels))
    rows = np.array([row for row, label in enumerate(labels) if is_unknown(label)], int)
    if strangers is Strangers.ANIMALS or not len(rows):
        return everything, list(labels), []
    plain = [unnumbered(label) for label in labels]
    words = ", ".join(map(repr, sorted({plain[row] for row in rows.tolist()})))
    said = f"{path}: {len(rows):,} rows of no known animal ({words}) are "
    if strangers is Strangers.KEEP:
        named = [f"{plain[row]} #{row}" if is_unknown(label) else label for row, label in enumerate(labels)]
        return everything, named, [f"{said}in the others' rankings alone"]
    if len(rows) == len(labels):
        raise InvalidInputError(f"{path}: every row is of no known animal ({words}): nothing can be scored")
    left_out = f"{said}left out; --strangers keep ranks the others among them"
    return np.setdiff1d(everything, rows), list(labels), [left_out]


def _alike(labels: Sequence[str], others: Sequence[str]) -> list[str]:
    groups = [" / ".join(group) for group in names_alike(sorted({*labels, *others}))]
    said = f"names that are nearly the same are taken for different animals: {listed(groups)}"
    if groups and others and not set(labels) & set(others):
        raise InvalidInputError(f"no query's label is in the gallery; {said}; write them alike in both files")
    return [said] if groups else []


def _notes(own: _Set, how: How) -> list[str]:
    notes = []
    if how.metric != "cosine" and own.sidecar is None and (lengths := lengths_vary(own.matrix)):
        low, high = lengths
        notes.append(f"the rows' lengths vary ({low:.3g} to {high:.3g}): --metric cosine ranks by direction alone")
        if np.abs(own.matrix).max() <= 1 + 1e-6:
            notes.append(
                f"if the {own.matrix.shape[1]:,} columns are the similarities to so many images, say --similarity, and "
                "--gallery-labels where those are others"
            )
    if own.sidecar is None:
        notes.append("nothing beside the embeddings says of which images they are: the labels are not checked")
    return notes


def _normalised(own: _Set) -> _Set:
    """Rows of length 1, which Euclidean distance ranks as cosine does; a row of zeros stays."""
    matrix = own.matrix.astype(np.float64)
    matrix = matrix / np.maximum(np.abs(matrix).max(axis=1, keepdims=True), np.finfo(float).tiny)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return replace(own, matrix=matrix / np.where(lengths == 0, 1, lengths))


def _several_animals(labels: Sequence[str], path: Path) -> None:
    if len(set(labels)) == 1:
        raise InvalidInputError(
            f"{path}: one animal only ({labels[0]!r}): nothing can be told apart; a score needs two or more"
        )


def _intervals(
    scores: Retrieval, without: Sequence[Rest], interval: Interval
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
