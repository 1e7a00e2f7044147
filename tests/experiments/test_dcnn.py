"""Table II's and III's experiments: what a factor changes, whom the scores are of, and what the protocol reads off."""

from dataclasses import fields

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.errors import InvalidInputError
from reproduce.experiments import dcnn
from reproduce.experiments.dcnn import Factors, embed, protocol, untrained
from reproduce.experiments.evaluate import evaluate

pytest.importorskip("keras")

from reproduce.models.dcnn.model import DCNN
from reproduce.models.dcnn.recipe import Recipe

SMALL = {**embed.rehearsal, "dim": 16, "steps": 60, "learning_rate": 1e-2}
#: Images of each animal; the first eight are trained on.
SIZES = np.array([9, 8, 7, 6, 5, 4, 3, 2, 9, 6, 5, 4, 3, 2])


def drawn():
    """A catalogue, and features of it that hide each animal's own column in noise and are of any length."""
    animals = np.random.default_rng(2).permutation(np.repeat(np.arange(len(SIZES)), SIZES))
    rng = np.random.default_rng(3)
    rows = 4 * rng.standard_normal((len(animals), 40)) + np.eye(len(SIZES), 40)[animals] * 6
    rows *= rng.uniform(1, 9, (len(animals), 1))
    names, split = np.array([f"cow {animal}" for animal in animals]), np.where(animals < 8, "train", "test")
    digests = np.array([f"{row:064d}" for row in range(len(names))])
    return Catalogue("herd", np.full(len(animals), ""), names, split, digests=digests), rows.astype(np.float32)


@pytest.fixture
def made():
    """The features that the herd's backbone gives."""
    return drawn()[1]


@pytest.fixture
def herd(monkeypatch, made):
    """Animals of unequal number whose frozen features are ``made``."""

    def features(catalogue, factors, seed, views=0, rows=None):
        found = made if rows is None else made[rows]
        return np.repeat(found[:, None], views, axis=1) if views else found

    monkeypatch.setattr(dcnn, "frozen_features", features)
    return drawn()[0]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Checkpoints of a test go into a folder of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))


def test_no_step_is_a_reading_too(herd):
    """A head as it was drawn is scored, and has no cost of its last steps."""
    scores = embed(herd, 0, **SMALL | {"steps": 0}).scores
    assert scores["map_at_r"] > 0
    assert not [name for name in scores if name.startswith("last_")]


def test_training_helps_those_it_was_given_and_no_others(herd):
    """The training animals are learned by heart, the test animals not; trained on, they would be as well."""
    own, everyone = embed(herd, 0, **SMALL).scores, embed(herd, 0, **SMALL, trained_on="all").scores
    assert own["map_at_r@train"] > own["map_at_r"] + 0.3
    assert everyone["map_at_r"] > own["map_at_r"] + 0.3
    with pytest.raises(InvalidInputError, match="trained_on is one of train, all, not 'test'"):
        embed(herd, 0, **SMALL, trained_on="test")


def test_shuffled_labels_teach_nothing_of_who_is_who(herd):
    """Under the control not even the training animals are told apart as they are else."""
    true, shuffled = embed(herd, 0, **SMALL).scores, embed(herd, 0, **SMALL, shuffled=True).scores
    assert true["map_at_r@train"] > shuffled["map_at_r@train"] + 0.3


def test_the_scores_are_those_of_the_model_s_embedding_by_animal(herd, made):
    """A model trained by hand on the same rows gives the very scores, each animal left out, and rows of length one."""
    recipe = Recipe(dim=16, backbone="MobileNetV2", weights=None, learning_rate=1e-2, animals=4, steps=60, size=32)
    rows = DCNN(recipe, 3).fit(made[herd.train], herd.identities[herd.train]).embed(made)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    expected, found = evaluate(herd, rows, resample=True), embed(herd, 3, **SMALL)
    assert expected.scores.items() <= found.scores.items()
    assert found.leave_one_out == expected.leave_one_out
    assert found.scores["map_at_r"] != pytest.approx(found.scores["map_at_r/query"], abs=1e-3)


