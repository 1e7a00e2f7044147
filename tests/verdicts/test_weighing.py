"""The chance of printed digits under a reading: a law of probability, the paper's runs, and what fitting costs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.verdicts.explanations import weighing

VALUES = (0.6, 0.9, 0.75, 1.1, 0.8)


def test_the_chances_of_all_digits_sum_to_one():
    """Every figure with two decimals is printed in one way, in either unit."""
    for unit, top in ((1.0, 3000), (100.0, 3000)):
        values = [value * unit for value in VALUES]
        each = [weighing.of_digits(values, f"{figure / 100:.2f}", 2, unit) for figure in range(-top, top)]
        assert math.fsum(each) == pytest.approx(1, abs=1e-4)


def test_it_is_the_share_of_simulated_runs():
    """Of ten thousand seeds' means as many round to the digits: the spread is known by then."""
    rng = np.random.default_rng(0)
    ours = rng.normal(0.8, 0.1, 10_000).tolist()
    theirs = rng.normal(0.8, 0.1, (200_000, 2)).mean(axis=1).round(2)
    assert weighing.of_digits(ours, "0.87", 2) == pytest.approx(np.mean(theirs == 0.87), rel=0.1)


@given(st.lists(st.floats(0.1, 2), min_size=3, max_size=8, unique=True), st.floats(0, 0.5), st.sampled_from([1, 2, 14]))
def test_digits_as_far_on_either_side_are_as_likely(values, off, runs):
    """Student's t has no side, to the last digit of a small number."""
    mean = round(math.fsum(values) / len(values), 6)
    values = [value - math.fsum(values) / len(values) + mean for value in values]
    above, below = (weighing.of_digits(values, f"{mean + sign * off:.9f}", runs) for sign in (1, -1))
    assert above == pytest.approx(below, rel=1e-3, abs=1e-12)


def test_more_of_the_papers_runs_narrow_it():
    """Far digits lose and near ones gain."""
    near, far = ([weighing.of_digits(VALUES, digits, runs) for runs in (2, 14)] for digits in ("0.83", "1.30"))
    assert near[0] < near[1]
    assert far[0] > far[1]


def test_rows_multiply_and_what_never_varies_has_no_chance():
    """Two rows, each by its own digits and runs; of a yardstick that gives one value nothing is said."""
    printed = {"64": ("0.93", 2), "32": ("0.87", 14)}
    both = weighing.jointly({"64": VALUES, "32": VALUES}, printed, 1.0)
    assert both == weighing.of_digits(VALUES, "0.93", 2) * weighing.of_digits(VALUES, "0.87", 14)
    assert weighing.jointly({"64": VALUES, "32": (0.8,)}, printed, 1.0) is None
    assert weighing.of_digits((0.8, 0.8), "0.80", 2) is None


def test_a_choice_that_was_fitted_is_paid_for():
    """The best of ten levels is worth a tenth where the others fit nothing; a level that was not run is no level."""
    assert weighing.mean_over([0.5, *[0.0] * 9]) == pytest.approx(0.05)
    assert weighing.mean_over([0.5, None]) is None
    assert weighing.mean_over([]) is None
