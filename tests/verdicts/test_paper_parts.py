"""What ``reproduce paper`` asks, runs and says, with nothing fetched, collected or run."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from reproduce.errors import DataMissingError, InvalidInputError
from reproduce.record import Store
from reproduce.running.command import check_budget
from reproduce.running.show import progress
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.paper import run as room
from reproduce.verdicts.paper.telling import SoFar
from reproduce.verdicts.paper.wanted import Wanted
from reproduce.verdicts.runs.compare import Change


def outcome(id="I.64", verdict="reproduced", ours=26.5, **fields):
    """A claim that was judged."""
    spec = Spec(
        id, "It scores 26.74.", "Table I", unit="MAP@R %", printed="26.74", setting=fields.pop("setting", "paper")
    )
    return Outcome(spec, verdict, "equals", "26.74", "±4.5", ours=ours, values=(26.0, 27.0), **fields)


@pytest.fixture
def console():
    """A terminal of twenty columns; ``console.file`` holds what was printed."""
    return Console(file=io.StringIO(), width=20, force_terminal=True)


class Input:
    """A data set that can be fetched, or not."""

    label, megabytes = "[b]343[/b] images of Friesian cattle", 343

    def __init__(self, why=""):
        self.why, self.fetched = why, 0

    def fetch(self):
        self.fetched += 1
        if self.why:
            raise DataMissingError(self.why)


MISSING = f"missing: {Input.label} (343 MB)"
NOT_FETCHED = "not fetched (--yes fetches it): what needs it waits, and everything else is run"


def test_nothing_missing_is_fetched_and_said(console):
    """Nobody is asked."""
    assert room.fetch([], False, None, console) == []
    assert console.file.getvalue() == "everything that the paper's own rows need is here\n"


@pytest.mark.parametrize(
    "yes, answer, fetched",
    [(True, None, True), (True, False, True), (False, True, True), (False, False, False), (False, None, False)],
)
def test_what_is_missing_is_fetched_if_that_is_wanted(console, monkeypatch, yes, answer, fetched):
    """By --yes, or by the answer where somebody can be asked; lines are whole, and brackets and numbers as they are."""
    seconds = iter((1000.0, 1200.0))
    monkeypatch.setattr(room, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    asked = []
    one = Input()
    confirm = None if answer is None else lambda text: asked.append(text) or answer
    assert room.fetch([one], yes, confirm, console) == [one] * fetched
    assert one.fetched == fetched
    assert asked == ["fetch what is missing?"] * (not yes and answer is not None)
    last = f"fetched: {Input.label} in 3 min 20 s" if fetched else NOT_FETCHED
    assert console.file.getvalue() == f"{MISSING}\n{last}\n"


def test_each_download_is_an_event_and_one_that_fails_is_a_line(console):
    """The others are fetched."""
    one, other, told = Input("the host is gone"), Input(), []
    assert room.fetch([one, other], True, None, console, told.append) == [other]
    assert f"\ncannot be had: {Input.label}: the host is gone\n" in console.file.getvalue()
    assert told == [
        {"event": "cannot be had", "what": Input.label, "why": "the host is gone"},
        {"event": "fetched", "what": Input.label},
    ]


@pytest.mark.parametrize(
    "wanted, yes, budget, said",
    [
        (Wanted(), False, None, "reproduce paper"),
        (Wanted(), False, 0.0, "reproduce paper"),
        (Wanted(only="III.* or so"), True, 600.0, "reproduce paper --yes --only 'III.* or so' --budget 10"),
        (Wanted(everything=True), False, 90.0, "reproduce paper --all --budget 1.5"),
    ],
)
def test_the_command_that_goes_on_is_the_one_that_was_given(wanted, yes, budget, said):
    assert room._again(wanted, yes, budget) == said


@pytest.mark.parametrize("seconds, said", [(-300.0, "--budget -5"), (float("nan"), "--budget nan")])
def test_a_budget_is_nothing_or_more(seconds, said):
    """In minutes, as it was given."""
    with pytest.raises(InvalidInputError, match=f"{said}: give minutes, 0 to begin nothing"):
        check_budget(seconds)
    check_budget(0.0)
    check_budget(None)


@pytest.mark.parametrize("count, lines", [(0, 0), (1, 3), (40, 42), (42, 43)])
def test_changes_are_named_up_to_forty(count, lines):
    """Below a line of their own; how many more there are is said."""
    said = room._said_of_changes([Change(f"I.{number}", "new") for number in range(count)])
    assert len(said) == lines
    assert said[:3] == ["", "Since this command began:", "  I.0: new"][:lines]
    assert said[42:] == ["  and 2 more: reproduce claims paper"] * (count > 40)


def test_what_was_judged_on_stand_ins_is_told_apart():
    """Each claim with how many seeds; a heading for each set that is not what its name says."""
    assert room._said_of_stand_ins([], ["they are drawn"]) == []
    found = [SoFar(outcome(), True), SoFar(outcome("I.32", "inconclusive", None), False)]
    assert room._said_of_stand_ins(found, ["they are drawn"]) == [
        "",
        "On stand-ins, which says nothing of the paper and is in no record: they are drawn",
        "  I.64: reproduced (n 2, ours 26.50 MAP@R %, required ±4.5)",
        "  I.32: inconclusive so far (n 2)",
    ]


def test_what_is_kept_apart_judges_the_papers_own_claims(monkeypatch, tmp_path):
    """And no others."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    asking = [SimpleNamespace(spec=outcome(setting=setting).spec) for setting in ("paper", "barn")]
    monkeypatch.setattr(room, "claims", lambda folder: asking)
    monkeypatch.setattr(room, "rehearsals", lambda claims, store: (claims, store.folder))
    assert room.rehearsed(tmp_path) == (asking[:1], tmp_path / "apart")


