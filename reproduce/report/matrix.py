"""The paper on one screen, as a table of the page: its lines by kind of data, an answer in each cell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reproduce.report.counting import word
from reproduce.verdicts.files.lines import Folded
from reproduce.verdicts.files.settings import PAPER, Setting
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.screen import by_column, so_far
from reproduce.verdicts.views.standing import answer

__all__ = ["OWN", "Cell", "Column", "Row", "columns", "matrix"]

#: The column of the paper's own data and network.
OWN = "own data"


@dataclass(frozen=True)
class Column:
    """A column of the table: its name, and what each of its settings stands for by the setting's name."""

    name: str
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """The answer of a line's claims in one column, how they ended in words, and the claim that it leads to."""

    answer: str
    says: str
    claim: str
    column: Column


@dataclass(frozen=True)
class Row:
    """A line of the paper; a cell is None where no claim of the line is in that column."""

    id: str
    kind: str
    at: str
    sentence: str
    printed: str
    cells: tuple[Cell | None, ...]
    so_far: str

    @property
    def first(self) -> str:
        """Return the claim that the line's sentence leads to, "" where no claim takes it up."""
        return next((cell.claim for cell in self.cells if cell), "")


def columns(folded: Sequence[Folded], settings: Mapping[str, Setting]) -> list[Column]:
    """Return the paper's own column, then those that some line is judged in, in the order of the settings' file."""
    named = {name: one.stands_for for name, one in settings.items()}
    grouped = by_column([outcome for one in folded for outcome in one.elsewhere], settings)
    used = {name: list(dict.fromkeys(one.spec.setting for one in found)) for name, found in grouped.items()}
    return [Column(OWN, {PAPER: named.get(PAPER, "")})] + [
        Column(name, {one: named.get(one, "") for one in found}) for name, found in used.items()
    ]


def matrix(folded: Sequence[Folded], across: Sequence[Column], settings: Mapping[str, Setting]) -> list[Row]:
    """Return one row for each line of the paper, one cell for each column."""
    found = []
    for one in folded:
        there = {OWN: list(one.own), **by_column(one.elsewhere, settings)}
        cells = tuple(_cell(there.get(column.name, []), column) for column in across)
        line, said = one.line, one.sentence.rstrip(".")
        found.append(Row(line.id, line.kind, line.at, said, line.printed, cells, so_far(one)))
    return found


def _cell(outcomes: Sequence[Outcome], column: Column) -> Cell | None:
    if not outcomes:
        return None
    counts = Counter(word(outcome) for outcome in outcomes)
    said = ", ".join(f"{count} {name}" if len(outcomes) > 1 else name for name, count in counts.most_common())
    return Cell(answer(outcomes), f"{column.name}: {said}", outcomes[0].spec.id, column)
