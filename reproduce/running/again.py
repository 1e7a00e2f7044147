"""Measure a cell again, unless this very code has measured it in this very place: then what it found is read.

A replay holds what is measured now against the record. A cell is a function of its code, packages, data, weights and
place, bit for bit, so what an earlier session measured under the same of all these is what a new one would. What was
measured is kept, never that it agreed: the record is compared each time.
"""

import inspect
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reproduce.cache import digest
from reproduce.cache import text as kept_text
from reproduce.experiments.registry import Experiment
from reproduce.record import Entry, machine
from reproduce.record.files import dumps, loads
from reproduce.record.schema import canonical
from reproduce.running.cells import measure, source_digest
from reproduce.running.inputs import inputs_of
from reproduce.running.threads import pin

__all__ = ["SETTINGS", "again"]

#: What of the environment can reach a result or a verdict.
SETTINGS = "REPRODUCE_", "KERAS_", "PYTHON", "TF_", "XLA_", "CUDA_", "NVIDIA_", "OMP_", "HOME", "XDG_"
_MOST = 500
_PACKAGE = Path(__file__).resolve().parents[1]


def again(experiment: Experiment, data: str, seed: int, factors: Mapping[str, Any]) -> tuple[Entry, bool]:
    """Return one seed of an experiment, and whether an earlier session measured it. Errors are those of `measure`.

    A folder named by ``REPRODUCE_BY_PRODUCTS`` that is empty makes all be measured now. So is what the digest does not
    cover: an experiment of another package, and whatever a GPU computes.
    """
    hashes = inputs_of(experiment, data, factors).hashes()
    own = Path(inspect.getfile(experiment.function)).resolve().is_relative_to(_PACKAGE)
    if not own or len(hashes) < 2 or not machine.machine_class(experiment.library).endswith("-cpu"):
        return measure(experiment, data, seed, factors), False
    measured = []

    def text() -> str:
        measured.append(measure(experiment, data, seed, factors))
        return dumps(experiment.name, measured)

    cell = (experiment.name, experiment.version, data, canonical(experiment.factors(**factors)), seed, hashes)
    kept = kept_text("replays", digest(cell, *_place()), text, _MOST)
    if measured:
        return measured[0], False
    return loads(kept, Path(f"{experiment.name}.json"))[0], True


@cache
def _place() -> tuple[object, ...]:
    """Return the code, the packages, the processor and the settings, those included that a measurement makes."""
    pin()
    packages = sorted(path.name for place in sys.path for path in Path(place).glob("*-info"))
    settings = sorted((name, value) for name, value in os.environ.items() if name.startswith(SETTINGS))
    return source_digest(), packages, machine.cpu(), os.cpu_count(), sys.version, settings