def test_a_seed_repeats_and_another_differs(herd):
    """The same bits again; another start and other batches under another seed."""
    first, again, other = (embed(herd, seed, **{**SMALL, "steps": 4}) for seed in (1, 1, 2))
    assert first == again
    assert first.scores["map_at_r"] != other.scores["map_at_r"]
    assert first.scores["last_loss"] != other.scores["last_loss"]


OTHERS = {
    "dim": 7, "backbone": "DenseNet121", "weights": "some.h5", "pooling": "gem", "trainable": "full",
    "mining": "batch-hard", "margin": 0.3, "learning_rate": 0.5, "animals": 5, "images": 3, "steps": 11, "size": 48,
    "augment": True, "dtype": "bfloat16", "distance": "squared-euclidean", "norm_in_training": "fixed",
    "norm_at_test": "batch", "flip": "both", "turn": 0.2, "fill": "wrap", "bank": 3, "shuffled": True,
    "resize": "area", "trained_on": "all", "original": True, "embedded": "view", "same_photo": False,
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_every_factor_reaches_the_training(herd, monkeypatch, name):
    """A factor of another value is that field of what is trained by, and no other field moves with it."""
    assert set(OTHERS) == {one.name for one in fields(Factors)} == set(embed.defaults)
    told = []

    def trained(catalogue, seed, factors):
        told.append(factors)
        raise InvalidInputError("seen")

    monkeypatch.setattr(dcnn, "trained", trained)
    for chosen in ({}, {name: OTHERS[name]}):
        with pytest.raises(InvalidInputError, match="seen"):
            embed(herd, 0, **chosen)
    moved = {one.name for one in fields(Factors) if getattr(told[0], one.name) != getattr(told[1], one.name)}
    assert moved == {name}
    assert getattr(told[1], name) == OTHERS[name]


def test_the_paper_s_reading_is_the_default():
    """Batches of 32 in 3 epochs of 100 steps, semi-hard triplets, a soft margin, ResNet50V2 at 224 pixels."""
    told = embed.defaults
    assert (told["backbone"], told["size"], told["steps"]) == ("ResNet50V2", 224, 300)
    assert told["animals"] * told["images"] == 32
    assert (told["mining"], told["margin"], told["augment"]) == ("tfsim-semi-hard", "soft", False)
    assert (told["trained_on"], told["shuffled"]) == ("train", False)


def test_the_untrained_bar_is_taken_at_unit_length(herd, made):
    """The features' lengths do not count."""
    expected = evaluate(herd, made / np.linalg.norm(made, axis=1, keepdims=True), resample=True)
    found = untrained(herd, 0, **untrained.rehearsal)
    assert found.scores == expected.scores
    assert found.leave_one_out == expected.leave_one_out
    assert found.scores["map_at_r"] != evaluate(herd, made).scores["map_at_r"]


@pytest.mark.parametrize("backbone, low, high", [("MobileNetV2", -1, 1), ("DenseNet121", -2.12, 2.64)])
def test_the_protocol_is_read_off_the_training(herd, monkeypatch, backbone, low, high):
    """Steps, batches and animals as they ran; inputs in the backbone's own range; ln 2 for a collapsed batch."""
    black_and_white = np.zeros((len(herd), 64, 64, 3), np.uint8)
    black_and_white[::2] = 255
    monkeypatch.setattr("reproduce.datasets.images", lambda *_, **__: black_and_white)
    result = protocol(herd, 0, **{**protocol.rehearsal, "backbone": backbone, "steps": 5})
    scores = result.scores
    assert (scores["steps"], scores["batch"], scores["animals_per_batch"]) == (5, 8, 4)
    assert (scores["input_low"], scores["input_high"]) == (pytest.approx(low, abs=5e-3), pytest.approx(high, abs=5e-3))
    assert scores["collapsed_loss"] == pytest.approx(np.log(2), abs=1e-6)
    assert result.details["left_out"] == 0
