"""What a machine does to a run: folders that cannot be read, a cache that cannot be written, damaged files."""

import errno
import os
import sys

import numpy as np
import pytest
from drawn import encoded, picture, write_files

from reproduce import cache, cli
from reproduce.datasets import load
from reproduce.errors import InvalidInputError, ReproduceError, one_line

ANIMALS = {f"{name}/{number}.png": encoded(picture(number), ".png") for name in ("Léo", "Nala") for number in range(2)}


@pytest.fixture
def animals(tmp_path, monkeypatch):
    """A folder of two animals, and a cache of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    return write_files(tmp_path / "animals", ANIMALS)


def ended(monkeypatch, capsys, *words):
    """What the command ends with on stderr, a line, at status 1."""
    monkeypatch.setattr(sys, "argv", ["reproduce", *map(str, words)])
    with pytest.raises(SystemExit) as raised:
        cli.main()
    assert raised.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("reproduce: ")
    assert said.count("\n") == 1
    return said


def test_a_folder_that_cannot_be_read_is_named(animals, monkeypatch, capsys):
    """It is not passed over: its photographs would be missed by nobody."""
    scan = os.scandir

    def scandir(path):
        if os.path.basename(path) == "Nala":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    said = ended(monkeypatch, capsys, "audit", animals)
    assert f"{animals / 'Nala'}: Permission denied; see to its permissions" in said


def test_a_photograph_that_cannot_be_read_is_named(animals, monkeypatch):
    """A file of another user's, for instance."""
    opened = type(animals).open

    def denied(path, *arguments, **options):
        if path.name == "1.png":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(type(animals), "open", denied)
    with pytest.raises(InvalidInputError, match=r"1\.png: Permission denied; see to its permissions"):
        load(str(animals))


@pytest.mark.parametrize(
    "number, cure", [(errno.EROFS, "name a folder of your own"), (errno.ENOSPC, "make room"), (errno.EIO, "--debug")]
)
def test_a_cache_that_takes_nothing_is_one_line(animals, monkeypatch, capsys, number, cure):
    """Read-only, full, or broken: the file, the reason, and what helps."""

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number), "/cache/file")

    monkeypatch.setattr(cache.tempfile, "mkstemp", refuse)
    said = ended(monkeypatch, capsys, "audit", animals)
    assert f"/cache/file: {os.strerror(number)}; " in said
    assert cure in said


@pytest.mark.parametrize("damage", [lambda content: content[:100], lambda content: b"", lambda content: b"no array"])
def test_a_damaged_by_product_is_made_again(animals, damage):
    """Cut off, emptied, or something else: computed anew, and whole afterwards."""
    made = []

    def compute():
        made.append(1)
        return np.arange(1000)

    cache.arrays("kind", "key", compute)
    path = cache.cache_dir("kind") / "key.npy"
    path.write_bytes(damage(path.read_bytes()))
    for _ in range(2):
        assert cache.arrays("kind", "key", compute).tolist() == list(range(1000))
    assert len(made) == 2


@pytest.mark.parametrize("how", ["one value", "no digest", "another's", "both of another's"])
def test_a_changed_by_product_is_made_again(animals, how):
    """By a hand that kept it readable: one value, its digest gone, another's file in its place; not with its digest."""
    made = []

    def compute(value):
        made.append(value)
        return np.full(1000, value)

    for key, value in (("key", 1), ("other", 2)):
        cache.arrays("kind", key, lambda value=value: compute(value))
    path = cache.cache_dir("kind") / "key.npy"
    if how == "one value":
        changed = np.load(path)
        changed[500] = 9
        np.save(path, changed)
    elif how == "no digest":
        path.with_suffix(".sha256").unlink()
    for kind in {"another's": ("npy",), "both of another's": ("npy", "sha256")}.get(how, ()):
        path.with_suffix(f".{kind}").write_bytes(path.with_name(f"other.{kind}").read_bytes())
    cache._WHOLE.clear()  # as in the next process
    found = cache.arrays("kind", "key", lambda: compute(1))
    if how == "both of another's":  # what only an empty cache settles
        assert found[0] == 2
        return
    assert (found == 1).all()
    assert made == [1, 2, 1]
    cache.arrays("kind", "key", lambda: compute(1))
    assert made == [1, 2, 1]


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 5000, b'{"paths": 5}', b"\xff"])
def test_a_damaged_survey_is_made_again(animals, content):
    """What the cache keeps of a folder: the same animals in the end."""
    before = load(str(animals)).content_hash
    for kind in ("surveys", "digests"):
        for path in cache.cache_dir(kind).glob("*.json"):
            path.write_bytes(content)
    assert load(str(animals)).content_hash == before


def test_what_a_stranger_named_is_one_line():
    """Line ends, escapes that a terminal obeys and reversed reading are written out; other scripts stay."""
    error = ReproduceError("a\nb\x1b[2J\u202eexe\ud800: Симба 野田　さん")
    assert str(error) == "a\\nb\\x1b[2J\\u202eexe\\ud800: Симба 野田　さん"
    assert one_line("Léo's") == "Léo's"


@pytest.mark.parametrize("where", ["Pillow", "OpenCV", "NumPy", "threads", "a library"])
def test_memory_that_runs_out_is_said(animals, monkeypatch, capsys, where):
    """A line, and the photographs are not called damaged; what is no lack of memory stays a bug's traceback."""
    import cv2
    from PIL import Image

    def fails(error):
        def always(*_, **__):
            raise error

        return always

    if where == "Pillow":
        monkeypatch.setattr(Image.Image, "load", fails(MemoryError()))
    elif where == "OpenCV":
        lack = cv2.error("Insufficient memory")
        lack.err = "Failed to allocate 36000000 bytes"
        monkeypatch.setattr(cv2, "imdecode", fails(lack))
    elif where == "NumPy":
        monkeypatch.setattr(cv2, "cvtColor", fails(MemoryError("Unable to allocate 91.6 MiB")))
    else:
        page = "tried: [\n" + "\n".join(["a/path"] * 500) + "\n]: lib.so: failed to map segment from shared object"
        error = RuntimeError("can't start new thread") if where == "threads" else ImportError(page)
        monkeypatch.setattr("concurrent.futures.ThreadPoolExecutor.map", fails(error))
    said = ended(monkeypatch, capsys, "embed", animals, "--model", "histogram", "--output", animals.parent / "out")
    assert said.startswith("reproduce: memory ran out (")
    assert len(said) < 250
    assert not (animals.parent / "out").exists()


def test_a_bug_keeps_its_traceback(animals, monkeypatch):
    """Only what says that memory ran out is made a line."""
    import cv2

    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(cv2, "cvtColor", broken)
    monkeypatch.setattr(sys, "argv", ["reproduce", "embed", str(animals), "--model", "histogram"])
    with pytest.raises(RuntimeError, match="a bug"):
        cli.main()
