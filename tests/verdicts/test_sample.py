"""A sample's units, differences and estimates: whatever is scaled or paired, its left-out animals are too."""

import math
from dataclasses import FrozenInstanceError

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.judging.judge import from_seeds
from reproduce.verdicts.judging.sample import Sample, SourceNote
from reproduce.verdicts.judging.scatter import ANIMALS, SEEDS, Herd, seeds_and_animals

NAMES = (("a", "b", "c"),) * 2
HERD = Herd("cows", NAMES, ((0.1, 0.2, 0.4), (0.3, 0.1, 0.2)))
ONE = Sample((0.2, 0.3), (0, 1), (HERD,), score="map_at_r", chance=0.05, precision_at_1=0.5, sides=(0.6, 0.1))
OTHER = Sample((0.1, 0.15), (0, 1), (Herd("cows", NAMES, ((0.1, 0.1, 0.1), (0.2, 0.0, 0.1))),), score="map", chance=0.2)


def test_everything_with_a_unit_is_scaled():
    """Values, left-out scores, chance, P@1 and sides; counts and words are not."""
    found = ONE.scaled(100)
    assert found.values == pytest.approx((20, 30))
    assert [value for row in found.herds[0].without for value in row] == pytest.approx([10, 20, 40, 30, 10, 20])
    assert (found.chance, found.precision_at_1, found.unit) == pytest.approx((5, 50, 100))
    assert found.sides == pytest.approx((60, 10))
    assert (found.seeds, found.score, found.n, found.herds[0].names) == (ONE.seeds, ONE.score, 2, NAMES)
    bare = Sample((0.2,), (0,)).scaled(100)
    assert (bare.chance, bare.precision_at_1, bare.sides) == (None, None, None)


def test_an_interval_does_not_depend_on_the_unit():
    """Per cent: a mean, an error and an interval a hundred times as large, by seeds and by animals."""
    plain, percent = ONE.estimates(), ONE.scaled(100).estimates()
    assert set(plain) == set(percent) == {SEEDS, ANIMALS}
    for source in plain:
        assert percent[source].mean == pytest.approx(100 * plain[source].mean)
        assert percent[source].standard_error == pytest.approx(100 * plain[source].standard_error)
        assert percent[source].interval() == pytest.approx(tuple(100 * end for end in plain[source].interval()))


def test_a_difference_leaves_the_same_animal_out_on_both_sides():
    """Values and left-out scores one by one; its sides are the two means, and its sources both."""
    left, right = (
        Sample(one.values, one.seeds, one.herds, score=one.score, sources=(SourceNote(data=one.score),))
        for one in (ONE, OTHER)
    )
    found = left - right
    assert found.values == pytest.approx((0.1, 0.15))
    (herd,) = found.herds
    assert herd.without[0] == pytest.approx((0.0, 0.1, 0.3))
    assert herd.without[1] == pytest.approx((0.1, 0.1, 0.1))
    assert found.sides == pytest.approx((0.25, 0.125))
    assert (left.difference, found.difference) == (False, True)
    assert found.score == "map_at_r - map"
    assert [note.data for note in found.sources] == ["map_at_r", "map"]
    assert (left - left).score == "map_at_r"
    assert (right - left).score == "map - map_at_r"


def test_other_herds_are_kept_apart_and_a_side_without_leaves_the_seeds_alone():
    """Animals of two sets scatter by themselves; where one side says why it has none, the difference says so too."""
    lions = Sample((0.1, 0.15), (0, 1), (Herd("lions", NAMES, HERD.without),))
    assert [herd.data for herd in (ONE - lions).herds] == ["cows", "lions"]
    assert (ONE - lions).herds[1].without[0] == pytest.approx((-0.1, -0.2, -0.4))
    bare = Sample((0.1, 0.15), (0, 1), seeds_only="not resampled")
    for found in (ONE - bare, bare - ONE):
        assert (found.herds, found.seeds_only) == ((), "not resampled")
    assert len((ONE - Sample((0.1, 0.15), (0, 1), seeds_only="a fact", exact=True)).herds) == 1


def test_a_share_gained_needs_the_same_animals_on_both_sides():
    """Values and left-out scores as shares of what was left; else no animals, and why."""
    found = ONE.share_gained(OTHER)
    assert found.values == pytest.approx((0.1 / 0.9, 0.15 / 0.85))
    assert found.herds[0].without[0] == pytest.approx((0.0, 0.1 / 0.9, 0.3 / 0.9))
    assert (found.seeds_only, found.score) == ("", "(map_at_r - map) / (1 - map)")
    lions = Sample((0.1, 0.15), (0, 1), (Herd("lions", NAMES, HERD.without),))
    found = ONE.share_gained(lions)
    assert (found.herds, found.seeds_only) == ((), "its two scores are of different animals")
    bare = Sample((0.1, 0.15), (0, 1), seeds_only="not resampled")
    found = bare.share_gained(ONE)
    assert (found.herds, found.seeds_only) == ((), "not resampled")


