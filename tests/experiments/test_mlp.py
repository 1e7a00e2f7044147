"""Table I's experiments on generated photographs."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.determinism import integer_seed, single_thread
from reproduce.experiments import mlp
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.mlp import protocol
from reproduce.experiments.mlp.search import LEARNING_RATES, chosen_rate, search
from reproduce.models import MLPClassifier
from reproduce.models.baselines.unlearned import l2_normalised

SMALL = {"hidden": (8,), "size": 16}
QUICK = {**SMALL, "folds": 3, "batch_sizes": (16,), "learning_rates": (1e-3, 1e-2), "epochs": 30}


@pytest.fixture(scope="module")
def herd(tmp_path_factory):
    """Six animals, each its own stripes under noise: eight images of each, the last two animals for testing."""
    import cv2

    folder, rng = tmp_path_factory.mktemp("herd"), np.random.default_rng(0)
    stripes = rng.integers(0, 200, (6, 1, 32)) * np.ones((1, 32, 1))
    paths, animals = [], []
    for k in range(48):
        path = str(folder / f"{k}.png")
        cv2.imwrite(path, (stripes[k % 6] + rng.integers(0, 40, (32, 32))).astype(np.uint8))
        paths.append(path)
        animals.append(f"animal {k % 6}")
    animals = np.array(animals)
    split = np.where(np.isin(animals, ["animal 4", "animal 5"]), "test", "train")
    return Catalogue("herd", np.array(paths), animals, split, content_hash="herd of stripes")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """By-products of a test go into a folder of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path_factory.mktemp("cache")))


def test_a_row_holds_scores_and_what_led_to_them(herd):
    """Accuracy, the three evaluation sets, both variants, the chosen point, folds, curves and dead units."""
    result = mlp.embed(herd, 0, **QUICK)
    assert result.scores["accuracy"] > 0.8 > result.scores["accuracy/constant"] == 0.25
    for score in ("map_at_r", "map_at_r@train", "map_at_r/before@all", "map_at_r/l2", "chance"):
        assert 0 <= result.scores[score] <= 1
    details = result.details
    assert details["chosen"]["learning_rate"] in QUICK["learning_rates"]
    assert (details["folds"], len(details["grid"]), len(details["accuracy"])) == (3, 2, 3)
    assert result.scores["accuracy"] == pytest.approx(np.mean(details["accuracy"]))
    assert len(details["loss_curve"]) == details["epochs"] >= details["best_epoch"]


def test_all_seeds_share_the_point_that_seed_0_chose(herd):
    """The grid is searched once, at seed 0; another seed has folds of its own at the same point."""
    first = mlp.embed(herd, 0, **QUICK)
    other = mlp.embed(herd, 1, **QUICK)
    assert other.details["grid"] == first.details["grid"]
    assert other.details["chosen"] == first.details["chosen"]
    assert other.details["grid_seed"] == 0
    best = max(first.details["grid"], key=lambda point: point[2])
    assert first.details["chosen"] == {"batch_size": best[0], "learning_rate": best[1]}
    assert np.mean(first.details["accuracy"]) == pytest.approx(best[2], abs=1e-4)


def test_the_same_seed_gives_the_same_result_and_another_seed_another(herd):
    """An experiment is a function of catalogue, seed and factors."""
    first, again, other = (mlp.train(herd, seed, **SMALL, epochs=5) for seed in (1, 1, 2))
    assert first == again
    assert first.scores != other.scores


def test_training_starts_from_the_network_that_is_scored_before_it(herd):
    """With a learning rate of zero, before and after are one network; with another, before is still that one."""
    narrow = {**SMALL, "hidden": (3,), "epochs": 2}
    frozen = mlp.train(herd, 0, **narrow, learning_rate=0.0).scores
    broken = mlp.train(herd, 0, **narrow, learning_rate=0.1).scores  # within its first epoch
    assert frozen["map_at_r"] == frozen["map_at_r/before"] == broken["map_at_r/before"] > broken["map_at_r"]
    trained = mlp.train(herd, 0, **SMALL, learning_rate=1e-2).scores
    assert trained["accuracy/seen"] > 0.9


def test_a_rate_is_chosen_and_then_trained_with(herd, monkeypatch):
    """The best on the training animals' folds, of which four make two; the network is the one that this rate gives."""
    monkeypatch.setattr(mlp, "chosen_rate", functools.partial(chosen_rate, folds=2))
    hard = {**SMALL, "epochs": 20, "labels": "shuffled"}  # what the stripes say would be found by any rate
    found = mlp.train(herd, 0, **hard, learning_rate="chosen")
    rates = dict(found.details["rates"])
    assert list(rates) == list(LEARNING_RATES)
    assert rates[found.details["learning_rate"]] == max(rates.values()) > min(rates.values())
    fixed = mlp.train(herd, 0, **hard, learning_rate=found.details["learning_rate"])
    assert found.scores == fixed.scores


def test_the_network_is_scored_as_it_ends(herd):
    """The scores are those of the model that stopped by its held-out images: no other epoch, chosen by what it scores.

    Rates and lengths at which the scores of the epochs differ.
    """
    for seed in range(3):
        found = mlp.train(herd, seed, **SMALL, learning_rate=3e-2, epochs=6).scores
        model = MLPClassifier((8,), learning_rate=3e-2, max_epochs=6, random_state=integer_seed(seed, "mlp"))
        X = mlp.inputs(herd, 16)
        with single_thread():
            rows = model.fit(X[herd.train], herd.identities[herd.train]).embed(X)
        expected = evaluate(herd, rows).scores
        assert expected.items() <= found.items()
        assert found["map_at_r/l2"] == evaluate(herd, l2_normalised(rows)).scores["map_at_r"]


