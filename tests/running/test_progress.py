"""What a run shows of itself: its plan, each cell, and the sum of them."""

import io

import pytest
from rich.console import Console

from reproduce.experiments.registry import Experiment
from reproduce.record import Cell, Entry, Store
from reproduce.record.replay import Replay
from reproduce.running.cells import Outcome
from reproduce.running.clock import Clock
from reproduce.running.estimates import Timed
from reproduce.running.plan import make_plan
from reproduce.running.request import Request, Turn
from reproduce.running.runner import Report
from reproduce.running.show import progress
from reproduce.running.tiers import Held


def net(catalogue, seed, *, size=1, dim=64):
    """Never run here."""


NET = Experiment("toy.net", net, varies=("order",), needs=())
LONG = "a line that is longer than a terminal of forty columns is wide, with [b]12[/b] in it"


@pytest.fixture
def console():
    """A terminal of forty columns."""
    return Console(file=io.StringIO(), width=40, force_terminal=True)


@pytest.fixture
def log():
    """A file of lines."""
    return Console(file=io.StringIO(), width=400)


def shown(console):
    """The lines that were printed."""
    return console.file.getvalue().splitlines()


@pytest.fixture
def planned(tmp_path):
    """``planned(fields of a row, ...)``: a plan of rows of two seeds, each of 30 s that were measured here."""

    def plan(*rows):
        requests = [Request(NET, "", {"size": size}, range(2)) for size, _ in enumerate(rows, 1)]
        made = make_plan(requests, range(2), Store(tmp_path))
        for row, changed in zip(made.rows, rows, strict=True):
            for name, value in {"seconds": 30.0, "timed": Timed.HERE, **changed}.items():
                setattr(row, name, value)
        return made

    return plan


def test_a_line_is_said_as_it_is(console):
    """Broken between words only where it may be."""
    progress.say(console, LONG, whole=True)
    assert shown(console) == [LONG]
    progress.say(console, LONG)
    assert len(shown(console)) == 4
    assert "".join(shown(console)[1:]).replace(" ", "") == LONG.replace(" ", "")


def test_a_plan_says_what_waits_what_goes_apart_and_how_long_it_takes(log, planned):
    """Each reason once; the lines that are given take the place of the rows."""
    own, other = Store("apart"), Store("other")
    plan = planned(
        {"waits": "no lions", "jobs": []},
        {"waits": "no lions", "jobs": []},
        {"doubt": "it is drawn; it is small", "apart": other},
        {"apart": own, "timed": Timed.GUESSED},
        {"apart": own},
    )
    progress.show_plan(log, plan, 1, ["the plan"])
    drawn = "what is measured on it rehearses the code and never enters the record"
    assert shown(log) == [
        "the plan",
        "no lions",
        f"a stand-in: it is drawn; {drawn}",
        f"a stand-in: it is small; {drawn}",
        "apart: no claim asks for it, so it does not enter the record; kept in apart",
        "6 cells to run on 1 worker, 2 to 7 min; time of a cell: "
        "measured on this machine (2), ~ the experiment's own guess (1)",
    ]


def test_lines_of_a_plan_are_not_broken(console, planned):
    """Whoever gives them knows how wide they may be."""
    progress.show_plan(console, planned({"jobs": []}), 1, [LONG])
    assert shown(console)[0] == LONG


def test_a_plan_of_nothing_says_so(log, planned):
    """In a table of its rows, where no lines are given."""
    progress.show_plan(log, planned({"jobs": [], "kept": 2}), 2)
    assert shown(log)[1].split() == ["toy.net", "2", "0", "recorded"]
    assert shown(log)[2:] == ["nothing to run"]


@pytest.mark.parametrize(
    "changed, cells",
    [
        ({}, ["0", "2", "30", "s"]),
        ({"timed": Timed.SCALED}, ["0", "2", "~30", "s"]),
        ({"apart": Store("apart")}, ["0", "2", "30", "s", "apart"]),
        ({"jobs": [], "kept": 2}, ["2", "0", "recorded"]),
        ({"jobs": [], "waits": "no lions"}, ["0", "0", "waits"]),
    ],
)
def test_a_row_says_what_is_kept_what_will_run_and_for_how_long(log, planned, changed, cells):
    """Or why it will not."""
    progress.show_plan(log, planned({}, changed), 2)
    assert shown(log)[2].split() == ["toy.net", "size=2", *cells]


