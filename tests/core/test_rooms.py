"""Harness and science can be read alone: of the science the harness knows the registry of experiments."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "reproduce"
HARNESS = "record", "running", "verdicts"
SCIENCE = "datasets", "models", "metrics"
#: The rooms from the lowest floor up; a room imports those of lower floors alone. Files beside the rooms lie below all.
FLOORS = (
    SCIENCE,
    ("experiments",),
    ("record",),
    ("running",),
    ("verdicts",),  # the marks of a claim file
    ("verdicts.judging",),
    ("verdicts.outcome",),
    ("verdicts.files",),
    ("verdicts.views",),
    ("verdicts.runs",),
    ("verdicts.plugin",),
    ("verdicts.explanations",),
    ("verdicts.paper",),
    ("report",),
    ("animals",),
    ("export",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imported(file):
    """What a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def room_of(module):
    """The room of a module by its dotted name, "" of a file beside the rooms."""
    parts = module.split(".")[1:]
    if parts[:1] == ["verdicts"]:
        inner = ".".join(parts[:2])
        return inner if inner in FLOOR else "verdicts"
    return parts[0] if parts and parts[0] in FLOOR else ""


def module_of(file):
    """The dotted name of a file."""
    return ".".join(("reproduce", *file.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def test_no_room_imports_a_room_above_it_or_in_a_circle():
    """Arrows go down, also those inside a function; so there is no circle among rooms."""
    up = []
    for file in ROOT.rglob("*.py"):
        room = room_of(module_of(file))
        for name in imported(file):
            other = room_of(name) if name.startswith("reproduce.") else room
            if other != room and FLOOR.get(other, -1) >= FLOOR.get(room, -1):
                up.append((module_of(file), name))
    assert up == []


def test_no_folder_of_experiments_imports_another_in_a_circle():
    """A network's experiments, those that learn nothing and the rest: of two folders one knows the other at most."""
    known = set()
    for file in (ROOT / "experiments").rglob("*/*.py"):
        others = {name.split(".")[2] for name in imported(file) if name.startswith("reproduce.experiments.")}
        known |= {(file.parent.name, other) for other in others if (ROOT / "experiments" / other).is_dir()}
    assert ("unlearned", "dcnn") in known
    assert [pair for pair in known if pair[::-1] in known and pair[0] < pair[1]] == []


def test_every_room_has_its_floor():
    """A new folder is given a place among the others."""
    rooms = {room_of(module_of(file)) for file in ROOT.rglob("*.py")} | {""}
    folders = {".".join(one.parent.relative_to(ROOT).parts) for one in ROOT.glob("*/__init__.py")}
    folders |= {".".join(one.parent.relative_to(ROOT).parts) for one in ROOT.glob("verdicts/*/__init__.py")}
    assert folders <= set(FLOOR)
    assert rooms == set(FLOOR) | {""}


def test_judging_knows_nothing_of_pytest_or_files():
    """Numbers in, verdict out."""
    known = {name for file in (ROOT / "verdicts" / "judging").glob("*.py") for name in imported(file)}
    heads = {name.partition(".")[0] for name in known}
    assert not heads & {"pytest", "pathlib", "os", "io", "json", "tomllib", "msgspec", "rich"}
    rooms = {room_of(name) for name in known if name.startswith("reproduce.")}
    assert rooms <= {"", "verdicts.judging"}


@pytest.mark.parametrize("room", HARNESS)
def test_the_harness_knows_the_science_by_one_file(room):
    """Only running/inputs.py asks data sets and models; experiments are known by their registry."""
    science = tuple(f"reproduce.{one}" for one in (*SCIENCE, "experiments"))
    known = "reproduce.experiments", "reproduce.experiments.registry"
    files = [file for file in (ROOT / room).rglob("*.py") if file != ROOT / "running" / "inputs.py"]
    found = {(file.name, name) for file in files for name in imported(file) if name.startswith(science)}
    assert {(file, name) for file, name in found if name != known[0] and not name.startswith(known[1])} == set()


def test_a_strangers_session_loads_no_science():
    """The plugin is loaded in every pytest session of the environment."""
    code = "import sys, reproduce.verdicts.plugin; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if name.startswith(tuple(f"reproduce.{one}" for one in SCIENCE))] == []
    assert not {"numpy", "scipy", "keras"} & set(loaded)
