"""The wide experiments end to end on the stand-in herd, small: what they score, keep and repeat."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue, load
from reproduce.errors import InvalidInputError
from reproduce.experiments import wide
from reproduce.metrics.constant import constant_pair_accuracy

SMALL = dict(wide.pairs.rehearsal)


@pytest.fixture(scope="module")
def herd(tmp_path_factory):
    """The stand-in herd, its by-products kept for this module only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPRODUCE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield load("TuringCattle")


@pytest.fixture(scope="module")
def measured(herd):
    """One small run."""
    return wide.pairs(herd, 0, **SMALL)


def test_pairs_are_scored_beside_the_constant_model(herd, measured):
    """Every pair of each part; the constant's accuracy is that of the test animals' class sizes."""
    _, sizes = np.unique(herd.identities[herd.test], return_counts=True)
    n, tested = len(herd.train), len(herd.test)
    assert measured.details["pairs"] == n * (n - 1) // 2
    assert measured.details["test_pairs"] == tested * (tested - 1) // 2
    assert sum(map(sum, measured.details["histograms"].values())) == measured.details["test_pairs"]
    assert sum(map(sum, measured.details["histograms@train"].values())) == measured.details["pairs"]
    scores = measured.scores
    assert scores["constant"] == scores["chance_accuracy"] == pytest.approx(constant_pair_accuracy(sizes))
    assert scores["gain"] == pytest.approx(scores["accuracy"] - scores["constant"])
    assert scores["auc_gap"] == pytest.approx(scores["auc@train"] - scores["auc"])
    assert scores["asymmetry"] == 0
    assert {"map_at_r", "map_at_r/query@all", "precision_at_1@train", "chance"} <= set(scores)
    assert all(np.isfinite(value) for value in scores.values())


def test_every_resampled_score_leaves_each_test_animal_out_once(herd, measured):
    """Accuracy, its gain, the areas and MAP@R, by test animal, and a score without an animal is near the score."""
    animals = len(set(herd.identities[herd.test]))
    kept = {"accuracy", "constant", "gain", "auc", "auc_gap", "map_at_r", "brier", "constant_brier"}
    assert kept <= set(measured.leave_one_out)
    assert {len(row) for row in measured.leave_one_out.values()} == {animals}
    for name, row in measured.leave_one_out.items():
        assert min(row) - 0.2 <= measured.scores[name] <= max(row) + 0.2


def test_kinds_of_pairs_that_weigh_alike_answer_same_more_often(herd, measured):
    """There are fewer same pairs: weighing as much as the different ones, they are answered more often."""
    alike = wide.pairs(herd, 0, balanced=True, **SMALL)
    assert alike.details["said_same"] > measured.details["said_same"]
    assert alike.details["pairs"] == measured.details["pairs"]


def test_trees_are_as_many_as_ranked_held_out_animals_best(herd):
    """The number that is kept has the largest area of those tried, and the model has so many trees."""
    found = wide.pairs(herd, 0, stopped=True, **SMALL)
    areas = dict(found.details["tried"])
    assert set(areas) == {1, 2, 5, 10}
    assert areas[found.details["rounds"]] == max(areas.values())
    fixed = wide.pairs(herd, 0, **SMALL | {"rounds": found.details["rounds"]})
    assert found.scores["auc"] == fixed.scores["auc"]


