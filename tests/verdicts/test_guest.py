"""The plugin in a stranger's session: fixtures and marks called as ours change nothing, nothing of ours is loaded."""

import os
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

SUITE = """
import os
import sys

import pytest


@pytest.fixture
def claim():
    return {"amount": 3}


@pytest.fixture(params=["dark", "light"])
def setting(request):
    return request.param


def test_amount(claim):
    assert claim["amount"] == 3


@pytest.mark.claim("sub")
def test_token(setting):
    assert setting in ("dark", "light")


@pytest.mark.judged_in("court")
@pytest.mark.parametrize("at", [1, 2])
def test_judged(claim, setting, at):
    assert claim and setting and at


@pytest.mark.judged_in("court")
class TestCase:
    @pytest.mark.claim("aud", required=True)
    def test_method(self):
        assert True


@pytest.mark.xfail(strict=True)
def test_known(claim):
    assert not claim


def test_untouched():
    rooms = {name for name in sys.modules if name.startswith("reproduce")}
    assert rooms <= LIGHT, rooms - LIGHT
    assert "TF_ENABLE_ONEDNN_OPTS" not in os.environ
    assert not {"numpy", "keras", "tensorflow", "typer"} & set(sys.modules)
"""
#: What the plugin itself is made of.
PLUGIN = "plugin", "plugin.hooks", "plugin.options", "plugin.ours", "plugin.stash", "runs", "runs.options"
LIGHT = {"reproduce", "reproduce.verdicts", *(f"reproduce.verdicts.{name}" for name in PLUGIN)}
INI = "[pytest]\naddopts = --strict-markers\nmarkers =\n  claim(name): of a token\n  judged_in(where): a court\n"


def outcomes(folder, *options, name="test_stranger.py"):
    """Pytest's last line without its time, in a process of its own; with no plugin that is not asked for."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "TF_"))}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # others' plugins take longer than the suite
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", name, *options],
        env=environment, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout.strip().splitlines()[-1].partition(" in ")[0], done.stdout + done.stderr


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")])
def test_a_strangers_suite_has_the_outcomes_that_it_has_without(tmp_path, workers):
    """A foreign ``claim``, ``setting`` and ``judged_in``, as fixtures and as registered marks."""
    (tmp_path / "test_stranger.py").write_text(SUITE.replace("LIGHT", repr(LIGHT)))
    (tmp_path / "pytest.ini").write_text(INI)
    installed = entry_points(group="pytest11", name="reproduce_claims")  # by the name that pytest finds it under
    here = ["-p", "reproduce_claims" if installed else "reproduce.verdicts.plugin"]
    status, counts, said = outcomes(tmp_path, *here, *workers)
    assert (status, counts) == (0, "9 passed, 1 xfailed"), said
    assert outcomes(tmp_path, *workers)[:2] == (status, counts)


def test_a_claim_of_ours_beside_a_strangers_fixture(claim_session):
    """One suite may hold both: the stranger's file has a fixture of its own, the other is judged."""
    (claim_session.path / "test_stranger.py").write_text(SUITE.partition("def test_untouched")[0])
    (claim_session.path / "pytest.ini").write_text(INI)
    ours = '''
"""Table X: a toy."""
from reproduce.verdicts import check

@check("X.toy", at="X")
def test_toy(claim):
    """Nothing is measured."""
    claim.waits("better days")
'''
    result = claim_session(ours)
    assert {name: count for name, count in result.parseoutcomes().items() if name != "warnings"} == {
        "passed": 8, "xfailed": 1, "skipped": 1,
    }  # fmt: skip
    assert "X.toy" in result.stdout.str()
