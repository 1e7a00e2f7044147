"""The plan of the paper's rows on one screen: a line for each printed row, one for all statements, one for the rest."""

from collections.abc import Iterable, Sequence

from reproduce.running.clock import Clock, span
from reproduce.running.plan import Plan, Row
from reproduce.running.request import Turn
from reproduce.verdicts.files.lines import Line
from reproduce.verdicts.plugin.collect import Asking

__all__ = ["planned"]

WORDS = {
    Turn.DECIDING: "rows that decide between explanations",
    Turn.ELSEWHERE: "other protocol variants",
    Turn.QUESTION: "questions and checks",
    Turn.CONTROL: "controls",
}


def planned(plan: Plan, workers: int, claims: Sequence[Asking], lines: Iterable[Line], width: int = 80) -> list[str]:
    """Return the rows of the paper's figures with their seeds, their time on one core and what else they decide."""
    clock = Clock(plan.rows, plan.jobs, workers)
    names = [line.id for line in lines]
    rows = [row for row in plan.rows if row.request.turn == Turn.PRINTED and row.jobs]
    found = [_cells(row, clock, claims, names) for row in rows]
    found.sort(key=lambda cell: names.index(_of(cell[0], names)) if _of(cell[0], names) in names else len(names))
    cells = [("row", "paper", "seeds", "one core", "decides too"), *found]
    spans = [max(len(cell[at]) for cell in cells) for at in range(4)]
    told = [_line(cell, spans, width) for cell in cells] if rows else []
    return [*told, *_rest(plan, clock, workers)]


def _cells(row: Row, clock: Clock, claims: Sequence[Asking], names: Sequence[str]) -> tuple[str, ...]:
    """Return the row's printed claim, the paper's figure, seeds to run, their time, and the lines it decides too."""
    asking = [one.spec for one in claims if any(request.key == row.request.key for request in one.requests)]
    first = next(spec for spec in asking if spec.printed)
    others = dict.fromkeys(_of(spec.statement, names) for spec in asking if spec is not first)
    kept = f" ({row.kept} kept)" if row.kept else ""
    return first.id, first.printed, f"{len(row.jobs)}{kept}", span(*clock.of(row.jobs)), ", ".join(others)


def _of(statement: str, names: Sequence[str]) -> str:
    """Return the line of the paper that a claim belongs to: the longest whose id its own begins with."""
    parts = statement.split(".")
    ids = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
    return next((one for one in ids if one in names), statement)


def _line(cell: tuple[str, ...], spans: Sequence[int], width: int) -> str:
    left = " ".join(
        [cell[0].ljust(spans[0]), *(text.rjust(room) for text, room in zip(cell[1:4], spans[1:], strict=True))]
    )
    room = width - len(left) - 2
    decides = cell[4] if len(cell[4]) <= room else cell[4][: room - 2].rpartition(",")[0] + ", …"
    return f"{left}  {decides}".rstrip()


def _rest(plan: Plan, clock: Clock, workers: int) -> list[str]:
    """Return all cells of the paper's statements in one line, and what comes after in another, by why it is run."""
    cells = {turn: [job for row in plan.rows if row.request.turn == turn for job in row.jobs] for turn in Turn}
    told = []
    if stated := [*cells[Turn.PRINTED], *cells[Turn.STATEMENT]]:
        rows = [row for row in plan.rows if row.request.turn <= Turn.STATEMENT]
        time = span(*Clock(rows, stated, workers).left())
        told.append(f"the paper's statements: {len(stated)} cells, {time} on {workers} worker{'s' * (workers > 1)}")
    later = [
        f"{word} {len(cells[turn])} ({span(*clock.of(cells[turn]))})" for turn, word in WORDS.items() if cells[turn]
    ]
    return [*told, *([f"then cells of {', '.join(later)}"] if later else [])]
