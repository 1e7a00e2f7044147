"""The lock is of the environment that the record was made in."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "locks" / "record.txt"
pytestmark = pytest.mark.skipif(not LOCK.is_file(), reason="no lock beside the tests")


def pins():
    return dict(re.findall(r"^([\w.-]+)==([\w.+-]+) \\$", LOCK.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_package_has_its_digests():
    """Pip installs none otherwise, and says so only when it is asked to."""
    entries = re.split(r"\n(?=[\w.-]+==)", LOCK.read_text(encoding="utf-8"))[1:]
    assert len(entries) == len(pins()) > 100
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_has_what_the_record_was_made_with():
    """Every package that a result's environment names, but those of the tests alone."""
    files = sorted((ROOT / "claims" / "record").glob("*.json"))
    made_with = {
        (name, version)
        for file in files
        for environment in json.loads(file.read_text(encoding="utf-8"))["environments"].values()
        for name, version in environment["packages"].items()
        if name not in ("reproduce", "torch", "jax")
    }
    locked = pins()
    assert made_with
    assert {(name, version) for name, version in made_with if locked.get(name) != version} == set()
