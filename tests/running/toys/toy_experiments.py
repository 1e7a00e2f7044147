"""Experiments that take no time: the runner's tests import this in worker processes."""

import os
import time
from pathlib import Path

from reproduce.determinism import generator
from reproduce.errors import DataMissingError
from reproduce.experiments import Result, experiment


def _note(name, seed):
    """A line in the file that the test reads: which cells were begun, and how often."""
    if path := os.environ.get("TOY_LOG"):
        with Path(path).open("a") as file:
            file.write(f"{name} {seed}\n")


@experiment(name="toy.draw", varies=("initialisation",), needs=(), seconds=0.01, rehearsal={"size": 2})
def draw(catalogue, seed, *, size=8, pause=0.0):
    """A few random numbers, after a pause: the score is the mean of what each animal scores."""
    _note("toy.draw", seed)
    os.write(2, b"what a library prints\n")
    time.sleep(pause)
    values = generator(seed, "toy").normal(size=size)
    shares = abs(values) % 1
    without = (shares.sum() - shares) / (size - 1)
    return Result(
        {"map_at_r": float(shares.mean()), "mean": float(values.mean())},
        {"herd": len(set(catalogue.identities.tolist()))},
        {"map_at_r": without.tolist()},
        {"": [f"animal {number}" for number in range(size)]},
    )


@experiment(name="toy.fixed", needs=(), seconds=0.01)
def fixed(catalogue, seed):
    """Nothing varies but the split, where the data set draws it."""
    return Result({"map_at_r": len(catalogue.test) / len(catalogue)})


@experiment(name="toy.fails", varies=("order",), needs=(), seconds=0.01)
def fails(catalogue, seed, *, at=3):
    """Raises under one seed."""
    if seed == at:
        raise RuntimeError("the toy broke\nas asked")
    return Result({"map_at_r": 0.5})


@experiment(name="toy.looks", varies=("order",), seconds=0.01)
def looks(catalogue, seed):
    """Decodes every image."""
    from reproduce.datasets import images

    return Result({"map_at_r": float(images(catalogue).mean())})


@experiment(name="toy.waits", varies=("order",), needs=(), seconds=0.01)
def waits(catalogue, seed):
    """Needs something that is not at hand."""
    raise DataMissingError("the toy box is not here")


@experiment(name="toy.dies", varies=("order",), needs=(), seconds=0.01)
def dies(catalogue, seed, *, always=False, folder=""):
    """Takes its worker process down, once or always, under seed 1."""
    _note("toy.dies", seed)
    mark = Path(folder) / "died"
    if seed == 1 and (always or not mark.exists()):
        mark.touch()
        os._exit(9)
    return Result({"map_at_r": seed / 10})


@experiment(name="toy.threads", varies=("order",), needs=(), seconds=0.01)
def threads(catalogue, seed):
    """How many threads BLAS and OpenMP may use here."""
    from threadpoolctl import threadpool_info

    counts = [pool["num_threads"] for pool in threadpool_info()]
    return Result({"most": max(counts, default=1), "omp": int(os.environ["OMP_NUM_THREADS"]), "x": float(seed)})
