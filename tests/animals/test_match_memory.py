"""What ``match`` holds in memory does not grow with the photographs: keypoints and pictures stay in files."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from drawn import encoded, write_files

from reproduce.animals.match_files import write_page
from reproduce.animals.matching import Settings, match
from reproduce.animals.newcomers import newcomers
from reproduce.datasets.loading import published
from reproduce.datasets.photographs import KEYPOINTS, ROW, keypoints_of

MEGABYTE = 1 << 20


def noise(seed):
    """A picture that compresses badly: its thumbnail is of some 20 kB."""
    return np.random.default_rng(seed).integers(0, 256, (200, 200, 3), dtype=np.uint8)


@pytest.fixture
def herds(tmp_path, monkeypatch):
    """Three known animals of eight photographs each, and sixty new ones."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    known = {f"known/A{row % 3}/{row}.png": encoded(noise(row), ".png") for row in range(24)}
    write_files(tmp_path, known | {f"new/{row}.png": encoded(noise(100 + row), ".png") for row in range(60)})
    return newcomers(str(tmp_path / "new")), published(str(tmp_path / "known"))


def held(call):
    """What ``call()`` gives, and the bytes of Python and NumPy after it, and at most during it, beyond those before."""
    tracemalloc.start()
    try:
        found = call()
        return found, *tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


def test_keypoints_stay_in_their_files(herds):
    """And come out of them row by row as they went in, the last block's too."""
    new, _ = herds
    keypoints_of(new)
    features, left, _ = held(lambda: keypoints_of(new))
    assert left < len(new) * KEYPOINTS * ROW / 10
    assert len(features) == 60
    for row in (0, 59):
        alone = keypoints_of(new.take(np.array([row])))[0]
        assert all(np.array_equal(one, other) for one, other in zip(features[row], alone, strict=True))


def test_a_page_is_written_as_it_is_made(herds, tmp_path):
    """It is never whole in memory; measured the second time, when its template is known."""
    new, known = herds
    settings = Settings("histogram", local=False)
    found, _ = match(new, known, settings)
    page = tmp_path / "page.html"
    for _ in range(2):
        _, _, most = held(lambda: write_page(page, new, known, found, settings, [], []))
    assert page.stat().st_size > MEGABYTE
    assert most < page.stat().st_size
    assert Path(page).read_text(encoding="utf-8").count("data:image/jpeg") == 60 + len(
        {row for row in found.nearest.ravel().tolist() if row >= 0}
    )
