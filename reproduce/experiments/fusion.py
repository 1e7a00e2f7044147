"""The best that we reach on animals never seen: colour, deep features and local matching, fused (why.best).

Informed: whoever wrote this knew what colours, features and local matching score on the 19 lions. What is fused, and
by which rule its weights are found, was committed before the fused score of the 19 was looked at; the weights
themselves are found on the training animals alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Literal

import numpy as np

from reproduce.experiments.apart import evaluate_apart
from reproduce.experiments.dcnn import Factors, frozen_features
from reproduce.experiments.evaluate import evaluate_distances
from reproduce.experiments.folds import best, class_folds
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["chosen_weights", "fused"]

#: How much the deep features and local matching count beside colour, which counts 1.
WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0)
#: Of the within-class whitening, by what it whitens: features of a network vary with the pose more than colours do.
SHRINKAGE = {"colour": 1.0, "deep": 0.1}
FOLDS = 4

#: (N, D) rows of each component that is whitened, under the name of its kind; and the distances of the rest.
Rows = Mapping[str, Sequence[np.ndarray]]


@experiment(
    "fusion.fused",
    varies=("sampling",),
    needs=("pixels", "weights"),
    library="keras",
    seconds=30,
    rehearsal={"backbone": "MobileNetV2", "weights": "none", "size": 32, "most": 30, "dim": 8, "folds": 2},
    shared=Factors(backbone="DenseNet169", weights="densenet169"),
    of=("backbone", "weights", "size"),
)
def fused(
    catalogue: "Catalogue",
    seed: int,
    factors: Factors,
    *,
    kinds: Sequence[Literal["colour", "deep", "local"]] = ("colour", "deep", "local"),
    most: int = 100,
    dim: int = 150,
    folds: int = FOLDS,
    labels: Literal["true", "shuffled"] = "true",
    held_out: Literal["own", "drawn"] = "own",
) -> Result:
    """Fuse distances by weights chosen, and whiten them by what is learned, on the training animals alone.

    ``kinds``: what is fused; colour always is. ``labels="shuffled"``: the training animals' labels are permuted among
    their images. ``held_out``: the data set's "own" test animals, or as many "drawn" by seed from all of its animals,
    the whole choice made again. The seed deals the folds too. ``most``: keypoints of an image for local matching.
    Scores as `evaluate_distances` names them for the test animals, and with "/apart" those of rankings without the
    query's own photograph; "cross_validated", the MAP@R by which the weights were chosen.
    """
    from reproduce.determinism import generator
    from reproduce.models.baselines.unlearned import l2_normalised

    if held_out == "drawn":
        catalogue = _drawn(catalogue, seed)
    rows: dict[str, list[np.ndarray]] = {"colour": _colours(catalogue)}
    if "deep" in kinds:
        rows["deep"] = [l2_normalised(frozen_features(catalogue, factors, seed))]
    local = _local(catalogue, most) if "local" in kinds else None
    animals = catalogue.identities[catalogue.train]
    if labels == "shuffled":
        animals = generator(seed, "shuffled labels").permutation(animals)
    train = catalogue.train
    seen = {kind: [each[train] for each in components] for kind, components in rows.items()}
    seen_local = None if local is None else local[np.ix_(train, train)]
    chosen, scored = chosen_weights(seen, seen_local, animals, dim, folds, seed)

    test = catalogue.test
    parts = _distances(seen, animals, {k: [each[test] for each in c] for k, c in rows.items()}, dim)
    if local is not None:
        parts["local"] = local[np.ix_(test, test)]
    matrix = _sum(parts, chosen)
    tested = catalogue.take(test)
    found = evaluate_distances(tested, lambda part: matrix[np.ix_(part, part)], resample=True)
    apart = evaluate_apart(tested, lambda part: matrix[np.ix_(part, part)], resample=True)
    scores = {name: value for name, value in found.scores.items() if "@" not in name}
    scores |= {f"{name}/apart": value for name, value in apart.scores.items() if "@" not in name}
    scores["cross_validated"] = max(score for _, score in scored)
    left_out = {name: values for name, values in found.leave_one_out.items() if "@" not in name}
    left_out |= {f"{name}/apart": values for name, values in apart.leave_one_out.items() if "@" not in name}
    details = {"weights": chosen, "pairs_left_out": apart.details["pairs_left_out"]}
    animals = {suffix: names for suffix, names in {**apart.animals, **found.animals}.items() if not suffix}
    return Result(scores, {**found.details, **details}, left_out, animals)


def chosen_weights(
    rows: Rows, local: np.ndarray | None, animals: np.ndarray, dim: int, folds: int, seed: int
) -> tuple[dict[str, float], list]:
    """Return weights by kind, with the best mean MAP@R over class-disjoint folds of training images, and all scores.

    ``rows`` (N, D) of each component and ``local`` (N, N) distances are the training images', ``animals`` (N,) whose
    they are: nothing else is seen. What is whitened is learned anew in each fold from the other folds' animals.
    """
    from reproduce.metrics import retrieval_scores_from_distances

    kinds = [kind for kind in ("deep", "local") if kind in rows or (kind == "local" and local is not None)]
    held = []
    for learn, out in class_folds(animals, folds, seed):
        inside = {kind: [each[learn] for each in components] for kind, components in rows.items()}
        outside = {kind: [each[out] for each in components] for kind, components in rows.items()}
        parts = _distances(inside, animals[learn], outside, dim)
        if local is not None:
            parts["local"] = local[np.ix_(out, out)]
        held.append((parts, animals[out]))

    def score(point: Mapping[str, float]) -> float:
        return float(np.mean([retrieval_scores_from_distances(_sum(parts, point), y).map_at_r for parts, y in held]))

    grid = [{"colour": 1.0, **dict(zip(kinds, point, strict=True))} for point in product(WEIGHTS, repeat=len(kinds))]
    return best(grid, score)


def _distances(inside: Rows, animals: np.ndarray, outside: Rows, dim: int) -> dict[str, np.ndarray]:
    """Return (n, n) by kind: the mean of its components' squared distances, each whitened by the animals inside."""
    from reproduce.experiments.evaluate import euclidean
    from reproduce.models.whitening import WithinClassWhitening

    parts = {}
    for kind, components in inside.items():
        learned = [WithinClassWhitening(dim, SHRINKAGE[kind]).fit(each, animals) for each in components]
        shown = [one.transform(each) for one, each in zip(learned, outside[kind], strict=True)]
        parts[kind] = np.mean([euclidean(each) ** 2 for each in shown], axis=0)
    return parts


