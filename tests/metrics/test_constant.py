"""The constant pair model: counted by hand, enumerated draw by draw, and by the exact dynamic programme."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.errors import InvalidInputError
from reproduce.metrics import constant
from reproduce.metrics.constant import (
    accuracy_needed,
    constant_accuracy_distribution,
    constant_pair_accuracy,
    pair_counts,
    pairs_apart,
)

FIRST_NINE = [32, 7, 15, 3, 10, 3, 5, 15, 43]


def test_the_first_nine_identities_give_the_counted_figures():
    """133 images make 8,778 pairs, 1,691 of one animal; seven pairs separate 80.736 % from 80.82 %."""
    assert pair_counts(FIRST_NINE) == (8778, 1691)
    assert constant_pair_accuracy(FIRST_NINE) == 7087 / 8778
    assert pairs_apart(FIRST_NINE, 0.8082) == 7


@given(st.lists(st.integers(1, 6), min_size=2, max_size=6), st.booleans(), st.booleans())
def test_counts_are_those_of_the_pairs_written_out(sizes, self_pairs, ordered):
    """Every way of counting pairs agrees with listing them."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    listed = [
        labels[i] == labels[j]
        for i, j in itertools.product(range(len(labels)), repeat=2)
        if (i < j) or (ordered and i > j) or (self_pairs and i == j)
    ]
    assert pair_counts(sizes, self_pairs=self_pairs, ordered=ordered) == (len(listed), sum(listed))
    accuracy = constant_pair_accuracy(sizes, self_pairs=self_pairs, ordered=ordered)
    assert math.isclose(accuracy, 1 - np.mean(listed), abs_tol=1e-12)


@examples(60)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=9), st.data())
def test_the_distribution_is_that_of_every_draw_enumerated(sizes, data):
    """The dynamic programme gives each accuracy exactly as often as listing all draws does."""
    held_out = data.draw(st.integers(2, len(sizes)))
    exact = constant_accuracy_distribution(sizes, held_out)
    listed = sorted(constant_pair_accuracy(draw) for draw in itertools.combinations(sizes, held_out))
    assert exact.total == math.comb(len(sizes), held_out)
    assert np.repeat(exact.accuracy, exact.draws).tolist() == listed
    assert math.isclose(exact.mean, np.mean(listed), abs_tol=1e-12)
    assert exact.quantile(0.5) == listed[math.ceil(len(listed) / 2) - 1]
    assert exact.quantile(0) == listed[0]
    assert exact.quantile(1) == listed[-1]
    assert math.isclose(exact.share(0.4, 0.8), np.mean([0.4 <= value <= 0.8 for value in listed]))


def test_the_order_of_the_classes_does_not_matter():
    """A catalogue in any order has the same distribution."""
    sizes = np.arange(1, 21)
    shuffled = np.random.default_rng(0).permutation(sizes)
    one, two = constant_accuracy_distribution(sizes, 5), constant_accuracy_distribution(shuffled, 5)
    assert np.array_equal(one.accuracy, two.accuracy)
    assert np.array_equal(one.draws, two.draws)


def test_a_model_that_answers_same_more_often_must_gain_more():
    """Seven pairs are beyond doubt only for a model that says "same" on at most 18 pairs."""
    assert accuracy_needed(FIRST_NINE, 0) == constant_pair_accuracy(FIRST_NINE)
    assert accuracy_needed(FIRST_NINE, 18) < 7094 / 8778 < accuracy_needed(FIRST_NINE, 19)


def test_same_on_every_pair_is_an_answer_and_the_standard_errors_can_be_chosen():
    """All 10 pairs of 2 and 3 images called the same; 1.645 standard errors unless given."""
    assert accuracy_needed([2, 3], 10, z=2) == (6 + 2 * math.sqrt(10)) / 10
    assert accuracy_needed([2, 3], 10) == accuracy_needed([2, 3], 10, z=1.645)


def test_a_share_holds_both_of_its_ends():
    """Draws of two of four classes: an end that lies on a value counts that value."""
    exact = constant_accuracy_distribution([1, 2, 3, 4], 2)
    low, high = exact.accuracy[1], exact.accuracy[-2]
    assert exact.share(low, high) == (exact.total - exact.draws[0] - exact.draws[-1]) / exact.total
    assert exact.share(low, low) == exact.draws[1] / exact.total


def test_nine_classes_are_held_out_unless_given():
    """As the paper does."""
    sizes = list(range(1, 13))
    assert constant_accuracy_distribution(sizes).total == math.comb(12, 9)


def test_sizes_in_small_integers_do_not_overflow():
    """Twice 200 images in bytes: 400 images, 79,800 pairs."""
    sizes = np.array([200, 200], np.uint8)
    assert pair_counts(sizes) == (79_800, 39_800)
    assert constant_accuracy_distribution(sizes, 2).accuracy.tolist() == [40_000 / 79_800]


def test_as_many_draws_as_63_bits_count():
    """33 of 66 classes, 7.2e18 draws, are counted to the last."""
    assert constant_accuracy_distribution([1] * 66, 33).total == math.comb(66, 33)


def test_a_table_of_2_gb_is_allowed_and_one_cell_more_is_not(monkeypatch):
    """Sizes 2 and 3 with one held out: 4 counts of images, 4 of pairs, 0 or 1 classes, 32 cells of 8 bytes."""
    assert constant.MOST_CELLS * 8 == 2 << 30
    monkeypatch.setattr(constant, "MOST_CELLS", 32)
    assert constant_accuracy_distribution([2, 3], 1).total == 2
    monkeypatch.setattr(constant, "MOST_CELLS", 31)
    with pytest.raises(InvalidInputError, match="the table for 1 exceeds"):
        constant_accuracy_distribution([2, 3], 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: constant_pair_accuracy([1]),
        lambda: constant_pair_accuracy([]),
        lambda: constant_pair_accuracy([0, 3]),
        lambda: constant_pair_accuracy([2.5, 3]),
        lambda: constant_accuracy_distribution([2, 3], 3),
        lambda: constant_accuracy_distribution([1, 3], 1),
        lambda: constant_accuracy_distribution([50_000] * 12, 9),
        lambda: constant_accuracy_distribution([1] * 100, 50),
        lambda: accuracy_needed([2, 3], 11),
        lambda: accuracy_needed([2, 3], -1),
        lambda: constant_accuracy_distribution([2, 3], 0),
        lambda: constant_accuracy_distribution([1] * 67, 33),
        lambda: constant_pair_accuracy([[2, 3], [3, 4]]),
        lambda: constant_pair_accuracy(5),
        lambda: constant_pair_accuracy(np.zeros(0, int)),
    ],
)
def test_input_without_an_answer_is_one_clear_error(call):
    """No pairs, sizes that are no counts, draws that cannot be made or held: one line that says so."""
    with pytest.raises(InvalidInputError) as caught:
        call()
    assert "\n" not in str(caught.value)
