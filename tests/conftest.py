"""What every room's tests share: the stand-in's coats, grown once in a process, and an order that fills two cores."""

import functools

import pytest

#: Files that take longest: begun first, so that no core ends alone with one of them.
LONG = ("test_kills", "test_spied", "test_dcnn", "test_triplet", "test_backbone", "test_wide_features", "test_wide")


def pytest_collection_modifyitems(items):
    """The long files first, in that order; xdist hands out files as they come (--dist loadfile)."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session", autouse=True)
def grown_once():
    """The coats take seconds and are the same each time; photographs are taken and written anew wherever asked for."""
    from reproduce.datasets import turing

    grow = turing.coats
    grown = functools.cache(lambda _steps: grow())  # a test that grows them for fewer steps has its own
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turing, "coats", lambda: grown(turing.STEPS))
        yield
