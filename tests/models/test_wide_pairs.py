"""Pairs numbered, listed, encoded and sampled as defined."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import examples

from reproduce.errors import InvalidInputError
from reproduce.models.wide.pairs import PairSet, blocks, encode, pair_numbers, pair_rows, sample_pairs


@given(st.integers(2, 40), st.integers(1, 50))
def test_pairs_are_numbered_row_by_row(n, size):
    """Numbers to rows is the listing of combinations, rows to numbers its inverse, and blocks cover each once."""
    listed = list(blocks(n, size))
    assert {len(block) for block in listed[:-1]} <= {size}
    numbers = np.concatenate(listed)
    i, j = pair_rows(numbers, n)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == list(itertools.combinations(range(n), 2))
    assert np.array_equal(pair_numbers(i, j, n), numbers)


@given(st.integers(2, 9), st.booleans(), st.booleans(), st.data())
def test_a_pair_set_lists_each_order_and_the_pairs_of_one_image(n, ordered, self_pairs, data):
    """From anywhere to anywhere: i < j, then those turned round, then each image with itself."""
    once = list(itertools.combinations(range(n), 2))
    listed = once + [(j, i) for i, j in once] * ordered + [(i, i) for i in range(n)] * self_pairs
    pairs = PairSet(n, ordered, self_pairs)
    assert pairs.total == len(listed)
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(listed))] * 2)))
    i, j = pairs.rows(start, stop)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == listed[start:stop]


def test_chosen_pairs_are_listed_as_chosen():
    """Four of the ten pairs of five images; unless told otherwise, each pair once and no image with itself."""
    once = list(itertools.combinations(range(5), 2))
    assert PairSet(5).total == 10
    pairs = PairSet(5, chosen=np.array([0, 3, 4, 9]))
    assert pairs.total == 4
    i, j = pairs.rows(1, 4)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [once[3], once[4], once[9]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_encodings_are_what_they_say(dtype):
    """On two vectors written out, in their own precision."""
    a, b = np.array([[1, 5, 2]], dtype), np.array([[3, 2, 4]], dtype)
    for encoding, want in (
        ("difference", [2, 3, 2]),
        ("difference-product", [2, 3, 2, 3, 10, 8]),
        ("concatenation", [1, 5, 2, 3, 2, 4]),
    ):
        found = encode(a, b, encoding)
        assert found.tolist() == [want]
        assert found.dtype == dtype


@pytest.mark.parametrize("encoding", ["sum", "a sum", "difference-sum"])
def test_an_unknown_encoding_names_the_known_ones(encoding):
    """Wherever its name would stand among them."""
    with pytest.raises(InvalidInputError, match="there are difference, difference-product, concatenation"):
        encode(np.zeros((1, 2)), np.zeros((1, 2)), encoding)


@examples(60)
@given(st.lists(st.integers(0, 4), min_size=6, max_size=30), st.integers(2, 40), st.integers(0, 3))
@example([0, 1, 2, 3, 4, 5], 4, 0)
@example([0, 0, 0, 0, 0, 0], 4, 0)
@example([0, 0, 1, 1, 2, 2], 500, 0)
@example([0, 0, 1, 1, 2, 3], 3, 0)
def test_a_sample_of_pairs_stands_for_all_of_them(codes, most, seed):
    """At most so many, none twice, same-animal pairs first, and the weights add up to every pair of each kind."""
    codes = np.unique(codes, return_inverse=True)[1]
    i, j = np.triu_indices(len(codes), 1)
    same = codes[i] == codes[j]
    numbers, weights = sample_pairs(codes, most, seed)
    assert len(numbers) == min(most, len(i))
    assert np.all(np.diff(numbers) > 0)
    assert weights.dtype == np.float32
    kept = same[numbers]
    assert kept.sum() == min(same.sum(), max(most // 2, most - (~same).sum()))
    for kind in (True, False):
        if (kept == kind).any():
            assert np.isclose(weights[kept == kind].sum(), (same == kind).sum())
            assert len(set(weights[kept == kind])) == 1


@pytest.mark.parametrize("most", [6, 30])
def test_every_pair_comes_up(most):
    """Over the seeds each of 66 pairs is drawn, where few are asked for and where many are."""
    codes = np.arange(12) % 4
    drawn = np.concatenate([sample_pairs(codes, most, seed)[0] for seed in range(150)])
    assert sorted(set(drawn)) == list(range(66))


@pytest.mark.parametrize(
    "images, animals, most, want",
    [
        (24, 6, 20, [5, 9, 10, 11, 14, 26, 62, 71, 75, 91, 110, 119, 127, 145, 161, 175, 176, 198, 214, 215]),
        (8, 4, 14, [0, 1, 3, 4, 6, 7, 9, 10, 11, 14, 16, 19, 21, 26]),
        (8, 4, 11, [0, 3, 4, 7, 8, 10, 11, 13, 16, 18, 21]),
        (8, 4, 10, [3, 8, 9, 10, 16, 19, 21, 22, 23, 27]),
    ],
)
def test_a_seed_draws_what_it_always_drew(images, animals, most, want):
    """Recorded results stand on these bits: few pairs of many, most, a quarter, and a little less."""
    assert sample_pairs(np.arange(images) % animals, most, 3)[0].tolist() == want
