"""The same seed in another process, after other experiments, under another hash seed: the same bits."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from drawn import encoded, write_files

from reproduce.running.loading import load_all

#: Measures the experiments in the order given, and prints what each gave, floats by repr.
MEASURE = """
import json, sys
from reproduce.experiments.registry import find
from reproduce.running.cells import measure
from reproduce.running.loading import load_all
load_all()
folder, *names = sys.argv[1:]
for name in names:
    entry = measure(find(name), folder, 0, find(name).rehearsal)
    gave = [name, entry.scores, entry.details, entry.leave_one_out]
    print(json.dumps(gave, sort_keys=True, default=repr), flush=True)
"""


#: They make the descriptors, codebooks and boosted trees of wide.pairs, in variants.
LONGER = {"wide.counting", "wide.features", "wide.protocol"}


def blocks(seed):
    """A (96, 96, 3) uint8 image with corners enough for every detector of keypoints."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((8, 8, 1), np.uint8))


@pytest.fixture
def measured(tmp_path):
    """``measured(names, hash_seed)`` -> what each gave on a small herd, in a process and with a cache of their own."""
    files = {
        f"{animal:02d}/{number}.png": encoded(blocks(animal * 7 + number), ".png")
        for animal in range(12)
        for number in range(2 + 2 * (animal % 3))
    }
    folder = write_files(tmp_path / "herd", files)

    def run(names, hash_seed):
        own = {"PYTHONHASHSEED": str(hash_seed), "REPRODUCE_CACHE": str(tmp_path / f"cache-{hash_seed}")}
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(folder), *names],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return {json.loads(line)[0]: line for line in done.stdout.splitlines() if line.startswith("[")}

    return run


def test_two_processes_agree_to_the_last_bit(measured):
    """Every experiment but Keras', which test_dcnn repeats, and those that go the way of wide.pairs and take longer."""
    ours = {name: one for name, one in load_all().items() if one.function.__module__.startswith("reproduce.")}
    known = {name for name, one in ours.items() if one.library != "keras"}
    names = sorted(known - LONGER)
    first, second = measured(names, 1), measured(names[::-1], 2)
    assert set(first) == set(names)
    assert first == second
