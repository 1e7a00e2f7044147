"""What the claims ask for: one request per experiment, data set and factors, found without measuring anything."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reproduce.experiments.registry import Experiment
from reproduce.verdicts.sample import Sample

__all__ = ["SEEDS", "Collecting", "Request", "seeds_for"]

#: How many seeds a claim is judged on where the seed varies anything, as the paper's longest row.
SEEDS = 14


@dataclass(frozen=True)
class Request:
    """An experiment on a data set under factors, for seeds 0 .. seeds - 1."""

    experiment: Experiment
    data: str
    factors: Mapping[str, Any]
    seeds: int

    @property
    def key(self) -> str:
        """One string per experiment, data set and factors."""
        return json.dumps([self.experiment.name, self.data, self.factors], sort_keys=True)


class Collecting:
    """Answers every request with a missing sample and keeps what was asked."""

    def __init__(self) -> None:
        self.requests: dict[str, Request] = {}

    def sample(
        self, experiment: Experiment, data: str, score: str, seeds: int | None, factors: Mapping[str, Any]
    ) -> Sample:
        """Note the request; the same one for more seeds replaces it."""
        request = Request(experiment, data, dict(factors), seeds_for(experiment, data, seeds))
        known = self.requests.get(request.key)
        if known is None or known.seeds < request.seeds:
            self.requests[request.key] = request
        return Sample((), (), missing="only collected")


def seeds_for(experiment: Experiment, data: str, asked: int | None) -> int:
    """How many seeds a claim is judged on: as asked, else 14, or 1 where the seed varies nothing."""
    if asked is not None:
        return asked
    return SEEDS if experiment.varies_on(data) else 1


def merged(many: Iterable[Collecting]) -> list[Request]:
    """The requests of several collectors, each once."""
    everything: dict[str, Request] = {}
    for one in many:
        for key, request in one.requests.items():
            if key not in everything or everything[key].seeds < request.seeds:
                everything[key] = request
    return list(everything.values())
