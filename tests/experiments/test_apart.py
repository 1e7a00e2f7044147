"""Rankings without the query's own photograph."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.datasets import Catalogue, photographs
from reproduce.experiments.apart import evaluate_apart
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.unlearned import baselines

RNG = np.random.default_rng(5)


def herd(animals=6, each=4, held_out=3):
    """A catalogue without images: ``held_out`` of the animals are the test set."""
    identities = np.repeat([f"cow {i}" for i in range(animals)], each)
    split = np.where(np.repeat(np.arange(animals), each) < held_out, "test", "train")
    return Catalogue("herd", np.full(len(identities), ""), identities, split)


def test_without_shared_photographs_it_is_the_usual_score():
    """Nothing to leave out: the scores, their chance and their resamples are those of the metric."""
    catalogue, rows = herd(), RNG.normal(size=(24, 5))
    ours = evaluate_apart(catalogue, rows, resample=True, pairs=np.empty((0, 2), int))
    usual = evaluate(catalogue, rows, resample=True)
    assert ours.scores == pytest.approx({name: usual.scores[name] for name in ours.scores}, abs=1e-12)
    for name, values in ours.leave_one_out.items():
        assert values == pytest.approx(usual.leave_one_out[name], abs=1e-12)
    assert {"map_at_r", "map_at_r@train", "map_at_r@all"} <= set(ours.leave_one_out)
    assert ours.animals == usual.animals


def test_what_is_found_by_the_photograph_alone_is_lost():
    """Twins at distance zero make the score; leave each out of its twin's ranking, and another image must be found."""
    catalogue = herd()
    scenes = np.repeat(np.arange(12), 2)  # images 0 and 1 share a scene, 2 and 3 another ...
    rows = RNG.normal(size=(12, 8))[scenes] + 1e-6 * RNG.normal(size=(24, 8))
    twins = np.arange(24).reshape(12, 2)
    assert evaluate(catalogue, rows).scores["precision_at_1"] == 1
    found = evaluate_apart(catalogue, rows, pairs=twins)
    assert found.scores["precision_at_1"] < 1
    assert found.details["pairs_left_out"] == 6
    # The rankings of two queries that have lost each other, written out: two of the ten others are of their animal.
    expected = []
    for query, others in ((0, range(2, 12)), (1, range(2, 12))):
        distance = np.linalg.norm(rows[query] - rows[list(others)], axis=1)
        hits = (catalogue.identities[list(others)] == "cow 0")[np.argsort(distance)][:2]
        expected.append(np.sum(hits * np.cumsum(hits) / [1, 2]) / 2)
    single = evaluate_apart(catalogue, rows, pairs=twins[:1])
    whole = evaluate(catalogue, rows)
    # Only those two changed: their animal's mean moved by a quarter of each, the herd's by a third of that.
    before = [ap_at_r(rows[:12], catalogue.identities[:12], query) for query in (0, 1)]
    assert single.scores["map_at_r"] - whole.scores["map_at_r"] == pytest.approx((sum(expected) - sum(before)) / 12)


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
    found = evaluate_apart(catalogue, rows, pairs=np.array([[0, 1]]))
    only = [ap_at_r(rows[:4], catalogue.identities[:4], query) for query in (2, 3)]
    assert found.scores["map_at_r"] == pytest.approx(np.mean(only))


def test_too_few_animals_have_scores_and_none_without_each():
    """Of a, a, b, c without a nothing is found: no values without each, where one was no number and two were 1."""
    few = Catalogue("few", np.full(4, ""), np.array(list("aabc")), np.full(4, "test"))
    found = evaluate_apart(few, np.arange(8.0).reshape(4, 2), resample=True, pairs=np.empty((0, 2), int))
    assert found.scores["precision_at_1"] > 0
    assert found.leave_one_out == {}


def test_an_experiment_takes_it_by_a_factor(tmp_path, monkeypatch):
    """Colours of images that share a photograph find each other, and are left out where that is asked."""
    import cv2

    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    catalogue, scenes = herd(animals=4, each=4, held_out=4), np.repeat(np.arange(8), 2)
    hues, paths = RNG.integers(0, 255, (8, 3)), [str(tmp_path / f"{k}.png") for k in range(16)]
    for path, scene in zip(paths, scenes, strict=True):
        cv2.imwrite(path, np.full((8, 8, 3), hues[scene], np.uint8))
    catalogue = replace(catalogue, paths=np.array(paths))
    twins = np.arange(16).reshape(8, 2)
    monkeypatch.setattr(photographs, "same_photograph", lambda catalogue: twins)
    whole, without = (baselines.histogram(catalogue, 0, same_photo=kept).scores for kept in (True, False))
    assert whole["precision_at_1"] == 1 > without["precision_at_1"]
