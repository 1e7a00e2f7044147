"""Whether all claims were asked for: then the paper's screen is shown, and a finding without a claim is refused."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

CLAIMS = Path(__file__).parents[2] / "claims"
SUITE = '''
"""Table X: a toy."""
import pytest
from reproduce.experiments import Result, experiment
from reproduce.verdicts import statement

@experiment("toy.narrowed", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed):
    """Half, and a little noise."""
    return Result({"map_at_r": 0.5 + 0.001 * seed})

@statement("X.lion", at="X", unit="MAP@R %")
def test_lion(claim):
    """The toy scores more than 10."""
    claim.at_least(claim(toy, "", score="map_at_r", seeds=3), 10, because="a toy")

@statement("X.cow", at="X", unit="MAP@R %")
def test_cow(claim):
    """The toy scores more than 20."""
    claim.at_least(claim(toy, "", score="map_at_r", seeds=3), 20, because="a toy")

@pytest.mark.weekly
def test_of_minutes():
    """No claim."""
'''
PAPER = '["X.lion"]\nat = "X"\n["X.cow"]\nat = "X"\n'
INI = "[pytest]\naddopts = -m 'not weekly'\nmarkers =\n  weekly: takes minutes\n"
IDLE = '"X.gone" = { says = "holds", ours = [1, 2] }\n'


@pytest.mark.parametrize(
    "options, whole",
    [
        ((), True),
        (("-m", "claim"), True),
        (("-n", "1"), True),
        (("-k", "lion"), False),
        (("-m", "not claim or weekly"), False),
        (("--deselect", "test_toy.py::test_cow"), False),
        (("test_toy.py::test_lion", "test_toy.py::test_cow"), False),
        (("-k", "lion", "-n", "1"), False),
    ],
)
def test_what_narrows_is_that_claims_are_left_out(claim_session, options, whole):
    """Not that a configuration's addopts deselect other tests."""
    (claim_session.path / "pytest.ini").write_text(INI)
    ended = claim_session(SUITE, *options, paper=PAPER, findings=IDLE)
    said = ended.stdout.str() + ended.stderr.str()
    assert ("no claim uses X.gone" in said) == whole
    if whole:  # a session that is not refused
        said = claim_session(SUITE, *options, paper=PAPER, findings="").stdout.str()
    assert (" the paper " in said) == whole


HARNESS = """
import reproduce.verdicts.files.findings as findings

kept = findings.read
findings.read = lambda path: {**kept(path), "I.nosuchclaim": findings.Finding("holds", (1.0, 2.0))}

def pytest_runtestloop(session):
    return True  # asked for is enough: nothing is judged
"""
#: One process for both: the second finds imported what the first took seconds to import.
TWICE = """
import sys
import pytest

for more in ((), ("-k", "not lion")):
    print("ended", int(pytest.main([*sys.argv[1:], *more])), flush=True)
"""


@pytest.mark.skipif(not CLAIMS.is_dir(), reason=f"no claims in {CLAIMS}")
def test_an_entry_without_a_claim_is_refused_in_this_checkout(tmp_path):
    """Under its own pyproject, as `tox run -e claims` runs it."""
    (tmp_path / "harness.py").write_text(HARNESS)
    paths = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    plugin = [] if entry_points(group="pytest11", name="reproduce_claims") else ["-p", "reproduce.verdicts.plugin"]
    asked = [str(CLAIMS), "--claims-budget=0", *plugin, "-p", "harness", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-c", TWICE, *asked],
        env={**os.environ, "PYTHONPATH": paths}, cwd=CLAIMS.parent,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
    )  # fmt: skip
    whole, part, end = done.stdout.split("ended ")
    assert (part.split()[0], end.split()[0]) == (f"{pytest.ExitCode.USAGE_ERROR:d}", f"{pytest.ExitCode.OK:d}"), whole
    assert "no claim uses I.nosuchclaim" in whole
    assert "no claim uses I.nosuchclaim" not in part
