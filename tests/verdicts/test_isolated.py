"""Judging by the record is pytest run alone: the caller's options, plugins and ini file change no verdict and no order.

In a session of the caller's own, tests may come in another order or twice: the table is the same.
"""

import os

import pytest
from scipy.special import gamma  # noqa: F401  (see conftest.py)

import reproduce.verdicts.plugin.session  # noqa: F401
from reproduce.verdicts.plugin.collect import judged

SUITE = '''
"""Table X: a toy."""
import pytest
from reproduce.experiments import Result, experiment
from reproduce.verdicts import statement
from beside_isolated import ROWS

@experiment("toy.isolated", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed, *, row="a"):
    """A number of the row, and a little noise."""
    return Result({"map_at_r": {"b": 0.5, "a": 0.4, "c": 0.3}[row] + 0.001 * seed})

@statement("X.{row}", at="X", unit="MAP@R %")
@pytest.mark.parametrize("row", ROWS)
def test_row(claim, row):
    """Row {row} scores more than 35."""
    claim.at_least(claim(toy, "", score="map_at_r", seeds=3, row=row), 35, because="a toy")

@statement("X.above", at="X", unit="MAP@R %")
def test_above(claim):
    """Row b scores more than 10."""
    claim.at_least(claim(toy, "", score="map_at_r", seeds=3, row="b"), 10, because="a toy")
'''
IDS = ["X.b", "X.a", "X.c", "X.above"]
HIDDEN = "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
SHUFFLES = """
def pytest_collection_modifyitems(items):
    items.reverse()
"""
AGAIN = """
import pytest
from _pytest.runner import runtestprotocol

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in runtestprotocol(item, nextitem=nextitem, log=False)[1:2]:
        report.outcome = "rerun"
        item.ihook.pytest_runtest_logreport(report=report)
    item._initrequest()
    runtestprotocol(item, nextitem=nextitem)
    return True

def pytest_report_teststatus(report):
    if report.outcome == "rerun":
        return "rerun", "R", "RERUN"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of claims without a record, and a plugin that shuffles beside it."""
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"REPRODUCE_{name}", str(tmp_path / name))
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    claims = tmp_path / "the claims"
    claims.mkdir()
    (claims / "test_isolated_toy.py").write_text(SUITE)
    (claims / "beside_isolated.py").write_text('ROWS = ["b", "a", "c"]\n')
    (tmp_path / "shuffles_isolated.py").write_text(SHUFFLES)
    monkeypatch.syspath_prepend(tmp_path)
    return claims


@pytest.mark.parametrize(
    "variables, ini",
    [
        ({}, ""),
        ({"PYTEST_ADDOPTS": "-k above"}, ""),
        ({"PYTEST_ADDOPTS": "-n 2"}, ""),
        ({"PYTEST_PLUGINS": "shuffles_isolated"}, ""),
        ({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, ""),
        ({}, "[pytest]\naddopts = --cov=nothing\n"),
        ({}, "[pytest]\naddopts = -k above\npython_functions = check_*\n"),
    ],
)
def test_what_the_caller_has_changes_nothing(folder, monkeypatch, variables, ini):
    """All claims, in the order of their file, whatever options, plugins and ini file the caller has."""
    for name in HIDDEN:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (folder.parent / "pytest.ini").write_text(ini)
    found = judged(folder)
    assert [outcome.spec.id for outcome in found.outcomes] == IDS
    assert [dict(request.factors)["row"] for request in found.requests] == ["b", "a", "c"]
    assert found.origins["X.above"].file == "the claims/test_isolated_toy.py"
    assert {name: os.environ.get(name) for name in HIDDEN} == {**dict.fromkeys(HIDDEN), **variables}


@pytest.mark.parametrize("conftest, also", [(SHUFFLES, {}), (AGAIN, {"rerun": 4})])
def test_the_table_does_not_follow_the_order_of_the_tests(claim_session, conftest, also):
    """One row for each claim, at its place: of a test that was run again the last."""
    source = SUITE.replace("from beside_isolated import ROWS", 'ROWS = ["b", "a", "c"]')
    usual = claim_session(source)
    (claim_session.path / "conftest.py").write_text(conftest)
    other = claim_session(source)

    def told(result):
        start = next(number for number, line in enumerate(result.outlines) if " claims 'Table X'" in line)
        lines = result.outlines[start:]
        return [line for line in lines if not line.startswith(("=", "FAILED"))]

    assert {**usual.parseoutcomes(), **also} == other.parseoutcomes()
    assert [line.split()[0] for line in told(usual) if line.startswith("X.")] == IDS
    assert told(other) == told(usual)
