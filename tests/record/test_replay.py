"""A replay is identical, inside, or drifted; and the prediction interval covers what it says."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.errors import InvalidInputError
from reproduce.record import Cell, Entry
from reproduce.record.replay import compare_replay, pools


def entry(seed, score, machine="x86_64-cpu"):
    return Entry(Cell("toy", 1, {}, "D", "", None, seed), {"map_at_r": score}, machine=machine)


KEPT = [entry(seed, 0.25 + 0.01 * math.sin(seed)) for seed in range(14)]


def test_the_same_bits_are_identical():
    """A replay that gives the kept value is identical, be the other seeds where they may."""
    replay = compare_replay(KEPT[0], KEPT, "map_at_r")
    assert (replay.status, replay.kept) == ("identical", 0.25)


def test_one_bit_less_is_not_identical():
    """The neighbouring float is inside, not identical."""
    replay = compare_replay(entry(0, math.nextafter(0.25, 1)), KEPT, "map_at_r")
    assert replay.status == "inside"


def test_far_from_the_other_seeds_is_drifted_with_both_numbers():
    """A value that the other seeds do not predict has drifted, and the line names it and the kept one."""
    replay = compare_replay(entry(0, 0.31), KEPT, "map_at_r")
    assert replay.status == "drifted"
    assert "0.31" in str(replay)
    assert "0.25" in str(replay)


def test_the_interval_is_the_textbook_one():
    """Three others, 1, 2 and 3: 2 +- t(0.9995, 2) * 1 * sqrt(4/3), with t = 31.599 from the tables."""
    kept = [entry(0, 9.0), entry(1, 1.0), entry(2, 2.0), entry(3, 3.0)]
    replay = compare_replay(entry(0, 9.5), kept, "map_at_r")
    assert replay.upper - 2 == pytest.approx(31.599 * math.sqrt(4 / 3), rel=1e-4)
    assert replay.lower + replay.upper == pytest.approx(4)


@pytest.mark.parametrize("shift, status", [(0.0, "identical"), (9e-7, "inside"), (2e-6, "drifted"), (-2e-6, "drifted")])
def test_where_nothing_varies_only_the_floor_is_left(shift, status):
    """With one kept seed a replay is held to a millionth."""
    assert compare_replay(entry(0, 0.5 + shift), [entry(0, 0.5)], "map_at_r").status == status


def test_the_floor_is_relative_for_large_values():
    """A count of pairs may move by its rounding, not by a pair."""
    assert compare_replay(entry(0, 176121.0001), [entry(0, 176121.0)], "map_at_r").status == "inside"
    assert compare_replay(entry(0, 176122.0), [entry(0, 176121.0)], "map_at_r").status == "drifted"


def test_equal_other_seeds_leave_the_floor():
    """Others that agree to the bit predict their own value, give or take the floor."""
    kept = [entry(seed, 0.5) for seed in range(5)]
    assert compare_replay(entry(0, 0.5 + 9e-7), kept, "map_at_r").status == "inside"
    assert compare_replay(entry(0, 0.501), kept, "map_at_r").status == "drifted"


def test_a_seed_not_kept_is_held_against_the_others():
    """A seed that the record lacks cannot be identical; it is inside or drifted."""
    replay = compare_replay(entry(99, 0.25), KEPT, "map_at_r")
    assert (replay.status, replay.kept) == ("inside", None)


def test_places_are_not_pooled():
    """Entries of two machine classes are an error, and ``pools`` parts them, the fullest first."""
    mixed = [*KEPT[:3], entry(3, 0.2, "x86_64-h200")]
    with pytest.raises(InvalidInputError, match="several places"):
        compare_replay(KEPT[0], mixed, "map_at_r")
    assert [len(pool) for pool in pools(mixed)] == [3, 1]


def test_pools_of_other_weights_or_data_are_not_mixed():
    """Two seeds with old weights and two with new ones are two pools, the latest first."""
    old = [dataclasses.replace(e, cell=dataclasses.replace(e.cell, weights_hash="old")) for e in KEPT[:2]]
    new = [dataclasses.replace(e, cell=dataclasses.replace(e.cell, weights_hash="new"), time="2027") for e in KEPT[1:3]]
    assert [[e.cell.weights_hash for e in pool] for pool in pools([*old, *new])] == [["new"] * 2, ["old"] * 2]


def test_nothing_to_compare_with_is_an_error():
    """Neither an empty record nor an unknown score passes as a replay."""
    with pytest.raises(InvalidInputError, match="nothing to hold"):
        compare_replay(KEPT[0], [], "map_at_r")
    with pytest.raises(InvalidInputError, match="no score 'mapr'"):
        compare_replay(KEPT[0], KEPT, "mapr")


def test_the_prediction_interval_covers_999_in_1000():
    """Of 4,000 honest replays from the seeds' own law, 99.9 % +- 0.2 lie inside."""
    generator = np.random.default_rng(1)
    inside = 0
    for _ in range(4000):
        values = generator.normal(0.3, 0.02, 9)
        kept = [entry(seed, float(value)) for seed, value in enumerate(values[:8], start=1)]
        inside += compare_replay(entry(0, float(values[8])), kept, "map_at_r").status == "inside"
    assert 0.997 < inside / 4000 <= 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0, 1))
@settings(deadline=None)
def test_identical_is_only_ever_equal(values, fresh):
    """Whatever is kept, identical means equal and drifted means outside the interval."""
    kept = [entry(seed, value) for seed, value in enumerate(values)]
    replay = compare_replay(entry(0, fresh), kept, "map_at_r")
    assert (replay.status == "identical") == (fresh == values[0])
    if replay.status == "drifted":
        assert not replay.lower <= fresh <= replay.upper


@pytest.mark.parametrize(
    "experiment, shift, here, elsewhere",
    [
        ("dcnn.untrained", 0.0015, "drifted", "inside"),
        ("dcnn.untrained", 0.0025, "drifted", "drifted"),
        ("dcnn.embed", 0.004, "drifted", "inside"),
        ("dcnn.protocol", 0.0015, "drifted", "drifted"),
        ("metric.parity", 0.0015, "drifted", "drifted"),
    ],
)
def test_another_machine_class_may_flip_ranks(experiment, shift, here, elsewhere):
    """The record of a CPU holds a GPU's replay to the experiment's tolerance across places, its own to the floor."""
    cell = Cell(experiment, 1, {}, "D", "", None, 0)
    kept = Entry(cell, {"map_at_r": 0.5}, machine="x86_64-cpu")
    for machine, status in (("x86_64-cpu", here), ("x86_64-h200", elsewhere)):
        fresh = dataclasses.replace(kept, scores={"map_at_r": 0.5 + shift}, machine=machine)
        assert compare_replay(fresh, [kept], "map_at_r").status == status


def test_counts_are_the_same_everywhere():
    """A number of pairs has no ranks to flip, whatever computed it."""
    kept = Entry(Cell("dcnn.embed", 1, {}, "D", "", None, 0), {"pairs": 176121.0}, machine="x86_64-cpu")
    fresh = dataclasses.replace(kept, scores={"pairs": 176122.0}, machine="x86_64-h200")
    assert compare_replay(fresh, [kept], "pairs").status == "drifted"
