"""The same seed in another process, after other experiments, under another hash seed: the same bits."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from drawn import encoded, write_files

from reproduce.record import Store
from reproduce.running.loading import load_all
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.runner import measure, run
from reproduce.running.threads import WORKER_ENVIRONMENT

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
    told = [name, entry.scores, entry.details, entry.leave_one_out]
    print(json.dumps(told, sort_keys=True, default=repr), flush=True)
"""


#: They make the descriptors, codebooks and boosted trees of wide.pairs, in variants.
LONGER = {"wide.counting", "wide.features", "wide.protocol"}


def ours():
    """The suite's own experiments by name; toys are other tests'."""
    return {name: one for name, one in load_all().items() if one.function.__module__.startswith("reproduce.")}


def gave(entry):
    """What is compared, as MEASURE prints it."""
    told = [entry.cell.experiment, entry.scores, entry.details, entry.leave_one_out]
    return json.dumps(told, sort_keys=True, default=repr)


def blocks(seed):
    """A (96, 96, 3) uint8 image with corners enough for every detector of keypoints."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((8, 8, 1), np.uint8))


@pytest.fixture
def herd(tmp_path):
    """A folder of twelve small animals with two, three or five images each."""
    files = {
        f"{animal:02d}/{number}.png": encoded(blocks(animal * 7 + number), ".png")
        for animal in range(12)
        for number in range((2, 3, 5)[animal % 3])
    }
    return write_files(tmp_path / "herd", files)


@pytest.fixture
def measured(herd, tmp_path):
    """``measured(names, hash_seed)`` -> what each gave on the herd, in a process and with a cache of their own."""

    def run(names, hash_seed):
        own = {"PYTHONHASHSEED": str(hash_seed), "REPRODUCE_CACHE": str(tmp_path / f"cache-{hash_seed}")}
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(herd), *names],
            env={**os.environ, **WORKER_ENVIRONMENT, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return {json.loads(line)[0]: line for line in done.stdout.splitlines() if line.startswith("[")}

    return run


def test_two_processes_agree_to_the_last_bit(measured, herd, tmp_path, monkeypatch):
    """Every experiment but Keras', which test_dcnn repeats, and those that go the way of wide.pairs and take longer.

    The other process is this one: to start a third and import all of the libraries takes as long as the experiments.
    """
    known = {name: one for name, one in ours().items() if one.library != "keras" and name not in LONGER}
    there = measured(sorted(known), 1)
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "here"))
    here = {name: gave(measure(known[name], str(herd), 0, known[name].rehearsal)) for name in sorted(known)[::-1]}
    assert set(there) == set(known)
    assert here == there


@pytest.mark.weekly
def test_every_experiment_gives_its_bits_on_a_cluster_and_here(measured, herd, tmp_path, monkeypatch):
    """All of them, Keras' too: in a fresh process, on two Dask workers in whatever order, and in a test's process."""
    from distributed import LocalCluster

    known, store = ours(), Store(tmp_path / "record")
    alone = measured(sorted(known), 1)
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    plan = make_plan([Request(one, str(herd), one.rehearsal) for one in known.values()], range(1), store)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster:
        report = run(plan, store, cluster=cluster.scheduler_address)
    assert not report.failed
    assert {entry.cell.experiment: gave(entry) for entry in report.finished} == alone
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "here"))
    assert {name: gave(measure(one, str(herd), 0, one.rehearsal)) for name, one in known.items()} == alone
