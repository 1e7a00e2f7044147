"""A data set in the role that it plays in a setting: with it come the network's factors there and the seeds."""

from collections.abc import Mapping
from typing import Any

from reproduce.experiments.registry import Experiment

__all__ = ["Role"]


class Role(str):
    """The name of a data set, with what a setting says of measuring on it.

    ``factors`` are those of the network there; ``seeds`` is how many a claim is judged on there, None for the usual.
    """

    factors: Mapping[str, Any]
    seeds: int | None

    def __new__(cls, data: str, factors: Mapping[str, Any], seeds: int | None = None) -> "Role":
        """Return the name, which is a plain string wherever one is asked for."""
        made = super().__new__(cls, data)
        made.factors, made.seeds = dict(factors), seeds
        return made

    def reaching(self, experiment: Experiment) -> dict[str, Any]:
        """Return the factors that the experiment has; none where no network enters it."""
        if "weights" not in experiment.needs:
            return {}
        return {name: value for name, value in self.factors.items() if name in experiment.defaults}
