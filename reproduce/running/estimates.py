"""How long a cell will take: by kept timings of the same cells, else scaled from those under other factors."""

import statistics
from collections.abc import Mapping
from typing import Any

from reproduce.experiments.registry import Experiment
from reproduce.record import Store

__all__ = ["estimate"]


def estimate(experiment: Experiment, factors: Mapping[str, Any], data: str, store: Store) -> tuple[float, bool]:
    """(seconds of one seed, whether they were measured under these very factors); ``factors`` are all of them.

    The median of what was kept under the factors on the data set. Else that of timings on it under other factors:
    scaled by the experiment's own ``work``, or of those that differ in the fewest factors. Else the experiment's
    own guess, scaled from its defaults.
    """
    kept = store.find(experiment.name, factors, data)
    if kept:
        return statistics.median(entry.seconds for entry in kept), True
    others = [
        entry
        for entry in store.entries(experiment.name)
        if entry.cell.data == data and set(entry.cell.factors) == set(factors)
    ]
    if experiment.work is not None:
        here = experiment.work(factors)
        if others:
            paces = [entry.seconds / experiment.work(entry.cell.factors) for entry in others]
            return statistics.median(paces) * here, False
        return experiment.seconds * here / experiment.work(experiment.factors()), False
    if not others:
        return experiment.seconds, False
    apart = [_differing(entry.cell.factors, factors) for entry in others]
    nearest = min(apart)
    return statistics.median(e.seconds for e, far in zip(others, apart, strict=True) if far == nearest), False


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    """How many factors have another value; tuples and lists are the same."""
    from reproduce.record.schema import canonical

    return sum(canonical(one[name]) != canonical(other[name]) for name in other)
