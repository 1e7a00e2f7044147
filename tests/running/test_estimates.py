"""What a cell will cost: kept timings, scaled by the work that its factors make."""

import dataclasses
from pathlib import Path

import pytest

from reproduce.experiments import dcnn
from reproduce.record import Store
from reproduce.running.estimates import Timed, estimate
from reproduce.running.runner import measure

DATA = "FriesianCattle2017"


@pytest.fixture
def kept(toys, tmp_path):
    """``kept(seconds, **factors)`` adds a timing of toy.draw to a store, which it returns."""
    store = Store(tmp_path / "times")

    def add(seconds, **factors):
        entry = measure(toys["toy.draw"], DATA, len(store.entries("toy.draw")), factors)
        store.add(dataclasses.replace(entry, seconds=seconds))
        return store

    return add


def test_the_same_cell_is_its_own_timing(toys, kept):
    """Measured under these factors: the median, whatever others took; a row's first seed is apart from the rest."""
    for seconds, size in ((50.0, 8), (2.0, 8), (90.0, 9), (4.0, 8)):
        store = kept(seconds, size=size)
    found = estimate(toys["toy.draw"], {"pause": 0.0, "size": 8}, DATA, store)
    assert found == (3.0, Timed.HERE, 50.0, 0.0)


def test_this_machine_s_timings_count_before_another_s(toys, kept):
    """Of the same cell: another processor's where there are no others, and said to be; never the two mixed."""
    chosen = {"pause": 0.0, "size": 8}
    store = kept(2.0, size=8)
    (entry,) = store.entries("toy.draw")
    other = dataclasses.replace(entry, environment={**entry.environment, "cpu": "another"}, seconds=50.0)
    elsewhere = Store(store.folder / "elsewhere")
    elsewhere.add(other)
    assert estimate(toys["toy.draw"], chosen, DATA, elsewhere)[:2] == (50.0, Timed.ELSEWHERE)
    store.add(dataclasses.replace(other, cell=dataclasses.replace(other.cell, seed=7)))
    assert estimate(toys["toy.draw"], chosen, DATA, store)[:2] == (2.0, Timed.HERE)


def test_work_scales_the_timings_under_other_factors(toys, kept):
    """Ten times the work of what was kept takes ten times as long; without timings the guess is scaled."""
    draw = dataclasses.replace(toys["toy.draw"], work=lambda factors: factors["size"], seconds=4.0)
    chosen = {"pause": 0.0, "size": 80}
    assert estimate(draw, chosen, DATA, Store("nothing")) == (40.0, Timed.GUESSED, 40.0, 0.0)
    store = kept(1.0, size=4)
    assert estimate(draw, chosen, DATA, store) == (20.0, Timed.SCALED, 20.0, 0.0)


def test_without_work_every_cell_takes_as_long_as_another(toys, kept):
    """As guessed, or as measured; what is shared by the same pace."""
    draw = dataclasses.replace(toys["toy.draw"], seconds=4.0, makes=lambda factors: 7.0)
    chosen = {"pause": 0.0, "size": 80}
    assert estimate(draw, chosen, DATA, Store("nothing")) == (4.0, Timed.GUESSED, 4.0, 28.0)
    assert estimate(draw, chosen, DATA, kept(3.0, size=8)) == (3.0, Timed.SCALED, 3.0, 21.0)


def test_a_busy_machine_s_timings_are_no_more_than_the_guess_of_an_idle_core(toys, kept):
    """Scaled from a cell that took ten times its guess: the guess. The cell's own timing stands."""
    draw = dataclasses.replace(toys["toy.draw"], work=lambda factors: factors["size"], seconds=4.0)
    store = kept(40.0, size=8)
    assert estimate(draw, {"pause": 0.0, "size": 80}, DATA, store)[:2] == (40.0, Timed.SCALED)
    assert estimate(draw, {"pause": 0.0, "size": 8}, DATA, store)[:2] == (40.0, Timed.HERE)


def test_work_scales_the_nearest_timings_alone(toys, kept):
    """One that differs in the work alone, not one that also differs in what makes it slow; what is shared is apart."""
    draw = dataclasses.replace(
        toys["toy.draw"], work=lambda factors: factors["size"], makes=lambda factors: 7.0, seconds=4.0
    )
    kept(0.1, size=8, pause=0.001)
    store = kept(1.6, size=8)
    assert estimate(draw, {"pause": 0.0, "size": 80}, DATA, store)[::3] == (16.0, pytest.approx(1.4))


def test_without_work_the_nearest_factors_count(toys, kept):
    """One differing factor is nearer than two."""
    kept(70.0, size=1, pause=0.001)
    store = kept(3.0, size=2)
    assert estimate(toys["toy.draw"], {"pause": 0.0, "size": 3}, DATA, store)[:2] == (3.0, Timed.SCALED)


