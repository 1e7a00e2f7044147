"""Facts about a set: counts of a small herd by hand, what can be scored, and runs as a table states them."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.datasets import photographs as pictures
from reproduce.experiments import audits
from reproduce.metrics import chance_map_at_r


def herd(train, test):
    """Animals of so many images each, trained on and held out."""
    names = [f"a{at}" for at in range(len(train) + len(test))]
    identities = np.repeat(names, [*train, *test])
    split = np.repeat(["train"] * len(train) + ["test"] * len(test), [*train, *test])
    return Catalogue("herd", np.full(len(split), ""), identities, split)


def test_a_herd_is_counted():
    """In all and in each part; a lone animal has one image, a small one fewer than five."""
    assert audits.classes(herd((7, 5, 1), (4, 2, 2)), 0).scores == {
        "images": 21, "classes": 6, "train_classes": 3, "test_classes": 3, "train_images": 13, "test_images": 8,
        "smallest_class": 1, "median_class": 3.0, "largest_class": 7, "lone_classes": 1, "classes_under_five": 4,
    }  # fmt: skip


def test_runs_are_as_stated_or_not():
    """Of three rows one says what the text states."""
    assert audits.printed_runs(herd((2,), (2,)), 0).scores == {"as_stated": 1, "rows": 3}
    assert audits.printed_runs(herd((2,), (2,)), 0, stated=2).scores["as_stated"] == 2


def test_chance_is_known_where_something_can_be_scored():
    """Of one animal, or where none has two images, nothing can be: every ranking is right, or there is none."""
    one, lone, many = (
        audits.chances(herd(train, test)) for train, test in [((3, 2), (4,)), ((1, 1), (1, 2)), ((2, 3),) * 2]
    )
    labels = np.repeat(["a", "b"], (2, 3))
    assert many["test"] == pytest.approx((chance_map_at_r(labels), chance_map_at_r(labels, average="query")))
    assert many["train"] == pytest.approx(many["test"])
    assert not np.isnan(many["all"]).any()
    assert np.isnan(one["test"]).all()
    assert not np.isnan(one["train"]).any()
    assert np.isnan(lone["train"]).all()
    assert not np.isnan([*lone["test"], *lone["all"]]).any()


def test_pairs_that_share_a_photograph_are_counted(monkeypatch):
    """From as many keypoints in place as the bar, by both readings; an image that shares counts once."""
    bar = pictures.INLIERS
    inliers = np.array([[bar, bar - 1], [bar + 5, bar], [bar - 1, 0], [bar, 0], [0, 0]])
    monkeypatch.setattr(pictures, "within_animal_inliers", lambda _: inliers)
    monkeypatch.setattr(pictures, "same_photograph", lambda _: np.array([[0, 1], [1, 2], [0, 2]]))
    found = audits.photographs(herd((4,), (4,)), 0).scores
    assert found == {"pairs": 5, "shared_pairs": 3, "shared_pairs_strict": 1, "images_sharing": 3 / 8}
