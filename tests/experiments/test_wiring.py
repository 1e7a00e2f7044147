"""What experiments hand to each other: whose images, in which colours, under which seed, kept under which name."""

from collections import Counter
from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest

from reproduce import datasets
from reproduce.datasets import Catalogue
from reproduce.determinism import integer_seed
from reproduce.experiments import dcnn, mlp

pytest.importorskip("keras")

#: Images of each animal; the first four are trained on.
SIZES = (5, 4, 3, 2, 6, 4, 3, 1)


@pytest.fixture(scope="module")
def herd(tmp_path_factory):
    """Eight animals of unequal number in a mixed order, each image of one colour, which is its row: 3 x row in red."""
    folder = tmp_path_factory.mktemp("herd")
    animals = np.random.default_rng(0).permutation(np.repeat(np.arange(len(SIZES)), SIZES))
    paths = np.array([str(folder / f"{row}.png") for row in range(len(animals))])
    for row, path in enumerate(paths.tolist()):
        cv2.imwrite(path, np.full((8, 8, 3), (255, 0, 3 * row), np.uint8))  # blue first, as OpenCV writes it
    names = np.array([f"cow {animal}" for animal in animals])
    return Catalogue("herd", paths, names, np.where(animals < 4, "train", "test"), content_hash="herd")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """By-products of a test go into a folder of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def network(monkeypatch):
    """``network.told``: what every DCNN was fitted with; it learns nothing, and its costs are 0, 1, 2 ..."""
    from reproduce.models.dcnn import model

    told_each = []

    class Network:
        told = told_each

        def __init__(self, recipe, seed):
            self.recipe, self.seed = recipe, seed

        def fit(self, inputs, labels, checkpoint=None, every=50, observe=None):
            self.told.append({"inputs": inputs, "labels": labels, "checkpoint": checkpoint, "seed": self.seed})
            for step in range(self.recipe.steps if observe else 0):
                observe(step, np.arange(2))
            self.curves_ = {"loss": [float(step) for step in range(self.recipe.steps)]}
            self.left_out_ = self.steps_ = 0
            return self

        def embed(self, inputs):
            return np.random.default_rng(0).normal(size=(len(inputs), 4))

    monkeypatch.setattr(model, "DCNN", Network)
    return Network


def test_a_backbone_sees_each_image_in_red_green_blue(herd, monkeypatch):
    """As Keras' own weights were trained; the keys are the images' own, and only those asked for are made."""
    seen = {}

    def features(keys, pixels, **how):
        seen.update(keys=keys, pixels=np.array(pixels(np.array([1, 0]))), how=how)
        return np.zeros((len(keys), 2))

    monkeypatch.setattr("reproduce.models.dcnn.features.features", features)
    rows = np.array([7, 3, 5])
    factors = dcnn.Factors(size=4, pooling="gem", dtype="bfloat16", resize="area")
    dcnn.frozen_features(herd, factors, 9, views=2, rows=rows)
    assert len(set(seen["keys"])) == 3
    assert seen["pixels"].shape == (2, 4, 4, 3)
    np.testing.assert_array_equal(seen["pixels"][:, 0, 0], [(9, 0, 255), (21, 0, 255)])
    how = {name: seen["how"][name] for name in ("size", "pooling", "views", "dtype", "seed")}
    assert how == {"size": 4, "pooling": "gem", "views": 2, "dtype": "bfloat16", "seed": 9}


@pytest.mark.parametrize(
    "name, opencv", [("bilinear", "linear"), ("area", "area"), ("cubic", "cubic"), ("nearest",) * 2]
)
def test_a_resize_is_what_its_name_says(herd, monkeypatch, network, name, opencv):
    """In what a frozen backbone sees and in what a whole network is trained on."""
    told, decode = [], datasets.images

    def images(catalogue, size, mode="grey", resize="area"):
        told.append((size, mode, resize))
        return decode(catalogue, size, mode, resize)

    monkeypatch.setattr(datasets, "images", images)
    monkeypatch.setattr("reproduce.models.dcnn.features.features", lambda keys, *_, **__: np.zeros((len(keys), 2)))
    for trainable in ("frozen", "full"):
        dcnn.embed(herd, 0, size=6, steps=1, resize=name, trainable=trainable)
    assert set(told) == {((6, 6), "colour", opencv)}


def test_the_last_steps_are_the_last_twenty(herd, network, monkeypatch):
    """A mean of the costs of steps 30 to 49 of fifty; on the way, of the twenty before each look."""
    from reproduce.experiments.dcnn.steps import steps

    monkeypatch.setattr("reproduce.models.dcnn.features.features", lambda keys, *_, **__: np.zeros((len(keys), 2)))
    assert dcnn.embed(herd, 0, size=4, steps=50).scores["last_loss"] == np.mean(np.arange(30, 50))
    looked = steps(herd, 0, size=4, at=(0, 10, 35)).scores
    assert (looked["loss.10"], looked["loss.35"]) == (np.mean(np.arange(10)), np.mean(np.arange(15, 35)))
    assert "loss.0" not in looked


def test_a_training_is_kept_under_all_that_it_depends_on(herd, network, monkeypatch):
    """Whatever is another, the checkpoint is another file: a training never goes on from one of another kind."""

    def features(keys, *_, views=0, **__):
        return np.zeros((len(keys), views, 2) if views else (len(keys), 2))

    monkeypatch.setattr("reproduce.models.dcnn.features.features", features)
    plain = dcnn.Factors(size=4, augment=True, bank=4)
    others = {
        "dim": 9, "backbone": "MobileNetV2", "weights": "mine", "pooling": "gem", "mining": "batch-hard", "margin": 0.2,
        "learning_rate": 0.5, "animals": 3, "images": 3, "steps": 7, "dtype": "bfloat16", "turn": 0.2,
        "distance": "squared-euclidean", "norm_in_training": "fixed", "norm_at_test": "batch", "trainable": "full",
        "flip": False, "fill": "wrap", "bank": 5, "shuffled": True, "resize": "area", "trained_on": "all",
        "original": True,
    }  # fmt: skip
    assert set(others) == set(asdict(plain)) - {"size", "augment", "embedded", "same_photo"}  # the last two only score
    for change in ({}, *({name: value} for name, value in others.items())):
        dcnn.trained(herd, 0, replace(plain, **change))
    dcnn.trained(herd, 1, plain)
    dcnn.trained(replace(herd, content_hash="other images"), 0, plain)
    names = [one["checkpoint"] for one in network.told]
    assert len(set(names)) == len(others) + 3


def test_table_1_searches_at_seed_0_and_folds_under_the_seed(herd, monkeypatch):
    """The grid sees seed 0's animals by a network of seed 0; folds, network and animals are the seed's own."""
    told, counts = {}, Counter(herd.identities[herd.train])

    def chosen_point(model, X, y, folds, batch_sizes, learning_rates):
        told["grid"] = (model.random_state, sorted(set(y)), len(X), folds, batch_sizes, learning_rates)
        return {"chosen": {"batch_size": 4, "learning_rate": 0.07}}

    def folded(model, X, y, seed, folds):
        told["folds"] = (model.random_state, model.batch_size, model.learning_rate, sorted(set(y)), seed, folds)
        right = np.zeros(len(y))
        right[y == y[0]] = 1
        return [right, np.where(np.arange(len(y)) == 0, np.nan, right)]

    def fit_and_score(catalogue, model, X, y, everywhere=False):
        told["fit"] = (model.random_state, model.batch_size, model.learning_rate, sorted(set(y)))
        return mlp.Result({"map_at_r": 0.5})

    drawn = replace(herd, split=np.where(herd.split == "train", "test", "train"), seeded=True, seed=4)
    monkeypatch.setattr(datasets, "load", lambda name, seed: replace(herd, name=f"{name} at {seed}"))
    for name, stand_in in (("chosen_point", chosen_point), ("folded", folded), ("fit_and_score", fit_and_score)):
        monkeypatch.setattr(mlp, name, stand_in)
    found = mlp.embed(drawn, 4, size=4, folds=3, batch_sizes=(4,), learning_rates=(0.07,))
    first, own = integer_seed(0, "mlp"), integer_seed(4, "mlp")
    learned, other = (sorted(set(herd.identities[rows])) for rows in (herd.train, herd.test))
    assert told["grid"] == (first, learned, len(herd.train), 3, (4,), (0.07,))
    assert told["folds"] == (own, 4, 0.07, other, 4, 3)
    assert told["fit"] == (own, 4, 0.07, other)
    y = drawn.identities[drawn.train]
    sizes = Counter(y)
    own_share = sizes[y[0]] / len(y), (sizes[y[0]] - 1) / (len(y) - 1)
    assert found.scores["accuracy@train"] == pytest.approx(np.mean(own_share))
    assert found.scores["accuracy/constant@train"] == max(sizes.values()) / len(y)
    assert counts != sizes
    assert (mlp.embed.defaults["folds"], mlp.embed.defaults["epochs"]) == (5, 100)
