"""Stand-ins of full size are told from the published cattle, and so are images that are not those first seen."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from drawn import encoded, picture, write_files
from stand_ins import cattle, processor

from reproduce.datasets import friesian, load
from reproduce.experiments import mlp
from reproduce.experiments.unlearned import baselines
from reproduce.record import first_sets
from reproduce.running import inputs
from reproduce.running.origin import keep_first
from reproduce.running.request import Request

NAME = "FriesianCattle2017"
HERD = {f"{cow}/{cow}-{image}.jpg": (cow, image) for cow in range(12) for image in range(80)}


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory):
    """A data root with 940 stand-ins made of a herd of twelve."""
    root = tmp_path_factory.mktemp("stand-ins")
    files = {name: encoded(picture(100 * cow + image, side=8)) for name, (cow, image) in HERD.items()}
    assert cattle(str(write_files(root / "herd", files)), root / "data" / NAME) == 940
    return root / "data"


def forget():
    """Nothing that was read is recalled."""
    inputs._loaded.cache_clear()
    inputs._doubt.cache_clear()


@pytest.fixture
def here(stand_ins, tmp_path, monkeypatch):
    """The stand-ins as this machine's data, a record of its own, nothing recalled."""
    monkeypatch.setenv("REPRODUCE_DATA", str(stand_ins))
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCE_RECORD", str(tmp_path / "record"))
    forget()
    yield tmp_path / "record"
    forget()


@pytest.fixture
def unmarked(here, monkeypatch):
    """As images that nobody marked as stand-ins: they match the published set in every count."""
    monkeypatch.setattr(friesian, "STAND_INS", "no such file")
    return here


def test_they_have_the_published_counts_and_say_what_they_are(here):
    """940 images of 89 animals, no two the same, and none of them taken for the published."""
    found = load(NAME)
    sizes = {animal: int((found.identities == animal).sum()) for animal in set(found.identities.tolist())}
    assert sizes == friesian.class_sizes()
    assert len(set(found.digests.tolist())) == 940
    assert "are stand-ins, as" in Request(mlp.embed, NAME).inputs.doubt()


def test_the_first_images_are_kept_and_others_held_against_them(unmarked, monkeypatch):
    """Nothing tells the first set from the published one, which is said; one image changed is another set."""
    asked = [
        Request(one, data).inputs
        for one, data in ((baselines.pixels, NAME), (mlp.embed, NAME), (baselines.pixels, "LionData"))
    ]
    assert Request(mlp.embed, NAME).inputs.doubt() == ""
    (said,) = keep_first(unmarked, asked)
    assert f"{NAME}: the first images seen; their publisher gives no digest" in said
    first = first_sets.first(unmarked, NAME)
    assert (first.digest, first.images, first.animals) == (friesian.images_digest(load(NAME)), 940, 89)
    assert keep_first(unmarked, asked) == []
    forget()
    assert Request(mlp.embed, NAME).inputs.doubt() == ""
    other = dataclasses.replace(load(NAME), digests=load(NAME).digests.copy())
    other.digests[7] = "0" * 64
    monkeypatch.setattr("reproduce.datasets.load", lambda *_, **__: other)
    forget()
    assert (
        f"other images than the first seen, on {first.seen}, which {unmarked / first_sets.FILE} keeps"
        in Request(mlp.embed, NAME).inputs.doubt()
    )
    assert keep_first(unmarked, asked) == []
    assert first_sets.first(unmarked, NAME) == first


def test_what_the_files_are_called_and_in_which_order_says_nothing(unmarked):
    """The digest is of the images and whose they are."""
    found = load(NAME)
    backwards = found.take(range(len(found))[::-1])
    assert friesian.images_digest(backwards) == friesian.images_digest(found)
    assert friesian.images_digest(found.take(range(939))) != friesian.images_digest(found)


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="Linux counts a process's time there")
def test_the_log_counts_the_time_of_every_process():
    """What a child used is its parent's too, while it runs and after it has ended; a stranger's is not."""
    busy = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
    before = processor(os.getpid())
    with subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        assert processor(child.pid) >= 0.25
        assert processor(os.getpid()) - before >= 0.25
        child.communicate(b"\n")
    assert processor(os.getpid()) - before >= 0.25
    assert processor(2**22 + 1) == 0
