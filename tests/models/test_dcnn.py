"""The DCNN: repeatable to the bit, trained where it should be, and clear about bad input."""

import logging
import re

import numpy as np
import pytest
from spy import small_backbone

from reproduce.errors import InvalidInputError
from reproduce.models.dcnn import backbone
from reproduce.models.dcnn.model import DCNN
from reproduce.models.dcnn.recipe import Recipe


def _small(**changes):
    plain = {"backbone": "MobileNetV2", "weights": None, "size": 32, "dim": 4, "animals": 3, "images": 2, "steps": 3}
    return Recipe(**{**plain, **changes})


def _images(seed=0):
    rng = np.random.default_rng(seed)
    labels = np.repeat(["a", "b", "c", "d"], 3)
    return rng.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8), labels


def test_the_whole_network_trains_repeatably_from_images(monkeypatch):
    """Trained whole, augmented, with GeM in bfloat16: finite unit rows, twice the same bits; under a small backbone."""
    monkeypatch.setattr(backbone, "constructor", lambda _: small_backbone)
    images, labels = _images()
    recipe = _small(trainable="full", augment=True, pooling="gem", dtype="bfloat16", steps=2)
    first, again = (DCNN(recipe, seed=1).fit(images, labels).embed(images) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-3)


@pytest.mark.parametrize(("trainable", "moves"), [("frozen", "embedding"), ("last", "block_1_conv|embedding")])
def test_only_what_trains_moves(monkeypatch, trainable, moves):
    """Frozen, only the head has trainable parameters; "last" adds the last block, batch norms stay."""
    monkeypatch.setattr(backbone, "constructor", lambda _: small_backbone)
    images, labels = _images()
    model = DCNN(_small(trainable=trainable, steps=1), seed=1).fit(images, labels)
    paths = [variable.path for variable in model.network.trainable_variables]
    assert {re.search(moves, path).group() for path in paths} == set(moves.split("|"))
    assert all("BN" not in path for path in paths)


def test_the_last_block_of_a_known_network_trains():
    """MobileNetV2's blocks are numbered: what comes after the last number trains too, and no batch norm does."""
    features = backbone.build("MobileNetV2", None, 32)
    backbone.freeze(features, "last")
    layers = {re.search(r"block_\d+|Conv_1", variable.path).group() for variable in features.trainable_variables}
    assert layers == {"block_16", "Conv_1"}
    assert all("BN" not in variable.path for variable in features.trainable_variables)


def test_a_bank_of_views_is_drawn_from():
    """With a bank (N, V, C) each step draws a view for each image: other views give another embedding."""
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(6), 4)
    bank = rng.standard_normal((24, 3, 10)).astype("float32")
    recipe = _small(animals=4, steps=5)
    drawn = DCNN(recipe, seed=0).fit(bank, labels).embed(bank[:, 0])
    same = DCNN(recipe, seed=0).fit(np.repeat(bank[:, :1], 3, axis=1), labels).embed(bank[:, 0])
    plain = DCNN(recipe, seed=0).fit(bank[:, 0], labels).embed(bank[:, 0])
    assert np.array_equal(same, plain)
    assert not np.array_equal(drawn, plain)


def test_a_collapse_is_said_out_loud(caplog):
    """Features that are all alike collapse every batch: ln 2 in the curve, and one warning in the log."""
    with caplog.at_level(logging.WARNING, logger="reproduce.dcnn"):
        model = DCNN(_small(steps=2), seed=0).fit(np.ones((12, 5), "float32"), np.repeat(np.arange(4), 3))
    assert model.curves_["loss"][0] == pytest.approx(np.log(2), abs=1e-5)
    assert len([record for record in caplog.records if "collapsed" in record.message]) == 1


def test_nan_stops_training_with_one_line():
    """A feature that is not a number ends the run, naming the step and a cure."""
    features = np.full((12, 5), np.nan, "float32")
    with pytest.raises(InvalidInputError, match=r"loss at step 0 is nan; lower the learning rate"):
        DCNN(_small(), seed=0).fit(features, np.repeat(np.arange(4), 3))


def test_one_animal_is_one_clear_error():
    """A folder of one animal cannot train a triplet loss, and is told so before anything is computed."""
    with pytest.raises(InvalidInputError, match="images of 1 animal"):
        DCNN(_small(), seed=0).fit(np.ones((12, 5), "float32"), np.zeros(12))


def test_features_cannot_train_a_backbone():
    """Features are what a frozen backbone gave: asking for more is an error."""
    with pytest.raises(InvalidInputError, match="needs images"):
        DCNN(_small(trainable="full"), seed=0).fit(np.ones((12, 5), "float32"), np.repeat(np.arange(4), 3))


def test_recalibrated_norms_are_those_of_the_training_images(monkeypatch):
    """Averages taken anew are the training images' own under the final weights, and a moving average is not.

    Of two halves of the images they are the mean of the two, and not those of the half that came last.
    """
    monkeypatch.setattr(backbone, "constructor", lambda _: small_backbone)
    images, labels = _images()
    gap = {}
    for how in ("moving", "recalibrated"):
        model = DCNN(_small(trainable="full", steps=5, norm_at_test=how), seed=1).fit(images, labels)
        found = model.embed(images)
        by_their_own = np.asarray(model.network(images.astype("float32"), training=True))
        gap[how] = np.abs(found - by_their_own).max()
    assert gap["recalibrated"] < 1e-3 < 0.1 < gap["moving"]
    norm = next(backbone.norms(model.network))
    first = np.asarray(norm.moving_mean)  # of the pixels, whatever the order: equal halves have the whole's mean
    model.recalibrate(images, batch=6)
    assert np.allclose(np.asarray(norm.moving_mean), first, atol=1e-4)
    assert norm.momentum == 0.5


@pytest.mark.parametrize(
    ("name", "value"), [("mining", "semi-hrad"), ("pooling", "max"), ("trainable", "frozn"), ("distance", "cosin")]
)
def test_a_misspelt_choice_is_one_line_where_the_recipe_is_made(name, value):
    """Not an error of TensorFlow's out of a compiled graph, after minutes: the known ones are named at once."""
    with pytest.raises(InvalidInputError, match=rf"dcnn: {name} is one of .*, not '{value}'") as caught:
        Recipe(**{name: value})
    assert "\n" not in str(caught.value)