def test_trees_are_not_chosen_on_animals_that_were_trained_on(monkeypatch):
    """The model whose trees are counted sees a part of the animals, and its pairs are judged on all others."""
    from reproduce.models.wide.classifier import PairClassifier

    rng, animals = np.random.default_rng(0), np.repeat([f"animal {n}" for n in range(9)], 3)
    vectors = rng.standard_normal((27, 4)).astype(np.float32)
    fit, ask, seen = PairClassifier.fit, PairClassifier.pair_probabilities, {}

    def spied_fit(self, X, y):
        seen["learned"] = X
        return fit(self, X, y)

    def spied_ask(self, X, trees=None):
        seen["judged"] = X
        return ask(self, X, trees)

    monkeypatch.setattr(PairClassifier, "fit", spied_fit)
    monkeypatch.setattr(PairClassifier, "pair_probabilities", spied_ask)
    wide.chosen_rounds(vectors, animals, 5, 0, {"random_state": 0})
    of = {row.tobytes(): animal for row, animal in zip(vectors, animals, strict=True)}
    learned, judged = ({of[row.tobytes()] for row in seen[part]} for part in ("learned", "judged"))
    assert learned.isdisjoint(judged)
    assert learned | judged == set(animals)


def test_a_seed_repeats_and_another_differs(herd, measured):
    """The same bits again; other codebooks under another seed."""
    assert wide.pairs(herd, 0, **SMALL).scores == measured.scores
    assert wide.pairs(herd, 1, **SMALL).scores["auc"] != measured.scores["auc"]


def test_shuffled_labels_keep_the_class_sizes(herd, measured):
    """The control trains on as many same pairs, of other images, and is tested on the true labels."""
    control = wide.pairs(herd, 0, shuffle=True, **SMALL)
    assert control.details["same_pairs"] == measured.details["same_pairs"]
    assert control.scores["constant"] == measured.scores["constant"]
    assert control.scores["auc"] != measured.scores["auc"]


def test_other_readings_run(herd):
    """The plain mean of raw descriptors, 224 wide, with concatenation, whose asymmetry shows."""
    result = wide.pairs(herd, 0, **{**SMALL, "encoder": "mean", "encoding": "concatenation"})
    assert result.details["width"] == 224
    assert result.scores["asymmetry"] > 0


def test_local_matching_scores_the_test_animals_and_everything_if_asked(herd):
    """The test animals' names alone, or with the other sets' beside; the same figures for the test animals."""
    tested = wide.lnbnn(herd, 0, most=60)
    everything = wide.lnbnn(herd, 0, most=60, everywhere=True)
    assert not any("@" in name for name in tested.scores)
    assert tested.scores.items() <= everything.scores.items()
    assert "map_at_r@train" in everything.scores
    assert tested.scores["map_at_r"] > tested.scores["chance"]


def test_the_protocol_is_read_off_the_trained_model(herd):
    """LightGBM's defaults, every pair, and no asymmetry."""
    scores = wide.protocol(herd, 0, **wide.protocol.rehearsal).scores
    n = len(herd.train)
    assert scores["pairs"] == n * (n - 1) / 2
    assert (scores["trees"], scores["learning_rate"], scores["asymmetry"]) == (100, 0.1, 0)
    assert scores["most_leaves"] <= 31


def catalogue(sizes):
    """A catalogue without pixels of animals "1", "2" ... with so many images each."""
    identities = np.repeat([str(at + 1) for at in range(len(sizes))], sizes)
    return Catalogue("made up", np.full(len(identities), ""), identities, np.full(len(identities), "train"))


def test_the_constant_model_takes_the_first_animals_in_numeric_order():
    """Of eleven animals the first nine by number: animal 2 comes before animal 10."""
    sizes = [5, 1, 2, 3, 4, 1, 1, 6, 2, 40, 40]
    scores = wide.constant(catalogue(sizes), 0).scores
    assert scores["first"] == constant_pair_accuracy(sizes[:9])
    assert scores["first/all"] == constant_pair_accuracy(sizes[:9], self_pairs=True, ordered=True)
    assert scores["minimum"] <= scores["p05"] <= scores["median"] <= scores["p95"] <= scores["maximum"]


def test_more_animals_held_out_than_there_are_is_one_clear_error():
    """Three animals cannot give nine."""
    with pytest.raises(InvalidInputError, match="3 animals"):
        wide.constant(catalogue([2, 3, 4]), 0)