def test_a_request_is_said_by_what_is_unusual_in_it():
    """Its data, where it has any."""
    assert progress.said_of(Request(NET, "LionData", {"dim": 8, "size": 1})) == "toy.net on LionData dim=8"
    assert progress.said_of(Request(NET, "")) == "toy.net"


def entry(job, seconds=45.0, **scores):
    """What a cell measured."""
    cell = Cell(job.experiment, 1, job.factors, job.data, "", None, job.seed)
    return Entry(cell, scores or {"map_at_r": 0.5}, seconds=seconds)


def test_each_cell_is_a_line_of_a_log(log, planned):
    """One reason is said once and counted; who listens hears of what is kept, events are told of all."""
    plan = planned({}, {}, {}, {})
    heard, told = [], []
    first, *rest = plan.jobs
    with progress.Live(log, plan, 1, heard.append) as view:
        view.told = told.append
        view.watch(first, Outcome(entry(first)), Report())
        for job, outcome in zip(
            rest,
            (Outcome(problem="broke"), Outcome(problem="broke"), Outcome(problem="absent", waits=True),
             Outcome(kept=True), Outcome(kept=True), Outcome(problem="absent", waits=True), Outcome(problem="odd")),
            strict=False,
        ):  # fmt: skip
            view.watch(job, outcome, Report())
        view.say(LONG)
    one, *failed, last = rest
    assert shown(log) == [
        f"[1/8] {first}: 45 s; {left(plan, [first])} left",
        f"failed: {one}: broke",
        f"waits: {failed[1]}: absent",
        f"kept: {failed[2]}: by another run, or from the cache",
        f"kept: {failed[3]}: by another run, or from the cache",
        f"failed: {last}: odd",
        LONG,
        "",
        "failed alike, 1 more: broke",
        "waits alike, 1 more: absent",
    ]
    assert heard == [first, failed[2], failed[3]]
    assert [one["status"] for one in told] == [
        "finished", "failed", "failed", "waiting", "by another run", "by another run", "waiting", "failed",
    ]  # fmt: skip
    assert (view.done, view.clock.left_over) == (8, [])


def left(plan, done):
    """The time left by a clock of its own, after cells that took 45 s."""
    clock = Clock(plan.rows, plan.jobs, 1)
    for job in done:
        clock.done(job, 45.0)
    return progress.span(*clock.left())


def test_on_a_terminal_one_line_moves(console, planned):
    """Cells that are measured have no line of their own."""
    plan = planned({})
    with progress.Live(console, plan, 1) as view:
        for job in plan.jobs:
            view.watch(job, Outcome(entry(job)), Report(begun={7: 1.0}))
        (task,) = view.progress.tasks
        assert (task.total, task.completed, task.description) == (2, 2, str(plan.jobs[1]))
        assert task.fields["left"] == "about 0 s"
        view.say(LONG)
        view.progress.update(view.task, description="a [b]12[/b]")
        assert view.progress.columns[-1].render(task).plain == "a [b]12[/b]"
    assert LONG in console.file.getvalue()
    assert view.clock.begun == {7: 1.0}
    assert not view.progress.disable
    assert "[1/2]" not in console.file.getvalue()


@pytest.mark.parametrize(
    "changed, report, parts",
    [
        ({}, {"finished": 2}, "2 cells finished, kept in record"),
        ({}, {"finished": 1, "elsewhere": 1},
         "1 cell finished, kept in record, 1 kept by another run, or from the cache"),
        ({}, {"waiting": 1, "failed": 1}, "0 cells finished, 1 waiting, 1 failed"),
        ({"apart": Store("apart")}, {"finished": 2},
         "2 cells finished, kept apart from the record in apart: what no claim asks for"),
        ({"apart": Store("apart"), "doubt": "it is drawn"}, {"finished": 2},
         "2 cells finished, kept apart from the record in apart: on stand-ins"),
        ({"apart": Store("apart")}, {"failed": 2}, "0 cells finished, 2 failed"),
    ],
)  # fmt: skip
def test_a_run_ends_with_one_line(log, planned, changed, report, parts):
    """How many cells came to what, and where their results are."""
    plan = planned(changed)
    cells = {name: [(job, "why") for job in plan.jobs[:count]] for name, count in report.items()}
    progress.show_report(log, Report(**cells), plan, "record", Clock(plan.rows, plan.jobs, 1))
    assert shown(log) == [parts]


