"""How long a cell will take: by kept timings of the same cells, else scaled from those of other factors or data."""

import statistics
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from reproduce.experiments.registry import Experiment
from reproduce.record import Entry, Store, machine

__all__ = ["Timed", "estimate"]


class Timed(StrEnum):
    """Where an estimate comes from: timings of these very factors here, or elsewhere, or of others, or none."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    SCALED = "scaled"
    GUESSED = "guessed"


def estimate(experiment: Experiment, factors: Mapping[str, Any], data: str, store: Store) -> tuple[float, Timed]:
    """(seconds of one seed, where they come from); ``factors`` are all of them.

    The median of what was kept under the factors on the data set: by this processor and GPU if it was, else by
    others. Else that of timings on it under other factors, or else on other data: scaled by the experiment's own
    ``work``, or of those that differ in the fewest factors. Else the experiment's own guess, scaled from its defaults.
    """
    kept = store.find(experiment.name, factors, data)
    if here := [entry for entry in kept if _by_this_machine(entry)]:
        return statistics.median(entry.seconds for entry in here), Timed.HERE
    if kept:
        return statistics.median(entry.seconds for entry in kept), Timed.ELSEWHERE
    others = [entry for entry in store.entries(experiment.name) if set(entry.cell.factors) == set(factors)]
    others = [entry for entry in others if entry.cell.data == data] or others
    others = [entry for entry in others if _by_this_machine(entry)] or others
    if experiment.work is not None:
        work = experiment.work(factors)
        if others:
            paces = [entry.seconds / experiment.work(entry.cell.factors) for entry in others]
            return statistics.median(paces) * work, Timed.SCALED
        return experiment.seconds * work / experiment.work(experiment.factors()), Timed.GUESSED
    if not others:
        return experiment.seconds, Timed.GUESSED
    apart = [_differing(entry.cell.factors, factors) for entry in others]
    nearest = min(apart)
    return statistics.median(e.seconds for e, far in zip(others, apart, strict=True) if far == nearest), Timed.SCALED


def _by_this_machine(entry: Entry) -> bool:
    """Whether it was measured by a processor and, where it used one, a GPU like those here."""
    environment = entry.environment
    by_cpu = entry.machine.endswith("-cpu")
    return environment.get("cpu") == machine.cpu() and (by_cpu or environment.get("gpu") == machine.gpu()["name"])


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    """How many factors have another value; tuples and lists are the same."""
    from reproduce.record.schema import canonical

    return sum(canonical(one[name]) != canonical(other[name]) for name in other)
