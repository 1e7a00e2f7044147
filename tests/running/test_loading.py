"""Experiments of one's own: imported by name, and named where they cannot be."""

from types import SimpleNamespace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.running import loading


@pytest.fixture
def imported(monkeypatch):
    """``imported(named, error)``: the modules that are imported where these are named, and the last raises that."""

    def load(named, error=None):
        names = []

        def import_module(name):
            names.append(name)
            if error is not None:
                raise error

        monkeypatch.setenv(loading.EXTRA, named)
        monkeypatch.setattr(loading, "experiments", SimpleNamespace(__path__=[], __name__="none"))
        monkeypatch.setattr(loading, "entry_points", lambda group: [])
        monkeypatch.setattr(loading, "importlib", SimpleNamespace(import_module=import_module))
        loading.load_all()
        return names

    return load


def test_modules_are_named_by_comma(imported):
    """An empty name is none."""
    assert imported(" mine, , yours.toys") == ["mine", "yours.toys"]
    assert imported("") == []


@pytest.mark.parametrize("missing", ["yours", "yours.toys"])
def test_a_module_that_is_not_there_is_named(imported, missing):
    """Or whose package is not."""
    with pytest.raises(InvalidInputError, match=r"REPRODUCE_EXPERIMENTS names 'yours\.toys', which cannot be imported"):
        imported("yours.toys", ModuleNotFoundError("no module", name=missing))


@pytest.mark.parametrize("missing", ["numpy", None])
def test_a_module_that_lacks_another_says_which(imported, missing):
    """The error is its own."""
    with pytest.raises(ModuleNotFoundError, match="no module"):
        imported("yours.toys", ModuleNotFoundError("no module", name=missing))
