"""Anyone's embeddings, or similarities, from files: read, checked for what cannot be scored, and scored."""

from collections import Counter

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.leave_out import cannot_lose, scores_apart
from reproduce.metrics.rankings import Files, How, Ranking, of_embeddings, of_pairs
from reproduce.metrics.scored import Across, Interval, Scored, intervals, within_scores
from reproduce.moments import days

__all__ = ["How", "score_files"]


def score_files(
    query: Files, gallery: Files | None = None, how: How | None = None, interval: Interval | None = None
) -> Scored:
    """Score the embeddings of a file by the labels of a .csv, .tsv or .txt file.

    Each is ranked against the others, or against the ``gallery``'s. ``interval`` is asked for an interval of every
    figure. Raises InvalidInputError for files that cannot be read or do not fit, for labels of other embeddings, for
    two trainings in one comparison, for one animal only, and for too few animals to leave one out.
    """
    how = how or How()
    if how.sides is not None and gallery is not None:
        raise InvalidInputError("--query-split and --gallery-split are of one file; leave --gallery out")
    ranking = (of_embeddings if how.pairs is None else of_pairs)(query, gallery, how)
    own, other = ranking.own, ranking.gallery
    ends = {}
    if interval is None:
        scores = ranking.scores()
    else:
        if (animal := cannot_lose(own.labels, None if other is None else other.labels)) is not None:
            raise InvalidInputError(
                f"an interval over animals leaves each out in turn, and without {animal!r} nothing can be scored; "
                "it needs three animals that can be found"
            )
        scores, rest = ranking.with_rest()
        ends = intervals(scores, rest, interval)
    lone = {label for label, count in Counter(own.labels).items() if count == 1}
    if other is not None:
        lone = set(own.labels) - set(other.labels)
    return Scored(
        scores,
        len(own.labels),
        len(set(own.labels)),
        how.dtype if how.pairs is None else "float64",
        None if other is None else (len(other.labels), len(set(other.labels))),
        tuple(sorted(lone)),
        tuple(dict.fromkeys(ranking.warnings)),
        ends,
        ranking.by,
        ranking.checked,
        ranking.notes,
        None if how.apart is None else _across(ranking, how.apart, interval),
    )


def _across(ranking: Ranking, column: str, interval: Interval | None) -> Across:
    """Return scores by Market-1501's rule: what shows the query's animal in the query's encounter is not ranked."""
    own, other = ranking.own, ranking.gallery or ranking.own
    names, theirs = np.array(own.labels), np.array(other.labels)
    told = np.array(days([*own.column(column).tolist(), *other.column(column).tolist()], column))
    when, then = told[: len(names)], told[len(names) :]
    same = (names[:, None] == theirs) & (when[:, None] == then) & (when != "")[:, None]
    pairs = np.argwhere(same if ranking.gallery is not None else np.triu(same, 1))
    labels = None if ranking.gallery is None else theirs
    whole, rest = scores_apart(ranking.distances(), names, pairs, labels)
    if whole is None:
        raise InvalidInputError(
            f"--apart {column}: every animal was seen in one encounter alone: nothing is left to find"
        )
    left_out = [one.map_at_r for one in rest]
    ends = within_scores(interval(whole.map_at_r, left_out)) if interval is not None and left_out else None
    return Across(column, whole.map_at_r, whole.chance, whole.precision_at_1, len(pairs), ends)
