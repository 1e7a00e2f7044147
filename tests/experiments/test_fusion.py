"""The fused distances of why.best, held against the same sums written out here from the same components."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from reproduce.datasets import Catalogue
from reproduce.determinism import generator
from reproduce.errors import InvalidInputError
from reproduce.experiments import fusion
from reproduce.experiments.folds import class_folds
from reproduce.metrics import retrieval_scores_from_distances
from reproduce.models.baselines.unlearned import colour_histograms, colour_space_histograms
from reproduce.models.whitening import WithinClassWhitening

#: Images of each animal; the first eight are trained on.
SIZES = np.array([5, 4, 4, 3, 3, 3, 2, 2, 5, 4, 3, 2])
KINDS = ("colour", "deep", "local")
SMALL = {"backbone": "MobileNetV2", "weights": "none", "size": 32, "most": 30, "dim": 6, "folds": 2}


class Herd:
    """Twelve animals in a mixed order, whose colours, features and votes say a little each of who they are."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.animals = rng.permutation(np.repeat(np.arange(len(SIZES)), SIZES))
        count = len(self.animals)
        hues = rng.integers(60, 160, (len(SIZES), 3))
        noise = rng.integers(-60, 60, (count, 6, 6, 3))
        self.pictures = [np.uint8(hues[animal] + one) for animal, one in zip(self.animals, noise, strict=True)]
        own = np.eye(len(SIZES), 10)[self.animals]
        self.deep = (rng.uniform(1, 9, (count, 1)) * (own + 0.5 * rng.normal(size=(count, 10)))).astype(np.float32)
        alike = self.animals[:, None] == self.animals
        self.votes = rng.uniform(0, 5, (count, count)) * (1 + alike)
        np.fill_diagonal(self.votes, 0)
        names = np.array([f"cow {animal}" for animal in self.animals])
        split = np.where(self.animals < 8, "train", "test")
        paths = np.array([f"{row}.png" for row in range(count)])
        self.catalogue = Catalogue(
            "herd", paths, names, split, digests=np.array([f"{row:064d}" for row in range(count)])
        )

    def colours(self):
        spaces = [colour_space_histograms(self.pictures, space) for space in ("HSV", "Lab", "ab")]
        return [colour_histograms(self.pictures, 16), *spaces]


@pytest.fixture
def herd(monkeypatch, tmp_path):
    """The herd, from which images, features, votes and shared photographs are had; ``asked`` is what they were told."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    made = Herd()
    made.asked = {}

    def images(catalogue, size, mode, *_):
        made.asked.setdefault("images", set()).add((size, mode))
        return [made.pictures[int(path.partition(".")[0])] for path in catalogue.paths]

    def features(catalogue, factors, seed):
        made.asked["deep"] = (factors.backbone, factors.weights, factors.size, seed, factors.resize)
        return made.deep

    def votes(shown, **how):
        made.asked["local"] = (len(shown), how)
        return made.votes + 0.01 * how["most"] * (made.votes > 0)

    def same(catalogue):
        """Images 0 and 1, 2 and 3 ... are of one photograph, where they show one animal."""
        rows = [int(path.partition(".")[0]) // 8 for path in catalogue.paths]
        pairs = [
            (i, j)
            for i, j in product(range(len(rows)), repeat=2)
            if i < j and rows[i] == rows[j] and catalogue.identities[i] == catalogue.identities[j]
        ]
        return np.array(pairs, int).reshape(-1, 2)

    monkeypatch.setattr("reproduce.datasets.images", images)
    monkeypatch.setattr("reproduce.experiments.fusion.frozen_features", features)
    monkeypatch.setattr("reproduce.models.baselines.local.local_matching", votes)
    monkeypatch.setattr("reproduce.datasets.photographs.same_photograph", same)
    made.same = same
    return made


def distances(herd, kinds, learn, labels, out):
    """By kind, among the images ``out``: what is whitened has learned from the images ``learn`` under these labels."""
    components = {
        "colour": (herd.colours(), 1.0),
        "deep": ([herd.deep / np.linalg.norm(herd.deep, axis=1)[:, None]], 0.1),
    }
    found = {}
    for kind in kinds:
        if kind == "local":
            votes = herd.votes + 0.01 * SMALL["most"] * (herd.votes > 0)
            share = votes / votes.max(axis=1, keepdims=True)
            found[kind] = (1 - (share + share.T) / 2)[np.ix_(out, out)]
        else:
            rows, shrinkage = components[kind]
            squares = []
            for one in rows:
                shown = WithinClassWhitening(SMALL["dim"], shrinkage).fit(one[learn], labels).transform(one[out])
                squares.append(cdist(shown, shown, "sqeuclidean"))
            found[kind] = sum(squares) / len(squares)
    return found


def expected(herd, kinds, seed, train, test, labels):
    """Weights, the MAP@R that they won by, and the test images' distances."""
    animals = herd.catalogue.identities
    folds = [
        (distances(herd, kinds, train[learn], labels[learn], train[out]), labels[out])
        for learn, out in class_folds(labels, SMALL["folds"], seed)
    ]
    others = [kind for kind in ("deep", "local") if kind in kinds]
    tried = {}
    for point in product((0, 0.25, 0.5, 1, 2), repeat=len(others)):
        weights = {"colour": 1, **dict(zip(others, point, strict=True))}
        scores = [
            retrieval_scores_from_distances(sum(weights[kind] * parts[kind] for kind in kinds), whose).map_at_r
            for parts, whose in folds
        ]
        tried[point] = (np.mean(scores), weights)
    cross, weights = max(tried.values(), key=lambda one: one[0])
    parts = distances(herd, kinds, train, labels, test)
    return weights, cross, sum(weights[kind] * parts[kind] for kind in kinds), animals[test]


