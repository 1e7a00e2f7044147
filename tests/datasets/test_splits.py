"""Splits are by animal and drawn by seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.datasets import load, splits
from reproduce.errors import InvalidInputError

IDENTITIES = st.lists(st.integers(1, 12), min_size=13, max_size=60).map(lambda ids: np.array([str(i) for i in ids]))


def animals(identities, split, side):
    return set(identities[split == side].tolist())


@given(ids=IDENTITIES, seed=st.integers(0, 2**40))
@examples(60)
def test_a_draw_holds_out_whole_animals_and_exactly_as_many_as_asked(ids, seed):
    """No animal is on both sides; every image is on one."""
    count = max(1, len(set(ids)) // 3)
    if len(set(ids)) <= count:
        return
    split = splits.by_seed("set", ids, seed, count)
    assert len(animals(ids, split, "test")) == count
    assert animals(ids, split, "test") | animals(ids, split, "train") == set(ids.tolist())
    assert not animals(ids, split, "test") & animals(ids, split, "train")


@given(ids=IDENTITIES, seed=st.integers(0, 1000), shuffle=st.randoms(use_true_random=False))
@examples(40)
def test_a_draw_follows_the_animals_whatever_the_order_of_rows(ids, seed, shuffle):
    """Shuffling the rows, or repeating images, holds out the same animals."""
    order = list(range(len(ids)))
    shuffle.shuffle(order)
    if len(set(ids)) < 3:
        return
    plain, shuffled = splits.by_seed("s", ids, seed, 2), splits.by_seed("s", ids[order], seed, 2)
    assert animals(ids, plain, "test") == animals(ids[order], shuffled, "test")


def test_every_animal_is_held_out_by_some_seed():
    """Over 400 seeds each of FriesianCattle2017's 89 animals is drawn, the five lone ones too."""
    drawn = set()
    for seed in range(400):
        cattle = load("FriesianCattle2017", seed=seed)
        drawn |= set(cattle.identities[cattle.test].tolist())
    assert len(drawn) == 89


def test_seeds_draw_differently_and_repeat_exactly():
    """The same seed gives the same nine, fourteen seeds give fourteen different nines."""
    nines = [tuple(sorted(set(c.identities[c.test]))) for c in (load("FriesianCattle2017", seed=s) for s in range(14))]
    assert len(set(nines)) == 14
    assert nines[3] == tuple(sorted(set((c := load("FriesianCattle2017", seed=3)).identities[c.test])))


def test_whole_numbers_sort_by_value_and_before_names():
    """Animal "10" comes after "9", and "lynx" after both."""
    assert splits.natural_order(np.array(["lynx", "10", "9", "10"])).tolist() == ["9", "10", "lynx"]


@pytest.mark.parametrize("animals_in_set, held_out", [(89, 9), (46, 5), (10, 2), (1000, 101)])
def test_other_sets_keep_the_share_of_nine_in_89(animals_in_set, held_out):
    """A tenth or so, rounded, and never fewer than two."""
    assert splits.held_out_count(animals_in_set) == held_out


@pytest.mark.parametrize(
    "animals_in_set, held_out", [(1, 1), (2, 2), (4, 4), (5, 3), (12, 3), (13, 3), (14, 4), (17, 4), (18, 5), (30, 8)]
)
def test_of_own_animals_a_quarter_is_held_out(animals_in_set, held_out):
    """Rounded, never fewer than three of five or more; of fewer all of them."""
    assert splits.own_held_out_count(animals_in_set) == held_out


def test_a_set_too_small_to_hold_out_is_an_error():
    """With nothing left to train on there is no split; one animal is enough."""
    for count in (3, 4):
        with pytest.raises(InvalidInputError, match=f"{count} animals cannot be held out of 3"):
            splits.by_seed("tiny", np.array(["a", "b", "c"]), 0, count)
    assert sorted(splits.by_seed("tiny", np.array(["a", "b", "c"]), 0, 2)) == ["test", "test", "train"]


def test_an_own_split_by_animal_is_kept():
    """Labels other than train count as test."""
    own = splits.own_split(["train", "val", "test"], np.array(["a", "b", "c"]))
    assert own.tolist() == ["train", "test", "test"]


@pytest.mark.parametrize(
    "labels, identities",
    [
        (["train", "test", "test"], ["a", "a", "b"]),
        (["train", "test", None], ["a", "b", "c"]),
        (["train", "train", "train"], ["a", "b", "c"]),
        (["test", "test", "test"], ["a", "b", "c"]),
        ([None, None, None], ["a", "b", "c"]),
    ],
    ids=["within an animal", "unlabelled image", "no test", "no train", "none"],
)
def test_an_own_split_that_is_not_by_animal_is_not_used(labels, identities):
    """A split within animals leaks, and half a split is none."""
    assert splits.own_split(labels, np.array(identities)) is None


def test_lions_are_split_by_the_folder_above_them():
    """However deep the folder lies: train is to train on, val is held out."""
    paths = ["x/val/Kito/1.png", "x/train/Ayo/1.png", "train/Ayo/2.png", "val/x/train/Ayo/3.png"]
    assert splits.lion_folders(paths).tolist() == ["test", "train", "train", "train"]


def test_lions_outside_train_and_val_are_an_error():
    """A third folder beside train and val is not silently a test set, and neither is none; the first is named."""
    with pytest.raises(InvalidInputError, match="'extra'"):
        splits.lion_folders(["x/train/Ayo/1.png", "x/extra/Ayo/2.png", "x/other/Ayo/2.png", "x/last/Ayo/2.png"])
    with pytest.raises(InvalidInputError, match="folder ''"):
        splits.lion_folders(["train/1.png"])


def test_labels_are_a_split_whether_by_animal_or_not():
    """What a set says of itself: every image labelled, some to train and some not."""
    assert splits.labelled(["Train", "val", "training"]).tolist() == ["train", "test", "train"]
    for none in ([None, None], ["train", None], ["train", "train"], ["test", "test"], []):
        assert splits.labelled(none) is None
