"""Each detector reaches the features of a pair; one that is left out is seen to be missing."""

import numpy as np
import pytest

from reproduce.datasets import load
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
