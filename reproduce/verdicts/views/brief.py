"""The claims table of a whole suite: its statements with their sentence, and how each ended on each kind of data."""

import textwrap
from collections.abc import Sequence

from reproduce.verdicts.files.settings import PAPER
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.cells import figure, required, spread, verdict_cell
from reproduce.verdicts.views.table import groups

__all__ = ["MANY", "brief"]

#: With more claims than this a table shows the statements alone; ``-v`` shows every claim with all of its columns.
MANY = 60
HEADS = ("", "Ours", "90 %", "Required", "Chance", "Verdict")
#: The name of the paper's own setting in a row.
OWN = "own data"


def brief(outcomes: Sequence[Outcome], width: int) -> list[str]:
    """Return each group's statements: a sentence, below it a row for each setting that it was tested in.

    What was not run and what is no statement is counted at the end.
    """
    lines: list[str] = []
    statements = [one for one in outcomes if one.spec.kind == "statement"]
    rows = {one.spec.id: _cells(one) for one in statements if one.verdict != Verdict.NOT_RUN}
    widths = [max(map(len, column)) for column in zip(HEADS, *rows.values(), strict=True)]
    widths[0] = min(widths[0], max(8, width - sum(widths[1:]) - 7))
    for name, members in groups(statements):
        places = {one.spec.statement: place for place, one in reversed(list(enumerate(members)))}
        tested = [one for one in members if one.verdict != Verdict.NOT_RUN]
        tested.sort(key=lambda one: places[one.spec.statement])  # stable: a statement's settings stay in their order
        if tested:
            lines += [f" {name} ".center(width, "-"), "  " + _line(HEADS, widths)]
        said = ""
        for one in tested:
            if one.spec.statement != said:
                said = one.spec.statement
                printed = f", printed {one.spec.printed}" if one.spec.printed else ""
                lines += textwrap.wrap(f"{one.spec.sentence.rstrip('.')} ({said}{printed})", width)
            lines.append("  " + _line(rows[one.spec.id], widths))
    waiting, others = len(statements) - len(rows), len(outcomes) - len(statements)
    if waiting:
        text = f"{waiting} rows of statements were not run: `reproduce paper` runs the paper's own, -v says why"
        lines += ["", *textwrap.wrap(text, width)]
    if others:
        text = f"{others} rows of questions, controls and checks are not shown: -v shows every claim"
        lines += textwrap.wrap(text, width)
    return [*lines, ""]


def _cells(outcome: Outcome) -> tuple[str, ...]:
    setting = OWN if outcome.spec.setting == PAPER else outcome.spec.setting
    return (
        setting,
        figure(outcome.ours, outcome),
        spread(outcome),
        required(outcome) or f"= {outcome.paper}",
        figure(outcome.chance, outcome),
        verdict_cell(outcome),
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row: the first and the last column to the left, figures to the right; a long name keeps its end."""
    first = cells[0] if len(cells[0]) <= widths[0] else "…" + cells[0][1 - widths[0] :]
    middle = [cell.rjust(span) for cell, span in zip(cells[1:-1], widths[1:-1], strict=True)]
    return " ".join([first.ljust(widths[0]), *middle, cells[-1]]).rstrip()
