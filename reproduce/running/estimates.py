"""How long a cell will take: by kept timings of the same cells, else scaled from those of other factors or data."""

import json
import statistics
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from reproduce.experiments.registry import Experiment
from reproduce.record import Entry, Store, machine
from reproduce.record.schema import canonical

__all__ = ["Estimate", "Timed", "estimate"]


class Timed(StrEnum):
    """Where an estimate comes from: timings of these very factors here, or elsewhere, or of others, or none."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    SCALED = "scaled"
    GUESSED = "guessed"


class Estimate(NamedTuple):
    """Seconds of one seed and where they come from; of a row's ``first``, which may search what all its seeds use.

    ``makes``: seconds more for the one cell that makes what the cells of all such rows share.
    """

    seconds: float
    timed: Timed
    first: float
    makes: float = 0.0


def estimate(experiment: Experiment, factors: Mapping[str, Any], data: str, store: Store) -> Estimate:
    """Return what one seed takes; ``factors`` are all of them.

    The median of what was kept under the factors on the data set: by this processor and GPU if it was, else by
    others. Else that of timings on it, or else on other data, that differ in the fewest factors: scaled by the
    experiment's own ``work`` if it has one, and never above its guess, which was measured on an idle core: another
    load on the machine makes a timing longer, and nothing makes it shorter. Else the experiment's own guess, scaled
    from its defaults.
    """
    work = experiment.work or (lambda factors: 1.0)
    guess = experiment.seconds / work(experiment.factors())
    makes = 0.0 if experiment.makes is None else experiment.makes(factors)
    kept = store.find(experiment.name, factors, data)
    here = [entry for entry in kept if _by_this_machine(entry)]
    timed = Timed.HERE if here else Timed.ELSEWHERE if kept else Timed.SCALED
    if pool := here or kept or _nearest(experiment, factors, data, store):
        paces = [(entry.seed, entry.seconds / work(entry.cell.factors)) for entry in pool]
        first = [pace for seed, pace in paces if seed == 0]
        later = [pace for seed, pace in paces if seed > 0] or first
        pace, one = statistics.median(later), statistics.median(first or later)
        if timed == Timed.SCALED and experiment.work is not None:
            pace, one = min(pace, guess), min(one, guess)
        return Estimate(pace * work(factors), timed, max(pace, one) * work(factors), pace * makes)
    return Estimate(guess * work(factors), Timed.GUESSED, guess * work(factors), guess * makes)


def _nearest(experiment: Experiment, factors: Mapping[str, Any], data: str, store: Store) -> Sequence[Entry]:
    """Return kept timings of the fewest other factors: on the data or else others, by this machine or else others."""
    others = [entry for entry in store.entries(experiment.name) if set(entry.cell.factors) == set(factors)]
    others = [entry for entry in others if entry.cell.data == data] or others
    others = [entry for entry in others if _by_this_machine(entry)] or others
    wanted = _values(canonical(factors))
    apart = [
        (sum(_values(entry.cell.key[3])[name] != value for name, value in wanted.items()), entry) for entry in others
    ]
    least = min((far for far, _ in apart), default=None)
    return [entry for far, entry in apart if far == least]


def _by_this_machine(entry: Entry) -> bool:
    """Return whether it was measured by a processor and, where it used one, a GPU like those here."""
    environment = entry.environment
    by_cpu = entry.machine.endswith("-cpu")
    return environment.get("cpu") == machine.cpu() and (by_cpu or environment.get("gpu") == machine.gpu()["name"])


@lru_cache(maxsize=4096)
def _values(factors: str) -> dict[str, str]:
    """Return each factor of canonical JSON as text of its own; tuples and lists are the same."""
    return {name: canonical(value) for name, value in json.loads(factors).items()}
