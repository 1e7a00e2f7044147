"""The kept sabotages, and the list of modules for mutants, still say something about the code as it is."""

import ast
import importlib.util
import tomllib
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "sabotage" / "sabotage.py"
spec = importlib.util.spec_from_file_location("sabotage_script", SCRIPT)
sabotage = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sabotage)


@pytest.mark.parametrize("one", sabotage.kept(), ids=lambda one: one.what)
def test_every_sabotage_still_applies(one):
    """Its text is in its file exactly once, what it makes of it is Python, and its tests are there."""
    assert one.applied() != (sabotage.ROOT / one.file).read_text(encoding="utf-8")
    assert all((sabotage.ROOT / name).exists() for name in one.tests.split())


def test_no_two_say_the_same():
    """Each breaks something of its own."""
    names = [one.what for one in sabotage.kept()]
    assert len(set(names)) == len(names) >= 60


def test_a_text_that_is_gone_is_an_error():
    """A sabotage of code that was rewritten is not passed over."""
    gone = sabotage.Sabotage("gone", "reproduce/cache.py", [["no such line", ""]], "tests/core")
    with pytest.raises(ValueError, match="say it anew"):
        gone.applied()


LISTED = tomllib.loads((SCRIPT.parents[1] / "mutants" / "modules.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", LISTED["tests"])
def test_what_the_mutants_pass_over_is_there(module):
    """Its tests, and the functions and lines of it that are named: a name that is gone passes over nothing."""
    text = (sabotage.ROOT / module).read_text(encoding="utf-8")
    assert all((sabotage.ROOT / name.partition("::")[0]).exists() for name in LISTED["tests"][module].split())
    functions = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    assert set(LISTED["looks"].get(module, [])) <= functions
    assert set(LISTED["unseen"].get(module, [])) <= {line.strip() for line in text.splitlines()}


def test_only_listed_modules_have_something_to_pass_over():
    """A module that was moved takes its lines along."""
    assert {*LISTED["looks"], *LISTED["unseen"]} <= set(LISTED["tests"])


@pytest.mark.parametrize("told", LISTED["same"])
def test_what_changes_nothing_is_a_line_that_is_there(told):
    """A survivor that was excused is excused where it stands, and not where the line has become another."""
    module, _, change = told.partition(": ")
    change, _, line = change.partition(" @ ")
    lines = (sabotage.ROOT / module).read_text(encoding="utf-8").splitlines()
    assert " -> " in change
    assert line in [one.strip() for one in lines]
