"""Judging a full record costs pytest next to nothing."""

import dataclasses
import importlib.metadata
import os
import random
import resource
import subprocess
import sys

import pytest

from reproduce.record import Store
from reproduce.running.runner import measure

CLAIMS, SEEDS = 100, 14
#: What an idle session of as many tests may be multiplied by: 2 s where it takes 0.6 s, more on a machine that is busy.
TIMES = 3.3

SUITE = '''
"""A hundred claims."""
import pytest
import toy_experiments as toys

@pytest.mark.claim("T.{row}", at="Table I", unit="MAP@R %", fidelity="assumed")
@pytest.mark.parametrize("row", range(100))
def test_row(claim, row):
    """Row {row} scores 50."""
    ours = claim(toys.draw, "FriesianCattle2017", size=row, score="map_at_r")
    claim.at_least(ours, -1, because="only the time counts here")
'''
NOTHING = """
import pytest

@pytest.mark.parametrize("row", range(100))
def test_row(row):
    assert row >= 0
"""


def test_a_hundred_claims_of_fourteen_seeds_add_less_than_two_seconds(toys, tmp_path):
    """100 claims judged from a record of 1,400 results, 24 scores each, beside 100 tests that do nothing."""
    store, generator = Store(tmp_path / "record"), random.Random(1)
    first = measure(toys["toy.draw"], "FriesianCattle2017", 0, {})
    names = [f"{score}{part}" for score in "abcdefgh" for part in ("", "@train", "@all")]

    def result(row, seed):
        cell = dataclasses.replace(first.cell, factors={"pause": 0.0, "size": row}, seed=seed)
        scores = {name: generator.random() for name in ["map_at_r", *names]}
        without, animals = [generator.random() / 1000 for _ in range(19)], [f"animal {number}" for number in range(19)]
        return dataclasses.replace(
            first, cell=cell, scores=scores, leave_one_out={"map_at_r": without}, animals={"": animals}
        )

    store.add_all(result(row, seed) for row in range(CLAIMS) for seed in range(SEEDS))
    plugin = {point.name for point in importlib.metadata.entry_points(group="pytest11")}
    options = [] if "reproduce_claims" in plugin else ["-p", "reproduce.verdicts.plugin"]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1" if options else ""}

    def seconds(text):
        suite = tmp_path / "suite"
        suite.mkdir(exist_ok=True)
        (suite / "test_suite.py").write_text(text)
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "pytest", "-q", *options, "--claims-budget=0", str(suite)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        # The processor's time: what else the machine does must not count.
        taken = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
        assert done.returncode == 0, done.stdout
        return taken, done.stdout

    for _ in range(3):  # what shares the cores adds to one of the two at times, and never takes away
        judged, printed = seconds(SUITE)
        assert "100 statements, each in each of its settings: 100 reproduced" in printed
        idle, _ = seconds(NOTHING)
        added = judged - idle
        print(f"{CLAIMS} claims x {SEEDS} seeds: {judged:.2f} s, idle {idle:.2f} s, added {added:.2f} s")
        if added <= TIMES * idle:
            return
    pytest.fail(f"judging adds {added / idle:.1f} times what an idle session takes, {TIMES} are allowed")
