"""The metric itself under test: against the library the paper used, and against its own rounding (IV)."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from reproduce.determinism import generator
from reproduce.errors import DataMissingError
from reproduce.experiments.registry import Result, experiment
from reproduce.metrics import map_at_r
from reproduce.metrics.scoring import ap_at_r, averaged

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["averaging", "lion_parity", "parity", "rounding"]

#: The spread around ten random centres at which 10,000 points score about 0.917, the paper's example's value.
SPREAD = 1.363


def clustered(seed: int, count: int, width: int, classes: int, even: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return (count, width) float32 points around standard normal class centres, and their (count,) labels.

    Classes are of one size, or, not ``even``, as uneven as labels drawn at random.
    """
    rng = generator(seed, "clustered")
    labels = rng.permutation(np.arange(count) % classes) if even else rng.integers(classes, size=count)
    centres = rng.normal(size=(classes, width))
    points = centres[labels] + SPREAD * rng.normal(size=(count, width))
    return points.astype(np.float32), labels


def library_map_at_r(embeddings: np.ndarray, labels: np.ndarray, average: str = "class") -> float:
    """Return MAP@R by pytorch-metric-learning's AccuracyCalculator, Euclidean and not normalised, as given."""
    try:
        import torch
        from pytorch_metric_learning.distances import LpDistance
        from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
        from pytorch_metric_learning.utils.inference import CustomKNN
    except ImportError:
        raise DataMissingError(
            "pytorch-metric-learning, the oracle, is not installed; `pip install --group claims` brings it"
        ) from None
    calculator = AccuracyCalculator(
        include=("mean_average_precision_at_r",),
        avg_of_avgs=average == "class",
        k="max_bin_count",
        knn_func=CustomKNN(LpDistance(normalize_embeddings=False)),
    )
    codes = np.unique(labels, return_inverse=True)[1]  # the library casts labels to float32
    found: dict[str, Any] = calculator.get_accuracy(
        torch.from_numpy(np.asarray(embeddings, np.float32)), torch.from_numpy(codes)
    )
    return float(found["mean_average_precision_at_r"])


def _compared(embeddings: np.ndarray, labels: np.ndarray) -> Result:
    ours, theirs = map_at_r(embeddings, labels), library_map_at_r(embeddings, labels)
    return Result({"difference": abs(ours - theirs), "ours": ours, "library": theirs})


@experiment("metric.parity", varies=("sampling",), needs=(), seconds=2, rehearsal={"count": 200})
def parity(
    catalogue: "Catalogue",
    seed: int,
    *,
    kind: Literal["random", "clustered"] = "random",
    count: int = 2000,
    width: int = 64,
) -> Result:
    """Measure |ours - pytorch-metric-learning's| on generated embeddings: without structure, or in clusters."""
    embeddings, labels = clustered(seed, count, width, 20)
    if kind == "random":
        embeddings = generator(seed, "random").normal(size=(count, width)).astype(np.float32)
    return _compared(embeddings, labels)


@experiment("metric.lion_parity", exact=True, seconds=8)
def lion_parity(catalogue: "Catalogue", seed: int, *, baseline: Literal["pixels", "histogram"] = "pixels") -> Result:
    """Measure |ours - pytorch-metric-learning's| on the test animals' baselines."""
    from reproduce.datasets import images
    from reproduce.models.baselines.unlearned import colour_histograms, grey_pixels

    if baseline == "pixels":
        embeddings = grey_pixels(images(catalogue, (64, 64), "grey"))
    else:
        embeddings = colour_histograms(images(catalogue, None, "colour"))
    return _compared(embeddings[catalogue.test].astype(np.float32), catalogue.identities[catalogue.test])


@experiment("metric.rounding", varies=("sampling",), needs=(), seconds=10, rehearsal={"count": 200, "width": 16})
def rounding(
    catalogue: "Catalogue",
    seed: int,
    *,
    precision: Literal["float32", "float16"] = "float32",
    count: int = 10_000,
    width: int = 128,
    classes: int = 10,
) -> Result:
    """Measure |MAP@R in lower precision - in float64| of the same embeddings: all that floating point can move it.

    "float32" computes distances in float32; "float16" rounds the embeddings themselves to float16 first.
    """
    embeddings, labels = clustered(seed, count, width, classes)
    exact = _in_float64(seed, count, width, classes)
    if precision == "float32":
        rounded = map_at_r(embeddings, labels, dtype="float32")
    else:
        rounded = map_at_r(embeddings.astype(np.float16), labels, dtype="float32")
    return Result({"difference": abs(rounded - exact), "float64": exact, "rounded": rounded})


@lru_cache(maxsize=1)
def _in_float64(seed: int, count: int, width: int, classes: int) -> float:
    """Return MAP@R of ``clustered``, once for all precisions that it is held against."""
    return map_at_r(*clustered(seed, count, width, classes))


@experiment("metric.averaging", varies=("sampling",), needs=(), seconds=10, rehearsal={"count": 200, "width": 16})
def averaging(catalogue: "Catalogue", seed: int, *, count: int = 10_000, width: int = 128, classes: int = 10) -> Result:
    """Measure |MAP@R per class - over queries| where class sizes are as uneven as random labels make them."""
    embeddings, labels = clustered(seed, count, width, classes, even=False)
    scores, codes = ap_at_r(embeddings, labels)
    per_class, per_query = averaged(scores, codes), averaged(scores, codes, "query")
    return Result({"difference": abs(per_class - per_query), "class": per_class, "query": per_query})


@experiment("metric.protocol", exact=True, seconds=3)
def protocol(catalogue: "Catalogue", seed: int) -> Result:
    """Measure |what every experiment here reports - the library's MAP@R, per class first| of a running embedding.

    The embedding is an untrained layer's, on all three evaluation sets; the largest difference counts (II-B.4, II-C).
    """
    from reproduce.datasets import images
    from reproduce.experiments.evaluate import evaluate, subsets
    from reproduce.models.baselines.unlearned import grey_pixels, untrained_relu

    embeddings = untrained_relu(grey_pixels(images(catalogue, (64, 64), "grey")), (64,), seed)
    reported = evaluate(catalogue, embeddings).scores
    scores = {}
    for average, name in (("class", "map_at_r"), ("query", "map_at_r/query")):
        scores[f"difference_{average}"] = max(
            abs(reported[name + suffix] - library_map_at_r(embeddings[rows], catalogue.identities[rows], average))
            for suffix, rows in subsets(catalogue).items()
        )
    return Result(scores)
