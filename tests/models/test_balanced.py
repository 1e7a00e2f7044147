"""Balanced batches: their composition, that they depend on nothing but the step, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.errors import InvalidInputError
from reproduce.models.dcnn.balanced import BalancedBatches


@given(st.integers(2, 6), st.integers(2, 4), st.integers(0, 2**31), st.integers(0, 1000))
@examples(40)
def test_a_batch_holds_p_animals_with_k_images_each(animals, images, seed, step):
    """Every batch has P different animals and K different images of each."""
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(9), 5))
    rows = BalancedBatches(labels, animals, images, seed).batch(step)
    assert len(set(rows.tolist())) == animals * images
    _, counts = np.unique(labels[rows], return_counts=True)
    assert counts.tolist() == [images] * animals


def test_a_batch_is_a_function_of_its_step():
    """Asked out of order or again, a step gives the same rows; another step or seed gives others."""
    labels = np.repeat(np.arange(20), 4)
    batches = BalancedBatches(labels, 16, 2, seed=3)
    first = [batches.batch(step) for step in range(5)]
    assert all(np.array_equal(batches.batch(step), first[step]) for step in (4, 0, 3))
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], BalancedBatches(labels, 16, 2, seed=4).batch(0))


def test_every_image_of_every_animal_comes_up():
    """In the long run each image is drawn, images of large classes less often than those of small ones."""
    labels = np.array([0] * 2 + [1] * 8 + [2] * 8)
    counts = np.bincount(
        np.concatenate([BalancedBatches(labels, 2, 2, seed=0).batch(step) for step in range(300)]), minlength=18
    )
    assert counts.min() > 0
    assert counts[:2].mean() > 2 * counts[2:].mean()


def test_an_animal_with_one_image_is_one_clear_error():
    """An animal that cannot fill its place is named, with the number of such animals and the cure."""
    labels = ["leo"] + ["nala"] * 3 + ["simba"] * 2
    with pytest.raises(InvalidInputError, match=r"leo has 1 image.*1 such animals.*leave out"):
        BalancedBatches(labels, 2, 2)
    left = BalancedBatches(labels, 2, 2, small="leave out")
    assert left.left_out == 1
    assert all(0 not in left.batch(step) for step in range(20))


@pytest.mark.parametrize(
    ("labels", "shape", "message"),
    [
        (["leo"] * 6, (2, 2), "images of 1 animal"),
        ([0, 0, 1, 1], (16, 2), "2 animals"),
        ([0, 0, 1, 1], (2, 1), "triplet"),
        ([0, 0, 1, 1], (1, 2), "triplet"),
    ],
)
def test_impossible_batches_are_refused(labels, shape, message):
    """One animal alone, too few animals for P, K = 1 and P = 1 are each one clear error."""
    with pytest.raises(InvalidInputError, match=message):
        BalancedBatches(labels, *shape)


def test_how_many_animals_are_too_few_and_the_usual_batch():
    """Five of seven cannot fill their places; unless told otherwise a batch is sixteen animals, two images of each."""
    labels = np.repeat(list("abcdefg"), [2, 2, 1, 1, 1, 1, 1])
    with pytest.raises(InvalidInputError, match=r"\(5 such animals\)"):
        BalancedBatches(labels, 2, 2)
    batch = BalancedBatches(np.repeat(np.arange(20), 3)).batch(0)
    assert len(batch) == 32
    assert len(set(batch // 3)) == 16


def test_the_first_of_the_small_animals_is_named():
    """Of three animals that are too small the first is named, also for a word that means nothing; all are counted."""
    labels = np.repeat(list("abcde"), [3, 2, 1, 1, 1])
    for small in ("error", "leaveout"):
        with pytest.raises(InvalidInputError, match=r"c has 1 image.*\(3 such animals\)"):
            BalancedBatches(labels, 2, 2, small=small)
    assert BalancedBatches(labels, 2, 2, small="leave out").left_out == 3


def test_just_enough_is_enough():
    """As many animals as a batch takes, with as many images each: every image is in it."""
    assert sorted(BalancedBatches([0, 0, 1, 1], 2, 2).batch(7)) == [0, 1, 2, 3]


def test_the_seed_is_0_unless_given():
    """Without a seed, the batches of seed 0."""
    labels = np.repeat(np.arange(9), 5)
    assert np.array_equal(BalancedBatches(labels, 4).batch(3), BalancedBatches(labels, 4, seed=0).batch(3))
