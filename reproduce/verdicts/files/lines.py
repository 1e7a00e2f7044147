"""The paper line by line: ``paper.toml`` beside the claims lists its statements and questions in the paper's order.

A line holds the paper's printed figures, written here and nowhere else, and takes up the claims whose id it begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.text import shaped, toml
from reproduce.verdicts.files.once import once
from reproduce.verdicts.outcome import Outcome

__all__ = ["FILE", "Folded", "Line", "fold", "printed_in", "read", "runs_in"]

FILE = "paper.toml"


@dataclass(frozen=True)
class Line:
    """One statement of the paper: its id and place; its sentence where several claims are folded into it.

    ``short``: what a narrow screen has room for.
    ``printed``: what the paper prints, as one text. ``rows``: printed figures by the rest of a claim's id, "" for the
    line's own. ``runs``: how many runs the paper averaged.
    """

    id: str
    at: str
    kind: str = "statement"
    sentence: str = ""
    short: str = ""
    printed: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)
    runs: int = 1


@dataclass(frozen=True)
class Folded:
    """A line with its claims: those in the paper's own setting, and those elsewhere."""

    line: Line
    own: tuple[Outcome, ...]
    elsewhere: tuple[Outcome, ...]

    @property
    def sentence(self) -> str:
        """The line's own, or that of its one claim."""
        every = self.own or self.elsewhere
        return self.line.sentence or (every[0].spec.sentence if every else "")


class Lines(tuple[Line, ...]):
    """The lines of a file in its order, and two indexes of them that every claim asks."""

    @cached_property
    def printed(self) -> Mapping[str, str]:
        """The printed figures by claim id."""
        return {".".join(filter(None, (line.id, row))): text for line in self for row, text in line.rows.items()}

    @cached_property
    def runs(self) -> Mapping[str, int]:
        """How many runs the paper averaged, by line id."""
        return {line.id: line.runs for line in self}


@once
def read(path: Path) -> Lines:
    """Return the lines of a file in its order; none where there is no file. InvalidInputError names what is wrong."""
    if not path.is_file():
        return Lines()
    tables = toml(path)
    return Lines(_line(path, name, table) for name, table in tables.items())


def _line(path: Path, name: str, said: Any) -> Line:
    where = f'{path}: ["{name}"]'
    if not isinstance(said, dict):
        raise InvalidInputError(f"{where} is no line: write a table")
    table = dict(said)
    rows = table.pop("rows", {})
    if not rows and "figure" in table:
        rows = {"": table["figure"]}
    figure = table.pop("figure", "")
    if not isinstance(rows, dict) or not all(isinstance(one, str) for one in (figure, *rows.values())):
        raise InvalidInputError(f'{where}: a figure is text, with the digits as printed: "0.930"')
    printed = table.pop("printed", "") or figure or ", ".join(rows.values())
    return shaped(Line, {**table, "id": name, "rows": rows, "printed": printed}, where)


def printed_in(folder: Path) -> Mapping[str, str]:
    """Return the paper's printed figure by claim id, as its digits stand there."""
    return read(folder / FILE).printed


def runs_in(folder: Path) -> Mapping[str, int]:
    """Return how many runs the paper averaged, by line id."""
    return read(folder / FILE).runs


def fold(lines: Sequence[Line], outcomes: Sequence[Outcome]) -> list[Folded]:
    """Return every line with its claims: an outcome belongs to the longest id that its own begins with, if to any."""
    members: dict[str, list[Outcome]] = {line.id: [] for line in lines}
    for outcome in outcomes:
        parts = outcome.spec.statement.split(".")
        for end in range(len(parts), 0, -1):
            if (name := ".".join(parts[:end])) in members:
                if outcome.spec.kind in ("statement", "question", "check"):
                    members[name].append(outcome)
                break
    return [
        Folded(
            line,
            tuple(one for one in members[line.id] if one.spec.fidelity != "proxy" and one.spec.setting == "paper"),
            tuple(one for one in members[line.id] if one.spec.setting != "paper"),
        )
        for line in lines
    ]