def without_the_photograph(herd, matrix, test):
    """MAP@R per class, each query ranked without the images of its own photograph."""
    told = herd.catalogue.take(test)
    apart = {tuple(pair) for pair in herd.same(told).tolist()}
    found = {}
    for query, animal in enumerate(told.identities):
        others = [j for j in range(len(test)) if j != query and (min(query, j), max(query, j)) not in apart]
        hits = (told.identities[others] == animal)[np.argsort(matrix[query, others], kind="stable")]
        if relevant := int(hits.sum()):
            precisions = np.cumsum(hits[:relevant]) / np.arange(1, relevant + 1)
            found.setdefault(animal, []).append(float((hits[:relevant] * precisions).sum() / relevant))
    return float(np.mean([np.mean(own) for own in found.values()]))


@pytest.mark.parametrize("kinds", [KINDS, ("colour", "deep"), ("colour", "local"), ("colour",)], ids="-".join)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_score_is_that_of_the_sum_written_out(herd, kinds, seed):
    """Weights by the folds of the training animals, whitening by all of them, the test animals' scores with both."""
    train, test = herd.catalogue.train, herd.catalogue.test
    labels = herd.catalogue.identities[train]
    weights, cross, matrix, animals = expected(herd, kinds, seed, train, test, labels)
    found = fusion.fused(herd.catalogue, seed, kinds=kinds, **SMALL)
    assert found.details["weights"] == weights
    assert found.scores["cross_validated"] == pytest.approx(cross)
    whole = retrieval_scores_from_distances(matrix, animals)
    assert found.scores["map_at_r"] == pytest.approx(whole.map_at_r)
    assert found.scores["map_at_r/query"] == pytest.approx(whole.query.map_at_r)
    assert whole.map_at_r != pytest.approx(whole.query.map_at_r, abs=1e-3)
    assert found.scores["map_at_r/apart"] == pytest.approx(without_the_photograph(herd, matrix, test))
    assert found.scores["map_at_r/apart"] != pytest.approx(found.scores["map_at_r"], abs=1e-3)
    assert not [name for name in found.scores if "@" in name]


def test_every_test_animal_is_left_out_by_name(herd):
    """With the photograph and without it, in the order of the names."""
    found = fusion.fused(herd.catalogue, 0, **SMALL)
    names = sorted(set(herd.catalogue.identities[herd.catalogue.test]))
    assert found.animals == {"": names}
    assert {"map_at_r", "map_at_r/apart"} <= set(found.leave_one_out)
    assert {len(row) for row in found.leave_one_out.values()} == {len(names)}
    train, test = herd.catalogue.train, herd.catalogue.test
    labels = herd.catalogue.identities[train]
    _, _, matrix, animals = expected(herd, KINDS, 0, train, test, labels)
    for at, name in enumerate(names):
        kept = animals != name
        whole = retrieval_scores_from_distances(matrix[np.ix_(kept, kept)], animals[kept]).map_at_r
        assert found.leave_one_out["map_at_r"][at] == pytest.approx(whole)
        apart = without_the_photograph(herd, matrix[np.ix_(kept, kept)], test[kept])
        assert found.leave_one_out["map_at_r/apart"][at] == pytest.approx(apart)


