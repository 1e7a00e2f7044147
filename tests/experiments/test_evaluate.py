"""Embeddings on three evaluation sets, chance beside; and the planned figures on the real lions."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue, available
from reproduce.errors import InvalidInputError
from reproduce.experiments.evaluate import evaluate, evaluate_distances, subsets
from reproduce.experiments.unlearned import baselines
from reproduce.metrics import chance_map_at_r, map_at_r, retrieval_scores

RNG = np.random.default_rng(3)


def herd(sizes=(7, 3, 2, 6, 4, 2), held_out=3):
    """A catalogue without images, of unequal animals: the first ``held_out`` of them are the test set."""
    animals = np.repeat(np.arange(len(sizes)), sizes)
    identities = np.array([f"cow {i}" for i in animals])
    split = np.where(animals < held_out, "test", "train")
    return Catalogue("herd", np.full(len(identities), ""), identities, split)


def test_scores_are_the_metrics_on_each_set():
    """The test animals under the plain name, the training animals and all beside, chance for each."""
    catalogue, rows = herd(), RNG.normal(size=(24, 5))
    found = evaluate(catalogue, rows)
    for suffix, indices in subsets(catalogue).items():
        names = catalogue.identities[indices]
        for average, end in (("class", ""), ("query", "/query")):
            assert found.scores[f"map_at_r{end}{suffix}"] == map_at_r(rows[indices], names, average)
            assert found.scores[f"chance{end}{suffix}"] == chance_map_at_r(names, average)
        scores = retrieval_scores(rows[indices], names)
        assert found.scores[f"precision_at_1{suffix}"] == scores.precision_at_1
        assert found.scores[f"precision_at_1/query{suffix}"] == scores.query.precision_at_1
        assert found.scores[f"r_precision{suffix}"] == scores.r_precision
        assert found.scores[f"map{suffix}"] == scores.map
        score, chance = found.scores[f"map_at_r{suffix}"], found.scores[f"chance{suffix}"]
        assert found.scores[f"above_chance{suffix}"] == pytest.approx((score - chance) / (1 - chance))
    assert found.details["images"] == 12
    assert found.details["images@all"] == 24


def test_each_animal_is_left_out_once():
    """Leave-one-out scores are those of the set without the animal, in the order of the animals."""
    catalogue, rows = herd(), RNG.normal(size=(24, 5))
    found = evaluate(catalogue, rows, resample=True)
    names = catalogue.identities[catalogue.test]
    without = [map_at_r(rows[catalogue.test][names != name], names[names != name]) for name in np.unique(names)]
    assert found.leave_one_out["map_at_r"] == pytest.approx(without, abs=1e-12)
    kept = ("map_at_r", "map_at_r/query", "precision_at_1", "above_chance", "chance")
    assert set(found.leave_one_out) == {f"{name}{suffix}" for name in kept for suffix in ("", "@train", "@all")}


def test_of_some_sets_alone_each_animal_is_left_out():
    """Those that are named by their suffix; the scores are those of every set."""
    catalogue, rows = herd(), RNG.normal(size=(24, 5))
    every, some = (evaluate(catalogue, rows, resample=asked) for asked in (True, ("", "@all")))
    assert set(some.animals) == {"", "@all"}
    assert some.scores == every.scores
    assert some.leave_one_out == {name: row for name, row in every.leave_one_out.items() if not name.endswith("@train")}
    assert evaluate(catalogue, rows).leave_one_out == {}


def test_distances_score_as_the_embeddings_they_come_from():
    """A model that gives distances only is scored as one that gives points."""
    catalogue, rows = herd(), RNG.normal(size=(24, 5))
    by_points = evaluate(catalogue, rows).scores
    by_distances = evaluate_distances(
        catalogue, lambda indices: np.linalg.norm(rows[indices][:, None] - rows[indices][None], axis=2)
    ).scores
    assert by_distances == pytest.approx(by_points, abs=1e-12)


def test_a_set_in_which_nothing_can_be_found_is_left_out():
    """One image of each test animal: the test set has no scores, the others do."""
    catalogue = herd((1, 1, 1, 1, 1), held_out=2)
    assert list(subsets(catalogue)) == []
    assert evaluate(catalogue, RNG.normal(size=(5, 2))).scores == {}


def test_one_animal_alone_is_one_line():
    """Nothing can be told apart: an error that names the data set, for embeddings and for distances."""
    lonely = herd((5,))
    for score in (lambda: evaluate(lonely, RNG.normal(size=(5, 2))), lambda: evaluate_distances(lonely, np.zeros)):
        with pytest.raises(InvalidInputError, match=r"herd shows one animal only \('cow 0'\).*two") as caught:
            score()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sizes", [(3, 3), (4, 1, 1)], ids=["two animals", "one of several images"])
def test_too_few_animals_to_leave_one_out_have_scores_and_no_interval(sizes):
    """Without an animal one is left, or lone ones only: no leave-one-out score, instead of a division by zero."""
    identities = np.repeat([f"cow {i}" for i in range(len(sizes))], sizes)
    few = Catalogue("few", np.full(len(identities), ""), identities, np.full(len(identities), "test"))
    found = evaluate(few, RNG.normal(size=(len(identities), 2)), resample=True)
    assert 0 < found.scores["map_at_r"] <= 1
    assert found.leave_one_out == {}


def test_tied_rows_are_counted():
    """A collapsed embedding is seen in the details: all but one row repeat another."""
    assert evaluate(herd(), np.zeros((24, 2))).details["tied_rows"] == 11


def test_an_embedding_for_another_catalogue_is_refused():
    """The number of rows is the number of images."""
    with pytest.raises(InvalidInputError, match="23 embeddings for the 24 images"):
        evaluate(herd(), np.zeros((23, 2)))


needs_lions = pytest.mark.skipif(not available("LionData"), reason="LionData is not at hand")


@pytest.fixture(scope="module")
def lions():
    """The paper's own lions."""
    from reproduce.datasets import load

    return load("LionData")


