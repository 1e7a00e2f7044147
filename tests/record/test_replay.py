"""A replay is held to its own seed: identical here, within the measured tolerance elsewhere, or drifted."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.errors import InvalidInputError
from reproduce.record import Cell, Entry
from reproduce.record.replay import FLOOR, Replay, compare_judged, compare_replay, pools

HERE = {"cpu": "This CPU"}


def entry(score, seed=0, machine="x86_64-cpu", environment=HERE):
    return Entry(Cell("toy", 1, {}, "D", "", None, seed), {"map_at_r": score}, machine=machine, environment=environment)


def test_the_same_bits_are_identical():
    """A replay that gives the kept value is identical."""
    replay = compare_replay(entry(0.25), entry(0.25), "map_at_r", 0.0)
    assert (replay.status, replay.kept) == ("identical", 0.25)


def test_here_one_bit_less_has_drifted_with_both_numbers():
    """On the same machine class the neighbouring float is another result, and the line names both."""
    replay = compare_replay(entry(math.nextafter(0.25, 1)), entry(0.25), "map_at_r", 0.005)
    assert replay.status == "drifted"
    assert "0.25000000000000006, the record has 0.25; here it may not move" in str(replay)


@pytest.mark.parametrize("elsewhere", [{"machine": "x86_64-h200"}, {"environment": {"cpu": "Another CPU"}}])
@pytest.mark.parametrize("shift, status", [(0.004, "inside"), (-0.004, "inside"), (0.006, "drifted")])
def test_elsewhere_a_fraction_may_move_by_what_was_measured(elsewhere, shift, status):
    """Another machine class or processor: within the experiment's tolerance of its own seed, whatever others do."""
    replay = compare_replay(entry(0.25 + shift, **elsewhere), entry(0.25), "map_at_r", 0.005)
    assert (replay.status, replay.allowed) == (status, 0.005)


@pytest.mark.parametrize(
    "kept, shift, status", [(0.5, 9e-7, "inside"), (0.5, 2e-6, "drifted"), (176121.0, 1.0, "drifted")]
)
def test_without_a_tolerance_the_last_digits_are_left(kept, shift, status):
    """Elsewhere a value may be summed in another order; a count of pairs is the same everywhere."""
    other = entry(kept + shift, machine="arm64-cpu")
    assert compare_replay(other, entry(kept), "map_at_r", 0.0).status == status
    if kept > 1:
        assert compare_replay(other, entry(kept), "map_at_r", 0.5).status == status


@pytest.mark.parametrize(
    "kept, allowed",
    [(0.5, 0.005), (1.0, 0.005), (-1.0, 0.005), (1.5, FLOOR * 1.5), (-176121.0, FLOOR * 176121)],
)
def test_a_tolerance_is_of_fractions(kept, allowed):
    """From -1 to 1 the measured tolerance holds, beyond it the last digits of the value as large as it is."""
    assert compare_replay(entry(kept, machine="arm64-cpu"), entry(kept), "map_at_r", 0.005).allowed == allowed


def test_as_far_off_as_is_allowed_is_inside():
    """The bound itself is inside, and the line says how wide it is."""
    replay = compare_replay(entry(0.5, machine="arm64-cpu"), entry(0.25), "map_at_r", 0.25)
    assert replay.status == "inside"
    assert str(replay).endswith("; on another kind of machine it may move by 0.25")


def test_no_number_is_identical_to_no_number_alone():
    """NaN in both is the same result, in one of them another."""
    for fresh, kept, status in (
        (math.nan, math.nan, "identical"),
        (math.nan, 0.25, "drifted"),
        (0.25, math.nan, "drifted"),
    ):
        assert compare_replay(entry(fresh), entry(kept), "map_at_r", 0.0).status == status


def test_another_seed_is_no_replay():
    """A seed is held to itself: neither another seed nor a score that one of the two lacks will do."""
    for fresh, kept in ((0, 1), (1, 0)):
        with pytest.raises(InvalidInputError, match="held against its own cell"):
            compare_replay(entry(0.25, seed=fresh), entry(0.25, seed=kept), "map_at_r", 0.0)
    with pytest.raises(InvalidInputError, match="no score 'mapr'"):
        compare_replay(entry(0.25), entry(0.25), "mapr", 0.0)
    more = dataclasses.replace(entry(0.25), scores={"map_at_r": 0.25, "r": 2.0})
    for fresh, kept in ((more, entry(0.25)), (entry(0.25), more)):
        with pytest.raises(InvalidInputError, match="no score 'r'"):
            compare_replay(fresh, kept, "r", 0.0)


def test_places_are_not_pooled():
    """``pools`` parts two machine classes, the fullest first."""
    mixed = [*(entry(0.2, seed) for seed in range(3)), entry(0.2, 3, "x86_64-h200")]
    assert [len(pool) for pool in pools(mixed)] == [3, 1]
    assert [len(pool) for pool in pools([*mixed, entry(0.2, 4, "arm64-cpu")])] == [3, 1, 1]


def test_pools_of_other_weights_or_data_are_not_mixed():
    """Two seeds with old weights and two with new ones are two pools, the latest first."""
    kept = [entry(0.2, seed) for seed in range(3)]
    old = [dataclasses.replace(e, cell=dataclasses.replace(e.cell, weights_hash="old")) for e in kept[:2]]
    new = [dataclasses.replace(e, cell=dataclasses.replace(e.cell, weights_hash="new"), time="2027") for e in kept[1:]]
    assert [[e.cell.weights_hash for e in pool] for pool in pools([*old, *new])] == [["new"] * 2, ["old"] * 2]