@pytest.mark.parametrize("left, told", [({}, 0), ({"a": None, "b": None}, 0), ({"a": None, "b": False}, 3)])
def test_explanations_are_told_once_a_row_that_decides_is_kept(monkeypatch, tmp_path, left, told):
    """As a table below an empty line."""
    found = SimpleNamespace(left=lambda source: left)
    monkeypatch.setattr(room.deciding, "read", lambda path: found if path == tmp_path / "decides.toml" else None)
    monkeypatch.setattr(room.deciding, "table", lambda one, source: ["the table", "its row"] * (one is found))
    assert room._said_of_explanations(tmp_path) == ["", "the table", "its row"][:told]


def test_the_paper_is_one_screen_where_it_has_lines(monkeypatch, tmp_path):
    """Else each claim's verdict."""
    found = SimpleNamespace(outcomes=(outcome(), outcome("I.32", "inconclusive")), requests=())
    assert room.shown(tmp_path, found, 77) == ["I.64: reproduced", "I.32: inconclusive"]
    monkeypatch.setattr(room.lines, "read", lambda path: path)
    monkeypatch.setattr(room.lines, "fold", lambda paper, outcomes: (paper, outcomes))
    monkeypatch.setattr(room.settings, "read", lambda path: path)
    monkeypatch.setattr(room, "needs", lambda requests, store: (requests, store.folder.name))
    monkeypatch.setattr(room.screen, "screen", lambda *shown, **more: [shown, more])
    folded = (tmp_path / room.lines.FILE, found.outcomes)
    assert room.shown(tmp_path, found, 77) == [
        (folded, tmp_path / room.settings.FILE, 77),
        {"needs": ((), "record")},
    ]


@pytest.mark.parametrize("stdin, stdout", [(True, True), (True, False), (False, True)])
def test_somebody_is_asked_at_a_terminal(monkeypatch, stdin, stdout):
    """Who can be asked and can see the question."""
    for name, is_one in (("stdin", stdin), ("stdout", stdout)):
        monkeypatch.setattr(room.sys, name, SimpleNamespace(isatty=lambda is_one=is_one: is_one))
    assert room.asks() == (stdin and stdout)


class Asked:
    """In the place of `Wanted`: one claim that a row is needed for."""

    only, everything = None, False

    def __init__(self, inputs):
        self.inputs, self.collected = inputs, 0

    def claims(self, folder):
        self.collected += 1
        printed = SimpleNamespace(spec=outcome(f"I.{self.collected}").spec, requests=())
        return [printed, SimpleNamespace(spec=Spec("I.fail", "It fails.", "I"), requests=())]

    def requests(self, folder, asking):
        return [SimpleNamespace(inputs=self.inputs, of=asking[0].spec.id)]

    def not_now(self, folder, workers):
        return [f"not now on {workers}"]


