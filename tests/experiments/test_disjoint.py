"""Nothing is chosen on test animals: each selection is handed test animals that raise when looked at."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.errors import InvalidInputError
from reproduce.experiments import fusion, mlp, wide
from reproduce.experiments.folds import best, class_folds

MLP = {"hidden": (4,), "size": 8, "folds": 2, "batch_sizes": (16,), "learning_rates": (1e-3, 1e-2), "epochs": 2}
RATE = {"hidden": (4,), "size": 8, "epochs": 2, "learning_rate": "chosen"}
PAIRS = {"dim": 4, "encoder": "mean", "rounds": 20, "stopped": True}
FUSED = {"kinds": ("colour", "local"), "most": 20, "dim": 4, "folds": 2}


class PeekedError(Exception):
    """A test animal was looked at."""


class Guarded:
    """Whose animal each image shows; asking it of a test image, or of all at once, raises while ``closed``."""

    def __init__(self, animals, forbidden):
        self.animals, self.forbidden, self.closed = animals, forbidden, True

    def __len__(self):
        return len(self.animals)

    def __getitem__(self, rows):
        if self.closed and np.isin(np.arange(len(self))[rows], self.forbidden).any():
            raise PeekedError
        return self.animals[rows]

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)


@pytest.fixture(scope="module")
def herd(tmp_path_factory):
    """Eight animals of a colour each, four images of each under noise that has keypoints; two animals for testing."""
    import cv2

    folder, rng = tmp_path_factory.mktemp("herd"), np.random.default_rng(0)
    animals = np.repeat([f"animal {n}" for n in range(8)], 4)
    hues, paths = dict(zip(np.unique(animals), rng.integers(0, 200, (8, 3)), strict=True)), []
    for k, animal in enumerate(animals):
        blocks = rng.integers(0, 56, (12, 12, 3)).repeat(4, axis=0).repeat(4, axis=1)
        paths.append(str(folder / f"{k}.png"))
        cv2.imwrite(paths[-1], (hues[animal] + blocks).astype(np.uint8))
    split = np.where(np.isin(animals, ["animal 6", "animal 7"]), "test", "train")
    return Catalogue("herd", np.array(paths), animals, split, content_hash="herd of colours")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """By-products of a test go into a folder of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path_factory.mktemp("cache")))


def guarded(herd, monkeypatch, module, name):
    """The herd with its test animals guarded until ``module.name``, which makes the choice, has returned."""
    animals, choose = Guarded(herd.identities, herd.test), getattr(module, name)

    def chosen(*arguments, **named):
        assert animals.closed
        found = choose(*arguments, **named)
        animals.closed = False
        return found

    monkeypatch.setattr(module, name, chosen)
    return replace(herd, identities=animals), animals


@pytest.mark.parametrize(
    "experiment, module, choice, factors",
    [
        (mlp.embed, mlp, "chosen_point", MLP),
        (mlp.train, mlp, "chosen_rate", RATE),
        (fusion.fused, fusion, "chosen_weights", FUSED),
        (wide.pairs, wide, "chosen_rounds", PAIRS),
    ],
)
def test_no_test_animal_is_looked_at_before_the_choice(herd, monkeypatch, experiment, module, choice, factors):
    """Table I's grid, the fusion's weights and the wide model's trees: chosen before a test animal is looked at."""
    catalogue, animals = guarded(herd, monkeypatch, module, choice)
    assert experiment(catalogue, 0, **factors).scores["map_at_r"] >= 0
    assert not animals.closed


def test_a_choice_that_looks_is_caught(herd, monkeypatch):
    """The guard does what it is for: a selection over every animal raises."""
    catalogue, _ = guarded(herd, monkeypatch, fusion, "chosen_weights")
    monkeypatch.setattr(Catalogue, "train", property(lambda self: np.arange(len(self))))
    with pytest.raises(PeekedError):
        fusion.fused(catalogue, 0, **FUSED)


def test_folds_share_no_animal():
    """Every animal is held out once, with all of its images, and learned from in the other folds."""
    animals = np.repeat(list("abcdefg"), [3, 1, 4, 1, 5, 9, 2])
    held = []
    for learn, out in class_folds(animals, 3, seed=0):
        assert set(animals[learn]).isdisjoint(animals[out])
        assert len(learn) + len(out) == len(animals)
        held += out.tolist()
    assert sorted(held) == list(range(len(animals)))


def test_too_few_animals_for_the_folds_are_an_error():
    """A fold of one animal has nothing to tell apart."""
    with pytest.raises(InvalidInputError, match="make no 3 folds"):
        next(class_folds(np.array(list("aabbcc")), 3, seed=0))


def test_the_first_of_equals_is_chosen():
    """And every candidate is kept with its score."""
    chosen, scored = best([3, 1, -1], lambda x: abs(x) if x < 3 else 0)
    assert chosen == 1
    assert scored == [[3, 0.0], [1, 1.0], [-1, 1.0]]
