"""Table I's experiments beside what they hand on: a stand-in learns nothing, and keeps how it was set."""

from dataclasses import replace

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from reproduce import datasets
from reproduce.datasets import Catalogue
from reproduce.determinism import generator, integer_seed
from reproduce.experiments import mlp
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.mlp import search
from reproduce.models import MLPClassifier
from reproduce.models.baselines.unlearned import l2_normalised

#: Images of each animal; the first four are trained on.
SIZES = (5, 4, 3, 2, 6, 4, 3, 1)


@pytest.fixture
def herd(monkeypatch, tmp_path):
    """Eight animals of unequal number in a mixed order, whose grey images of any size are noise."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    animals = np.random.default_rng(0).permutation(np.repeat(np.arange(len(SIZES)), SIZES))
    names = np.array([f"cow {animal}" for animal in animals])
    noise = np.random.default_rng(1)
    shown = {side: noise.integers(0, 256, (len(names), side, side)).astype(np.uint8) for side in (4, 8)}
    monkeypatch.setattr(datasets, "images", lambda one, size, mode: shown[size[0]] if mode == "grey" else None)
    return Catalogue(
        "herd", np.full(len(names), ""), names, np.where(animals < 4, "train", "test"), content_hash="herd"
    )


class Network(ClassifierMixin, BaseEstimator):
    """It embeds three columns of its input: the first ones once it was trained at a rate, others before."""

    def __init__(self, learning_rate=0.1, max_epochs=9, batch_size=2, output="relu", random_state=0):
        self.learning_rate, self.max_epochs, self.batch_size = learning_rate, max_epochs, batch_size
        self.output, self.random_state = output, random_state

    def fit(self, X, y):
        self.classes_, self.X, self.y = np.unique(y), X, y
        self.n_epochs_, self.best_epoch_, self.n_steps_, self.held_out_ = 4, 3, 12, [1, 2]
        self.loss_curve_, self.held_out_curve_ = [0.123456, 12345.6], [1.0]
        Network.fits.append((self.batch_size, self.learning_rate, self.max_epochs, len(X)))
        Network.last = self
        return self

    def embed(self, X):
        return X[:, :3] if self.learning_rate else X[:, 2:6]

    def predict(self, X):
        return np.where(X[:, 0] > self.learning_rate, self.classes_[0], self.classes_[-1])

    def score(self, X, y):
        return float(np.mean(self.predict(X) == y))


@pytest.fixture(autouse=True)
def fits():
    """Every fit since the test began: batch, rate, epochs and images."""
    Network.fits = []
    return Network.fits


def test_a_layer_is_scored_beside_itself_at_length_one_and_before(herd, fits):
    """Each set as given without each animal; of the variants MAP@R and P@1, the test animals left out; dead units."""
    X = np.random.default_rng(3).random((len(herd), 6)) + 0.01
    X[:, 0] = X[:, 3] = 0
    X[:, 2] = 2.0 * (np.arange(len(herd)) == 0)
    found = mlp.fit_and_score(herd, Network(), X, herd.identities[herd.train])
    whole = evaluate(herd, X[:, :3], resample=True)
    scores, left_out = dict(whole.scores), dict(whole.leave_one_out)
    for variant, rows in (("l2", l2_normalised(X[:, :3])), ("before", X[:, 2:])):
        beside = evaluate(herd, rows, resample=("",))
        for score in ("map_at_r", "precision_at_1"):
            scores |= {
                f"{score}/{variant}{suffix}": beside.scores[f"{score}{suffix}"] for suffix in ("", "@train", "@all")
            }
            left_out[f"{score}/{variant}"] = beside.leave_one_out[score]
    seen = Network.last.score(X[herd.train], herd.identities[herd.train])
    assert found.scores == {**scores, "accuracy/seen": seen}
    assert (found.leave_one_out, found.animals) == (left_out, whole.animals)
    assert found.details == {
        **whole.details, "epochs": 4, "best_epoch": 3, "steps": 12, "held_out_images": 2,
        "loss_curve": [0.1235, 12350.0], "held_out_curve": [1.0], "dead_units": 1, "dead_units_before": 1,
    }  # fmt: skip
    assert [one[1] for one in fits] == [0.0, 0.1]


@pytest.mark.parametrize("scaling", ["unit", "standardised"])
def test_inputs_are_grey_pixels(herd, scaling):
    """In [0, 1], or each of mean 0 and deviation 1 over the training images; a pixel that never moves is 0."""
    X = mlp.inputs(herd, 8, scaling)
    unit = datasets.images(herd, (8, 8), "grey").reshape(len(herd), -1) / 255
    seen = unit[herd.train]
    expected = unit if scaling == "unit" else (unit - seen.mean(axis=0)) / seen.std(axis=0)
    np.testing.assert_allclose(X, expected, atol=1e-5)
    still = mlp.standardised(np.array([[3.0, 1.0], [3.0, 2.0], [4.0, 9.0]]), np.array([0, 1]))
    np.testing.assert_allclose(still[:2], [[0, -1], [0, 1]])
    assert still[2].tolist() == [1e6, 15.0]


@pytest.mark.parametrize("labels", ["true", "shuffled"])
@pytest.mark.parametrize("rate", [0.07, "chosen"])
def test_a_training_at_one_point_of_the_grid(herd, monkeypatch, labels, rate):
    """Of its own labels or one permutation of them by seed; a chosen rate is kept with those that were tried."""
    told = {}

    def fit_and_score(catalogue, model, X, y):
        told.update(model=model, X=X, y=y.tolist())
        return mlp.Result({"map_at_r": 0.5}, {"epochs": 3})

    def chosen_rate(model, X, y, seed):
        told["choice"] = (X.shape, y.tolist(), seed, model.batch_size)
        return 0.01, [[0.01, 0.9]]

    monkeypatch.setattr(mlp, "fit_and_score", fit_and_score)
    monkeypatch.setattr(mlp, "chosen_rate", chosen_rate)
    found = mlp.train(herd, 6, hidden=(5, 3), size=8, labels=labels, batch_size=7, learning_rate=rate, output="linear")
    own = herd.identities[herd.train]
    expected = (generator(6, "labels").permutation(own) if labels == "shuffled" else own).tolist()
    model = told["model"]
    assert told["y"] == expected
    assert told["X"].shape == (len(herd), 64)
    assert (model.hidden_layer_sizes, model.batch_size, model.output) == ((5, 3), 7, "linear")
    assert (model.objective, model.max_epochs, model.random_state) == ("cross-entropy", 100, integer_seed(6, "mlp"))
    assert model.learning_rate == (0.01 if rate == "chosen" else 0.07)
    tried = {"learning_rate": 0.01, "rates": [[0.01, 0.9]]} if rate == "chosen" else {}
    assert found.details == {"epochs": 3, **tried}
    assert told.get("choice") == (((len(own), 64), expected, 6, 7) if rate == "chosen" else None)


def test_a_seed_moves_farther_between_machines_under_the_triplet_loss():
    """As the record has it."""
    assert mlp.train.moves({"objective": "triplet"}) == mlp.embed.moves({"objective": "triplet"}) == 0.4
    assert mlp.train.moves({"objective": "cross-entropy"}) == mlp.train.moves({}) == 0.04


@pytest.mark.parametrize("seeded, seed, again", [(True, 4, True), (True, 0, False), (False, 4, False)])
def test_the_grid_is_searched_on_the_animals_of_seed_0(herd, monkeypatch, seeded, seed, again):
    """Where the seed draws the split it is drawn anew."""
    monkeypatch.setattr(datasets, "load", lambda name, seed: f"{name} at {seed}")
    one = replace(herd, seeded=seeded, seed=seed)
    assert mlp._at_grid_seed(one) == ("herd at 0" if again else one)


def test_accuracy_is_over_folds_and_without_each_animal():
    """The mean over folds of what each tested; the constant answer's beside, of the animals that are left."""
    animals = np.array(list("aaabbc"))
    rights = [np.array([1, 0, np.nan, 1, np.nan, np.nan]), np.array([np.nan, np.nan, 1, np.nan, 0, 0])]
    scores, left_out = mlp._classified(rights, animals)
    accuracy, constant = np.mean([2 / 3, 1 / 3]), 3 / 6
    assert scores == pytest.approx({
        "accuracy": accuracy, "accuracy@train": accuracy, "accuracy/constant": constant,
        "accuracy/constant@train": constant,
    })  # fmt: skip
    assert left_out == {
        "accuracy@train": pytest.approx([0.5, np.mean([1 / 2, 1 / 2]), np.mean([2 / 3, 1 / 2])]),
        "accuracy/constant@train": pytest.approx([2 / 3, 3 / 4, 3 / 5]),
    }
    assert mlp._classified([np.ones(2)], np.array(["a", "a"]))[1] == {}


