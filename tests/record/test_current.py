"""What a record holds for a request: one rule, by which claims are judged, runs planned and nights held against it."""

import dataclasses
import itertools

import pytest

from reproduce.experiments.registry import Experiment, Result
from reproduce.record import Cell, Entry, Store
from reproduce.record.current import Current, current
from reproduce.running.inputs import Data, Weights
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.tiers import held_against
from reproduce.verdicts.plugin.answers import Source

DATA, DATA_HASH, WEIGHTS_HASH = "LionData", "d" * 64, "w" * 64


def score(catalogue, seed, *, weights="densenet169"):
    """Never run here."""
    return Result({"map_at_r": 0.5})


NETWORK = Experiment("toy.network", score, version=2, varies=("order",), needs=("pixels", "weights"), library="keras")
REQUEST = Request(NETWORK, DATA, NETWORK.factors(), range(3))


def entries(**changes):
    """Three seeds measured here, of a cell that is changed so."""
    cell = Cell(NETWORK.name, 2, NETWORK.factors(), DATA, DATA_HASH, WEIGHTS_HASH, 0)
    cell = dataclasses.replace(cell, **changes)
    cells = [dataclasses.replace(cell, seed=seed) for seed in range(3)]
    return [Entry(one, {"map_at_r": 0.5}, machine="x86_64-cpu", backend="tensorflow", dtype="float32") for one in cells]


@pytest.fixture
def here(monkeypatch):
    """``here(data, weights)``: which of the two lie here, as they were when the record was made."""

    def lie(data=True, weights=True):
        monkeypatch.setattr(Data, "here", lambda _: data)
        monkeypatch.setattr(Data, "hash", lambda _: DATA_HASH)
        monkeypatch.setattr(Weights, "missing", lambda _: "" if weights else "weights are not here")
        monkeypatch.setattr(Weights, "hash", lambda _: WEIGHTS_HASH)
        monkeypatch.setattr(Weights, "doubt", lambda _: "")
        monkeypatch.setattr("reproduce.record.machine.machine_class", lambda *_: "x86_64-cpu")
        monkeypatch.setattr("reproduce.record.machine.backend", lambda _: "tensorflow")

    lie()
    return lie


CHANGES = {
    "nothing": {},
    "data": {"data_hash": "0" * 64},
    "weights": {"weights_hash": "0" * 64},
    "version": {"version": 1},
    "factors": {"factors": {"weights": "mobilenetv2"}},
}


@pytest.mark.parametrize("data, weights", list(itertools.product((True, False), repeat=2)))
@pytest.mark.parametrize("change", CHANGES)
def test_what_the_judge_calls_stale_the_plan_wants_to_run(here, tmp_path, change, data, weights):
    """Whatever lies here: a record is kept by the plan where a claim is judged by it, and by neither where not."""
    here(data, weights)
    store = Store(tmp_path)
    store.add_all(entries(**CHANGES[change]))
    kept, why = Source(store, lambda *_: None, set()).kept(REQUEST)
    (row,) = make_plan([REQUEST], range(3), store).rows
    absent = {"nothing": True, "data": not data, "weights": not weights}  # what is not here contradicts nothing
    assert bool(kept) == absent.get(change, False)
    assert bool(kept) == (why == "")
    assert row.kept == len(kept)
    assert len(row.jobs) == (0 if kept or row.waits else 3)
    assert bool(row.waits) == (not kept and not (data and weights))


def test_without_its_weights_a_record_of_other_images_is_stale_all_the_same(here, tmp_path):
    """One lion less and no weights: the claim says that a run renews it, and the run says what it waits for."""
    here(data=True, weights=False)
    store = Store(tmp_path)
    store.add_all(entries(data_hash="of one image less"))
    _, why = Source(store, lambda *_: None, set()).kept(REQUEST)
    assert why == f"stale: {DATA} here is not the data of the record; `reproduce run toy.network` renews it"
    (row,) = make_plan([REQUEST], range(3), store).rows
    assert (row.kept, row.waits) == (0, "weights are not here")


@pytest.mark.parametrize(
    "change, status",
    [("nothing", "identical"), ("data", "unrecorded"), ("weights", "unrecorded"), ("version", "unrecorded")],
)
def test_a_night_is_held_against_what_is_current(here, tmp_path, monkeypatch, change, status):
    """What was measured tonight is held against the record of the same data, weights and version."""
    monkeypatch.setattr("reproduce.running.tiers.find", lambda _: NETWORK)
    store = Store(tmp_path)
    store.add_all(entries(**CHANGES[change]))
    assert [one.status for one in held_against(store, entries())] == [status] * 3


def test_seeds_of_two_machines_are_one_record_of_neither(here, tmp_path):
    """Two seeds measured here and one elsewhere are no three; the plan goes on here."""
    store = Store(tmp_path)
    first, second, third = entries()
    store.add_all([first, second, dataclasses.replace(third, machine="arm64-cpu")])
    kept, why = Source(store, lambda *_: None, set()).kept(REQUEST)
    assert (kept, why) == (
        [],
        "the record of toy.network on LionData holds 2 of 3 seeds; `reproduce run toy.network` goes on",
    )
    (row,) = make_plan([REQUEST], range(3), store).rows
    assert (row.kept, [job.seed for job in row.jobs]) == (2, [2])


@pytest.mark.parametrize(
    "change, said",
    [
        ({"factors": {"weights": "mobilenetv2"}}, "no record under these factors"),
        ({"factors": {"weights": "densenet169", "dim": 64}}, "stale: the record's factors are others"),
        ({"data": "OpenCows2020"}, "no record under these factors"),
    ],
)
def test_a_factor_that_came_or_went_makes_a_record_stale(tmp_path, change, said):
    """Another level of the same factors, or other data, is a row that was never run."""
    store = Store(tmp_path)
    store.add_all(entries(**change))
    assert current(store, NETWORK, DATA, NETWORK.factors(), {}).why.startswith(f"{said} (toy.network on {DATA})")


def elsewhere(many):
    """The same results, measured by another kind of machine."""
    return [dataclasses.replace(one, machine="arm64-cpu") for one in many]


def test_a_twin_is_the_same_cell_from_another_place():
    """Of what is judged alone."""
    here, there = entries(), elsewhere(entries())
    held = Current(NETWORK.name, DATA, (*here, *there[:2]))
    assert held.twins(here[1:]) == [(there[1], here[1])]
    assert held.twins(there[:1]) == [(here[0], there[0])]
    assert held.twins([]) == []


def test_all_that_is_wanted_from_another_place_needs_no_run():
    """One seed less does."""
    held = Current(NETWORK.name, DATA, tuple(elsewhere(entries())))
    here = ("x86_64-cpu", "tensorflow", "float32")
    assert held.seeds_kept(range(3), here) == {0, 1, 2}
    assert held.seeds_kept(range(4), here) == set()
    assert held.seeds_kept(range(4), ("arm64-cpu", *here[1:])) == {0, 1, 2}
