"""`reproduce run`: tiers, factors, what is said, and the exit status."""

import dataclasses
import io
import json
from functools import partial

import pytest
from rich.console import Console

from reproduce.errors import InvalidInputError
from reproduce.record import Store
from reproduce.running.cells import Outcome
from reproduce.running.command import factor
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.runner import Report, measure
from reproduce.running.show import progress
from reproduce.running.tiers import Tier, held_against
from reproduce.text import as_json
from reproduce.verdicts.plugin.collect import asked

DATA = "FriesianCattle2017"


def test_a_run_and_the_same_run_again(command):
    """The first says what it will run and keeps it; the second has nothing to run."""
    status, said = command("toy.draw", seeds=2)
    assert status == 0
    assert "2 cells to run on 1 worker" in said
    assert "2 cells finished, kept in" in said
    status, said = command("toy.draw", seeds=2)
    assert status == 0
    assert "nothing to run" in said


def test_a_run_as_plain_values(command):
    """What --json prints: the plan with where its times come from, then what became of each cell."""
    told = []
    command("toy.fails", seeds=5, plan_only=True, told=told.append)
    command("toy.fails", seeds=5, told=told.append)
    command("toy.fails", seeds=5, plan_only=True, told=told.append)
    planned, ran, rest = (json.loads(as_json(one)) for one in told)
    (row,) = planned["plan"]
    assert (row["experiment"], row["data"], row["to run"]) == ("toy.fails", DATA, [0, 1, 2, 3, 4])
    assert (row["timed"], planned["cells"], planned["left"], planned["finished"]) == ("guessed", 5, 5, [])
    assert [one["seed"] for one in ran["finished"]] == [0, 1, 2, 4]
    assert set(ran["finished"][0]["scores"]) == {"map_at_r"}
    assert [(one["seed"], one["why"]) for one in ran["failed"]] == [(3, "RuntimeError: the toy broke as asked")]
    assert ran["kept in"] == str(Store().folder)
    assert (rest["plan"][0]["to run"], rest["plan"][0]["kept"], rest["plan"][0]["timed"]) == ([3], 4, "here")


def test_a_failed_cell_is_status_1(command):
    """The others are kept; the failed one is named in one line."""
    status, said = command("toy.fails", seeds=5)
    assert status == 1
    assert f"failed: toy.fails on {DATA}, seed 3: RuntimeError: the toy broke as asked" in said
    assert "4 cells finished" in said


def test_the_same_failure_is_said_once(command, toys, tmp_path, monkeypatch):
    """A damaged image fails every cell of its set: the first names the file, the sum says how many went alike."""
    folder = tmp_path / "data" / "NyalaData" / "w" / "N"
    for animal in range(12):
        image = folder / "train" / str(animal) / f"{animal}.png"
        image.parent.mkdir(parents=True)
        image.write_bytes(b"no image")
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "data"))
    status, said = command("toy.looks", data="NyalaData", seeds=5)
    said = " ".join(said.split())
    assert status == 1
    assert said.count("0.png: not an image") == 2
    assert "failed: toy.looks on NyalaData, seed 0: InvalidInputError: " in said
    assert "failed alike, 4 more: InvalidInputError: " in said
    assert "5 failed" in said


def test_waiting_is_no_failure(command):
    """Cells that wait for data leave the status 0."""
    status, said = command("toy.waits", seeds=1)
    assert status == 0
    assert "1 waiting" in said


def test_a_plan_runs_nothing(command):
    """--plan shows what would run and keeps nothing."""
    status, said = command("toy.draw", plan_only=True)
    assert status == 0
    assert "14 cells to run" in said
    assert Store().experiments() == []


def test_the_pilot_keeps_nothing(command):
    """Seeds 1000 to 1004 are printed, never kept."""
    status, said = command("toy.draw", pilot=True)
    assert status == 0
    assert all(f"seed {seed}: map_at_r" in said for seed in range(1000, 1005))
    assert Store().experiments() == []


def test_a_rehearsal_is_small_on_the_stand_in_and_keeps_nothing(command):
    """Every experiment named runs with its own small factors under two seeds, and the record stays as it was."""
    status, said = command("toy.draw", tier=Tier.REHEARSAL, data=None)
    assert status == 0
    assert "size=2" in said
    assert "toy.draw on TuringCattle, seed 1" in said
    assert Store().experiments() == []


def test_a_nightly_run_is_held_against_the_record(command, toys):
    """Five seeds afresh are identical to the record; a record that says otherwise is drift and status 1."""
    command("toy.draw", seeds=7)
    before = Store().path("toy.draw").read_bytes()
    status, said = command("toy.draw", tier=Tier.NIGHTLY)
    assert status == 0
    assert "against the record: 5 identical, 0 inside, 0 drifted, 0 unrecorded" in said
    assert Store().path("toy.draw").read_bytes() == before
    store = Store()
    entries = [
        dataclasses.replace(entry, scores={"map_at_r": 3 + entry.seed / 1e3, "mean": 0.0})
        for entry in store.entries("toy.draw")
    ]
    store.add_all(entries, replace=True)
    status, said = command("toy.draw", tier=Tier.NIGHTLY)
    assert status == 1
    assert "5 drifted" in said
    assert f"toy.draw on {DATA}, seed 4: drifted" in said


