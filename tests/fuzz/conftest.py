"""The fuzz tests' own modules, and hypothesis' profiles: quick by default, long with --hypothesis-profile=fuzz."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
settings.register_profile("fuzz", max_examples=20_000)


@pytest.fixture(autouse=True)
def no_noise(capfd):
    """OpenCV and Pillow's libraries write of damaged images past Python."""
    yield
    capfd.readouterr()
