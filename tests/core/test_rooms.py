"""Harness and science can be read alone: of the science the harness knows the registry of experiments."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "reproduce"
HARNESS = "record", "running", "verdicts"
#: inputs.py is the one that may; the explanations weigh Table III alone.
THEIRS = "inputs.py", "explanations.py", "explanation_table.py"
SCIENCE = "datasets", "models", "metrics"


def imported(file):
    """What a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


@pytest.mark.parametrize("room", HARNESS)
def test_the_harness_knows_the_science_by_one_file(room):
    """Only running/inputs.py asks data sets and models; experiments are known by their registry."""
    science = tuple(f"reproduce.{one}" for one in (*SCIENCE, "experiments"))
    known = "reproduce.experiments", "reproduce.experiments.registry"
    files = [file for file in (ROOT / room).rglob("*.py") if file.name not in THEIRS]
    found = {(file.name, name) for file in files for name in imported(file) if name.startswith(science)}
    assert {(file, name) for file, name in found if name != known[0] and not name.startswith(known[1])} == set()


def test_a_strangers_session_loads_no_science():
    """The plugin is loaded in every pytest session of the environment."""
    code = "import sys, reproduce.verdicts.plugin; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if name.startswith(tuple(f"reproduce.{one}" for one in SCIENCE))] == []
    assert not {"numpy", "scipy", "keras"} & set(loaded)