@pytest.mark.parametrize(
    "machine, cpu, gpu, timed",
    [
        ("x86_64-cpu", "this", "another", Timed.HERE),  # the GPU stood beside it
        ("x86_64-cpu", "another", "this", Timed.ELSEWHERE),
        ("x86_64-h200", "this", "this", Timed.HERE),
        ("x86_64-h200", "this", "another", Timed.ELSEWHERE),
        ("x86_64-h200", "another", "this", Timed.ELSEWHERE),
    ],
)
def test_a_timing_is_of_a_processor_and_of_the_gpu_that_it_used(toys, kept, monkeypatch, machine, cpu, gpu, timed):
    """One of another is another machine's."""
    (entry,) = kept(2.0, size=8).entries("toy.draw")
    store = Store("nothing")
    monkeypatch.setattr(store, "find", lambda *_: [replaced])
    replaced = dataclasses.replace(entry, machine=machine, environment={"cpu": cpu, "gpu": gpu})
    monkeypatch.setattr("reproduce.record.machine.cpu", lambda: "this")
    monkeypatch.setattr("reproduce.record.machine.gpu", lambda: {"name": "this", "driver": ""})
    assert estimate(toys["toy.draw"], {"pause": 0.0, "size": 8}, DATA, store).timed == timed


def test_timings_on_the_data_and_by_this_machine_come_before_others(toys, kept):
    """Also where others are as near; each where there is no better."""
    (entry,) = kept(1.0, size=2).entries("toy.draw")
    there = {**entry.environment, "cpu": "another"}
    lions = dataclasses.replace(entry.cell, data="LionData")
    rows = [
        dataclasses.replace(entry, seconds=4.0, cell=lions, environment=there),
        dataclasses.replace(entry, seconds=3.0, cell=lions),
        dataclasses.replace(entry, seconds=2.0, environment=there),
        entry,
    ]
    for count, seconds in enumerate((4.0, 3.0, 2.0, 1.0), 1):
        store = Store("nothing")
        store.find, store.entries = lambda *_: [], lambda _, kept=rows[:count]: kept
        assert estimate(toys["toy.draw"], {"pause": 0.0, "size": 8}, DATA, store)[:2] == (seconds, Timed.SCALED)
    store.entries = lambda _: [dataclasses.replace(entry, cell=dataclasses.replace(entry.cell, factors={"size": 8}))]
    assert estimate(toys["toy.draw"], {"pause": 0.0, "size": 8}, DATA, store).timed == Timed.GUESSED


def test_the_dcnn_s_work_follows_its_steps_and_what_trains():
    """4,000 steps of a head are some eight times 300 of them; a backbone that trains is far beyond either."""
    usual = dcnn.embed.factors()
    steps = dcnn.work(dcnn.embed.factors(steps=4000)) / dcnn.work(usual)
    assert 7 < steps < 10
    full = dcnn.embed.factors(trainable="full")
    assert dcnn.work(full) > 100 * dcnn.work(usual)
    assert dcnn.work(full | {"size": 112}) == pytest.approx(dcnn.work(full) / 4, rel=0.05)


def test_features_are_made_once_and_a_bank_of_views_is_more_of_them():
    """By a frozen backbone, more by a larger one; one that trains keeps none."""
    usual = dcnn.embed.factors()
    assert dcnn.makes(dcnn.embed.factors(augment=True)) == pytest.approx(7 * dcnn.makes(usual))
    assert dcnn.makes(dcnn.embed.factors(backbone="MobileNetV2")) < dcnn.makes(usual)
    assert dcnn.makes(dcnn.embed.factors(trainable="full")) == 0


def test_the_dcnn_s_record_goes_by_its_work():
    """The work of frozen training is what its time goes by: rows of few steps and of many within a factor of five.

    Of each number of steps the quickest: what else the machine did made others ten times as long.
    """
    store = Store(Path(__file__).parents[2] / "claims" / "record")
    # A row of fewer steps is the time of reading images and features, which are kept or not, and not of its steps.
    entries = [
        entry
        for entry in store.entries("dcnn.embed")
        if entry.cell.data == "LionData"
        and entry.cell.factors["trainable"] == "frozen"
        and entry.cell.factors["steps"] >= 100
    ]
    if not entries:
        pytest.skip("no record here")
    steps = {entry.cell.factors["steps"]: [] for entry in entries}
    for entry in entries:
        steps[entry.cell.factors["steps"]].append(entry.seconds / dcnn.work(entry.cell.factors))
    least = {count: min(paces) for count, paces in steps.items()}
    assert max(least.values()) < 5 * min(least.values())
