"""Pairs counted otherwise: how many there are, and the constant model on the same ones."""

import numpy as np
import pytest

from reproduce.datasets import load
from reproduce.experiments.wide import image_vectors
from reproduce.experiments.wide.counting import counting
from reproduce.metrics.constant import pair_counts

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