def _sum(parts: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    return np.asarray(sum(weights[kind] * part for kind, part in parts.items()))


def _colours(catalogue: "Catalogue") -> list[np.ndarray]:
    """Return square roots of four histograms of each image: RGB, HSV, Lab, and Lab's two chromas alone."""
    from reproduce.datasets import images
    from reproduce.models.baselines.unlearned import colour_histograms, colour_space_histograms

    shown = images(catalogue, None, "colour")
    spaces = ("HSV", "Lab", "ab")
    return [colour_histograms(shown, 16), *(colour_space_histograms(shown, space) for space in spaces)]


def _local(catalogue: "Catalogue", most: int) -> np.ndarray:
    """Return (N, N) in [0, 1]: one less the votes of SIFT matching as a share of each image's most, of both ways.

    All images are matched at once, whoever they show; kept by content.
    """
    from reproduce.cache import arrays, digest
    from reproduce.datasets import images
    from reproduce.datasets.pixels import seen
    from reproduce.models.baselines.local import local_matching

    def compute() -> np.ndarray:
        votes = local_matching(images(catalogue, None, "grey"), most=most)
        share = votes / np.maximum(votes.max(axis=1, keepdims=True), np.finfo(float).tiny)
        return np.asarray(1 - (share + share.T) / 2)

    return np.asarray(arrays("local-matching", digest(1, seen(catalogue), most), compute))


def _drawn(catalogue: "Catalogue", seed: int) -> "Catalogue":
    """Return the same images, as many test animals drawn by seed from all."""
    from reproduce.determinism import generator

    animals = np.unique(catalogue.identities)
    count = len(np.unique(catalogue.identities[catalogue.test]))
    out = generator(seed, "drawn test animals").choice(animals, count, replace=False)
    return replace(catalogue, split=np.where(np.isin(catalogue.identities, out), "test", "train"))