@pytest.mark.parametrize("folds, small", [(2, 0), (3, 1), (4, 2), (5, 3)])
def test_animals_of_fewer_images_than_folds_are_counted(herd, monkeypatch, folds, small):
    """Those of 5, 4, 3 and 2 images; by the search, too."""
    monkeypatch.setattr(mlp, "chosen_point", lambda *_: {"chosen": {"batch_size": 4}})
    monkeypatch.setattr(mlp, "folded", lambda model, X, y, *_: [np.ones(len(y))])
    monkeypatch.setattr(mlp, "fit_and_score", lambda *_: mlp.Result({"map_at_r": 0.5}))
    assert mlp.embed(herd, 0, size=4, folds=folds).details["small_classes"] == small
    X, y = np.random.default_rng(0).random((14, 2)), herd.identities[herd.train]
    assert search.search(Network(), X, y, 0, folds, (2,), (0.5,))["small_classes"] == small


@pytest.mark.parametrize("alone", [True, False])
def test_a_grid_is_searched_once_at_each_point(fits, monkeypatch, alone):
    """On shuffled stratified folds under the seed, nothing fitted beside; the best mean is chosen."""
    from sklearn.model_selection import StratifiedKFold

    asked = []
    parallel_config = joblib.parallel_config
    monkeypatch.setattr(
        joblib, "parallel_config", lambda *how, **more: asked.append((how, more)) or parallel_config(*how, **more)
    )
    progress, shown = search._progress, []
    monkeypatch.setattr(search, "_progress", lambda total, own: shown.append((total, own)) or progress(total, own))
    monkeypatch.setattr("multiprocessing.parent_process", lambda: None if alone else "a run")
    monkeypatch.setattr(search, "_cores", lambda: 3)
    rng = np.random.default_rng(8)
    X, y = rng.random((24, 2)), rng.permutation(np.repeat(list("abc"), (9, 8, 7)))
    found = search.search(Network(), X, y, 5, 3, (2, 4), (0.2, 0.5, 0.8))
    assert len(fits) == 18
    assert shown == [(18, alone)]
    assert asked == [(("threading",), {"n_jobs": 3 if alone else 1})]  # a worker of a run fits one by one
    folds = list(StratifiedKFold(3, shuffle=True, random_state=5).split(X, y))
    expected = {
        rate: [np.mean(np.where(X[test, 0] > rate, "a", "c") == y[test]) for _, test in folds]
        for rate in (0.2, 0.5, 0.8)
    }
    assert found["grid"] == [
        [size, rate, pytest.approx(np.mean(expected[rate]))] for size in (2, 4) for rate in expected
    ]
    best = max(expected, key=lambda rate: np.mean(expected[rate]))
    assert found["chosen"] == {"batch_size": 2, "learning_rate": best}
    assert found["accuracy"] == pytest.approx(expected[best])
    assert (found["folds"], found["points"], found["small_classes"]) == (3, 6, 0)
    plain = [np.mean(np.where(X[test, 0] > best, "a", "c") == y[test]) for _, test in StratifiedKFold(3).split(X, y)]
    assert plain != found["accuracy"]


