"""What a run shows: the plan before it, a live line with the time left during it, the sum after it."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from reproduce.record import Entry
from reproduce.record.leaning import leaning
from reproduce.running.cells import Job, Outcome
from reproduce.running.clock import Clock, duration, span
from reproduce.running.estimates import Timed
from reproduce.running.plan import Plan
from reproduce.running.request import Request
from reproduce.running.runner import Report
from reproduce.running.show.summary import of_cell
from reproduce.running.tiers import Held, main_scores, moves

__all__ = ["Live", "said_of", "say", "show_held", "show_missing", "show_plan", "show_report", "show_values", "terminal"]

#: Requests that are named as left.
MOST = 8


def terminal() -> Console:
    """Return standard output; where that is a file or a pipe no line is broken."""
    return Console(soft_wrap=not os.isatty(1))


def say(console: Console, text: str, *, whole: bool | None = None) -> None:
    """Print a line as it is, without markup and colours; ``whole``: it is never broken between words."""
    console.print(text, markup=False, highlight=False, soft_wrap=whole)


def show_plan(console: Console, plan: Plan, workers: int, lines: Sequence[str] | None = None) -> None:
    """Show a row for each request: what is kept, what will run and for how long, what waits and for what.

    Factors are broken between words, so that 80 columns hold a row in two or three lines. ``lines`` take the place of
    the rows.
    """
    if lines is None:
        console.print(_table(plan))
    for line in lines or ():
        say(console, line, whole=True)
    for why in dict.fromkeys(row.waits for row in plan.rows if row.waits):
        say(console, why)
    for why in dict.fromkeys(part for row in plan.rows for part in row.doubt.split("; ") if part):
        said = f"a stand-in: {why}; what is measured on it rehearses the code and never enters the record"
        say(console, said)
    if aside := {str(row.apart.folder) for row in plan.rows if row.apart and not row.doubt}:
        said = f"apart: no claim asks for it, so it does not enter the record; kept in {', '.join(aside)}"
        say(console, said)
    if not (count := len(plan.jobs)):
        say(console, "nothing to run")
    else:
        left = span(*Clock(plan.rows, plan.jobs, workers).left())
        said = f"{_cells(count)} to run on {_many(workers, 'worker')}, {left}; time of a cell: {_timed(plan)}"
        say(console, said)


def _table(plan: Plan) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("experiment on data, factors", ratio=1)
    for head in ("recorded", "to run", "each"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in plan.rows:
        each = f"{'' if row.timed == Timed.HERE else '~'}{duration(row.seconds)}" if row.jobs else ""
        table.add_row(
            escape(said_of(row.request)),
            str(row.kept),
            str(len(row.jobs)),
            each,
            "waits" if row.waits else "recorded" if not row.jobs else "apart" if row.apart else "",
        )
    return table


def _timed(plan: Plan) -> str:
    """Return where the times come from, and how many requests each of those has."""
    words = {
        Timed.HERE: "measured on this machine",
        Timed.ELSEWHERE: "~ measured on another",
        Timed.SCALED: "~ scaled from other factors or data",
        Timed.GUESSED: "~ the experiment's own guess",
    }
    found = Counter(row.timed for row in plan.rows if row.jobs)
    return ", ".join(f"{word} ({found[one]})" for one, word in words.items() if found[one])


def said_of(asked: Request) -> str:
    """Return a request in words: the experiment, its data and the factors that differ from its defaults."""
    on = f" on {asked.data}" if asked.data else ""
    return " ".join([f"{asked.experiment.name}{on}", *(f"{name}={value}" for name, value in _unusual(asked).items())])


def _unusual(asked: Request) -> dict[str, object]:
    """Return the factors that differ from the experiment's defaults."""
    usual = asked.experiment.defaults
    return {name: value for name, value in asked.chosen.items() if value != usual[name]}


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _cells(count: int) -> str:
    return _many(count, "cell")


