"""What lies under a data root is understood generously: by the class's name, the publisher's folder, or the archive."""

import io
import zipfile

import pytest
from drawn import encoded, picture, write_files

from reproduce.datasets import available, load
from reproduce.datasets.overview import overview
from reproduce.errors import InvalidInputError

CATTLE = {
    f"{animal}/{animal:03d}_{number}.jpg": encoded(picture(10 * animal + number))
    for animal in range(1, 12)
    for number in (1, 2)
}
PUBLISHER = "2yizcfbkuv4352pzc32n54371r"


def archive(files):
    """A zip of files by relative path."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, data in files.items():
            file.writestr(name, data)
    return content.getvalue()


@pytest.fixture
def root(nowhere, monkeypatch):
    """An empty data root."""
    folder = nowhere / "data"
    folder.mkdir()
    monkeypatch.setenv("REPRODUCE_DATA", str(folder))
    return folder


@pytest.mark.parametrize(
    "where",
    [
        f"FriesianCattle2017/{PUBLISHER}/",
        "FriesianCattle2017/",
        f"{PUBLISHER}/",
        f"FriesianCattle2017/unpacked here/{PUBLISHER}/",
        "FriesianCattle2017/images/",
    ],
)
def test_the_cattle_are_found_however_they_were_unpacked(root, where):
    """The same identities, split and content hash as in the layout that wildlife-datasets expects."""
    write_files(root, {where + name: content for name, content in CATTLE.items()})
    found = load("FriesianCattle2017")
    assert available("FriesianCattle2017", pixels=True)
    assert (len(found), len(set(found.identities))) == (22, 11)
    canonical = write_files(root.parent / "canonical" / PUBLISHER, CATTLE).parent
    expected = load("FriesianCattle2017", root=canonical)
    assert found.content_hash == expected.content_hash
    assert found.split.tolist() == expected.split.tolist()


def test_a_cow_whose_folder_is_no_number_is_one_line(root):
    """Found by fuzzing: beside animals that are numbers, in a folder of another name than the publisher's."""
    write_files(root, {**CATTLE, "Bella/1.jpg": CATTLE["1/001_1.jpg"]})
    with pytest.raises(InvalidInputError, match=r"with a number for ANIMAL; found 1 image such as Bella/1.jpg"):
        load("FriesianCattle2017", root)


def test_two_cattle_of_one_file_name_are_named(root):
    """wildlife-datasets asserts that ids differ and says nothing: the layout is right, and two files are the fault."""
    write_files(root, {f"{PUBLISHER}/{name}": content for name, content in CATTLE.items()})
    write_files(root / PUBLISHER, {"2/001_2.jpg": CATTLE["2/002_2.jpg"]})
    with pytest.raises(InvalidInputError) as raised:
        load("FriesianCattle2017", root)
    said = str(raised.value)
    assert f"{PUBLISHER}/1/001_2.jpg and {PUBLISHER}/2/001_2.jpg are two images of one file name" in said
    assert "rename one of them" in said
    assert "expected" not in said


@pytest.mark.parametrize("name", [f"{PUBLISHER}.zip", "FriesianCattle2017.zip", f"FriesianCattle2017/{PUBLISHER}.zip"])
def test_the_archive_itself_will_do(root, name):
    """It is unpacked into the cache once; the data root may be read-only."""
    write_files(root, {name: archive({f"{PUBLISHER}/{path}": content for path, content in CATTLE.items()})})
    entry = next(entry for entry in overview() if entry.name == "FriesianCattle2017")
    assert entry.here
    assert available("FriesianCattle2017", pixels=True)
    assert len(load("FriesianCattle2017")) == 22
    assert sorted(path.name for path in root.rglob("*") if path.is_file()) == [name.split("/")[-1]]
    assert load("FriesianCattle2017").has_pixels


def test_an_archive_that_would_write_elsewhere_is_one_line(root):
    """Nothing of it is taken."""
    write_files(root, {f"{PUBLISHER}.zip": archive({"../../x.jpg": encoded(picture(1))})})
    with pytest.raises(InvalidInputError, match=r"would write outside its folder .* unpack it by hand"):
        load("FriesianCattle2017")
    assert not list(root.parent.rglob("x.jpg"))


@pytest.mark.parametrize("above", ["wildlife_reidentification-main/Lion_Data_Zero/", "Lion_Data_Zero/", "", "my copy/"])
def test_the_lions_are_found_without_their_upper_folders(root, lions, above):
    """From any of the publisher's folders on, or one more."""
    below = lions / "wildlife_reidentification-main" / "Lion_Data_Zero"
    files = {above + path.relative_to(below).as_posix(): path.read_bytes() for path in below.rglob("*.png")}
    expected = load("LionData", root=lions)
    found = load("LionData", root=write_files(root / "elsewhere", files))
    assert found.content_hash == expected.content_hash
    assert found.split.tolist() == expected.split.tolist()