def test_which_answers_are_right_is_told_by_fold(herd):
    """On the same folds as the search; what was learned from is no answer."""
    from sklearn.model_selection import StratifiedKFold

    rng = np.random.default_rng(4)
    X, y = rng.random((24, 2)), rng.permutation(np.repeat(list("abc"), (9, 8, 7)))
    found = search.folded(Network(learning_rate=0.5), X, y, 5, 3)
    for right, (_, test) in zip(found, StratifiedKFold(3, shuffle=True, random_state=5).split(X, y), strict=True):
        assert np.flatnonzero(~np.isnan(right)).tolist() == test.tolist()
        assert right[test].tolist() == (np.where(X[test, 0] > 0.5, "a", "c") == y[test]).tolist()


def test_a_grid_is_kept_under_all_that_it_depends_on(herd, monkeypatch):
    """Other images, labels, folds, points or network are searched anew; the same are not, and all at seed 0."""
    told = []

    def searched(model, X, y, seed, folds, batch_sizes, learning_rates):
        told.append((seed, folds, tuple(batch_sizes), tuple(learning_rates)))
        points = [[batch, rate, 0.1 * len(told) + rate] for batch in batch_sizes for rate in learning_rates]
        return {"grid": points}

    monkeypatch.setattr(search, "search", searched)
    X, y = np.zeros((6, 2), np.float32), np.array(list("aabbcc"))
    plain = {
        "model": MLPClassifier((3,)),
        "X": X,
        "y": y,
        "folds": 3,
        "batch_sizes": (8,),
        "learning_rates": (0.1, 0.2),
    }
    changes = [
        {}, {"X": X + 1}, {"y": y[::-1].copy()}, {"folds": 2}, {"batch_sizes": (8, 16)}, {"learning_rates": (0.1, 0.3)},
        {"model": MLPClassifier((4,))}, {"model": MLPClassifier((3,), random_state=5)},
        {"model": MLPClassifier((3,), max_epochs=7)}, {"model": MLPClassifier((3,), objective="triplet")},
        {"model": MLPClassifier((3,), output="linear")},
    ]  # fmt: skip
    for change in changes * 2:
        found = search.chosen_point(**{**plain, **change})
        assert found["chosen"]["learning_rate"] == max({**plain, **change}["learning_rates"])
    assert len(told) == len(changes)
    assert {seed for seed, *_ in told} == {0}
    assert told[3][1:] == (2, (8,), (0.1, 0.2))