class Live:
    """A context in which ``watch`` shows each finished cell and the time left.

    On a terminal one line moves; elsewhere (a log, CI) each cell is a line of its own. Cells that fail, or wait, for
    one and the same reason are named by the first; how many more there were is said at the end.
    """

    def __init__(
        self, console: Console, plan: Plan, workers: int, heard: Callable[[Job], None] = lambda job: None
    ) -> None:
        """Take whom to tell: ``heard`` after each cell that was kept; ``told``, before it, what became of any."""
        self.console = console
        self.told: Callable[[dict[str, Any]], None] = lambda event: None
        self.clock = Clock(plan.rows, plan.jobs, workers)
        self.heard = heard
        self.total = len(plan.jobs)
        self.done = 0
        self.problems: Counter[tuple[str, str]] = Counter()
        self.progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]} left"),
            TextColumn("{task.description}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.progress.add_task("", total=self.total, left=self.left)

    def say(self, line: str) -> None:
        """Print a line above the moving one."""
        say(self.progress.console, line, whole=True)

    @property
    def left(self) -> str:
        """Return the time that is left, in words."""
        return span(*self.clock.left())

    def __enter__(self) -> "Live":
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()
        for (what, problem), count in self.problems.items():
            if count > 1:
                say(self.console, f"{what} alike, {count - 1} more: {problem}")

    def watch(self, job: Job, outcome: Outcome, report: Report) -> None:
        """Take note of a cell, after each."""
        self.done += 1
        self.clock.done(job, outcome.entry.seconds if outcome.entry else None)
        self.clock.begun = report.begun
        self.told(of_cell(job, outcome, report, self.clock.left()))
        said = duration(outcome.entry.seconds) if outcome.entry else outcome.problem
        if outcome.entry is None:
            kind = "waits" if outcome.waits else "kept" if outcome.kept else "failed"
            said = "by another run, or from the cache" if outcome.kept else said
            self.problems[kind, said] += not outcome.kept
            if outcome.kept or self.problems[kind, said] == 1:
                say(self.progress.console, f"{kind}: {job}: {said}")
        elif not self.console.is_terminal:
            say(self.console, f"[{self.done}/{self.total}] {job}: {said}; {self.left} left")
        if outcome.entry is not None or outcome.kept:
            self.heard(job)
        self.progress.update(self.task, advance=1, description=str(job), left=self.left)


def show_report(console: Console, report: Report, plan: Plan, folder: Path | None, clock: Clock) -> None:
    """Show the sum of a run in a line, and where its results are; what failed or waits was named when it did."""
    aside = {row.apart.folder for row in plan.rows if row.jobs and row.apart}
    where = f", kept in {folder}" if folder and report.finished and any(not row.apart for row in plan.rows) else ""
    parts = [f"{_cells(len(report.finished))} finished{where}"]
    if report.finished and aside:
        apart = {
            "on stand-ins" if row.doubt else "what no claim asks for" for row in plan.rows if row.jobs and row.apart
        }
        parts.append(f"kept apart from the record in {', '.join(map(str, aside))}: {' and '.join(sorted(apart))}")
    for count, word in (
        (len(report.elsewhere), "kept by another run, or from the cache"),
        (len(report.waiting), "waiting"),
        (len(report.failed), "failed"),
        (len(report.unkept), "not kept where they belong"),
    ):
        if count:
            parts.append(f"{count} {word}")
    if left := len(plan.jobs) - report.done:
        why = "interrupted" if report.interrupted else "the budget is used up"
        parts.append(f"{left} left, {span(*clock.left())} ({why}; the same command goes on)")
    say(console, ", ".join(parts))
    if left and report.out_of_time:
        _show_left(console, plan, clock)
    for said in dict.fromkeys(said for _, said in report.unkept):
        say(console, f"{_many(len(report.unkept), 'result')} {said}")


def _show_left(console: Console, plan: Plan, clock: Clock) -> None:
    """Show what the budget left, request by request, in the order of the plan."""
    left = {id(job) for job in clock.left_over}
    rows = [(row, [job for job in row.jobs if id(job) in left]) for row in plan.rows]
    rows = sorted(((row, jobs) for row, jobs in rows if jobs), key=lambda one: one[0].request.turn)
    for row, jobs in rows[:MOST]:
        said = f"  left: {_cells(len(jobs))}, {span(*clock.of(jobs))}: {said_of(row.request)}"
        say(console, said)
    if len(rows) > MOST:
        say(console, f"  and {len(rows) - MOST} more; reproduce run --plan shows them")


def show_missing(console: Console, tier: str, lacking: Sequence[str]) -> None:
    """Show one line of what waits although the tier is to measure everything."""
    said = f"the {tier} tier measures everything, and these wait: {', '.join(lacking)}; get what they wait for, or"
    say(console, f"{said} name what may wait with --allow-waiting")


def show_held(console: Console, held: Sequence[Held]) -> None:
    """Show how the fresh results compare with the record, drifted ones score by score."""
    for one in held:
        for replay in one.replays:
            if replay.status == "drifted":
                say(console, f"{one.entry.cell}: {replay}")
    for line in leaning(moves(held)):
        say(console, line)
    counts = Counter(one.status for one in held)
    words = ("identical", "inside", "drifted", "unrecorded")
    say(console, f"against the record: {', '.join(f'{counts[word]} {word}' for word in words)}")


def show_values(console: Console, entries: Sequence[Entry]) -> None:
    """Show each entry's main scores: all that a pilot or a rehearsal leaves behind."""
    for entry in sorted(entries, key=lambda entry: entry.key):
        values = "  ".join(f"{name} {entry.scores[name]:.4f}" for name in main_scores(entry))
        say(console, f"{entry.cell}: {values}")