def test_a_release_rewrites_the_record(command, toys):
    """Every seed is run afresh and takes the place of what was kept."""
    store = Store()
    old = measure(toys["toy.draw"], DATA, 0, {})
    store.add(dataclasses.replace(old, scores={"map_at_r": 3.0}))
    status, _ = command("toy.draw", tier=Tier.RELEASE, seeds=2)
    assert status == 0
    assert next(entry.scores["map_at_r"] for entry in Store().entries("toy.draw")) == old.scores["map_at_r"]
    assert len(Store().entries("toy.draw")) == 2


def test_what_nothing_is_kept_of_is_unrecorded(toys):
    """A fresh result without a current record is neither identical nor drifted."""
    (held,) = held_against(Store(), [measure(toys["toy.draw"], DATA, 0, {})])
    assert held.status == "unrecorded"


@pytest.mark.parametrize(
    "names, options, said",
    [
        (["toy.nothing"], {}, "no experiment 'toy.nothing'; "),
        (["Toy.drwa"], {}, "no experiment .Toy.drwa.; did you mean toy.draw"),
        (["toy.draw"], {"data": "Lions"}, "no data set is called 'Lions'"),
        (["toy.draw"], {"factors": ["size"]}, "write name=value"),
        (["toy.draw"], {"factors": ["width=2"]}, "toy.draw has no factor 'width'; its factors are: size, pause"),
        ([], {}, "name the experiment to run on it"),
        (["toy.draw"], {"data": None, "factors": ["size=2"]}, "--factor goes with --data"),
        (["toy.draw"], {"seeds": 0}, "--seeds 0: give at least 1"),
        (["toy.draw"], {"seeds": -1, "pilot": True}, "--seeds -1: give at least 1"),
        (["toy.draw"], {"budget": -300.0}, "--budget -5: give minutes, 0 to begin nothing"),
        (["toy.draw"], {"budget": float("nan")}, "--budget nan: give minutes"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(command, names, options, said):
    """A mistake in the command is an error that says what to write instead."""
    with pytest.raises(InvalidInputError, match=said.replace("(", r"\(")) as caught:
        command(*names, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text, value",
    [("dim=64", 64), ("hidden=[64,32]", [64, 32]), ("weights=random", "random"), ("on=true", True), ("x=a=b", "a=b")],
)
def test_factors_are_json_or_text(text, value):
    """A factor's value is JSON where it is any, else text."""
    assert factor(text)[1] == value


def test_names_may_be_patterns_and_claims_say_the_rest(command, tmp_path):
    """Without --data the claims say on what and under which factors; a pattern chooses among them."""
    claims = tmp_path / "claims"
    claims.mkdir()
    (claims / "test_asked_of_the_command.py").write_text(
        '"""A toy."""\nimport pytest\nimport toy_experiments as toys\n\n'
        '@pytest.mark.claim("T", at="Table I")\ndef test_toy(claim):\n    """The toy draws."""\n'
        f'    claim.at_least(claim(toys.draw, "{DATA}", size=5, seeds=2, score="mean"), -9, because="a toy")\n'
    )
    status, said = command("toy.*", data=None, requested=partial(asked, claims))
    assert status == 0
    assert "size=5" in said
    assert [entry.seed for entry in Store().find("toy.draw", {"pause": 0.0, "size": 5}, DATA)] == [0, 1]
    with pytest.raises(InvalidInputError, match=r"no claim asks for toy\.fixed"):
        command("toy.fixed", data=None, requested=partial(asked, claims))


def test_the_time_left_follows_the_pace(toys):
    """Cells twice as slow as planned double what is left; at the end nothing is."""
    request = Request(dataclasses.replace(toys["toy.draw"], seconds=100.0), DATA)
    plan = make_plan([request], range(4), Store())
    view = progress.Live(Console(file=io.StringIO()), plan, workers=2)
    entry = dataclasses.replace(measure(toys["toy.draw"], DATA, 0, {}), seconds=200.0)
    said = [view.left]
    for job in plan.jobs:
        view.watch(job, Outcome(entry), Report())
        said.append(view.left)
    assert said == ["up to 14 min", "up to 7 min", "about 3 min 11 s", "about 3 min 11 s", "about 0 s"]


def test_who_listens_hears_of_each_cell_that_is_kept(toys):
    """Also of one that another run kept, and not of one that failed."""
    plan = make_plan([Request(toys["toy.draw"], DATA)], range(3), Store())
    heard = []
    view = progress.Live(Console(file=io.StringIO()), plan, 1, heard.append)
    entry = measure(toys["toy.draw"], DATA, 0, {})
    for job, outcome in zip(plan.jobs, (Outcome(entry), Outcome(problem="broke"), Outcome(kept=True)), strict=True):
        view.watch(job, outcome, Report())
    assert heard == [plan.jobs[0], plan.jobs[2]]
