"""What stands beside the model of pairs: the constant model, from class sizes alone, and local matching (III-C, V)."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments.apart import evaluate_apart
from reproduce.experiments.evaluate import evaluate_distances
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["constant", "lnbnn", "tested"]

#: III-C's printed accuracy.
PRINTED = 0.8082


@experiment("wide.lnbnn", seconds=20, library="opencv", rehearsal={"most": 100}, later=("same_photo",))
def lnbnn(
    catalogue: "Catalogue",
    seed: int,
    *,
    neighbours: int = 4,
    height: int = 256,
    most: int = 300,
    tolerance: float = 0.1,
    everywhere: bool = False,
    same_photo: bool = True,
) -> Result:
    """Match one image against all others of its set at once by local SIFT; nothing is learned, drawn or shuffled.

    The test animals; with ``everywhere`` the training animals and all of them too, each set matched by itself.
    ``same_photo=False`` leaves out of each ranking the images that were cut from the query's photograph.
    """
    from reproduce.datasets import images
    from reproduce.models.baselines.local import local_matching

    shown = images(catalogue, None, "grey")
    rows = np.arange(len(catalogue)) if everywhere else catalogue.test
    subject = catalogue if everywhere else tested(catalogue)

    def distances(part: np.ndarray) -> np.ndarray:
        chosen = [shown[row] for row in rows[part]]
        return -local_matching(chosen, neighbours=neighbours, most=most, height=height, tolerance=tolerance)

    scored = evaluate_distances if same_photo else evaluate_apart
    found = scored(subject, distances if everywhere else _once(distances), resample=True)

    def kept(named: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in named.items() if everywhere or "@" not in name}

    return Result(kept(found.scores), kept(found.details), kept(found.leave_one_out), kept(found.animals))


@experiment("wide.constant", needs=(), exact=True, seconds=3)
def constant(catalogue: "Catalogue", seed: int, *, held_out: int = 9, printed: float = PRINTED) -> Result:
    """Score always "different", from class sizes alone: over every draw of the held-out animals, and the first ones.

    Accuracies are fractions of the unordered pairs i < j; "first/self" adds every image beside itself and
    "first/all" counts ordered pairs and self-pairs, n^2 in all. "share_at_least" is the share of draws in which the
    constant model reaches the printed accuracy, "share_near" that within 0.1 points of it. "needed" is the accuracy
    from which a model on the first animals that says "same" as often as it is true would be better beyond doubt, as
    if pairs were independent; "excusable" the most "same" answers at which the printed figure would be.
    """
    from reproduce.metrics import constant as metric

    animals, sizes = np.unique(catalogue.identities, return_counts=True)
    order = sorted(range(len(animals)), key=lambda at: _natural(str(animals[at])))
    sizes = sizes[order]
    if held_out >= len(sizes):
        raise InvalidInputError(f"{catalogue.name} has {len(sizes)} animals: {held_out} cannot be held out")
    draws = metric.constant_accuracy_distribution(sizes, held_out)
    first = sizes[:held_out]
    total, same = metric.pair_counts(first)
    apart = metric.pairs_apart(first, printed)
    scores = {
        "mean": draws.mean,
        "median": draws.quantile(0.5),
        "p05": draws.quantile(0.05),
        "p95": draws.quantile(0.95),
        "minimum": float(draws.accuracy[0]),
        "maximum": float(draws.accuracy[-1]),
        "share_at_least": draws.share(printed, 1.0),
        "share_near": draws.share(printed - 0.001, printed + 0.001),
        "first": metric.constant_pair_accuracy(first),
        "first/self": metric.constant_pair_accuracy(first, self_pairs=True),
        "first/all": metric.constant_pair_accuracy(first, self_pairs=True, ordered=True),
        "first_pairs": float(total),
        "first_same": float(same),
        "pairs_apart": float(apart),
        "needed": metric.accuracy_needed(first, same),
        "excusable": float(_excusable(first, printed)),
    }
    return Result(scores, {"draws": draws.total, "first_sizes": first.tolist()})


def tested(catalogue: "Catalogue") -> "Catalogue":
    """Return the test images alone."""
    return catalogue.take(catalogue.test)


def _once(distances: Any) -> Any:
    """Return the distances of a catalogue that is all test set, where "@all" asks for the same again."""
    kept: list[np.ndarray] = []

    def again(rows: np.ndarray) -> np.ndarray:
        if not kept:
            kept.append(distances(rows))
        return kept[0]

    return again


def _natural(name: str) -> tuple[bool, int, str]:
    """Return a key that sorts numbers by value, then names by letter: "2" before "10"."""
    return (not name.isdigit(), int(name) if name.isdigit() else 0, name)


def _excusable(sizes: np.ndarray, printed: float, z: float = 1.645) -> int:
    """Return the most "same" answers with which the printed figure is better than the constant's beyond doubt."""
    from reproduce.metrics.constant import pairs_apart

    return math.floor((max(pairs_apart(sizes, printed), 0) / z) ** 2)
