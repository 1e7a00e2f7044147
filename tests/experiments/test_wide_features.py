"""Each detector reaches the features of a pair; one that is left out is seen to be missing."""

import numpy as np
import pytest

from reproduce.datasets import Catalogue, load
from reproduce.experiments.wide import image_model, image_vectors
from reproduce.experiments.wide.features import features
from reproduce.models.wide.descriptors import ImageVectors

SMALL = dict(features.rehearsal)


@pytest.fixture(scope="module")
def herd(tmp_path_factory):
    """The stand-in herd, its by-products kept for this module only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPRODUCE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield load("TuringCattle")


class Model:
    """Vectors of four images in six numbers; without ORB one image has another, without SIFT all, BRISK hardly one."""

    def __init__(self):
        self.empty_ = {"ORB": 1, "SIFT": 0}

    def transform(self, shown, blank=()):
        rows = np.random.default_rng(0).uniform(1, 2, (len(shown), 6))
        if "ORB" in blank:
            rows[0, 0] = 0
        if "SIFT" in blank:
            rows[:, 1:3] /= 2
        if "BRISK" in blank:
            rows[0, 5] += 1e-5
        return rows


def four():
    """Four test images of two animals, and one to learn from."""
    return Catalogue("four", np.full(5, ""), np.array(list("aabbc")), np.array(["test"] * 4 + ["train"]))


def test_what_moves_without_a_detector_is_counted(monkeypatch):
    """Images with a keypoint of it, pairs and features that move by more than a thousandth, and how far on average."""
    monkeypatch.setattr("reproduce.experiments.wide.features.image_model", lambda *_, **__: (Model(), range(5)))
    found = features(four(), 0)
    made = {name: Model().transform(range(4), (name,)) for name in ("", "ORB", "SIFT", "BRISK")}
    pairs = {
        name: np.array([[*abs(rows[i] - rows[j]), *(rows[i] * rows[j])] for i in range(4) for j in range(i + 1, 4)])
        for name, rows in made.items()
    }
    long = np.linalg.norm(pairs[""], axis=1).mean()
    for name, images, moved, columns in (("ORB", 3 / 4, 3 / 6, 2 / 12), ("SIFT", 1, 1, 4 / 12), ("BRISK", 0, 0, 0)):
        shift = np.linalg.norm(pairs[name] - pairs[""], axis=1).mean() / long
        got = [found.scores[f"{what}/{name}"] for what in ("images", "pairs", "columns")]
        assert got == pytest.approx([images, moved, columns])
        assert found.scores[f"shift/{name}"] == pytest.approx(shift, rel=1e-5)
    assert found.scores["detectors"] == 2
    assert found.details == {"pairs": 6, "features": 12, "encoding": "difference-product"}


@pytest.mark.parametrize("short, moved", [(1.0, 0), (1.001, 1)])
def test_a_thousandth_of_the_largest_feature_is_no_move(monkeypatch, short, moved):
    """Of a pair that lies 1000 apart: it is one only beyond that."""

    class Apart(Model):
        def transform(self, shown, blank=()):
            return np.array([[0.0], [1000 - short if blank else 1000.0]])

    two = Catalogue("two", np.full(2, ""), np.array(["a", "b"]), np.full(2, "test"))
    monkeypatch.setattr("reproduce.experiments.wide.features.image_model", lambda *_, **__: (Apart(), range(2)))
    assert features(two, 0).scores["pairs/SIFT"] == moved


@pytest.mark.parametrize("encoder", ["vlad", "mean"])
def test_three_detectors_move_the_pairs(herd, encoder):
    """With PCA every detector reaches every pair; the plain means keep a block of columns for each."""
    result = features(herd, 0, **{**SMALL, "encoder": encoder})
    assert result.details["pairs"] == len(herd.test) * (len(herd.test) - 1) // 2
    assert result.scores["detectors"] == 3
    for name in ("ORB", "SIFT", "BRISK"):
        assert 0 < result.scores[f"images/{name}"] <= 1
        assert result.scores[f"pairs/{name}"] > 0.5
        assert result.scores[f"shift/{name}"] > 0
    if encoder == "mean":  # no column belongs to two detectors
        assert sum(result.scores[f"columns/{name}"] for name in ("ORB", "SIFT", "BRISK")) <= 1


@pytest.mark.parametrize("left_out", ["ORB", "SIFT", "BRISK"])
def test_a_detector_that_does_not_reach_the_features_is_noticed(herd, monkeypatch, left_out):
    """A model that ignores one detector's descriptors scores 0 for it, and 2 in all."""
    encode = ImageVectors._encode

    def deaf(self, found):
        return encode(self, {**found, left_out: [one[:0] for one in found[left_out]]})

    monkeypatch.setattr(ImageVectors, "_encode", deaf)
    scores = features(herd, 0, **SMALL).scores
    assert scores[f"pairs/{left_out}"] == scores[f"columns/{left_out}"] == scores[f"shift/{left_out}"] == 0
    assert scores["detectors"] == 2


def test_nothing_blanked_is_what_the_model_is_trained_on(herd):
    """The vectors are those of ``wide.pairs``, and blanking every detector leaves zeros."""
    vectors, _ = image_vectors(herd, 0, **SMALL)
    model, shown = image_model(herd, 0, **SMALL)
    np.testing.assert_array_equal(model.transform(shown), vectors)
    assert not model.transform(shown, ("ORB", "SIFT", "BRISK")).any()


def test_a_shift_is_a_share_of_the_features(herd, monkeypatch):
    """Without a detector each vector is a quarter shorter, and so is each difference: a quarter."""

    class Model:
        empty_ = ()

        def transform(self, shown, blank=()):
            rows = 4 * np.random.default_rng(0).random((len(shown), 8))
            return rows * (0.75 if blank else 1.0)

    def difference(self):
        self.encoding = "difference"  # of which the length goes by the vectors'

    monkeypatch.setattr("reproduce.experiments.wide.features.image_model", lambda *_, **__: (Model(), range(len(herd))))
    monkeypatch.setattr("reproduce.models.wide.classifier.PairClassifier.__init__", difference)
    assert features(herd, 0, **SMALL).scores["shift/SIFT"] == pytest.approx(0.25)