def test_only_a_single_fixed_value_pairs_with_other_seeds():
    """A drawn one, several fixed ones or none do not, on either side; a value for each seed is asked for."""
    for one in (
        Sample((0.1,), (0,)), Sample((0.1, 0.2), (2, 3), random=False), Sample((), (), random=False),
    ):  # fmt: skip
        for pair in ((one, ONE), (ONE, one)):
            with pytest.raises(InvalidInputError, match="cannot pair seeds"):
                pair[0] - pair[1]
    with pytest.raises(ValueError, match="shorter"):
        Sample((0.1, 0.2), (0, 1)) - Sample((0.1,), (0, 1))


def test_what_was_measured_stays():
    """Neither a sample nor where it came from can be changed."""
    for one in (ONE, SourceNote()):
        with pytest.raises(FrozenInstanceError):
            one.data = one.values = ()


def test_what_is_random_or_exact_of_a_difference():
    """Random if one side is, exact if both are."""
    fact, fixed, drawn = Sample((1.0,), (0,), random=False, exact=True), Sample((1.0,), (0,), random=False), ONE
    assert (drawn - fixed).random
    assert not (fixed - fixed).random
    assert (fact - fact).exact
    assert not (fact - fixed).exact


def test_one_run_repeated_keeps_its_animals_under_each_seed():
    """A value that nothing varies pairs with every seed, and so does what it owes to each animal."""
    fixed = Sample((0.1,), (0,), (Herd("cows", NAMES[:1], ((0.1, 0.2, 0.3),)),), random=False)
    found = ONE - fixed
    assert (found.seeds, found.values) == ((0, 1), pytest.approx((0.1, 0.2)))
    assert found.herds[0].without == (pytest.approx((0.0, 0.0, 0.1)), pytest.approx((0.2, -0.1, -0.1)))
    assert (fixed - ONE).values == pytest.approx((-0.1, -0.2))


def test_the_estimates_follow_what_was_seen():
    """Animals where they were left out, seeds always, with the paper's runs; a fact has no error."""
    assert ONE.estimates(3) == {
        SEEDS: from_seeds(ONE.values, 3),
        ANIMALS: seeds_and_animals(ONE.values, ONE.herds, 3),
    }
    assert set(Sample(ONE.values, ONE.seeds).estimates()) == {SEEDS}
    assert ONE.estimates(3)[SEEDS] != ONE.estimates()[SEEDS]
    fact = Sample((0.5,), (0,), exact=True).estimates()[SEEDS]
    assert (fact.mean, fact.standard_error, fact.degrees_of_freedom) == (0.5, 0.0, math.inf)


def test_a_seed_that_reaches_nothing_is_an_error():
    """Two seeds of one value where the seed varies something; one seed, a fixed value, none or all is no error."""
    with pytest.raises(InvalidInputError, match=r"map_at_r is 0.5 under all 2 seeds.*reaches nothing"):
        Sample((0.5, 0.5), (0, 1), score="map_at_r").estimates()
    with pytest.raises(InvalidInputError, match=r"the score is 0.5 under all 3 seeds"):
        Sample((0.5,) * 3, (0, 1, 2)).estimates()
    assert Sample((0.5,), (0,)).estimates()[SEEDS].mean == 0.5
    assert Sample((0.5, 0.5), (0, 1), random=False).estimates()[SEEDS].standard_error == 0
    assert Sample((1.0, 1.0), (0, 1)).scaled(100).estimates()[SEEDS].mean == 100
    for value in (0.0, 1.0, -1.0):
        assert Sample((value, value), (0, 1)).saturated
    for values, unit in (((1.0, 1.0), 100.0), ((0.0, 1.0), 1.0), ((-1.0, 1.0), 1.0), ((), 1.0), ((2.0,), 1.0)):
        assert not Sample(values, tuple(range(len(values))), unit=unit).saturated


def test_nothing_measured_has_no_mean_and_says_why_once():
    """NaN; what both sides lack is said once."""
    first, second = Sample((), (), missing="no lions; no cows"), Sample((), (), missing="no cows; no weights")
    assert math.isnan(first.mean)
    assert (first - second).missing == "no lions; no cows; no weights"
    assert (ONE - second).missing == (second - ONE).missing == "no cows; no weights"
    assert (ONE - second).values == ()
    assert (ONE - second).seeds == (second - ONE).seeds == (0, 1)
