"""A user's own animals: folders and tables of every kind that people have, and one line where they cannot be read."""

import cv2
import numpy as np
import pytest
from drawn import encoded, picture, write_files
from PIL import Image

from reproduce.datasets import available, images, kinds, load, raw_image
from reproduce.datasets.image_files import readable
from reproduce.datasets.loading import published
from reproduce.datasets.own import title
from reproduce.errors import InvalidInputError

NAMES = ("Симба", "野田 さん", "Léo", "Mr Spots", "zebra-07", "ليلى")


@pytest.fixture
def folder(nowhere):
    """Six animals with three photographs each, names in five scripts, endings in capitals."""
    files = {
        f"{name}/photo {number}.JPG": encoded(picture(10 * row + number))
        for row, name in enumerate(NAMES)
        for number in range(3)
    }
    return write_files(nowhere / "my animals", files)


def test_a_folder_is_a_data_set(folder):
    """Animals are its folders, whatever their script; three of six are held out by seed, each whole."""
    animals = load(str(folder))
    assert available(str(folder), pixels=True)
    assert set(animals.identities) == set(NAMES)
    assert (len(animals), animals.seeded, title(animals.name)) == (18, True, "my animals")
    assert len(set(animals.identities[animals.test])) == 3
    assert not set(animals.identities[animals.test]) & set(animals.identities[animals.train])
    assert images(animals, (8, 8)).shape == (18, 8, 8)
    assert set(load(str(folder), seed=1).split) == {"train", "test"}


def test_a_folder_that_moved_is_the_same_data(folder):
    """Content and split do not depend on where the folder lies."""
    before = load(str(folder))
    moved = load(str(folder.rename(folder.parent / "elsewhere")))
    assert moved.content_hash == before.content_hash
    assert moved.split.tolist() == before.split.tolist()


def test_folders_of_a_split_are_a_split(nowhere):
    """train/ANIMAL beside test/ANIMAL: the user's own split; where it leaks, ``load`` draws one by animal instead."""
    files = {f"Train/{name}/{n}.png": encoded(picture(n), ".png") for name in "abcdef" for n in range(2)}
    sound = write_files(nowhere / "sound", files | {f"test/{name}/1.png": encoded(picture(9)) for name in "gh"})
    assert sorted(set(load(str(sound)).identities[load(str(sound)).test])) == ["g", "h"]
    leaky = write_files(nowhere / "leaky", files | {"test/a/1.png": encoded(picture(9))})
    assert set(published(str(leaky)).identities[published(str(leaky)).test]) == {"a"}
    assert load(str(leaky)).seeded


@pytest.mark.parametrize("animals, held_out", [(2, 2), (4, 4), (5, 3), (20, 5)])
def test_few_animals_are_all_scored(nowhere, animals, held_out):
    """A quarter, three at least; below five none is left to train on."""
    folder = write_files(nowhere / "few", {f"{name}/1.png": encoded(picture(name)) for name in range(animals)})
    found = load(str(folder))
    assert len(set(found.identities[found.test])) == held_out


@pytest.mark.parametrize("delimiter, ending", [(",", ".csv"), (";", ".csv"), ("\t", ".tsv")])
def test_a_table_is_a_data_set(folder, delimiter, ending):
    """Path, identity and split under names people use, relative and absolute, with a byte order mark."""
    rows = [["Photo", "Animal", "Split"], ["my animals/Léo/photo 0.JPG", "Léo", "train"]]
    rows += [[str(folder / "Léo" / "photo 1.JPG"), "Léo", "train"], ["my animals/Симба/photo 0.JPG", "Симба", "test"]]
    table = folder.parent / f"animals{ending}"
    table.write_text("\ufeff" + "\n".join(delimiter.join(row) for row in rows) + "\n", encoding="utf-8")
    animals = load(str(table))
    assert dict(zip(animals.identities.tolist(), animals.split.tolist(), strict=True)) == {
        "Léo": "train",
        "Симба": "test",
    }
    assert all(raw_image(path).ndim == 3 for path in animals.paths)


@pytest.mark.parametrize(
    "text, said",
    [
        ("path,identity\nnowhere.png,Leo\n", r"line 2: no file 'nowhere.png'; a path is absolute, or relative to"),
        ("path,identity\nx.png,\n", r"line 2: no identity"),
        ("path,animal,\n", r"names no photographs"),
        ("image,size\nx.png,3\n", r"has no column 'identity' in its first line; it has image, size"),
        ("", r"has no column 'path'"),
    ],
)
def test_what_is_wrong_with_a_table_is_one_line(nowhere, text, said):
    """File, line and cure."""
    table = nowhere / "animals.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=said) as caught:
        load(str(table))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "files, said",
    [
        ({}, "holds no photographs"),
        ({"a/1.txt": b"x", "a/._1.png": b"x", "__MACOSX/a/1.png": b"x"}, "holds no photographs"),
        ({"a/1.png": b"x", "loose.png": b"x"}, r"itself holds 1 of the photographs, such as loose.png: whose are they"),
    ],
)
def test_what_is_wrong_with_a_folder_is_one_line(nowhere, files, said):
    """Nothing there, or photographs of nobody."""
    (nowhere / "own").mkdir()
    with pytest.raises(InvalidInputError, match=said):
        load(str(write_files(nowhere / "own", files)))


@pytest.mark.parametrize("name", ["no/such/folder", "animals.csv"])
def test_a_path_that_is_not_there_says_so(nowhere, name):
    """Not taken for a misspelt data set."""
    with pytest.raises(InvalidInputError, match="no such folder or table"):
        load(name)
    assert not available(name)


def test_a_known_name_is_not_a_folder(folder, monkeypatch):
    """A folder of that name in the working directory is not mistaken for the set."""
    monkeypatch.chdir(folder.parent)
    folder.rename(folder.parent / "TuringCattle")
    assert not kinds.is_own("TuringCattle")
    assert title(load("./TuringCattle").name) == "TuringCattle"


def test_images_of_every_kind_are_read(nowhere):
    """Turned as EXIF says, 16 bits, grey, animated: the first picture, in 8 bits and colour."""
    whole = Image.fromarray(cv2.cvtColor(picture(3), cv2.COLOR_BGR2RGB)).crop((0, 0, 40, 20))
    exif = whole.getexif()
    exif[0x0112] = 6
    grey = np.asarray(whole.convert("L"))
    folder = nowhere / "own" / "one"
    folder.mkdir(parents=True)
    whole.save(folder / "turned.jpg", exif=exif)
    cv2.imwrite(str(folder / "deep.png"), grey.astype(np.uint16) * 257)
    cv2.imwrite(str(folder / "deep.tiff"), grey.astype(np.uint16) * 257)
    whole.convert("L").save(folder / "grey.png")
    others = [Image.new("RGB", (40, 20), "red")] * 2
    for kind in ("gif", "webp", "png"):
        whole.save(folder / f"animated.{kind}", save_all=True, append_images=others)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 and no more")
    animals, left_out = readable(load(str(folder.parent)))
    assert len(left_out) == 1
    assert "broken.jpg" in left_out[0]
    shapes = {path.rsplit("/", 1)[-1]: raw_image(path).shape for path in animals.paths}
    assert shapes.pop("turned.jpg") == (40, 20, 3)
    assert set(shapes.values()) == {(20, 40, 3)}
    for name in ("deep.png", "deep.tiff", "grey.png", "animated.gif", "animated.webp", "animated.png"):
        assert np.abs(raw_image(folder / name, "grey").astype(int) - grey).max() < 40, name
