"""What experiments on the metric itself measure, written out."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce import datasets
from reproduce.datasets import Catalogue
from reproduce.errors import DataMissingError
from reproduce.experiments import metric
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.metric import clustered, rounding
from reproduce.metrics import map_at_r
from reproduce.models.baselines.unlearned import colour_histograms, grey_pixels, untrained_relu

SMALL = {"count": 400, "width": 8}


@pytest.mark.parametrize("precision, rows_as", [("float32", np.float64), ("float16", np.float16)])
def test_rounding_is_of_the_precision_that_is_asked_for(precision, rows_as):
    """Of the distances alone, or of the embeddings too: a few neighbours change places under the second."""
    embeddings, labels = clustered(3, **SMALL, classes=10)
    found = rounding(None, 3, precision=precision, **SMALL).scores
    assert found["float64"] == map_at_r(embeddings, labels)
    assert found["rounded"] == map_at_r(embeddings.astype(rows_as), labels, dtype="float32")
    assert found["difference"] == abs(found["rounded"] - found["float64"])
    assert (found["difference"] > 1e-6) == (precision == "float16")


@pytest.fixture
def library(monkeypatch):
    """A stand-in for the library's MAP@R; ``library.asked`` is what it was asked for."""

    def scored(embeddings, labels, average="class"):
        scored.asked.append((embeddings, labels, average))
        return 0.25 if average == "class" else 0.375

    scored.asked = []
    monkeypatch.setattr(metric, "library_map_at_r", scored)
    return scored


def test_clusters_lie_around_their_centres():
    """Classes of one size in a random order, or as uneven as random labels; centres of deviation 1, rows of SPREAD."""
    points, labels = clustered(0, 4000, 40, 10)
    assert (points.shape, points.dtype) == ((4000, 40), np.float32)
    assert np.bincount(labels).tolist() == [400] * 10
    assert (labels != np.arange(4000) % 10).any()
    centres = np.stack([points[labels == one].mean(axis=0) for one in range(10)])
    assert centres.std() == pytest.approx(1, abs=0.1)
    assert (points - centres[labels]).std() == pytest.approx(metric.SPREAD, rel=0.01)
    counts = np.bincount(clustered(0, 4000, 2, 10, even=False)[1])
    assert len(counts) == 10
    assert 10 < counts.std() < 40


@pytest.mark.parametrize("kind", ["random", "clustered"])
def test_our_figure_stands_beside_the_library_s(library, kind):
    """Of 20 classes; "random" rows say nothing of them, and both sides see the same rows."""
    found = metric.parity(None, 3, kind=kind, count=400, width=16).scores
    ((rows, labels, average),) = library.asked
    points, expected = clustered(3, 400, 16, 20)
    assert labels.tolist() == expected.tolist()
    assert (rows.shape, rows.dtype, average) == ((400, 16), np.float32, "class")
    assert (rows == points).all() == (kind == "clustered")
    ours = map_at_r(rows, labels)
    assert found == {"difference": abs(ours - 0.25), "ours": ours, "library": 0.25}


@pytest.fixture
def herd(monkeypatch):
    """Six animals of unequal number in a mixed order; pixels are noise around each animal's own."""
    rng = np.random.default_rng(0)
    animals = rng.permutation(np.repeat(np.arange(6), (4, 3, 2, 5, 3, 2)))
    shown = (rng.integers(60, 190, (6, 1, 1, 3))[animals] + rng.integers(-60, 60, (len(animals), 64, 64, 3))).astype(
        np.uint8
    )
    split = np.where(animals < 3, "train", "test")
    names = np.array([f"cow {animal}" for animal in animals])
    grey = shown[..., 0]
    modes = {((64, 64), "grey"): grey, (None, "colour"): shown}
    monkeypatch.setattr("reproduce.datasets.images", lambda one, size, mode: modes[size, mode])
    return Catalogue("herd", np.full(len(names), ""), names, split)


@pytest.mark.parametrize("baseline", ["pixels", "histogram"])
def test_baselines_of_the_test_animals_are_compared(library, herd, baseline):
    """Grey pixels or colours of the images held out, in float32."""
    metric.lion_parity(herd, 0, baseline=baseline)
    ((rows, labels, _),) = library.asked
    if baseline == "pixels":
        expected = grey_pixels(datasets.images(herd, (64, 64), "grey"))
    else:
        expected = colour_histograms(datasets.images(herd, None, "colour"))
    np.testing.assert_array_equal(rows, expected[herd.test].astype(np.float32))
    assert rows.dtype == np.float32
    assert labels.tolist() == herd.identities[herd.test].tolist()


def test_what_experiments_report_is_held_against_the_library(library, herd):
    """By both averages the largest difference over the three sets counts."""
    found = metric.protocol(herd, 0).scores
    reported = evaluate(herd, untrained_relu(grey_pixels(datasets.images(herd, (64, 64), "grey")), (64,), 0)).scores
    for average, name, theirs in (("class", "map_at_r", 0.25), ("query", "map_at_r/query", 0.375)):
        apart = [abs(reported[name + suffix] - theirs) for suffix in ("", "@train", "@all")]
        assert found[f"difference_{average}"] == max(apart)
        assert len(set(apart)) == 3
    assert [(len(rows), average) for rows, _, average in library.asked] == [
        (count, average) for average in ("class", "query") for count in (len(herd.test), len(herd.train), len(herd))
    ]


def test_averages_part_where_classes_are_uneven():
    """By class and over queries of the same scores."""
    found = metric.averaging(None, 3, **SMALL).scores
    embeddings, labels = clustered(3, **SMALL, classes=10, even=False)
    by_class, by_query = map_at_r(embeddings, labels), map_at_r(embeddings, labels, "query")
    assert found["class"] == pytest.approx(by_class)
    assert found["query"] == pytest.approx(by_query)
    assert found["difference"] == abs(found["class"] - found["query"]) > 1e-4


@pytest.mark.parametrize("average", ["class", "query"])
def test_the_library_is_asked_as_the_paper_would(monkeypatch, average):
    """Its own neighbours by Euclidean distance of rows as given, classes by number, each average as it is named."""
    asked = {}

    class Calculator:
        def __init__(self, **how):
            asked.update(how)

        def get_accuracy(self, rows, codes):
            asked.update(rows=rows, codes=codes)
            return {"mean_average_precision_at_r": np.float32(0.5)}

    stand_ins = {
        "torch": SimpleNamespace(from_numpy=lambda rows: rows),
        "pytorch_metric_learning": SimpleNamespace(),
        "pytorch_metric_learning.distances": SimpleNamespace(LpDistance=lambda **how: how),
        "pytorch_metric_learning.utils": SimpleNamespace(),
        "pytorch_metric_learning.utils.accuracy_calculator": SimpleNamespace(AccuracyCalculator=Calculator),
        "pytorch_metric_learning.utils.inference": SimpleNamespace(CustomKNN=lambda distance: distance),
    }
    for name, module in stand_ins.items():
        monkeypatch.setitem(sys.modules, name, module)
    found = metric.library_map_at_r(np.eye(3), np.array(["b", "a", "b"]), average)
    assert found == 0.5
    assert asked["codes"].tolist() == [1, 0, 1]
    assert (asked["rows"].dtype, asked["avg_of_avgs"]) == (np.float32, average == "class")
    assert (asked["knn_func"], asked["k"]) == ({"normalize_embeddings": False}, "max_bin_count")
    assert asked["include"] == ("mean_average_precision_at_r",)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(DataMissingError, match="pip install --group claims"):
        metric.library_map_at_r(np.eye(3), np.arange(3))
