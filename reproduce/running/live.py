"""What a run shows: the plan before it, a live line with the time left during it, the sum after it."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from reproduce.record import Entry
from reproduce.record.schema import canonical
from reproduce.running.cells import Job, Outcome
from reproduce.running.estimates import Timed
from reproduce.running.plan import Plan
from reproduce.running.request import Request
from reproduce.running.runner import Report
from reproduce.running.tiers import Held, main_scores

__all__ = ["Live", "duration", "said_of", "show_held", "show_missing", "show_plan", "show_report", "show_values"]

#: Requests that are named as left.
MOST = 8


def duration(seconds: float) -> str:
    """A length of time in two units: "45 s", "3 min 20 s", "2 h 05 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def show_plan(console: Console, plan: Plan, workers: int) -> None:
    """One row for each request: what is kept, what will run and for how long, what waits and for what.

    Factors are broken between words, so that 80 columns hold a row in two or three lines.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("experiment on data, factors", ratio=1)
    for head in ("kept", "to run", "each"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in plan.rows:
        each = f"{'' if row.timed == Timed.HERE else '~'}{duration(row.seconds)}" if row.jobs else ""
        table.add_row(
            escape(said_of(row.request)),
            str(row.kept),
            str(len(row.jobs)),
            each,
            "waits" if row.waits else "kept" if not row.jobs else "apart" if row.apart else "",
        )
    console.print(table)
    for why in dict.fromkeys(row.waits for row in plan.rows if row.waits):
        console.print(why, markup=False, highlight=False)
    for why in dict.fromkeys(row.doubt for row in plan.rows if row.doubt):
        said = f"a stand-in: {why}; what is measured on it rehearses the code and never enters the record"
        console.print(said, markup=False, highlight=False)
    if aside := {str(row.apart.folder) for row in plan.rows if row.apart and not row.doubt}:
        said = f"apart: no claim asks for it, so it does not enter the record; kept in {', '.join(aside)}"
        console.print(said, markup=False, highlight=False)
    if not plan.jobs:
        console.print("nothing to run")
    if count := len(plan.jobs):
        left = duration(plan.seconds / min(workers, count))
        said = f"{_cells(count)} to run on {_many(workers, 'worker')}, about {left}; time of a cell: {_timed(plan)}"
        console.print(said, markup=False, highlight=False)


def _timed(plan: Plan) -> str:
    """Where the times come from, and how many requests each of those has."""
    words = {
        Timed.HERE: "measured on this machine",
        Timed.ELSEWHERE: "~ measured on another",
        Timed.SCALED: "~ scaled from other factors",
        Timed.GUESSED: "~ the experiment's own guess",
    }
    found = Counter(row.timed for row in plan.rows if row.jobs)
    return ", ".join(f"{word} ({found[one]})" for one, word in words.items() if found[one])


def said_of(asked: Request) -> str:
    """A request in words: the experiment, its data and the factors that differ from its defaults."""
    on = f" on {asked.data}" if asked.data else ""
    return " ".join([f"{asked.experiment.name}{on}", *(f"{name}={value}" for name, value in _unusual(asked).items())])


def _unusual(asked: Request) -> dict[str, object]:
    """The factors that differ from the experiment's defaults."""
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

    def __init__(self, console: Console, plan: Plan, workers: int) -> None:
        self.console = console
        self.cost = plan.cost()
        self.left = plan.seconds
        self.expected = self.spent = 0.0
        self.workers = workers
        self.total = len(plan.jobs)
        self.done = 0
        self.problems: Counter[tuple[str, str]] = Counter()
        self.keys = {id(job): row.request.key for row in plan.rows for job in row.jobs}
        self.progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("about {task.fields[left]} left"),
            TextColumn("{task.description}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.progress.add_task("", total=self.total, left=self._left())

    def _left(self) -> str:
        """By the plan's costs, times how much slower than planned the cells so far were."""
        if self.done == self.total:
            return duration(0)
        pace = self.spent / self.expected if self.spent and self.expected else 1.0
        return duration(math.ceil(self.left * pace / min(self.workers, self.total - self.done)))

    def __enter__(self) -> "Live":
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()
        for (what, problem), count in self.problems.items():
            if count > 1:
                self.console.print(f"{what} alike, {count - 1} more: {problem}", markup=False, highlight=False)

    def watch(self, job: Job, outcome: Outcome, report: Report) -> None:
        """Called after each cell."""
        self.done += 1
        planned = self.cost.get(self.keys.get(id(job), ()), 0.0)
        self.left = max(0.0, self.left - planned)
        if outcome.entry is not None:
            self.expected += planned
            self.spent += outcome.entry.seconds
        said = duration(outcome.entry.seconds) if outcome.entry else outcome.problem
        if outcome.entry is None:
            kind = "waits" if outcome.waits else "kept" if outcome.kept else "failed"
            said = "by another run, or from the cache" if outcome.kept else said
            self.problems[kind, said] += not outcome.kept
            if outcome.kept or self.problems[kind, said] == 1:
                self.progress.console.print(f"{kind}: {job}: {said}", markup=False, highlight=False)
        elif not self.console.is_terminal:
            self.console.print(f"[{self.done}/{self.total}] {job}: {said}; about {self._left()} left", markup=False)
        self.progress.update(self.task, advance=1, description=str(job), left=self._left())


def show_report(console: Console, report: Report, plan: Plan, folder: Path | None) -> None:
    """The sum of a run in one line, and where its results are; what failed or waits was named when it did."""
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
        parts.append(f"{left} left ({why}; the same command goes on)")
    console.print(", ".join(parts), markup=False, highlight=False)
    if left and report.out_of_time:
        _show_left(console, report, plan)
    for said in dict.fromkeys(said for _, said in report.unkept):
        console.print(f"{_many(len(report.unkept), 'result')} {said}", markup=False, highlight=False)


def _show_left(console: Console, report: Report, plan: Plan) -> None:
    """What the budget left, request by request, the longest first."""
    over = {
        (entry.cell.experiment, entry.cell.data, canonical(entry.cell.factors), entry.seed) for entry in report.finished
    }
    others = [*report.elsewhere, *(job for job, _ in [*report.failed, *report.waiting, *report.unkept])]
    done = over | {(job.experiment, job.data, canonical(job.factors), job.seed) for job in others}
    rows = []
    for row in plan.rows:
        name, data, factors = row.request.key[:3]
        if count := sum((name, data, factors, job.seed) not in done for job in row.jobs):
            rows.append((count * row.seconds, count, row.request))
    for seconds, count, asked in sorted(rows, key=lambda one: -one[0])[:MOST]:
        console.print(
            f"  left: {_cells(count)}, about {duration(seconds)}: {said_of(asked)}", markup=False, highlight=False
        )
    if len(rows) > MOST:
        console.print(f"  and {len(rows) - MOST} more; reproduce run --plan shows them", markup=False, highlight=False)


def show_missing(console: Console, tier: str, lacking: Sequence[str]) -> None:
    """One line of what waits although the tier is to measure everything."""
    said = f"the {tier} tier measures everything, and these wait: {', '.join(lacking)}; get what they wait for, or"
    console.print(f"{said} name what may wait with --allow-waiting", markup=False, highlight=False)


def show_held(console: Console, held: Sequence[Held]) -> None:
    """How the fresh results compare with the record, drifted ones score by score."""
    for one in held:
        for replay in one.replays:
            if replay.status == "drifted":
                console.print(f"{one.entry.cell}: {replay}", markup=False, highlight=False)
    counts = Counter(one.status for one in held)
    words = ("identical", "inside", "drifted", "unrecorded")
    console.print("against the record: " + ", ".join(f"{counts[word]} {word}" for word in words), highlight=False)


def show_values(console: Console, entries: Sequence[Entry]) -> None:
    """Each entry's main scores: all that a pilot or a rehearsal leaves behind."""
    for entry in sorted(entries, key=lambda entry: entry.key):
        values = "  ".join(f"{name} {entry.scores[name]:.4f}" for name in main_scores(entry))
        console.print(f"{entry.cell}: {values}", markup=False, highlight=False)