def test_where_nothing_is_kept_no_folder_is_named(log, planned):
    """Of a pilot, and of rows that are both in the record and apart each place."""
    plan = planned({}, {"apart": Store("apart"), "doubt": "it is drawn"})
    report = Report(finished=[1, 1, 1, 1])
    progress.show_report(log, report, plan, None, Clock(plan.rows, plan.jobs, 1))
    progress.show_report(log, report, plan, "record", Clock(plan.rows, plan.jobs, 1))
    apart = "kept apart from the record in apart: on stand-ins"
    assert shown(log) == [f"4 cells finished, {apart}", f"4 cells finished, kept in record, {apart}"]


def test_results_that_are_not_where_they_belong_are_said(log, planned):
    """Each reason once, with how many they are."""
    plan = planned({})
    report = Report(unkept=[(job, "not kept: full") for job in plan.jobs])
    progress.show_report(log, report, plan, "record", Clock(plan.rows, plan.jobs, 1))
    assert shown(log) == ["0 cells finished, 2 not kept where they belong", "2 results not kept: full"]


@pytest.mark.parametrize("interrupted", [True, False])
def test_what_is_left_is_said_with_its_time(log, planned, interrupted):
    """By the budget row by row, eight of them at most; the same command goes on."""
    plan = planned(*[{}] * 10)
    object.__setattr__(plan.rows[9].request, "turn", Turn.PRINTED)
    for row in plan.rows[:9]:
        object.__setattr__(row.request, "turn", Turn.STATEMENT)
    clock = Clock(plan.rows, plan.jobs, 1)
    clock.done(plan.rows[0].jobs[0])
    report = Report(finished=[1], interrupted=interrupted, out_of_time=not interrupted)
    progress.show_report(log, report, plan, None, clock)
    head, *rows = shown(log)
    why = "interrupted" if interrupted else "the budget is used up"
    assert head.startswith("1 cell finished, 19 left, about ")
    assert head.endswith(f"({why}; the same command goes on)")
    assert rows == ([] if interrupted else [
        "  left: 2 cells, about 1 min 01 s: toy.net size=10",
        "  left: 1 cell, about 31 s: toy.net",
        *(f"  left: 2 cells, about 1 min 01 s: toy.net size={size}" for size in range(2, 8)),
        "  and 2 more; reproduce run --plan shows them",
    ])  # fmt: skip


def test_all_that_is_left_is_shown_where_it_is_little(log, planned):
    """Eight rows are."""
    plan = planned(*[{}] * 8)
    progress.show_report(log, Report(out_of_time=True), plan, None, Clock(plan.rows, plan.jobs, 1))
    assert len(shown(log)) == 9


def test_what_waits_in_a_tier_that_measures_everything_is_one_line(log):
    """With what may be done."""
    progress.show_missing(log, "nightly", ["a on herd", "b"])
    assert shown(log) == [
        "the nightly tier measures everything, and these wait: a on herd, b; get what they wait for, "
        "or name what may wait with --allow-waiting"
    ]


def test_a_night_is_summed_up_and_what_drifted_is_named(log, planned):
    """Score by score."""
    first, second = planned({}).jobs
    drifted = Replay("drifted", "map_at_r", 0, 0.25, 0.5, 0.0)
    held = [
        Held(entry(first), (drifted, Replay("identical", "mean", 0, 0.5, 0.5, 0.0))),
        Held(entry(second), ()),
    ]
    progress.show_held(log, held)
    assert shown(log) == [
        f"toy.net, seed 0: {drifted}",
        "against the record: 0 identical, 0 inside, 1 drifted, 1 unrecorded",
    ]


def test_values_are_shown_in_the_order_of_their_cells(log, planned):
    """Those of the primary test set, with four digits."""
    first, second = planned({}).jobs
    progress.show_values(log, [entry(second), entry(first, b=0.25, a=0.12345, **{"a@train": 1.0})])
    assert shown(log) == ["toy.net, seed 0: a 0.1235  b 0.2500", "toy.net, seed 1: map_at_r 0.5000"]