@given(st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_identical_is_only_ever_equal(kept, fresh, here):
    """Whatever is kept, identical means equal, and drifted further off than is allowed."""
    replay = compare_replay(entry(fresh, environment=HERE if here else {}), entry(kept), "map_at_r", 0.1)
    assert (replay.status == "identical") == (fresh == kept)
    assert (replay.status == "drifted") == (abs(fresh - kept) > replay.allowed)


def test_what_is_identical_is_said_and_no_more():
    """Two results that agree need no word of what may move, and stay what they are."""
    replay = Replay("identical", "map_at_r", 3, 0.25, 0.25, 0.1)
    assert str(replay) == "identical: seed 3 gives map_at_r 0.25, the record has 0.25"
    with pytest.raises(dataclasses.FrozenInstanceError):
        replay.fresh = 0.5


def judged(machine="x86_64-cpu", score=0.5, chance=0.1, without=(0.4, 0.5, 0.6), names=("a", "b", "c")):
    """An entry with all that a verdict on map_at_r@train rests on."""
    scores = {"map_at_r@train": score, "chance@train": chance}
    left, animals = {"map_at_r@train": list(without)}, {"@train": list(names)}
    return Entry(Cell("toy", 1, {}, "D", "", None, 3), scores, {}, left, animals, machine=machine, environment=HERE)


def held(fresh, kept=None):
    """A replay of it, held against the kept one."""
    return compare_judged(fresh, kept or judged(), "map_at_r@train", ("chance@train", "precision_at_1@train"), 0.01)


@pytest.mark.parametrize(
    "changed, says",
    [
        ({"score": 0.51}, "gives map_at_r@train 0.51, the record has 0.5"),
        ({"chance": 0.2}, "gives chance@train 0.2, the record has 0.1"),
        ({"without": (0.4, 0.5, 0.601)}, "gives map_at_r@train without c 0.601, the record has 0.6"),
        ({"without": (0.4, 0.5, math.nan)}, "gives map_at_r@train without c nan, the record has 0.6"),
        ({"names": ("a", "c", "b")}, "gives the animals of map_at_r@train 'a, c, b', the record has 'a, b, c'"),
        ({"without": (0.4, 0.5), "names": ("a", "b")}, "gives the animals of map_at_r@train 'a, b', the record has"),
        ({"without": (), "names": ()}, "gives the animals of map_at_r@train 'none', the record has 'a, b, c'"),
    ],
)
def test_a_replay_is_held_to_all_that_the_verdict_rests_on(changed, says):
    """Chance, each animal left out and the animals' names are compared, not the score alone."""
    replay = held(judged(**changed))
    assert (replay.status, replay.allowed) == ("drifted", pytest.approx(0, abs=1e-5))
    assert says in str(replay)


def test_what_is_the_same_is_identical_and_what_was_not_kept_is_not_compared():
    """P@1 is absent in both; a record without animals is held to its scores."""
    assert held(judged()).status == "identical"
    assert held(judged(), judged(without=(), names=())).status == "identical"
    assert held(judged(without=(0.4, 0.5, 0.6 + 1e-9))).status == "inside"
    assert held(judged(without=(0.4, 0.5, 0.6 + 2e-6))).status == "drifted"


@pytest.mark.parametrize("moved, status", [(0.019, "inside"), (0.021, "drifted")])
def test_elsewhere_each_animal_may_move_twice_as_far(moved, status):
    """Without one animal the score moves by what all moved and by what the missing one did."""
    assert held(judged("arm64-cpu", without=(0.4, 0.5, 0.6 + moved))).status == status


@pytest.mark.parametrize("moved, status", [(0.009, "inside"), (0.011, "drifted")])
def test_elsewhere_what_stands_beside_may_move_as_far_as_the_score(moved, status):
    """Its chance, for one."""
    assert held(judged("arm64-cpu", chance=0.1 + moved)).status == status


@pytest.mark.parametrize(
    ("moved", "machine", "status"),
    [(0.015, "other", "inside"), (0.021, "other", "drifted"), (1e-9, "x86_64-cpu", "drifted")],
)
def test_elsewhere_p_at_1_may_move_twice_as_far(moved, machine, status):
    """It hangs on one neighbour of each query, and carries no verdict; here it may not move at all."""
    kept = dataclasses.replace(judged(), scores={**judged().scores, "precision_at_1@train": 0.5})
    fresh = dataclasses.replace(kept, machine=machine, scores={**kept.scores, "precision_at_1@train": 0.5 + moved})
    assert held(fresh, kept).status == status


@pytest.mark.parametrize(
    "fresh, kept, move",
    [
        (0.5, 0.25, 0.25),
        (0.25, 0.5, -0.25),
        ("nan", 0.5, 0),
        (0.5, "inf", 0),
        (math.nan, 0.5, 0),
        (math.inf, math.inf, 0),
    ],
)
def test_a_move_is_how_far_the_fresh_value_lies_above(fresh, kept, move):
    """What is no number has not moved."""
    assert Replay("inside", "map_at_r", 0, fresh, kept, 1.0).move == move
