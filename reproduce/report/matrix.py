"""The paper on one screen, as a table: its lines by the settings they are judged in, one mark in each cell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reproduce.report.counting import word
from reproduce.verdicts.lines import Folded
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.screen import by_setting, letter, mark
from reproduce.verdicts.settings import PAPER, Setting

__all__ = ["Cell", "Column", "Row", "columns", "matrix"]


@dataclass(frozen=True)
class Column:
    """A setting: its name, its letter ("own" for the paper's) and what it stands for."""

    name: str
    letter: str
    stands_for: str


@dataclass(frozen=True)
class Cell:
    """The mark of a line's rows in one setting, what it says in words, and the claim that it leads to."""

    mark: str
    says: str
    claim: str
    column: Column


@dataclass(frozen=True)
class Row:
    """A line of the paper; a cell is None where it is not judged in that setting."""

    id: str
    kind: str
    at: str
    sentence: str
    printed: str
    cells: tuple[Cell | None, ...]

    @property
    def first(self) -> str:
        """The claim that the line's name leads to, "" where no claim takes it up."""
        return next((cell.claim for cell in self.cells if cell), "")


def columns(folded: Sequence[Folded], settings: Mapping[str, Setting]) -> list[Column]:
    """The paper's own setting, then those that some line is judged in, in the order of the settings' file."""
    used = {outcome.spec.setting for one in folded for outcome in one.elsewhere}
    own = settings[PAPER].stands_for if PAPER in settings else ""
    named = [name for name in settings if name in used] + sorted(used - set(settings))
    return [Column(PAPER, "own", own)] + [
        Column(name, letter(settings, name), settings[name].stands_for if name in settings else "") for name in named
    ]


def matrix(folded: Sequence[Folded], across: Sequence[Column]) -> list[Row]:
    """One row for each line of the paper, one cell for each column."""
    found = []
    for one in folded:
        there = {PAPER: list(one.own), **by_setting(one.elsewhere)}
        cells = tuple(_cell(one.line.id, there.get(column.name, []), column) for column in across)
        said = one.line.short or one.sentence
        found.append(Row(one.line.id, one.line.kind, one.line.at, said.rstrip("."), one.line.printed, cells))
    return found


def _cell(line: str, outcomes: Sequence[Outcome], column: Column) -> Cell | None:
    if not outcomes:
        return None
    counts = Counter(word(outcome) for outcome in outcomes)
    several = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    said = several if len(outcomes) > 1 else word(outcomes[0])
    where = "the paper's own setting" if column.name == PAPER else column.name
    return Cell(mark(outcomes), f"{line}, {where}: {said}", outcomes[0].spec.id, column)
