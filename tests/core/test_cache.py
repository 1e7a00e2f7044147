"""By-products: computed once, whole or not at all, found by what went into them."""

import gc
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.cache import arrays, by_products, cache_dir, digest, text, write_atomically
from reproduce.determinism import generator, integer_seed


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """A cache of the test's own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))


def test_an_array_is_computed_once():
    """The second request reads the file."""
    calls = []

    def compute():
        calls.append(1)
        return np.arange(6).reshape(2, 3)

    first, second = arrays("toys", "a" * 8, compute), arrays("toys", "a" * 8, compute)
    assert np.array_equal(first, second)
    assert len(calls) == 1
    assert not second.flags.writeable


def test_a_failed_computation_leaves_nothing():
    """An error in the middle leaves no file that a later request would take for the array."""

    def fail():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        arrays("toys", "b" * 8, fail)
    assert not list(cache_dir("toys").glob("*.npy"))


def test_two_processes_share_one_computation(tmp_path):
    """Asked at once by two processes of their own, both get the array of the first."""
    asked = (
        "import os, numpy as np; from reproduce.cache import arrays\n"
        "print(arrays('toys', 'c' * 8, lambda: np.full(3, os.getpid())).tolist())"
    )
    environment = {**os.environ, "REPRODUCE_CACHE": str(tmp_path)}
    both = [
        subprocess.Popen([sys.executable, "-c", asked], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    first, second = (one.communicate(timeout=60)[0] for one in both)
    assert first == second != ""
    assert len(list(tmp_path.rglob("*.npy"))) == 1


def test_threads_read_at_once():
    """Also where the collection of garbage runs code amid a read, as a finalizer's, and lets the next thread in."""

    def let_others_in(*_):
        time.sleep(0)

    def read(_):
        return [arrays("toy", "read", lambda: np.arange(12)).sum() for _ in range(100)]

    often = gc.get_threshold()
    gc.callbacks.append(let_others_in)
    gc.set_threshold(5)
    try:
        with ThreadPoolExecutor(2) as threads:
            assert list(threads.map(read, range(2))) == [[66] * 100] * 2
    finally:
        gc.set_threshold(*often)
        gc.callbacks.remove(let_others_in)


def test_a_write_that_fails_keeps_the_old_file(tmp_path, monkeypatch):
    """If the last step cannot be made, the old content stands and no leftover stays."""
    path = tmp_path / "kept.json"
    write_atomically(path, b"old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept.json"]


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_digests_tell_parts_apart(one, other):
    """Only equal lists of parts have equal digests: the border between parts counts."""
    assert (digest(*one) == digest(*other)) == (one == other)


def test_digests_tell_shapes_and_types_apart():
    """The same bytes under another shape or type are another array."""
    row = np.arange(4, dtype=np.int32)
    assert len({digest(row), digest(row.reshape(2, 2)), digest(row.view(np.uint32)), digest(row.tobytes())}) == 4


def test_purposes_draw_independently():
    """One seed serves several purposes, none of which repeats another's numbers."""
    draws = {tuple(generator(0, name).integers(1000, size=5)) for name in ("split", "order", "weights")}
    assert len(draws) == 3
    assert integer_seed(0, "split") == integer_seed(0, "split") != integer_seed(1, "split")


@pytest.mark.parametrize("damage", [b"", b"other", b"\xff\xfe", b"0" * 64 + b"\nother"])
def test_a_kept_text_that_was_damaged_is_made_again(damage):
    """What is read is what was made: a file that says something else is passed over, and mended."""
    made = iter(("first", "second", "third"))
    assert text("toys", "one", lambda: next(made), most=2) == "first"
    assert text("toys", "one", lambda: next(made), most=2) == "first"
    by_products("toys").joinpath("one.txt").write_bytes(damage)
    assert text("toys", "one", lambda: next(made), most=2) == "second"
    assert text("toys", "one", lambda: next(made), most=2) == "second"


def test_the_oldest_texts_go():
    for number in range(5):
        text("toys", str(number), lambda: "made", most=2)
        os.utime(by_products("toys") / f"{number}.txt", (number, number))
    assert {path.stem for path in by_products("toys").iterdir()} == {"3", "4"}
