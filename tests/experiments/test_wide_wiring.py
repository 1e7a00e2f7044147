"""What the wide experiments hand to their model and make of its answers, written out; the model is a stand-in."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.distance import squareform

from reproduce import datasets
from reproduce.datasets import Catalogue
from reproduce.determinism import generator
from reproduce.errors import InvalidInputError
from reproduce.experiments import wide
from reproduce.experiments.apart import evaluate_apart
from reproduce.experiments.evaluate import evaluate_distances
from reproduce.experiments.folds import class_folds
from reproduce.experiments.wide import baselines
from reproduce.metrics import constant as metric
from reproduce.metrics.pairs import histograms, pair_scores

#: Images of each animal; the first four are trained on.
SIZES = (5, 4, 3, 2, 6, 4, 3, 2)


@pytest.fixture
def herd():
    """Eight animals of unequal number in a mixed order."""
    animals = np.random.default_rng(0).permutation(np.repeat(np.arange(len(SIZES)), SIZES))
    names = np.array([f"cow {animal}" for animal in animals])
    return Catalogue(
        "herd", np.full(len(names), ""), names, np.where(animals < 4, "train", "test"), content_hash="herd"
    )


class Model:
    """P(same) of two images is drawn once for each number of trees, and a little higher the one way round."""

    def __init__(self, encoding="difference-product", random_state=0, rounds=100, parameters=None):
        self.how = {"encoding": encoding, "random_state": random_state, "rounds": rounds, "parameters": parameters}
        self.rounds = rounds
        Model.made.append(self)

    def fit(self, X, y):
        self.learned, self.labels, self.pairs_, self.same_pairs_ = X[:, 0].astype(int).tolist(), y.tolist(), 91, 17
        self.booster_ = SimpleNamespace(
            model_to_string=lambda: "tree\n[learning_rate: 0.125]\n[objective: binary]\nend: of it",
            dump_model=lambda: {"tree_info": [{"num_leaves": 7}, {"num_leaves": 12}, {"num_leaves": 3}]},
        )
        return self

    @staticmethod
    def answers(trees=100):
        drawn = np.random.default_rng(trees).random((40, 40))
        return (drawn + drawn.T) / 2

    def pair_probabilities(self, X, trees=None):
        rows = X[:, 0].astype(int)
        i, j = np.triu_indices(len(rows), 1)
        return self.answers(trees or self.rounds)[rows[i], rows[j]]

    def probability(self, a, b):
        rows, others = a[:, 0].astype(int), b[:, 0].astype(int)
        return self.answers(self.rounds)[rows, others] + 0.001 * (rows - others)

    def asymmetry(self, X):
        return len(X) / 100


@pytest.fixture
def told(herd, monkeypatch):
    """Stand-ins; what the vectors were asked for. An image's vector is its row, beside two more numbers."""
    asked = []
    vectors = np.stack([np.arange(len(herd)), *np.zeros((2, len(herd)))], axis=1)
    monkeypatch.setattr(wide, "image_vectors", lambda *of, **how: asked.append((of[1:], how)) or (vectors, {"ORB": 1}))
    monkeypatch.setattr("reproduce.models.wide.classifier.PairClassifier", Model)
    Model.made = []
    return asked


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("balanced", [False, True])
def test_pairs_are_scored_on_what_was_not_learned_from(herd, told, shuffle, balanced):
    """Test pairs, pairs trained on by the labels trained on, rankings of every set; without each test animal."""
    found = wide.pairs(herd, 4, shuffle=shuffle, balanced=balanced, rounds=30, height=99, most=7, dim=5)
    (model,) = Model.made
    train, test, names = herd.train, herd.test, herd.identities
    animals = generator(4, "shuffled labels").permutation(names[train]) if shuffle else names[train]
    assert told == [((4,), {"encoder": "vlad", "words": None, "dim": 5, "height": 99, "most": 7})]
    assert (model.learned, model.labels) == (train.tolist(), animals.tolist())
    parameters = {"is_unbalance": True} if balanced else None
    assert model.how == {
        "encoding": "difference-product", "random_state": 4, "rounds": 30, "parameters": parameters,
    }  # fmt: skip
    answers = Model.answers(30)[: len(herd), : len(herd)].copy()
    np.fill_diagonal(answers, 1)

    def among(rows):
        i, j = np.triu_indices(len(rows), 1)
        return answers[rows[i], rows[j]]

    asked, learned = pair_scores(among(test), names[test]), pair_scores(among(train), animals)
    ranked = evaluate_distances(herd, lambda rows: 1 - answers[np.ix_(rows, rows)])
    figures = (
        "accuracy", "constant", "gain", "balanced_accuracy", "auc", "average_precision", "brier", "constant_brier",
        "calibration_error",
    )  # fmt: skip
    expected = dict(ranked.scores)
    for suffix, one in (("", asked), ("@train", learned)):
        expected |= {f"{name}{suffix}": getattr(one, name) for name in figures}
        expected |= {
            f"chance_accuracy{suffix}": one.constant, f"chance_auc{suffix}": 0.5,
            f"chance_average_precision{suffix}": one.same / one.pairs,
        }  # fmt: skip
    expected |= {"auc_gap": learned.auc - asked.auc, "asymmetry": len(test) / 100}
    assert found.scores == pytest.approx(expected)
    left_out = {name: row.tolist() for name, row in asked.leave_one_out.items()}
    left_out["auc_gap"] = [learned.auc - value for value in left_out["auc"]]
    own = evaluate_distances(herd.take(test), lambda rows: 1 - answers[np.ix_(test, test)], resample=("",))
    assert found.leave_one_out == {**left_out, **own.leave_one_out}
    assert {"map_at_r", "precision_at_1", "auc_gap", "accuracy"} <= set(found.leave_one_out)
    assert found.animals == {"": asked.animals}
    assert found.details == {
        **ranked.details, "pairs": 91, "same_pairs": 17, "test_pairs": asked.pairs, "said_same": asked.said_same,
        "width": 3, "images_without_keypoint": {"ORB": 1}, "histograms": histograms(among(test), names[test]),
        "histograms@train": histograms(among(train), animals),
    }  # fmt: skip


