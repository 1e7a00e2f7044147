"""What needs no training, scored as it is: pixels and an untrained layer, as given and at length one."""

import numpy as np
import pytest

from reproduce import datasets
from reproduce.datasets import Catalogue
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.unlearned import baselines
from reproduce.models.baselines.unlearned import constant, grey_pixels, l2_normalised, untrained_relu


@pytest.fixture
def herd(monkeypatch):
    """Six animals of unequal number in a mixed order; grey images of any size are noise around each one's own."""
    rng = np.random.default_rng(0)
    animals = rng.permutation(np.repeat(np.arange(6), (4, 3, 2, 5, 3, 2)))

    def images(catalogue, size, mode):
        assert mode == "grey"
        drawn = np.random.default_rng(size[0])
        light = drawn.uniform(0.4, 1, (len(animals), 1, 1))
        return np.uint8(
            light * (drawn.integers(40, 160, (6, *size))[animals] + drawn.uniform(0, 90, (len(animals), *size)))
        )

    monkeypatch.setattr(datasets, "images", images)
    names = np.array([f"cow {animal}" for animal in animals])
    return Catalogue("herd", np.full(len(names), ""), names, np.where(animals < 3, "train", "test"))


@pytest.mark.parametrize("normalise", [False, True])
@pytest.mark.parametrize("size", [8, 16])
def test_pixels_are_scored_as_given_or_at_length_one(herd, normalise, size):
    """Of images of that size, each animal left out."""
    rows = grey_pixels(datasets.images(herd, (size, size), "grey"))
    expected = evaluate(herd, l2_normalised(rows) if normalise else rows, resample=True)
    assert baselines.pixels(herd, 0, size=size, normalise=normalise) == expected
    assert baselines.pixels(herd, 0, size=size, normalise=not normalise).scores != expected.scores


@pytest.mark.parametrize("normalise", [False, True])
def test_an_untrained_layer_is_scored_as_given_or_at_length_one(herd, normalise):
    """Drawn by the seed on images of that size."""
    rows = untrained_relu(grey_pixels(datasets.images(herd, (8, 8), "grey")), (9, 8), 3)
    expected = evaluate(herd, l2_normalised(rows) if normalise else rows, resample=True)
    found = baselines.untrained(herd, 3, hidden=(9, 8), size=8, normalise=normalise)
    assert (found.scores, found.leave_one_out) == (expected.scores, expected.leave_one_out)
    other = baselines.untrained(herd, 3, hidden=(9, 8), size=8, normalise=not normalise)
    assert other.scores != expected.scores


def test_units_that_answer_no_image_are_dead(herd, monkeypatch):
    """Counted beside the scores: of five, one answers a single image and two none."""
    rows = np.random.default_rng(1).random((len(herd), 5)) * [1, 0, 1, 0, 1]
    rows[1:, 2] = 0
    rows[0, 2] = 1
    monkeypatch.setattr(baselines.baselines, "untrained_relu", lambda *_: rows)
    found = baselines.untrained(herd, 0, size=8)
    assert found.details == {**evaluate(herd, rows).details, "dead_units": 2}


def test_one_point_for_every_image_scores_chance(herd):
    """From the identities alone, each animal left out."""
    found = baselines.constant(herd, 0)
    assert found == evaluate(herd, constant(len(herd)), resample=True)
    assert found.scores["map_at_r"] == pytest.approx(found.scores["chance"])
