"""How far the same seed moves elsewhere: seed 0 again with more threads, as another processor computes, on another
backend. What is seen here is written down as each experiment's ``tolerance``.

``python tests/tolerance.py EXPERIMENT [DATA NAME=VALUE ...]`` prints the largest difference of a fraction
among the scores that a replay is held to, for each such place. Without DATA: of the cell that took least in the record.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

__all__ = ["PLACES", "measured"]

#: What is set before anything is imported. OpenBLAS and oneDNN choose their arithmetic by processor: told to be an
#: older one, or left out, they sum in the order of another machine.
PLACES: Mapping[str, Mapping[str, str]] = {
    "two threads": {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "an older processor": {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512_SKX AVX2 FMA3"},
    # Of TensorFlow: its plain kernels, as where oneDNN is not built in.
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "torch": {"KERAS_BACKEND": "torch"},
}
#: Those that only experiments on Keras can tell.
OF_KERAS = ("without oneDNN", "torch")
_ONE = """
import json, sys
from reproduce.experiments.registry import find
from reproduce.running.cells import measure
from reproduce.running.loading import load_all
from reproduce.running.tiers import main_scores
load_all()
name, data, factors = json.loads(sys.argv[1])
entry = measure(find(name), data, 0, factors)
print(json.dumps({score: entry.scores[score] for score in main_scores(entry)}))
"""


def measured(experiment: str, data: str, factors: Mapping[str, Any], place: Mapping[str, str]) -> dict[str, float]:
    """Seed 0's main scores in a process of its own under these environment variables; its failure is an error.

    By-products are not shared: what one place computed another would only read.
    """
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, "-c", _ONE, json.dumps([experiment, data, dict(factors)])],
            env={**os.environ, "REPRODUCE_CACHE": cache, **place},
            capture_output=True,
            text=True,
            check=True,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def moved(here: Mapping[str, float], there: Mapping[str, float]) -> tuple[str, float]:
    """The fraction that moved most, and by how much; ("", 0.0) where none moved."""
    apart = {name: abs(there[name] - value) for name, value in here.items() if abs(value) <= 1}
    most = max(apart, key=lambda name: apart[name], default="")
    return (most, apart[most]) if most and apart[most] > 0 else ("", 0.0)


def quickest(experiment: str) -> tuple[str, Mapping[str, Any]]:
    """Data and factors of the cell in the record whose seed 0 took least; a KeyError where there is none."""
    from reproduce.record import Store
    from reproduce.record.store import default_folder

    entries = [entry for entry in Store(default_folder()).entries(experiment) if entry.seed == 0]
    if not entries:
        raise KeyError(experiment)
    cell = min(entries, key=lambda entry: entry.seconds).cell
    return cell.data, cell.factors


def main(experiment: str, data: str = "", *pairs: str) -> int:
    """Print the differences of one experiment, place by place; 1 where it cannot be measured here."""
    from reproduce.running.loading import load_all
    from reproduce.running.select import factor

    library = load_all()[experiment].library
    factors: Mapping[str, Any] = dict(map(factor, pairs))
    if not data:
        data, factors = quickest(experiment)
    here: Mapping[str, float] = {}
    for place, variables in {"here again": {}, **PLACES}.items():
        if place in OF_KERAS and library != "keras":
            continue
        try:
            here = here or measured(experiment, data, factors, {})
            name, apart = moved(here, measured(experiment, data, factors, variables))
        except subprocess.CalledProcessError as error:
            print(f"{experiment} on {data}, {place}: {(error.stderr or '?').strip().splitlines()[-1]}", flush=True)
            if not here:
                return 1
        else:
            print(f"{experiment} on {data}, {place}: {apart:.3g} {name}".rstrip(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