def test_a_point_is_kept_to_four_digits(herd, monkeypatch):
    """As JSON, beside the seed; what is chosen is the first of the highest."""
    grid = [[8, 0.1, 0.123456], [16, 0.2, 0.9], [32, 0.3, 0.9]]
    monkeypatch.setattr(search, "search", lambda *_: {"grid": grid})
    found = search.chosen_point(Network(), np.zeros((2, 1)), np.array(["a", "b"]))
    assert found == {
        "chosen": {"batch_size": 16, "learning_rate": 0.2},
        "grid": [[8, 0.1, 0.1235], [16, 0.2, 0.9], [32, 0.3, 0.9]],
        "grid_seed": 0,
    }


def test_a_rate_is_chosen_by_animals_that_were_held_out(monkeypatch):
    """By the mean MAP@R of folds that share none, rows at length one."""
    from reproduce.experiments.folds import class_folds
    from reproduce.metrics import map_at_r

    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat(list("abcdef"), 3))
    X = rng.random((18, 6)) + 0.5 * np.eye(6)[np.unique(y, return_inverse=True)[1]]
    monkeypatch.setattr(search, "LEARNING_RATES", (0.0, 0.3))
    chosen, tried = search.chosen_rate(Network(), X, y, 2)
    folds = [out for _, out in class_folds(y, 3, 2)]
    expected = [
        np.mean([map_at_r(l2_normalised(rows[out]), y[out]) for out in folds]) for rows in (X[:, 2:6], X[:, :3])
    ]
    assert tried == [[0.0, pytest.approx(expected[0])], [0.3, pytest.approx(expected[1])]]
    assert chosen == (0.0 if expected[0] > expected[1] else 0.3)


@pytest.mark.parametrize("alone, terminal, shown", [(True, True, True), (True, False, False), (False, True, False)])
def test_a_bar_is_shown_where_someone_looks(monkeypatch, capsys, alone, terminal, shown):
    """On an interactive terminal, of a process of its own: how many of how many fits."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    with search._progress(7, alone) as tick:
        for _ in range(3):
            tick()
    assert ("3/7" in capsys.readouterr().err) == shown


def test_as_many_fits_run_as_there_are_cores(monkeypatch):
    """Those that this process may use, where the system says so; one where nothing is known; in a worker one."""
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {1, 2, 3} if process == 0 else set(), raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert search._cores() == 3
    monkeypatch.delattr("os.sched_getaffinity")
    assert search._cores() == 8
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert search._cores() == 1
