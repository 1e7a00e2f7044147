"""Small data sets in the layout of the real ones, made of drawn images."""

import zipfile

import pytest
from drawn import encoded, picture, write_files


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Nothing at hand: an empty cache folder and no folder of data."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("REPRODUCE_DATA", raising=False)
    return tmp_path


LIONS = {"train": {"Ayo": 3, "Dada": 2, "Zuri": 1}, "val": {"Kito": 2, "Leo": 2}}


def lion_files(prefix="wildlife_reidentification-main/"):
    """Relative path -> bytes, as LionData is laid out: JPEG bytes under .png names."""
    files, seed = {}, 0
    for part, lions in LIONS.items():
        for lion, count in lions.items():
            for number in range(count):
                files[f"{prefix}Lion_Data_Zero/{part}/{lion}/{lion}_{number}.png"] = encoded(picture(seed))
                seed += 1
    return files


@pytest.fixture
def lions(nowhere):
    """Ten images of five lions in LionData's layout."""
    return write_files(nowhere / "data" / "LionData", lion_files())


@pytest.fixture
def cows(nowhere):
    """OpenCows2020's layout: twelve cows with three images to train, three of them one to test; 001's is a copy."""
    files = {}
    for seed in range(36):
        animal = f"{seed // 3 + 1:03d}"
        files[f"train/{animal}/{seed:03d}.jpg"] = encoded(picture(seed))
    files |= {f"test/{animal}/t.jpg": encoded(picture(50 + row)) for row, animal in enumerate(["002", "003"])}
    files["test/001/t.jpg"] = files["train/001/000.jpg"]
    prefix = "10m32xl88x2b61zlkkgz3fml17/identification/images/"
    return write_files(nowhere / "data" / "OpenCows2020", {prefix + path: content for path, content in files.items()})


@pytest.fixture
def lion_archive(nowhere):
    """The zip that wildlife-datasets downloads for LionData, with the nyalas that it throws away."""
    archive = nowhere / "main.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for relative, content in lion_files().items():
            file.writestr(relative, content)
        file.writestr("wildlife_reidentification-main/Nyala_Data_Zero/train/1/1_left.png", encoded(picture(99)))
    return archive
