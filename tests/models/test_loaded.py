"""Keras as this package loads it: what the backend says is kept aside. test_quiet holds the rest, on a new machine."""

import os

import pytest


def test_what_the_backend_says_is_shown_where_it_fails_but_for_want_of_memory(capfd):
    """Want of memory is one line of ours; of anything else its own words help."""
    from reproduce.models.dcnn import loaded

    def fail(error):
        with loaded._hushed():
            os.write(2, b"its own words")
            raise error

    for error, shown in ((RuntimeError("no such device"), "its own words"), (MemoryError("no more"), "")):
        with pytest.raises(type(error)):
            fail(error)
        assert capfd.readouterr().err == shown
