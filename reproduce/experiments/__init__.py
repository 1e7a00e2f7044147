"""One function per row of the paper: (catalogue, seed, factors) -> named scores."""

from reproduce.experiments.registry import Experiment, Result, experiment, find, registered

__all__ = ["Experiment", "Result", "experiment", "find", "registered"]
