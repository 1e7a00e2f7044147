"""An embedding that puts every image at one point, ranked in the order of the files: what ties alone can score.

Where all distances tie, a search that sorts stably gives the files' own order, in which an animal's images are
neighbours. The library looks one neighbour further than it needs and drops the first, taking it for the query itself:
among ties it is the first file, and the query stays in its own ranking.
"""

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from reproduce.experiments.evaluate import subsets
from reproduce.experiments.file_names import file_order
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["in_file_order", "ties"]

#: What is left out of a ranking as the query: "itself", or the "first" of it, whatever that is.
Dropped = Literal["itself", "first"]
DROPPED = get_args(Dropped)


@experiment("metric.ties", exact=True, seconds=1)
def ties(catalogue: "Catalogue", seed: int, *, dropped: Dropped = "itself") -> Result:
    """Score one point for every image, ties in the order of the files; "/query" and the sets as everywhere."""
    from reproduce.metrics import chance_map_at_r

    scores = {}
    for suffix, rows in subsets(catalogue).items():
        labels = catalogue.identities[file_order(catalogue, rows)]
        for average in ("class", "query"):
            name = "" if average == "class" else "/query"
            scores[f"map_at_r{name}{suffix}"] = in_file_order(labels, dropped, average)
            scores[f"chance{name}{suffix}"] = float(chance_map_at_r(labels, average))
    return Result(scores)


def in_file_order(labels: np.ndarray, dropped: Dropped, average: str) -> float:
    """Return MAP@R of labels (N,) where every ranking is the order of the rows."""
    found: dict[str, list[float]] = {}
    for query, animal in enumerate(labels):
        hits = np.delete(labels == animal, query if dropped == "itself" else 0)
        relevant = int((labels == animal).sum()) - 1
        if relevant:
            top = hits[:relevant]
            precision = np.cumsum(top) / np.arange(1, relevant + 1)
            found.setdefault(str(animal), []).append(float((top * precision).sum() / relevant))
    if average == "class":
        return float(np.mean([np.mean(own) for own in found.values()]))
    return float(np.mean([value for own in found.values() for value in own]))