def test_shuffled_labels_cannot_be_learned(herd):
    """Trained on permuted identities the network knows fewer of the images it saw."""
    true = mlp.train(herd, 0, **SMALL, learning_rate=1e-2)
    shuffled = mlp.train(herd, 0, **SMALL, learning_rate=1e-2, labels="shuffled")
    assert true.scores["accuracy/seen"] > shuffled.scores["accuracy/seen"]


def test_scalings(herd):
    """Pixels lie in [0, 1], or have mean 0 and deviation 1 over the training animals alone."""
    unit, standardised = mlp.inputs(herd, 16), mlp.inputs(herd, 16, "standardised")
    assert unit.min() >= 0
    assert unit.max() <= 1
    np.testing.assert_allclose(standardised[herd.train].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(standardised[herd.train].std(axis=0), 1, atol=1e-3)


def test_the_layer_as_given_is_scored_without_each_animal_of_every_set(herd):
    """A claim of the training animals, or of all, has its interval over them; of the variants the test animals."""
    held_out = np.isin(herd.identities, ["animal 3", "animal 4", "animal 5"])
    three = replace(herd, split=np.where(held_out, "test", "train"))
    found = mlp.train(three, 0, **SMALL, learning_rate=1e-2)
    kept = {name for name in found.leave_one_out if name.startswith("map_at_r") and "query" not in name}
    assert kept == {"map_at_r", "map_at_r@train", "map_at_r@all", "map_at_r/l2", "map_at_r/before"}
    assert found.animals["@train"] == ["animal 0", "animal 1", "animal 2"]


def test_the_search_is_scikit_learns_own(herd):
    """The accuracies of the chosen point are those of cross_val_score on the same folds."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    X, y = mlp.inputs(herd, 16)[herd.train], herd.identities[herd.train]
    model = MLPClassifier((8,), max_epochs=10, random_state=0)
    found = search(model, X, y, 7, 4, (16, 32), (1e-3, 1e-2))
    expected = cross_val_score(
        model.set_params(**found["chosen"]), X, y, cv=StratifiedKFold(4, shuffle=True, random_state=7)
    )
    assert found["accuracy"] == expected.tolist()
    assert found["points"] == 4


def test_the_accuracy_over_folds_is_kept_without_each_training_animal(herd):
    """As scikit-learn's folds give it, by names in order; an animal is left out of the count, not of the training."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    tried = {**SMALL, "epochs": 3, "folds": 3, "batch_sizes": [16], "learning_rates": [1e-2]}
    found = mlp.embed(herd, 1, **tried)
    X, y = mlp.inputs(herd, 16)[herd.train], herd.identities[herd.train]
    model = mlp.classifier(1, (8,), epochs=3).set_params(batch_size=16, learning_rate=1e-2)
    folds = list(StratifiedKFold(3, shuffle=True, random_state=1).split(X, y))
    right = cross_val_predict(model, X, y, cv=folds) == y
    for at, animal in enumerate(np.unique(y)):
        tested = [right[test[y[test] != animal]] for _, test in folds]
        assert found.leave_one_out["accuracy@train"][at] == np.mean([one.mean() for one in tested])
        counts = np.unique(y[y != animal], return_counts=True)[1]
        assert found.leave_one_out["accuracy/constant@train"][at] == counts.max() / counts.sum()
    assert found.scores["accuracy@train"] == found.scores["accuracy"] == np.mean(found.details["accuracy"])
    assert len(found.leave_one_out["accuracy@train"]) == len(np.unique(y))


def test_animals_with_fewer_images_than_folds_are_counted_and_split(herd):
    """A lone image is tested in one fold by a network that never saw its animal: an error, not a crash."""
    X, y = mlp.inputs(herd, 16)[herd.train], herd.identities[herd.train].copy()
    y[0] = "seen once"
    found = search(MLPClassifier((8,), max_epochs=10, random_state=0), X, y, 0, 3, (16,), (1e-2,))
    assert found["small_classes"] == 1
    assert max(found["accuracy"]) <= 1
    assert min(found["accuracy"]) < 1


def test_the_bar_counts_fits_on_a_terminal(herd, monkeypatch, capfd):
    """On an interactive terminal a bar counts the fits; elsewhere nothing is written."""
    X, y = mlp.inputs(herd, 16)[herd.train], herd.identities[herd.train]
    model = MLPClassifier((8,), max_epochs=2, random_state=0)
    search(model, X, y, 0, 2, (16,), (1e-2,))
    assert capfd.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    search(model, X, y, 0, 2, (16,), (1e-2,))
    assert "2/2" in capfd.readouterr().err


def test_the_protocol_measures_what_runs(herd):
    """Adam's path, folds, grid points, patience, range and steps come from trainings, and agree with the paper."""
    adam = protocol.adam(herd, 0, size=16)
    assert adam.scores["relative_error"] < 1e-12
    assert adam.scores["steps"] == 20
    scores = protocol.protocol(herd, 0, size=16).scores
    assert (scores["folds"], scores["points"], scores["inputs"], scores["unequal"]) == (5, 12, 256, 0)
    assert scores["steps_per_epoch"] == scores["expected_steps"]
    assert scores["patience"] in (5, -1)


def test_another_epsilon_would_be_noticed(herd, monkeypatch):
    """Adam with five times the epsilon leaves the path by far more than rounding."""
    from reproduce.models.mlp import adam as adam_module

    update = adam_module._update

    def other(chunk, scratch, axpy, scale_1, scale_2, a, e):
        update(chunk, scratch, axpy, scale_1, scale_2, a, e * 5)

    monkeypatch.setattr(adam_module, "_update", other)
    assert protocol.adam(herd, 0, size=16).scores["relative_error"] > 1e-8