@pytest.fixture
def none_left_out(monkeypatch):
    """Scores alone, without each animal left out in turn: 191 times the work."""
    monkeypatch.setattr(baselines, "_scored", lambda catalogue, rows, *_, **__: evaluate(catalogue, rows))


@needs_lions
@pytest.mark.usefixtures("none_left_out")
def test_chance_on_the_lions_is_the_planned_figure(lions):
    """1.92 / 1.86, 0.447 / 0.439 and 0.357 / 0.350 per cent, over queries and per class."""
    scores = baselines.constant.function(lions, 0).scores
    expected = {"": (1.92, 1.86), "@train": (0.447, 0.439), "@all": (0.357, 0.350)}
    for suffix, (query, per_class) in expected.items():
        digits = 2 if not suffix else 3
        assert round(100 * scores[f"map_at_r/query{suffix}"], digits) == query
        assert round(100 * scores[f"map_at_r{suffix}"], digits) == per_class


@needs_lions
@pytest.mark.usefixtures("none_left_out")
@pytest.mark.parametrize(
    "run, expected",
    [
        (lambda lions: baselines.histogram(lions, 0), {"": (16.5, 18.2), "@train": (8.0, 8.4), "@all": (7.8, 8.4)}),
        (lambda lions: baselines.pixels(lions, 0), {"": (5.35, 4.95), "@train": (0.86, 0.78), "@all": (0.86, 0.79)}),
        (lambda lions: baselines.pixels(lions, 0, normalise=True), {"": (2.31, 2.09)}),
    ],
)
def test_baselines_on_the_lions_are_the_planned_figures(lions, run, expected):
    """Within 0.3 points of figures that were measured independently, on all three sets."""
    scores = run(lions).scores
    for suffix, (query, per_class) in expected.items():
        assert 100 * scores[f"map_at_r/query{suffix}"] == pytest.approx(query, abs=0.3)
        assert 100 * scores[f"map_at_r{suffix}"] == pytest.approx(per_class, abs=0.3)
