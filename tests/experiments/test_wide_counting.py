"""Pairs counted otherwise: how many there are, and the constant model on the same ones."""

from itertools import product

import numpy as np
import pytest

from reproduce.datasets import Catalogue, load
from reproduce.experiments.wide import image_vectors
from reproduce.experiments.wide.counting import counting
from reproduce.metrics.constant import pair_counts

#: Whose the test images are, and the model's answer to each ordered pair of them; 0.5 is no "same".
ANIMALS = np.array(list("aabbbc"))
ANSWERS = np.random.default_rng(1).permutation(np.linspace(0, 1, 37)[:36]).reshape(6, 6).round(3)
ANSWERS[0, 3] = ANSWERS[4, 2] = ANSWERS[2, 2] = ANSWERS[1, 0] = 0.5
ANSWERS[1, 1] = ANSWERS[3, 3] = 0.9


class Model:
    """A classifier whose answers are written down; ``how`` is how it was set last."""

    def __init__(self, encoding, **how):
        Model.how = {"encoding": encoding, **how}

    def fit(self, X, y):
        self.pairs_ = len(X)
        return self

    def probability(self, first, second):
        return ANSWERS[first[:, 0].astype(int), second[:, 0].astype(int)]


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("self_pairs", [False, True])
def test_each_pair_is_right_or_wrong(monkeypatch, ordered, self_pairs):
    """Written out over all pairs that are counted, and over those that do not show an animal."""
    split = np.array(["test"] * 6 + ["train"] * 3)
    herd = Catalogue("herd", np.full(9, ""), np.array([*ANIMALS, "d", "d", "e"]), split)
    rows = np.arange(9, dtype=float)[:, None]
    monkeypatch.setattr("reproduce.experiments.wide.counting.image_vectors", lambda *_, **__: (rows, {}))
    monkeypatch.setattr("reproduce.models.wide.classifier.PairClassifier", Model)
    found = counting(herd, 5, ordered=ordered, self_pairs=self_pairs, rounds=7)
    how = {"rounds": 7, "random_state": 5, "ordered": ordered, "self_pairs": self_pairs}
    assert Model.how == {"encoding": "difference-product", **how}

    def expected(without=""):
        pairs = [
            (i, j)
            for i, j in product(range(6), repeat=2)
            if (i < j or (ordered and i > j) or (self_pairs and i == j)) and without not in (ANIMALS[i], ANIMALS[j])
        ]
        right = [(ANSWERS[i, j] > 0.5) == (ANIMALS[i] == ANIMALS[j]) for i, j in pairs]
        constant = np.mean([ANIMALS[i] != ANIMALS[j] for i, j in pairs])
        return np.mean(right), constant, np.mean(right) - constant, len(pairs)

    accuracy, constant, gain, count = expected()
    assert found.scores == pytest.approx(
        {"accuracy": accuracy, "constant": constant, "gain": gain, "chance_accuracy": constant}
    )
    assert found.details == {"pairs": 3, "test_pairs": count}
    assert found.animals == {"": ["a", "b", "c"]}
    for name, at in (("accuracy", 0), ("gain", 2)):
        assert found.leave_one_out[name] == pytest.approx([expected(animal)[at] for animal in "abc"])


#: What makes the vectors; the rest of the rehearsal is the pair model's.
VECTORS = {name: counting.rehearsal[name] for name in ("words", "dim")}


@pytest.fixture(scope="module")
def herd(tmp_path_factory):
    """The stand-in herd with its vectors, made once: the readings differ in the pairs of them alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPRODUCE_CACHE", str(tmp_path_factory.mktemp("cache")))
        herd = load("TuringCattle")
        made = image_vectors(herd, 0, encoder="vlad", **VECTORS)

        def again(catalogue, seed, **told):
            same = catalogue is herd and (seed, told) == (0, {"encoder": "vlad", **VECTORS})
            return made if same else image_vectors(catalogue, seed, **told)

        patch.setattr("reproduce.experiments.wide.counting.image_vectors", again)
        yield herd


@pytest.mark.parametrize("ordered, self_pairs", [(False, True), (True, False), (True, True)])
def test_pairs_trained_and_tested_on_are_counted_alike(herd, ordered, self_pairs):
    """As many pairs as listed, and the constant's accuracy on those tested."""
    result = counting(herd, 0, ordered=ordered, self_pairs=self_pairs, **counting.rehearsal)
    pairs = {}
    for part, rows in {"pairs": herd.train, "test_pairs": herd.test}.items():
        sizes = np.unique(herd.identities[rows], return_counts=True)[1]
        pairs[part], same = pair_counts(sizes, ordered=ordered, self_pairs=self_pairs)
        assert result.details[part] == pairs[part]
    assert result.scores["constant"] == pytest.approx(1 - same / pairs["test_pairs"])
    assert 0.3 < result.scores["accuracy"] <= 1


def test_without_an_animal_is_what_the_other_animals_pairs_give(tmp_path, monkeypatch):
    """Each animal left out, the scores are those of the pairs that do not show it, under the animals' names."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    herd = load("TuringCattle")
    result = counting(herd, 0, ordered=True, **counting.rehearsal)
    assert result.animals[""] == sorted(set(herd.identities[herd.test]))
    sizes = np.unique(herd.identities[herd.test], return_counts=True)[1]
    for at, (accuracy, gain) in enumerate(zip(*map(result.leave_one_out.get, ("accuracy", "gain")), strict=True)):
        pairs, same = pair_counts(np.delete(sizes, at), ordered=True, self_pairs=True)
        assert accuracy - gain == pytest.approx(1 - same / pairs)
        assert accuracy * pairs == pytest.approx(round(accuracy * pairs), abs=1e-6)
