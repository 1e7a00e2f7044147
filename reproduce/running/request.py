"""A request: an experiment on a data set under factors, for some seeds. Claims make them, and a run takes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import Any

from reproduce.experiments.registry import Experiment
from reproduce.record.schema import canonical
from reproduce.running.cells import Job
from reproduce.running.inputs import Inputs, inputs_of

__all__ = ["Key", "Request", "Turn", "merged"]

Key = tuple[str, str, str, int]


class Turn(IntEnum):
    """Which requests are run first: what the paper prints, what else it states, what decides between explanations.

    Then its statements on other data or under other readings; what it leaves open and what is checked; and controls.
    """

    PRINTED = 0
    STATEMENT = 1
    DECIDING = 2
    ELSEWHERE = 3
    QUESTION = 4
    CONTROL = 5


@dataclass(frozen=True)
class Request:
    """An experiment on a data set under factors; ``seeds`` are those that a claim is judged on.

    Without seeds it is for as many as the run has, from 0 on. ``turn`` says when it is run, beside others.
    """

    experiment: Experiment
    data: str
    factors: Mapping[str, Any] = field(default_factory=dict)
    seeds: range = range(0)
    turn: Turn = Turn.PRINTED

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """Return every factor, the defaults filled in."""
        return self.experiment.factors(**self.factors)

    @cached_property
    def key(self) -> Key:
        """Return what is equal for requests that mean the same cells, however many of them."""
        return (self.experiment.name, self.data, canonical(self.chosen), self.seeds.start)

    @property
    def varies(self) -> bool:
        """Return whether another seed can give another result."""
        return self.experiment.varies_on(self.data)

    @cached_property
    def inputs(self) -> Inputs:
        """Return what must be here to measure it."""
        return inputs_of(self.experiment, self.data, self.factors)

    def at(self, turn: Turn) -> "Request":
        """Return the same request at another turn, with what it has worked out; itself where it has that already."""
        if turn == self.turn:
            return self
        other = replace(self, turn=turn)
        other.__dict__.update({name: value for name, value in self.__dict__.items() if name not in other.__dict__})
        return other

    def of_run(self, seeds: Sequence[int]) -> list[int]:
        """Return a run's seeds, counted from the request's first, and as many as it asks for; one where none varies."""
        count = (len(self.seeds) or len(seeds)) if self.varies else 1
        return [self.seeds.start + seed for seed in seeds[:count]]

    def job(self, seed: int) -> Job:
        """Return the cell of one seed."""
        return Job(self.experiment.name, self.experiment.function.__module__, self.data, self.chosen, seed)


def merged(requests: Iterable[Request]) -> list[Request]:
    """Return each request once, with the most seeds that any asks for and the earliest turn that any has."""
    found: dict[Key, Request] = {}
    for one in requests:
        other = found.get(one.key, one)
        most = max(other, one, key=lambda each: len(each.seeds))
        found[one.key] = most.at(min(one.turn, other.turn))
    return list(found.values())
