"""Tiers: who is run, what may wait, and which of the record's results a fresh one is held against."""

import dataclasses
from types import SimpleNamespace

import pytest

from reproduce.errors import RecordError
from reproduce.experiments.registry import Experiment
from reproduce.record import Cell, Entry, Store
from reproduce.running import tiers
from reproduce.running.cells import Job
from reproduce.running.request import Request


def net(catalogue, seed, *, weights="densenet169", dim=64):
    """Never run here."""


def bare(catalogue, seed):
    """Never run here."""


NET = Experiment("toy.net", net, needs=("pixels", "weights"), rehearsal={"dim": 2}, tolerance=0.01)
BARE = Experiment("toy.bare", bare, needs=())
ASKED = [Request(NET, "LionData"), Request(BARE, "")]


@pytest.mark.parametrize(
    "names, chosen", [([], [0, 1]), (["toy.*"], [0, 1]), (["toy.net"], [0]), (["a", "*.bare"], [1]), (["net"], [])]
)
def test_a_run_is_of_the_experiments_that_are_named(names, chosen):
    """By pattern; of all of them where none is."""
    assert tiers.choose(ASKED, names) == [ASKED[one] for one in chosen]


def test_a_rehearsal_is_of_every_experiment_on_the_stand_in():
    """With its own small factors."""
    assert [(one.experiment, one.data, one.factors) for one in tiers.rehearsals([NET, BARE])] == [
        (NET, "TuringCattle", {"dim": 2}),
        (BARE, "TuringCattle", {}),
    ]


@pytest.mark.parametrize(
    "allowed, lacking",
    [
        ([], ["toy.net on LionData", "toy.bare", "toy.net on Cows"]),
        (["toy.net"], ["toy.bare"]),
        (["Lion*"], ["toy.bare", "toy.net on Cows"]),
        (["resnet*", "toy.b*"], ["toy.net on LionData"]),
        (["None"], ["toy.net on LionData", "toy.net on Cows"]),
    ],
)
def test_what_waits_is_named_once_unless_it_may(allowed, lacking):
    """By its experiment, its data or its weights; found by the plan or by a cell."""
    rows = [SimpleNamespace(request=one, waits="it is not here") for one in ASKED]
    rows.append(SimpleNamespace(request=Request(NET, "LionData", {"dim": 8}), waits="it is not here"))
    rows.append(SimpleNamespace(request=Request(NET, "OpenCows2020"), waits=""))
    waiting = [(Job("toy.net", "toys", "Cows", {"weights": "resnet"}, seed), "it is not here") for seed in (0, 1)]
    assert tiers.missing(SimpleNamespace(rows=rows), waiting, allowed) == lacking


def entry(seed=0, scores=None, **changes):
    """A result of the net on lions, measured here."""
    cell = Cell("toy.net", 1, NET.factors(), "LionData", "d", "w", seed)
    changes = {"machine": "here-cpu", "environment": {"cpu": "one"}} | changes
    return Entry(cell, scores or {"map_at_r": 0.5}, **changes)


@pytest.mark.parametrize(
    "scores, main",
    [
        (["map_at_r", "r@train", "map_at_r/query", "a"], ["a", "map_at_r"]),
        (["r@train", "map_at_r/query"], ["map_at_r/query", "r@train"]),
    ],
)
def test_a_replay_is_held_to_the_averages_on_the_primary_test_set(scores, main):
    """To all that there is where there is no such score."""
    assert tiers.main_scores(entry(scores=dict.fromkeys(scores, 0.5))) == main


@pytest.fixture
def held(monkeypatch, tmp_path):
    """``held(kept, fresh)``: fresh results held against a record of the kept ones."""
    monkeypatch.setattr(tiers, "find", lambda name: NET)

    def hold(kept, fresh):
        store = Store(tmp_path / "record")
        store.add_all(kept)
        return tiers.held_against(store, fresh)

    return hold


THERE = {"machine": "there-gpu", "environment": {"cpu": "other"}}


def test_a_result_is_held_against_its_own_place_s(held):
    """However few are kept of it; else against the place of which most are."""
    kept = [*(entry(seed, {"map_at_r": 0.25}, **THERE) for seed in range(3)), entry(0), entry(1)]
    own, alien, none = held(kept, [entry(0), entry(0, machine="nowhere"), entry(9)])
    assert [one.status for one in (own, alien, none)] == ["identical", "drifted", "unrecorded"]
    assert [replay.kept for one in (own, alien) for replay in one.replays] == [0.5, 0.25]
    (there,) = held(kept, [entry(2, {"map_at_r": 0.25}, **THERE)])
    assert there.status == "identical"


def test_the_worst_of_the_scores_is_the_result_s(held):
    """One that the record lacks is an error that says what to do."""
    kept = entry(0, {"a": 0.5, "b": 0.5})
    for b, status in ((0.5, "identical"), (0.505, "inside"), (0.6, "drifted")):
        (one,) = held([kept], [entry(0, {"a": 0.5, "b": b}, environment={"cpu": "other"})])
        assert (one.status, len(one.replays)) == (status, 2)
    with pytest.raises(RecordError, match="the record has no score 'c': raise the experiment's version"):
        held([kept], [entry(0, {"a": 0.5, "c": 0.5})])


def test_moves_are_those_of_results_that_pass_as_another_machine_s(held):
    """By row and score; what is identical, has drifted or is not recorded has none."""
    kept = [entry(seed, {"a": 0.5, "b": 0.5}) for seed in range(2)]
    fresh = [
        entry(0, {"a": 0.505, "b": 0.5}, environment={"cpu": "other"}),
        entry(1, {"a": 0.495, "b": 0.9}, environment={"cpu": "other"}),
        entry(2, {"a": 0.5, "b": 0.5}),
    ]
    name = 'toy.net on LionData {"dim": 64, "weights": "densenet169"}, a'
    assert tiers.moves(held(kept, fresh)) == {name: [pytest.approx(0.005), pytest.approx(-0.005)]}
    other = dataclasses.replace(fresh[0], scores={"a": 0.5, "b": 0.5})
    assert tiers.moves(held([], [other])) == {}
