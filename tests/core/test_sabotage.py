"""The kept sabotages still say something about the code as it is."""

import importlib.util
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
