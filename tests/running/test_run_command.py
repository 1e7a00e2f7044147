"""The command behind ``reproduce run``: what it asks of the plan and of the run, what it tells, and how it ends."""

import io
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from rich.console import Console

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Experiment
from reproduce.record import Cell, Entry, Store
from reproduce.running import command
from reproduce.running.cells import Job
from reproduce.running.inputs import Inputs
from reproduce.running.request import Request
from reproduce.running.runner import Report
from reproduce.running.select import Parts
from reproduce.running.tiers import Held, Tier


def net(catalogue, seed, *, dim=64):
    """Never run here."""


NET = Experiment("toy.net", net, varies=("order",), needs=())
ASKED, OTHER = Request(NET, "", {}, range(3)), Request(NET, "", {"dim": 2})


def entry(seed, machine="here-cpu"):
    """A result of the net."""
    cell = Cell("toy.net", 1, NET.factors(), "", "", None, seed)
    return Entry(cell, {"map_at_r": 0.5}, machine=machine, backend="numpy", seconds=1.0)


@pytest.fixture
def runs(monkeypatch, tmp_path):
    """``runs(report, of_claims, parts, held, **options)``: a run that ends with this report, and all that was asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCE_RECORD", str(tmp_path / "record"))
    monkeypatch.setattr("reproduce.record.machine.machine_class", lambda library="": "here-cpu")
    monkeypatch.setattr("reproduce.record.machine.environment", lambda library: {"cpu": "one"})

    def go(report=None, of_claims=True, parts=None, held=(), lacking=(), **options):
        made = SimpleNamespace(run=None, parted=None, told=[], events=[], lines=[], first=None, finished=[], held=None)

        def parted(asked, seeds, explicit, requested):
            made.parted = (asked, list(seeds), explicit, requested and requested())
            return parts or Parts(asked)

        def run(plan, store, **how):
            made.run, made.plan, made.store = how, plan, store
            made.tells, made.hears = how["watch"].__self__.told, how["watch"].__self__.heard
            return report or Report(finished=[entry(0)])

        def show_plan(console, plan, workers, lines):
            made.plan, made.workers, made.lines = plan, workers, lines

        def keep_first(folder, many):
            made.first = (folder, list(many))
            return ["the first [b]12[/b] images"]

        def hold(record, fresh):
            made.held = sorted(one.seed for one in fresh)
            return list(held)

        for name, value in {
            "ask": lambda names, tier, data, factors, requested: ([ASKED], of_claims),
            "parted": parted, "run": run, "keep_first": keep_first, "held_against": hold,
            "missing": lambda plan, waiting, allowed: list(lacking), "default_workers": lambda: 3,
        }.items():  # fmt: skip
            monkeypatch.setattr(command, name, value)
        monkeypatch.setattr(command.progress, "show_plan", show_plan)
        monkeypatch.setattr(command.places, "finish", lambda store, record: made.finished.append(store.folder))
        made.console = Console(file=io.StringIO(), width=200, force_terminal=options.pop("terminal", False))
        options = {"told": made.told.append, "event": made.events.append, "console": made.console, **options}
        made.status = command.run_command([], **options)
        made.said = made.console.file.getvalue()
        return made

    return go


def test_a_run_of_the_claims_goes_into_the_record(runs, tmp_path):
    """The whole tier's seeds on as many workers as there are cores; its plan is told before, and its end."""
    made = runs()
    assert (made.status, made.workers, made.lines) == (0, 3, None)
    assert made.parted == ([ASKED], list(range(14)), False, None)
    assert made.store.folder == tmp_path / "record"
    assert [row.seeds for row in made.plan.rows] == [(0, 1, 2)]
    how = {name: made.run[name] for name in ("workers", "cluster", "budget", "replace", "strict")}
    assert how == {"workers": 3, "cluster": None, "budget": None, "replace": False, "strict": False}
    assert [one["event"] for one in made.events] == ["plan"]
    assert made.tells == made.events.append
    (told,) = made.told
    assert (told["kept in"], told["cells"], told["left"]) == (str(tmp_path / "record"), 3, 2)
    assert "1 cell finished, kept in" in made.said


