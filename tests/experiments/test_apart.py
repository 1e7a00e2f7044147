"""Rankings without the query's own photograph."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.experiments import apart, baselines
from reproduce.experiments.apart import evaluate_apart
from reproduce.experiments.evaluate import evaluate

RNG = np.random.default_rng(5)


def herd(animals=6, each=4, held_out=3):
    """A catalogue without images: ``held_out`` of the animals are the test set."""
    identities = np.repeat([f"cow {i}" for i in range(animals)], each)
    split = np.where(np.repeat(np.arange(animals), each) < held_out, "test", "train")
    return Catalogue("herd", np.full(len(identities), ""), identities, split)


def test_without_shared_photographs_it_is_the_usual_score():
    """Nothing to leave out: the scores, their chance and their resamples are those of the metric."""
    catalogue, rows = herd(), RNG.normal(size=(24, 5))
    ours = evaluate_apart(catalogue, rows, resample=True, same=np.zeros((24, 24), bool))
    usual = evaluate(catalogue, rows, resample=True)
    assert ours.scores == pytest.approx({name: usual.scores[name] for name in ours.scores}, abs=1e-12)
    for name, values in ours.leave_one_out.items():
        assert values == pytest.approx(usual.leave_one_out[name], abs=1e-12)


def test_what_is_found_by_the_photograph_alone_is_lost():
    """Twins at distance zero make the score; leave each out of its twin's ranking, and another image must be found."""
    catalogue = herd()
    scenes = np.repeat(np.arange(12), 2)  # images 0 and 1 share a scene, 2 and 3 another ...
    rows = RNG.normal(size=(12, 8))[scenes] + 1e-6 * RNG.normal(size=(24, 8))
    same = (scenes[:, None] == scenes) & ~np.eye(24, dtype=bool)
    assert evaluate(catalogue, rows).scores["precision_at_1"] == 1
    found = evaluate_apart(catalogue, rows, same=same)
    assert found.scores["precision_at_1"] < 1
    assert found.details["pairs_left_out"] == 6
    # The ranking of a query that has lost its twin, written out: two of the ten others are of its animal.
    distance = np.linalg.norm(rows[0] - rows[2:12], axis=1)
    hits = (catalogue.identities[2:12] == "cow 0")[np.argsort(distance)][:2]
    expected = np.sum(hits * np.cumsum(hits) / [1, 2]) / 2
    single = evaluate_apart(catalogue, rows, same=same & (np.arange(24)[:, None] == 0))
    whole = evaluate(catalogue, rows)
    # Only that query changed: its animal's mean moved by a quarter, the herd's by a third of that.
    before = ap_at_r(rows[:12], catalogue.identities[:12], 0)
    assert single.scores["map_at_r"] - whole.scores["map_at_r"] == pytest.approx((expected - before) / 12)


def ap_at_r(rows, animals, query):
    """The definition, for one query."""
    others = np.delete(np.arange(len(rows)), query)
    order = others[np.argsort(np.linalg.norm(rows[others] - rows[query], axis=1))]
    relevant = int(np.sum(animals == animals[query])) - 1
    hits = (animals[order] == animals[query])[:relevant]
    return float(np.sum(hits * np.cumsum(hits) / np.arange(1, relevant + 1)) / relevant)


def test_an_image_without_another_photograph_of_its_animal_is_no_query():
    """Where all others of the animal are of one photograph, the image asks nothing and the rest is averaged."""
    catalogue, rows = herd(animals=4, each=2, held_out=2), RNG.normal(size=(8, 3))
    same = np.zeros((8, 8), bool)
    same[0, 1] = same[1, 0] = True
    found = evaluate_apart(catalogue, rows, same=same)
    only = [ap_at_r(rows[:4], catalogue.identities[:4], query) for query in (2, 3)]
    assert found.scores["map_at_r"] == pytest.approx(np.mean(only))


def test_an_experiment_takes_it_by_a_factor(tmp_path, monkeypatch):
    """Colours of images that share a photograph find each other, and are left out where that is asked."""
    import cv2

    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    catalogue, scenes = herd(animals=4, each=4, held_out=4), np.repeat(np.arange(8), 2)
    hues, paths = RNG.integers(0, 255, (8, 3)), [str(tmp_path / f"{k}.png") for k in range(16)]
    for path, scene in zip(paths, scenes, strict=True):
        cv2.imwrite(path, np.full((8, 8, 3), hues[scene], np.uint8))
    catalogue = replace(catalogue, paths=np.array(paths))
    same = (scenes[:, None] == scenes) & ~np.eye(16, dtype=bool)
    monkeypatch.setattr(apart, "same_photograph", lambda catalogue: same)
    whole, without = (baselines.histogram(catalogue, 0, same_photo=kept).scores for kept in (True, False))
    assert whole["precision_at_1"] == 1 > without["precision_at_1"]
