"""Animals found from one image each: galleries, chance, and what several images add."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.determinism import generator
from reproduce.errors import InvalidInputError
from reproduce.experiments.unlearned.one_example import SCORES, found_from_one, one_example
from reproduce.models.baselines import unlearned

RNG = np.random.default_rng(4)


def herd(each=6, lone=False):
    """A catalogue without images: ten animals, five of them for testing, and a lone one."""
    animals = np.repeat([f"cow {n}" for n in range(10)], each)
    split = np.where(np.repeat(np.arange(10), each) < 5, "test", "train")
    if lone:
        animals, split = np.append(animals, "stray"), np.append(split, "test")
    return Catalogue("herd", np.full(len(animals), ""), animals, split)


def embedded(catalogue, noise):
    names, codes = np.unique(catalogue.identities, return_inverse=True)
    return np.eye(len(names))[codes] + noise * RNG.normal(size=(len(codes), len(names)))


def test_clean_animals_are_found_from_one_image():
    """Tight classes score 1 from one image as from all; chance is one in so many animals."""
    catalogue = herd()
    scores = found_from_one(catalogue, embedded(catalogue, 0.01), 0).scores
    assert scores["precision_at_1"] == scores["reciprocal_rank"] == scores["precision_at_1/every"] == 1
    assert (scores["chance"], scores["chance@all"]) == (0.2, 0.1)
    assert scores["chance/every"] == pytest.approx(5 / 29)


def test_an_embedding_that_knows_nothing_scores_chance():
    """One point for all images: exactly the chance levels."""
    scores = found_from_one(herd(), np.zeros((60, 2)), 0, draws=3).scores
    for suffix in ("", "@train", "@all"):
        assert scores[f"precision_at_1{suffix}"] == pytest.approx(scores[f"chance{suffix}"])
        assert scores[f"precision_at_1/every{suffix}"] == pytest.approx(scores[f"chance/every{suffix}"])
        assert scores[f"above_chance{suffix}"] == pytest.approx(0)


def test_animals_of_two_looks_are_not_found_from_one():
    """Where every animal has two looks, one image finds only its own half, and all images find everything."""
    catalogue = herd(each=8)
    look = np.arange(80) % 2
    rows = np.hstack([embedded(catalogue, 0.01) * look[:, None], embedded(catalogue, 0.01) * (1 - look[:, None])])
    scores = found_from_one(catalogue, rows, 0).scores
    assert scores["precision_at_1/every"] == 1
    assert scores["precision_at_1"] < 0.8


def test_each_animal_is_left_out_once_and_a_lone_one_is_only_looked_at():
    """Six animals in the gallery, five that ask; one value per animal and score."""
    catalogue = herd(lone=True)
    result = found_from_one(catalogue, embedded(catalogue, 0.5), 0, draws=4)
    assert result.scores["chance"] == pytest.approx(1 / 6)
    assert set(result.leave_one_out) == set(SCORES)
    assert all(len(values) == 6 for values in result.leave_one_out.values())
    assert result.leave_one_out["chance"] == [1 / 5] * 6


def test_seeds_draw_galleries_and_repeat():
    """The same seed gives the same bits, another seed other galleries; no gallery at all is an error."""
    catalogue, rows = herd(), embedded(herd(), 0.7)
    first = found_from_one(catalogue, rows, 0, draws=2)
    assert found_from_one(catalogue, rows, 0, draws=2) == first
    assert found_from_one(catalogue, rows, 1, draws=2).scores["precision_at_1"] != first.scores["precision_at_1"]
    with pytest.raises(InvalidInputError, match="draws is 0"):
        found_from_one(catalogue, rows, 0, draws=0)
    assert found_from_one(catalogue, rows, 0, draws=1).details == {"draws": 1}


@pytest.mark.parametrize("embedding", ["pixels", "untrained", "histogram"])
def test_images_become_embeddings(monkeypatch, embedding):
    """Grey pixels of that size, a layer on them that the seed draws, or colours of whole images."""
    catalogue, rng = herd(each=3), np.random.default_rng(0)
    grey = rng.integers(0, 256, (30, 8, 8)).astype(np.uint8)
    colours = [rng.integers(0, 256, (6, 5, 3)).astype(np.uint8) for _ in range(30)]
    shown = {((8, 8), "grey"): grey, (None, "colour"): colours}
    monkeypatch.setattr("reproduce.datasets.images", lambda one, *how: shown[how])
    rows = {
        "pixels": unlearned.grey_pixels(grey),
        "untrained": unlearned.untrained_relu(unlearned.grey_pixels(grey), (5, 4), 3),
        "histogram": unlearned.colour_histograms(colours),
    }
    found = one_example(catalogue, 3, embedding=embedding, draws=2, size=8, hidden=(5, 4))
    assert found == found_from_one(catalogue, rows[embedding], 3, 2)
    with pytest.raises(InvalidInputError, match="embedding is one of pixels, untrained, histogram, not 'pixel'"):
        one_example(catalogue, 0, embedding="pixel")


def test_a_frozen_backbone_s_features_are_taken_at_unit_length(monkeypatch):
    """The features' lengths do not count: the scores are those of the rows divided by their length."""
    from reproduce.experiments.unlearned import one_example

    catalogue = herd()
    rows = embedded(catalogue, 0.5)
    monkeypatch.setattr(one_example, "frozen_features", lambda *_: rows * RNG.uniform(1, 9, (60, 1)))
    scores = one_example.backbone(catalogue, 0, **one_example.backbone.rehearsal).scores
    expected = found_from_one(catalogue, rows / np.linalg.norm(rows, axis=1, keepdims=True), 0, draws=3).scores
    assert scores == pytest.approx(expected)


def test_one_image_of_each_animal_is_the_gallery():
    """Written out: galleries drawn by seed, queries averaged per animal, then over galleries; each animal left out."""
    animals = np.random.default_rng(0).permutation(np.repeat(np.arange(8), (5, 4, 3, 2, 6, 4, 3, 1)))
    names = np.array([f"cow {animal}" for animal in animals])
    herd = Catalogue("herd", np.full(len(names), ""), names, np.where(animals < 4, "train", "test"))
    rows = np.random.default_rng(1).normal(size=(len(herd), 3))
    found = found_from_one(herd, rows, 2, draws=4)

    def expected(suffix, indices, without=None):
        animals, points = herd.identities[indices], rows[indices]
        rng, scores = generator(2, "galleries", suffix), []
        for _ in range(4):
            gallery = [rng.choice(np.flatnonzero(animals == animal)) for animal in np.unique(animals)]
            means = {}
            for query in sorted(set(range(len(animals))) - set(gallery)):
                kept = [one for one in gallery if animals[one] != without]
                nearest = min(kept, key=lambda one: np.linalg.norm(points[query] - points[one]))
                if animals[query] != without:
                    means.setdefault(animals[query], []).append(animals[nearest] == animals[query])
            scores.append(np.mean([np.mean(own) for own in means.values()]))
        return np.mean(scores)

    for suffix, indices in {"": herd.test, "@train": herd.train, "@all": np.arange(len(herd))}.items():
        assert found.scores[f"precision_at_1{suffix}"] == pytest.approx(expected(suffix, indices))
    assert found.animals[""] == sorted(set(herd.identities[herd.test]))
    for at, animal in enumerate(found.animals[""]):
        assert found.leave_one_out["precision_at_1"][at] == pytest.approx(expected("", herd.test, animal))