def test_what_is_said_of_first_images_is_said_as_it_is(runs, tmp_path):
    """Of the rows that are run and whose results go into the record."""
    store = Store(tmp_path / "record")
    store.add_all(entry(seed) for seed in range(3))
    run = [Request(NET, "", {"dim": dim}) for dim in (4, 8)]
    made = runs(parts=Parts([ASKED, *run], [(OTHER, range(1))]), terminal=True)
    assert made.first == (tmp_path / "record", [Inputs()] * 2)
    assert "the first [b]12[/b] images\n" in made.said


def test_options_reach_the_run(runs):
    """As they are given; who hears of cells is asked for them with the plan and the store."""
    heard = []

    def hears(plan, store, say):
        heard.append((len(plan.rows), store.folder.name))
        return heard.append

    made = runs(workers=1, budget=60.0, strict=True, cluster="tcp://toy", hears=hears, event=None,
                planned=lambda plan, workers: [f"{len(plan.rows)} on {workers}"])  # fmt: skip
    how = {name: made.run[name] for name in ("workers", "cluster", "budget", "strict")}
    assert how == {"workers": 1, "cluster": "tcp://toy", "budget": 60.0, "strict": True}
    assert (made.workers, made.lines, heard) == (1, ["1 on 1"], [(1, "record")])
    assert made.hears == heard.append
    assert made.tells({"event": "cell"}) is None


@pytest.mark.parametrize("workers", [0, -2])
def test_a_run_has_a_worker(runs, workers):
    """One at least."""
    with pytest.raises(InvalidInputError, match=f"--workers {workers}: give at least 1"):
        runs(workers=workers)


@pytest.mark.parametrize(
    "options, explicit",
    [({}, False), ({"seeds": 5}, True), ({"seeds": 5, "pilot": True}, False), ({"pilot": True}, False)],
)
def test_more_seeds_are_run_where_their_number_is_named(runs, options, explicit):
    """Not in a pilot, whose seeds are its own."""
    assert runs(**options).parted[2] == explicit


def test_what_the_claims_ask_for_is_asked_where_they_did_not_make_the_request(runs, tmp_path):
    """Into the record goes no more; where nothing of the run goes there nobody is asked."""
    made = runs(of_claims=False, requested=lambda: [ASKED, OTHER])
    assert made.parted[3] == [ASKED, OTHER]
    made = runs(of_claims=False, output=tmp_path / "mine")
    assert (made.parted, [row.request for row in made.plan.rows]) == (None, [ASKED])
    assert runs(output=tmp_path / "mine").parted[3] is None


@pytest.mark.parametrize("output", [None, "mine"])
def test_what_no_claim_asks_for_goes_apart(runs, tmp_path, monkeypatch, output):
    """And what is not what its name says; all to one folder where one is named."""
    monkeypatch.setattr(Inputs, "doubt", lambda one: "it is drawn")
    drawn = runs(parts=Parts([ASKED], [(OTHER, range(2, 4))]), output=output and tmp_path / output)
    monkeypatch.undo()
    folder = tmp_path / "cache" / "apart" if output is None else None
    assert [(row.request.chosen["dim"], row.seeds, row.apart and row.apart.folder) for row in drawn.plan.rows] == [
        (2, (2, 3), folder),
        (64, (0, 1, 2), folder),
    ]


@pytest.mark.parametrize("tier, cells", [(Tier.CHECK, 1), (Tier.RELEASE, 3)])
def test_a_release_measures_everything_afresh(runs, tmp_path, tier, cells):
    """And replaces what is kept, which else is not run."""
    Store(tmp_path / "record").add_all(entry(seed) for seed in (0, 2))
    made = runs(tier=tier)
    assert (len(made.plan.jobs), made.run["replace"]) == (cells, cells == 3)


@pytest.mark.parametrize(
    "tier, pilot, output, folder",
    [
        (Tier.CHECK, False, None, "record"),
        (Tier.RELEASE, False, None, "record"),
        (Tier.CHECK, False, "mine", "mine"),
        (Tier.NIGHTLY, False, "mine", "mine"),
        (Tier.NIGHTLY, False, None, None),
        (Tier.REHEARSAL, False, None, None),
        (Tier.CHECK, True, None, None),
    ],
)
def test_where_results_are_kept_is_told_unless_they_are_thrown_away(runs, tmp_path, tier, pilot, output, folder):
    """A night's are its own."""
    made = runs(tier=tier, pilot=pilot, output=output and tmp_path / output)
    assert made.told[0]["kept in"] == (folder and str(tmp_path / folder))
    assert (made.first is None) == (made.store.folder != tmp_path / "record")