def test_shuffled_labels_are_one_permutation_of_the_training_animals(herd):
    """The choice and the whitening both learn from it, and the test animals keep their own names."""
    train, test = herd.catalogue.train, herd.catalogue.test
    true, scores = herd.catalogue.identities[train], []
    for seed in (0, 1):
        labels = generator(seed, "shuffled labels").permutation(true)
        assert np.mean(labels == true) < 0.5
        weights, cross, matrix, animals = expected(herd, KINDS, seed, train, test, labels)
        found = fusion.fused(herd.catalogue, seed, labels="shuffled", **SMALL)
        assert found.details["weights"] == weights
        assert found.scores["cross_validated"] == pytest.approx(cross)
        assert found.scores["map_at_r"] == pytest.approx(retrieval_scores_from_distances(matrix, animals).map_at_r)
        scores.append(found.scores["map_at_r"])
    assert scores[0] != scores[1]
    assert scores[0] != fusion.fused(herd.catalogue, 0, **SMALL).scores["map_at_r"]


def test_drawn_test_animals_are_as_many_and_the_whole_choice_is_made_again(herd):
    """Of all animals by seed, never one on both sides, and the weights are those of the animals that are left."""
    every, tested = np.unique(herd.catalogue.identities), set()
    for seed in range(3):
        found = fusion.fused(herd.catalogue, seed, held_out="drawn", **SMALL)
        out = found.animals[""]
        assert len(out) == 4
        assert set(out) <= set(every)
        drawn = np.isin(herd.catalogue.identities, out)
        train, test = np.flatnonzero(~drawn), np.flatnonzero(drawn)
        labels = herd.catalogue.identities[train]
        weights, cross, matrix, animals = expected(herd, KINDS, seed, train, test, labels)
        assert found.details["weights"] == weights
        assert found.scores["cross_validated"] == pytest.approx(cross)
        assert found.scores["map_at_r"] == pytest.approx(retrieval_scores_from_distances(matrix, animals).map_at_r)
        tested.add(tuple(out))
    assert len(tested) == 3


def test_local_matching_is_kept_by_images_and_keypoints(herd):
    """More keypoints, or other images, are matched anew; the same are not. Between 0 and 1, the less the more votes."""
    few, again, many = (fusion._local(herd.catalogue, most) for most in (30, 30, 90))
    assert 0 <= few.min() < 0.5 < few.max() == 1
    assert (few == again).all()
    assert (few != many).any()
    herd.votes = herd.votes.T.copy() ** 2
    assert (fusion._local(herd.catalogue, 30) == few).all()
    others = replace(herd.catalogue, digests=herd.catalogue.digests[::-1])
    assert (fusion._local(others, 30) != few).any()


def test_components_are_asked_for_as_the_factors_say(herd):
    """Whole images in colour and in grey; the backbone's own features under the seed; so many keypoints."""
    fusion.fused(herd.catalogue, 3, **{**SMALL, "weights": "mine", "size": 48})
    assert herd.asked["images"] == {(None, "colour"), (None, "grey")}
    assert herd.asked["deep"] == ("MobileNetV2", "mine", 48, 3, "bilinear")
    assert herd.asked["local"] == (len(SIZES.repeat(SIZES)), {"most": 30})
    fusion.fused(herd.catalogue, 3, kinds=("colour",), **{**SMALL, "weights": "none"})
    assert fusion.fused.defaults["folds"] == 4
    assert fusion.fused.defaults["kinds"] == KINDS


@pytest.mark.parametrize(
    "factors, said", [({"kinds": ("shape",)}, "each one of colour, deep, local"), ({"held_out": "mine"}, "'mine'")]
)
def test_an_unknown_kind_is_one_line(herd, factors, said):
    """What there is, is named."""
    with pytest.raises(InvalidInputError, match=said):
        fusion.fused(herd.catalogue, 0, **SMALL, **factors)
