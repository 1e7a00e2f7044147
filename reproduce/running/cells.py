"""One cell of the plan, measured: an experiment on a data set under factors and a seed becomes an entry."""

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from reproduce.errors import DataMissingError, InvalidInputError, WeightsMissingError
from reproduce.experiments.registry import Experiment, find, registered
from reproduce.extras import needed
from reproduce.record import Cell, Entry, machine, revision
from reproduce.running.inputs import catalogue, inputs_of

__all__ = ["Job", "Outcome", "attempt", "measure", "source_digest"]

#: Global seeds are the process's: where a cluster gives one process several threads, cells take turns.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Job:
    """A cell to run, as it travels to a worker: names, not objects. ``module`` registers the experiment."""

    experiment: str
    module: str
    data: str
    factors: Mapping[str, Any]
    seed: int

    def __str__(self) -> str:
        where = f" on {self.data}" if self.data else ""
        return f"{self.experiment}{where}, seed {self.seed}"


@dataclass(frozen=True)
class Outcome:
    """What became of a job: an entry, or why not.

    ``waits`` is true where data or weights are not at hand, ``kept`` where it was not run since another run did.
    """

    entry: Entry | None = None
    problem: str = ""
    waits: bool = False
    kept: bool = False


def measure(
    experiment: Experiment, data: str, seed: int, factors: Mapping[str, Any], *, commit: str | None = None
) -> Entry:
    """Run one seed of an experiment and say where, when and how long: an entry, not yet kept.

    ``commit`` is the package's at the start of the run, found now if None. Raises DataMissingError and
    WeightsMissingError where something it needs is not at hand, and whatever the experiment raises.
    """
    from reproduce.determinism import single_thread
    from reproduce.running.threads import pin

    pin()
    environment = machine.environment(experiment.library)
    chosen = experiment.factors(**factors)
    needed = inputs_of(experiment, data, factors)
    found = catalogue(needed, seed)
    content, weights = found.hash_for("pixels" in experiment.needs), needed.weights.hash() if needed.weights else None
    cell = Cell(experiment.name, experiment.version, chosen, data, content, weights, seed)
    with _ONE_AT_A_TIME, single_thread():
        began = time.perf_counter()
        result = experiment(found, seed, **chosen)
        seconds = time.perf_counter() - began
    # Only now is it known whether the backend found the GPU that the machine has.
    environment = environment | {"machine": machine.machine_class(experiment.library)}
    if not result.scores:
        raise InvalidInputError(f"{cell}: the experiment gave no score")
    return Entry(
        cell,
        dict(result.scores),
        dict(result.details),
        {name: list(values) for name, values in result.leave_one_out.items()},
        {suffix: list(names) for suffix, names in result.animals.items()},
        machine=environment["machine"],
        backend=environment["backend"],
        dtype=machine.dtype(experiment.library, chosen),
        environment=environment,
        commit=machine.commit() if commit is None else commit,
        seconds=round(seconds, 3),
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


@cache
def source_digest() -> str:
    """Return a digest of the package's own modules: a worker that runs other code must not add to the record."""
    return revision.source_digest(Path(__file__).resolve().parent.parent)


def attempt(job: Job, commit: str, code: str) -> Outcome:
    """Measure a job in a worker; whatever goes wrong is one line that goes back, so the other cells go on.

    ``code`` is the ``source_digest`` of whoever sent the job.
    """
    if source_digest() != code:
        return Outcome(problem="its worker runs another version of reproduce than the run that sent it")
    try:
        if job.experiment not in registered():
            importlib.import_module(job.module)
        return Outcome(measure(find(job.experiment), job.data, job.seed, job.factors, commit=commit))
    except (DataMissingError, WeightsMissingError) as missing:
        return Outcome(problem=str(missing), waits=True)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and (known := needed(error)):
            return Outcome(problem=str(known))
        said = " ".join(str(error).split())[:300]
        return Outcome(problem=f"{type(error).__name__}: {said}" if said else type(error).__name__)