def test_too_few_test_animals_have_scores_and_none_without_each(told):
    """Of two there is no third to be told from the other."""
    two = Catalogue("two", np.full(8, ""), np.array(list("aabbcddd")), np.array(["train"] * 4 + ["test"] * 4))
    assert wide.pairs(two, 0).leave_one_out == {}


def test_trees_are_counted_on_a_third_of_the_animals(herd, told):
    """Of so many shares of the most, at least one, the number that ranks their pairs best; then all are trained on."""
    herd = replace(herd, split=np.where(np.isin(herd.identities, ["cow 6", "cow 7"]), "test", "train"))
    found = wide.pairs(herd, 6, stopped=True, rounds=200)
    tried, model = Model.made
    animals = herd.identities[herd.train]
    learn, out = next(class_folds(animals, 3, 6))
    assert tried.learned == herd.train[learn].tolist()
    rows = herd.train[out]
    i, j = np.triu_indices(len(rows), 1)
    areas = {
        trees: pair_scores(Model.answers(trees)[rows[i], rows[j]], animals[out]).auc
        for trees in (2, 4, 10, 20, 40, 100, 200)
    }
    assert found.details["tried"] == [[trees, area] for trees, area in areas.items()]
    best = max(areas, key=areas.get)
    assert (found.details["rounds"], model.how["rounds"], model.learned) == (best, best, herd.train.tolist())
    few = wide.pairs(herd, 6, stopped=True, rounds=20)
    assert [trees for trees, _ in few.details["tried"]] == [1, 2, 4, 10, 20]


def test_a_protocol_is_read_off_the_model(herd, told):
    """Pairs, trees, leaves, the rate that is written in it, and how far the order of a pair moves an answer."""
    found = wide.protocol(herd, 2, dim=5, words=3)
    assert told == [((2,), {"encoder": "vlad", "words": 3, "dim": 5, "height": 256, "most": 300})]
    (model,) = Model.made
    assert (model.how["random_state"], model.learned) == (2, herd.train.tolist())
    count, gaps = len(herd.test), np.diff(np.sort(herd.test)[[0, -1]])[0]
    assert found.scores == {
        "pairs": 91, "same_pairs": 17, "test_pairs": count * (count - 1) / 2, "trees": 3, "most_leaves": 12,
        "learning_rate": 0.125, "asymmetry": pytest.approx(0.001 * gaps),
    }  # fmt: skip
    assert found.details == {"width": 3}


def test_answers_are_taken_by_pair_and_as_distances():
    """P(same) of the pairs i < j among some rows; one less it, and nothing between an image and itself."""
    answers = squareform(np.linspace(0.1, 0.6, 6))
    rows = np.array([0, 2, 3])
    assert wide._condensed(answers, rows).tolist() == pytest.approx([0.2, 0.3, 0.6])
    expected = [[0, 0.8, 0.7], [0.8, 0, 0.4], [0.7, 0.4, 0]]
    np.testing.assert_allclose(wide._apart(answers, rows), expected)


