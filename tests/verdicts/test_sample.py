"""A sample's units, differences and estimates: whatever is scaled or paired, its left-out animals are too."""

import math

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.judge import from_animals, from_seeds
from reproduce.verdicts.sample import Sample, SourceNote

LEFT = ((0.1, 0.2, 0.4), (0.3, 0.1, 0.2))
ONE = Sample((0.2, 0.3), (0, 1), LEFT, score="map_at_r", chance=0.05, precision_at_1=0.5, sides=(0.6, 0.1))
OTHER = Sample((0.1, 0.15), (0, 1), ((0.1, 0.1, 0.1), (0.2, 0.0, 0.1)), score="map", chance=0.02)


def test_everything_with_a_unit_is_scaled():
    """Values, left-out scores, chance, P@1 and sides; counts and words are not."""
    found = ONE.scaled(100)
    assert found.values == pytest.approx((20, 30))
    assert [value for row in found.leave_one_out for value in row] == pytest.approx([10, 20, 40, 30, 10, 20])
    assert (found.chance, found.precision_at_1) == pytest.approx((5, 50))
    assert found.sides == pytest.approx((60, 10))
    assert (found.seeds, found.score, found.n) == (ONE.seeds, ONE.score, 2)
    bare = Sample((0.2,), (0,)).scaled(100)
    assert (bare.chance, bare.precision_at_1, bare.sides) == (None, None, None)


def test_an_interval_does_not_depend_on_the_unit():
    """Per cent: a mean, an error and an interval a hundred times as large."""
    plain, percent = ONE.estimate(), ONE.scaled(100).estimate()
    assert percent.mean == pytest.approx(100 * plain.mean)
    assert percent.standard_error == pytest.approx(100 * plain.standard_error)
    assert percent.interval() == pytest.approx(tuple(100 * end for end in plain.interval()))


def test_a_difference_leaves_the_same_animal_out_on_both_sides():
    """Values and left-out scores one by one; its sides are the two means, and its sources both."""
    left, right = (Sample(one.values, one.seeds, one.leave_one_out, score=one.score,
                          sources=(SourceNote(data=one.score),)) for one in (ONE, OTHER))  # fmt: skip
    found = left - right
    assert found.values == pytest.approx((0.1, 0.15))
    assert found.leave_one_out[0] == pytest.approx((0.0, 0.1, 0.3))
    assert found.leave_one_out[1] == pytest.approx((0.1, 0.1, 0.1))
    assert found.sides == pytest.approx((0.25, 0.125))
    assert found.difference
    assert found.score == "map_at_r - map"
    assert [note.data for note in found.sources] == ["map_at_r", "map"]
    assert (left - left).score == "map_at_r"


def test_animals_that_do_not_match_are_not_paired():
    """Herds of other sizes, or one side that was not resampled: the seeds carry the interval alone."""
    fewer = Sample((0.1, 0.15), (0, 1), ((0.1, 0.1), (0.2, 0.0)))
    assert (ONE - fewer).leave_one_out == ()
    assert (ONE - Sample((0.1, 0.15), (0, 1))).leave_one_out == ()


def test_what_is_random_or_exact_of_a_difference():
    """Random if one side is, exact if both are."""
    fact, fixed, drawn = Sample((1.0,), (0,), random=False, exact=True), Sample((1.0,), (0,), random=False), ONE
    assert (drawn - fixed).random
    assert not (fixed - fixed).random
    assert (fact - fact).exact
    assert not (fact - fixed).exact


def test_one_run_repeated_keeps_no_animals():
    """A value that nothing varies has no animals of its own under each seed."""
    fixed = Sample((0.1,), (0,), ((0.1, 0.2, 0.3),), random=False)
    for found in (ONE - fixed, fixed - ONE):
        assert (found.seeds, found.leave_one_out) == ((0, 1), ())


def test_the_estimate_follows_what_was_resampled():
    """Animals where they were left out, seeds else, with the paper's runs; a fact has no error."""
    assert ONE.estimate(3) == from_animals(ONE.values, LEFT)
    seeds = Sample(ONE.values, ONE.seeds)
    assert seeds.estimate(3) == from_seeds(ONE.values, 3)
    assert seeds.estimate(3) != seeds.estimate()
    fact = Sample((0.5,), (0,), exact=True).estimate()
    assert (fact.mean, fact.standard_error, fact.degrees_of_freedom) == (0.5, 0.0, math.inf)


def test_a_seed_that_reaches_nothing_is_an_error():
    """Two seeds of one value where the seed varies something; one seed, or a fixed value, is none."""
    with pytest.raises(InvalidInputError, match=r"map_at_r is 0.5 under all 2 seeds.*reaches nothing"):
        Sample((0.5, 0.5), (0, 1), score="map_at_r").estimate()
    with pytest.raises(InvalidInputError, match=r"the score is 0.5 under all 3 seeds"):
        Sample((0.5,) * 3, (0, 1, 2)).estimate()
    assert Sample((0.5,), (0,)).estimate().mean == 0.5
    assert Sample((0.5, 0.5), (0, 1), random=False).estimate().standard_error == 0


def test_nothing_measured_has_no_mean_and_says_why_once():
    """NaN; what both sides lack is said once."""
    first, second = Sample((), (), missing="no lions; no cows"), Sample((), (), missing="no cows; no weights")
    assert math.isnan(first.mean)
    assert (first - second).missing == "no lions; no cows; no weights"
    assert (ONE - second).missing == (second - ONE).missing == "no cows; no weights"
    assert (ONE - second).values == ()
