"""Toy experiments for the record's tests, importable here and in worker processes."""

import io
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from reproduce.record import Store
from reproduce.running.command import run_command
from reproduce.running.estimates import Timed
from reproduce.running.inputs import Data
from reproduce.running.loading import load_all
from reproduce.running.plan import make_plan
from reproduce.running.request import Request


@pytest.fixture
def toys(monkeypatch, tmp_path):
    """The toy experiments by name; no data but the catalogue that comes with the package."""
    folder = str(Path(__file__).parent / "toys")
    monkeypatch.setenv("REPRODUCE_EXPERIMENTS", "toy_experiments")
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("REPRODUCE_RECORD", str(tmp_path / "record"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.syspath_prepend(folder)
    return load_all()


@pytest.fixture
def other_cattle(monkeypatch):
    """TuringCattle by its name alone: to draw its images takes seconds."""
    own = Data.hash
    monkeypatch.setattr(Data, "hash", lambda one: "of no image" if one.name == "TuringCattle" else own(one))


@pytest.fixture
def plan(toys):
    """Sixteen rows of fourteen seeds, each guessed to take 30 s."""
    rows = [Request(toys["toy.draw"], "FriesianCattle2017", {"size": size}) for size in range(1, 17)]
    plan = make_plan(rows, range(14), Store())
    for row in plan.rows:
        row.seconds, row.timed = 30.0, Timed.GUESSED
    return plan


@pytest.fixture
def but_for_times():
    """A record file's text without its seconds and times."""
    return lambda path: re.sub(r'"seconds": [^,]*, "time": "[^"]*"', "", path.read_text())


@pytest.fixture
def command(toys, in_process):
    """``command("toy.draw", seeds=2) -> (status, what was printed)``, in this process; claims ask for every toy."""
    asked = [Request(one, "FriesianCattle2017") for one in toys.values()]
    usual = {"data": "FriesianCattle2017", "requested": lambda: asked, "workers": 1}

    def run(*names, **options):
        printed = io.StringIO()
        status = run_command(names, console=Console(file=printed, width=300), **(usual | options))
        return status, printed.getvalue()

    return run