@pytest.mark.parametrize("same_photo", [True, False])
@pytest.mark.parametrize("everywhere", [False, True])
def test_local_matching_sees_one_set_at_a_time(herd, monkeypatch, everywhere, same_photo):
    """The test images against the test images; each other set by itself where it is asked for. More votes is nearer."""
    seen, sets = [], [herd.test, herd.train, np.arange(len(herd))] if everywhere else [herd.test]
    votes = np.random.default_rng(3).random((len(herd), len(herd)))

    def matching(shown, **how):
        rows = [int(one[0, 0]) for one in shown]
        seen.append((rows, how))
        return votes[np.ix_(rows, rows)]

    grey = [np.full((4, 4), row, np.uint8) for row in range(len(herd))]
    monkeypatch.setattr(datasets, "images", lambda one, size, mode: grey if (size, mode) == (None, "grey") else None)
    monkeypatch.setattr("reproduce.models.baselines.local.local_matching", matching)
    monkeypatch.setattr("reproduce.datasets.photographs.same_photograph", lambda _: np.array([[0, 1], [2, 5], [3, 4]]))
    found = wide.lnbnn(
        herd, 0, neighbours=3, height=99, most=7, tolerance=0.2, everywhere=everywhere, same_photo=same_photo
    )
    assert [rows for rows, _ in seen] == [rows.tolist() for rows in sets]
    assert all(how == {"neighbours": 3, "height": 99, "most": 7, "tolerance": 0.2} for _, how in seen)
    subject = herd if everywhere else herd.take(herd.test)
    own = votes if everywhere else votes[np.ix_(herd.test, herd.test)]
    scored = evaluate_distances if same_photo else evaluate_apart
    expected = scored(subject, lambda rows: -own[np.ix_(rows, rows)], resample=True)
    for got, whole in zip(
        (found.scores, found.details, found.leave_one_out, found.animals),
        (expected.scores, expected.details, expected.leave_one_out, expected.animals),
        strict=True,
    ):
        assert got == {name: value for name, value in whole.items() if everywhere or "@" not in name}
        assert got


def test_the_constant_model_is_counted_over_every_draw():
    """By the class sizes alone, of animals in the order of their numbers, then of their names."""
    names = ["10", "2", "b", "1", "a", "9"]
    sizes = dict(zip(names, (6, 2, 3, 5, 1, 4), strict=True))
    identities = np.repeat(names, list(sizes.values()))
    herd = Catalogue("herd", np.full(len(identities), ""), identities, np.full(len(identities), "test"))
    found = wide.constant(herd, 0, held_out=3, printed=0.7)
    ordered = [sizes[name] for name in ("1", "2", "9", "10", "a", "b")]
    draws, first = metric.constant_accuracy_distribution(ordered, 3), ordered[:3]
    assert found.scores == pytest.approx({
        "mean": draws.mean, "median": draws.quantile(0.5), "p05": draws.quantile(0.05), "p95": draws.quantile(0.95),
        "minimum": min(draws.accuracy), "maximum": max(draws.accuracy), "share_at_least": draws.share(0.7, 1.0),
        "share_near": draws.share(0.699, 0.701), "first": metric.constant_pair_accuracy(first),
        "first/self": metric.constant_pair_accuracy(first, self_pairs=True),
        "first/all": metric.constant_pair_accuracy(first, self_pairs=True, ordered=True),
        "first_pairs": 55, "first_same": 17, "pairs_apart": metric.pairs_apart(first, 0.7),
        "needed": metric.accuracy_needed(first, 17),
        "excusable": 0,
    })  # fmt: skip
    assert found.details == {"draws": 20, "first_sizes": first}


def test_a_figure_near_by_is_within_a_tenth_of_a_point():
    """On either side; as good or better is up to all that are right."""
    identities = np.repeat(["1", "2", "3"], (1, 1, 9))
    herd = Catalogue("herd", np.full(11, ""), identities, np.full(11, "test"))
    accuracies = metric.constant_accuracy_distribution([1, 1, 9], 2).accuracy  # 0.2 of two draws, 1 of the third
    assert accuracies.tolist() == [0.2, 1.0]
    for printed, near in ((0.2005, 2 / 3), (0.1995, 2 / 3), (0.202, 0), (0.198, 0), (0.9995, 1 / 3)):
        scores = wide.constant(herd, 0, held_out=2, printed=printed).scores
        assert scores["share_near"] == pytest.approx(near)
        assert scores["share_at_least"] == pytest.approx(1 if printed < 0.2 else 1 / 3)


@pytest.mark.parametrize("held_out", [3, 4])
def test_some_animals_must_be_left(held_out):
    """As many held out as there are leave none; one line."""
    herd = Catalogue("herd", np.full(6, ""), np.repeat(["1", "2", "3"], 2), np.full(6, "test"))
    with pytest.raises(InvalidInputError, match=f"herd has 3 animals: {held_out} cannot be held out"):
        wide.constant(herd, 0, held_out=held_out)
    assert wide.constant(herd, 0, held_out=2).details["draws"] == 3


@pytest.mark.parametrize("printed, excusable", [(0.5, 0), (0.75, 1), (0.8, 9), (0.9, 44)])
def test_same_answers_are_excusable_up_to_a_square(printed, excusable):
    """Of 66 pairs 48 are of two animals: five more are beyond doubt up to (5 / 1.645)^2, 9.2; fewer are not."""
    assert baselines._excusable(np.array([4, 4, 4]), printed) == excusable
