"""What lies here under a name of the paper's and is something else: it is measured, and never kept in the record."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from reproduce.errors import WeightsMissingError
from reproduce.experiments.registry import Experiment

__all__ = ["doubt"]


def doubt(experiment: Experiment, data: str, factors: Mapping[str, Any]) -> str:
    """Why a cell's data or weights here are not what their names say, in words; "" where nothing speaks against them.

    FriesianCattle2017's images are held against the identities that ship with the package, 940 of 89 animals; weights
    against the digests of what Keras publishes. What is not here at all is no doubt: it waits.
    """
    doubts = [_of_data(data) if "pixels" in experiment.needs else ""]
    name = experiment.factors(**factors).get("weights")
    if "weights" in experiment.needs and name not in (None, "", "none", "random"):
        doubts.append(_of_weights(str(name)))
    return "; ".join(filter(None, doubts))


@lru_cache
def _of_data(data: str) -> str:
    from reproduce.datasets import available, class_sizes, kinds, load

    if data != kinds.CATTLE or not available(data, pixels=True):
        return ""
    sizes = Counter(load(data).identities.tolist())
    published = class_sizes()
    if sizes == published:
        return ""
    return (
        f"{data} here is {sizes.total():,} images of {len(sizes)} animals, the published set "
        f"{sum(published.values()):,} of {len(published)}"
    )


@lru_cache
def _of_weights(name: str) -> str:
    from reproduce.models.dcnn import weights

    try:
        return weights.doubt(weights.find(name))
    except WeightsMissingError:
        return ""