def test_a_plan_or_nothing_to_do_runs_nothing(runs, tmp_path):
    """What is told has no cell that is done."""
    made = runs(plan_only=True)
    assert (made.run, made.first, made.status, made.told[0]["left"]) == (None, None, 0, 3)
    Store(tmp_path / "record").add_all(entry(seed) for seed in range(3))
    made = runs()
    assert (made.run, made.status, made.told[0]["cells"], made.said) == (None, 0, 0, "")


JOB = Job("toy.net", "toys", "", {}, 0)


@pytest.mark.parametrize(
    "report, tier, status",
    [
        (Report(), Tier.CHECK, 0),
        (Report(failed=[(JOB, "broke")]), Tier.CHECK, 1),
        (Report(unkept=[(JOB, "elsewhere")]), Tier.CHECK, 1),
        (Report(waiting=[(JOB, "absent")]), Tier.CHECK, 0),
        (Report(out_of_time=True), Tier.CHECK, 0),
        (Report(out_of_time=True), Tier.NIGHTLY, 1),
        (Report(out_of_time=True), Tier.RELEASE, 1),
        (Report(interrupted=True), Tier.CHECK, 130),
        (Report(interrupted=True, failed=[(JOB, "broke")]), Tier.NIGHTLY, 130),
    ],
)
def test_the_status_says_how_it_ended(runs, report, tier, status):
    """The tiers that measure everything fail by what they left."""
    assert runs(report, tier=tier).status == status


@pytest.mark.parametrize("tier, fails", [(Tier.CHECK, False), (Tier.NIGHTLY, True), (Tier.RELEASE, True)])
def test_what_waits_fails_a_tier_that_measures_everything(runs, tier, fails):
    """It is named; a plan of it fails nothing."""
    made = runs(tier=tier, lacking=["toy.net on LionData"])
    assert (made.status, made.told[0]["lacking"]) == (int(fails), ["toy.net on LionData"] * fails)
    assert ("these wait: toy.net on LionData" in made.said) == fails
    assert runs(tier=tier, lacking=["toy.net on LionData"], plan_only=True).status == 0


@pytest.mark.parametrize("status, failed", [("identical", 0), ("drifted", 1)])
def test_a_night_is_held_against_the_record(runs, monkeypatch, status, failed):
    """All that it has measured of the seeds that it asks for; what drifted fails it."""
    shown = []
    monkeypatch.setattr(Held, "status", status)
    monkeypatch.setattr(command.progress, "show_held", lambda console, held: shown.append(len(held)))
    keep = command.places.store_of

    @contextmanager
    def store_of(*asked):
        with keep(*asked) as night:
            night.add_all(entry(seed) for seed in (0, 2, 9))
            yield night

    monkeypatch.setattr(command.places, "store_of", store_of)
    made = runs(tier=Tier.NIGHTLY, held=[Held(entry(0), ())])
    assert (made.status, made.held, shown, len(made.finished)) == (failed, [0, 2], [1], 1)
    assert made.told[0]["against the record"][0]["status"] == status


@pytest.mark.parametrize(
    "report, complete", [(Report(), True), (Report(interrupted=True), False), (Report(out_of_time=True), False)]
)
def test_a_night_that_was_stopped_is_not_complete(runs, monkeypatch, report, complete):
    """Where nothing was held nothing is shown; other tiers are held against nothing."""
    monkeypatch.setattr(command.progress, "show_held", None)
    made = runs(report, tier=Tier.NIGHTLY)
    assert (made.held, bool(made.finished)) == ([], complete)
    assert runs(tier=Tier.NIGHTLY, plan_only=True).held is None
    assert runs(tier=Tier.RELEASE).held is None


@pytest.mark.parametrize(
    "tier, pilot, shown", [(Tier.CHECK, False, False), (Tier.CHECK, True, True), (Tier.REHEARSAL, False, True)]
)
def test_values_are_shown_where_nothing_else_is_left_of_them(runs, tier, pilot, shown):
    """Of a pilot and a rehearsal."""
    assert ("toy.net, seed 0: map_at_r 0.5000" in runs(tier=tier, pilot=pilot).said) == shown
