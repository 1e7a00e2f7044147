"""The rows of a file that are scored: their labels, their side, and what becomes of those of no known animal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.files import has_column, read_labels
from reproduce.metrics.sanity import listed
from reproduce.reading import Strangers
from reproduce.text import many
from reproduce.words import is_unknown, names_alike, unnumbered

__all__ = ["Labelled", "alike", "labelled", "on_side", "several_animals", "sides", "without_strangers"]


@dataclass(frozen=True)
class Labelled:
    """``labels`` of ``rows`` (N,), which are some of the ``count`` rows that the labels' file ``path`` speaks of."""

    path: Path
    count: int
    labels: tuple[str, ...]
    rows: np.ndarray

    def take(self, places: np.ndarray) -> "Labelled":
        """Return those rows alone, by their places in ``rows``."""
        return replace(self, labels=tuple(self.labels[place] for place in places.tolist()), rows=self.rows[places])

    def column(self, name: str) -> np.ndarray:
        """Return another column of the file, (N,) str, "" where a cell is empty."""
        return np.array(read_labels(self.path, self.count, name, blank=True))[self.rows]


def labelled(path: Path, count: int, column: str | None) -> Labelled:
    """Return every row of a file of labels, one for each of ``count`` embeddings. Errors are `read_labels`'."""
    return Labelled(path, count, tuple(read_labels(path, count, column)), np.arange(count))


def sides(of: Labelled, column: str) -> list[str]:
    """Return the words of the column that tells sides apart, blanks left out; none where there is no such column."""
    return sorted(set(of.column(column).tolist()) - {""}) if has_column(of.path, column) else []


def on_side(of: Labelled, side: str, column: str) -> Labelled:
    """Return the rows whose ``column`` says ``side``. Raises InvalidInputError where none does."""
    found = of.column(column)
    if not (found == side).any():
        there = ", ".join(sorted(set(found.tolist())))
        raise InvalidInputError(f"{of.path}: no row has the {column} {side!r}; there are {there}")
    return of.take(np.flatnonzero(found == side))


def without_strangers(of: Labelled, strangers: Strangers) -> tuple[Labelled, list[str]]:
    """Return the rows of known animals, or each stranger under a name of its own; and a line that says so."""
    rows = np.array([row for row, label in enumerate(of.labels) if is_unknown(label)], int)
    if strangers is Strangers.ANIMALS or not len(rows):
        return of, []
    plain = [unnumbered(label) for label in of.labels]
    words = ", ".join(map(repr, sorted({plain[row] for row in rows.tolist()})))
    said = f"{of.path}: {many(len(rows), 'row')} of no known animal ({words}) {'is' if len(rows) == 1 else 'are'} "
    if strangers is Strangers.KEEP:
        named = tuple(f"{plain[row]} #{row}" if is_unknown(label) else label for row, label in enumerate(of.labels))
        return replace(of, labels=named), [f"{said}in the others' rankings alone"]
    if len(rows) == len(of.labels):
        raise InvalidInputError(f"{of.path}: every row is of no known animal ({words}): nothing can be scored")
    kept = np.setdiff1d(np.arange(len(of.labels)), rows)
    return of.take(kept), [f"{said}left out; --strangers keep ranks the others among them"]


def alike(labels: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return a line on names that are nearly the same.

    Raises InvalidInputError where only such are shared with ``others``, a gallery's.
    """
    groups = [" / ".join(group) for group in names_alike(sorted({*labels, *others}))]
    said = f"names that are nearly the same are taken for different animals: {listed(groups)}"
    if groups and others and not set(labels) & set(others):
        raise InvalidInputError(f"no query's label is in the gallery; {said}; write them alike in both files")
    return [said] if groups else []


def several_animals(of: Labelled) -> None:
    """Raise InvalidInputError where there is one animal only: nothing can be told from it."""
    if len(set(of.labels)) == 1:
        raise InvalidInputError(
            f"{of.path}: one animal only ({of.labels[0]!r}): nothing can be told apart; a score needs two or more"
        )
