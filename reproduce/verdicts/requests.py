"""What the claims ask for: one request per experiment, data set and factors, found without measuring anything."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reproduce.experiments.registry import Experiment
from reproduce.verdicts.sample import Sample

__all__ = ["SEEDS", "Collecting", "Request", "seeds_for"]

#: How many seeds a claim is judged on where the seed varies anything, as the paper's longest row.
SEEDS = 14


@dataclass(frozen=True)
class Request:
    """An experiment on a data set under factors, for a range of seeds."""

    experiment: Experiment
    data: str
    factors: Mapping[str, Any]
    seeds: range

    @property
    def key(self) -> str:
        """One string per experiment, data set, factors and first seed."""
        first = [self.seeds.start] if self.seeds.start else []
        return json.dumps([self.experiment.name, self.data, self.factors, *first], sort_keys=True)


class Collecting:
    """Answers every request with a missing sample and keeps what was asked."""

    def __init__(self) -> None:
        self.requests: dict[str, Request] = {}
        #: Every score that was asked for, with its request.
        self.scores: list[tuple[Request, str]] = []

    def sample(
        self, experiment: Experiment, data: str, score: str, seeds: int | range | None, factors: Mapping[str, Any]
    ) -> Sample:
        """Note the request; the same one for more seeds replaces it."""
        request = Request(experiment, data, dict(factors), seeds_for(experiment, data, seeds))
        self.scores.append((request, score))
        known = self.requests.get(request.key)
        if known is None or len(known.seeds) < len(request.seeds):
            self.requests[request.key] = request
        return Sample((), tuple(request.seeds), missing="only collected", exact=experiment.exact)


def seeds_for(experiment: Experiment, data: str, asked: int | range | None) -> range:
    """The seeds a claim is judged on: as asked, so many or these, else 0-13; seed 0 alone where no seed varies it."""
    if isinstance(asked, int):
        return range(asked)
    if not experiment.varies_on(data):
        return range(1)
    return range(SEEDS) if asked is None else asked