@pytest.fixture
def paper(monkeypatch, tmp_path):
    """``paper(left, missing, doubt, **options)``: (status, what was printed, how the run was called, events)."""

    def run(left=0, missing=(), doubt="", before="reproduced", **options):
        calls, events, clock, outcomes = {}, [], iter(range(100, 900, 100)), iter((before, "reproduced"))
        wanted = Asked(SimpleNamespace(doubt=lambda: doubt))

        def run_command(names, **given):
            calls.update(given, names=names)
            calls["plan"] = given["planned"]("the plan", 5)
            calls["hears"] = given["hears"](SimpleNamespace(rows=[]), Store(tmp_path), None)
            given["told"]({"left": left, "seconds left": (60.0, 70.0)})
            return 7

        judged = lambda folder: SimpleNamespace(outcomes=(outcome(verdict=next(outcomes)),), requests=())  # noqa: E731
        monkeypatch.setattr(room, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
        monkeypatch.setattr(room, "run_command", run_command)
        monkeypatch.setattr(room, "judged", judged)
        monkeypatch.setattr(room, "lacking", lambda many: [*many][:0] or list(missing))
        monkeypatch.setattr(room, "rehearsed", lambda folder: [SoFar(outcome("I.drawn"), True)])
        monkeypatch.setattr(room, "planned", lambda *of: [of])
        monkeypatch.setattr(room, "default_workers", lambda: 3)
        monkeypatch.setattr(room.shutil, "get_terminal_size", lambda otherwise: SimpleNamespace(columns=otherwise))
        console = options.pop("console", None) or Console(file=io.StringIO(), width=200)
        status = room.run_paper(tmp_path, wanted=wanted, console=console, told=events.append, **options)
        return SimpleNamespace(status=status, said=console.file.getvalue(), calls=calls, events=events, wanted=wanted)

    return run


def test_a_plan_fetches_and_judges_nothing(paper, monkeypatch):
    """Its rows are shown, and what is left out."""
    monkeypatch.setattr(room, "fetch", None)
    made = paper(left=3, plan_only=True)
    (plan, workers, asking, lines, width), not_now = made.calls["plan"]
    assert (made.status, made.said, made.events) == (7, "", [])
    assert (plan, workers, [one.spec.id for one in asking], list(lines)) == ("the plan", 5, ["I.1", "I.fail"], [])
    assert (width, not_now) == ((80, 24), "not now on 5")
    assert made.calls["plan_only"]


def test_a_run_is_of_what_the_claims_ask_for_and_ends_with_the_paper(paper):
    """Nothing is missing, nothing has changed, nothing is left: each is said in a line or not at all."""
    made = paper()
    assert made.status == 7
    assert made.said.splitlines() == [
        "everything that the paper's own rows need is here",
        "I.64: reproduced",
        "not now on 3",
    ]
    assert (made.calls["names"], made.calls["strict"], made.calls["budget"]) == ([], True, None)
    assert [one.of for one in made.calls["requested"]()] == ["I.1"]
    assert [one.spec.id for one in made.calls["hears"]._claims] == ["I.1"]
    assert made.wanted.collected == 1
    assert made.events == [
        {
            "event": "end",
            "status": 7,
            "run": {"left": 0, "seconds left": (60.0, 70.0)},
            "changed": [],
            "paper": [],
            "stand-ins": [],
        }
    ]


def test_what_was_fetched_changed_or_left_is_said(paper):
    """Claims are collected again, some are asked only now; what the budget left is one line with its command."""
    made = paper(left=4, missing=[Input()], doubt="they are drawn; they are few", before="inconclusive", yes=True,
                 budget=900.0, workers=2)  # fmt: skip
    assert made.wanted.collected == 2
    assert [one.of for one in made.calls["requested"]()] == ["I.2"]
    assert made.calls["budget"] == 600  # the clock goes on by 100 s each time, and fetching looks twice
    changed = "I.64: inconclusive (26.5), now reproduced (26.5)"
    assert made.said.splitlines()[2:] == [
        "I.64: reproduced",
        "",
        *(
            f"On stand-ins, which says nothing of the paper and is in no record: they are {one}"
            for one in ("drawn", "few")
        ),
        "  I.drawn: reproduced (n 2, ours 26.50 MAP@R %, required ±4.5)",
        "",
        "Since this command began:",
        f"  {changed}",
        "not now on 2",
        "left: 4 cells, about 1 min 05 s: `reproduce paper --yes --budget 15`",
    ]
    assert [one["event"] for one in made.events] == ["fetched", "end"]
    assert made.events[1]["changed"] == [changed]
    assert [one["verdict"] for one in made.events[1]["stand-ins"]] == ["reproduced"]


def test_a_budget_that_fetching_used_up_begins_nothing(paper):
    """Less than nothing is not asked for."""
    assert paper(budget=50.0).calls["budget"] == 0


def test_a_plan_is_as_wide_as_the_terminal(paper, console):
    """Where the output is one."""
    assert paper(plan_only=True, console=console).calls["plan"][0][-1] == 20


def test_what_is_said_at_the_end_is_not_broken(paper, console):
    """However narrow the terminal is."""
    said = paper(doubt="they are drawn", console=console).said.splitlines()
    assert "On stand-ins, which says nothing of the paper and is in no record: they are drawn" in said


@pytest.mark.parametrize("tty", [True, False])
def test_lines_are_whole_but_on_a_terminal(monkeypatch, tty):
    """There rich breaks them between words."""
    monkeypatch.setattr(progress.os, "isatty", lambda number: tty and number == 1)
    assert progress.terminal().soft_wrap == (not tty)
