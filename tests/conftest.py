"""What every room's tests share: the stand-in's coats, grown once in a process and not once in each cache folder."""

import functools

import pytest


@pytest.fixture(scope="session", autouse=True)
def grown_once():
    """The coats take seconds and are the same each time; photographs are taken and written anew wherever asked for."""
    from reproduce.datasets import turing

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turing, "coats", functools.cache(turing.coats))
        yield
