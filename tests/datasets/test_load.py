"""Any data set by name: order, identities, content hash, what is kept, and the errors a user meets."""

import json
import os
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest
from wildlife_datasets import datasets as wild

from reproduce.cache import cache_dir
from reproduce.datasets import available, images, is_seeded, load, names, survey, wildlife
from reproduce.errors import DataMissingError, InvalidInputError

TURTLES = "AnimalCLEF2025_SeaTurtleID2022"


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def nyalas(root, split=("train", "val")):
    """Twelve nyalas of two images in NyalaData's layout, half of them in each folder of the split."""
    for animal in range(12):
        folder = root / "wildlife_reidentification-main" / "Nyala_Data_Zero" / split[animal % 2] / str(animal)
        for side in ("left", "right"):
            pixels = np.full((20, 30, 3), animal * 20 + len(side), np.uint8)
            write(folder / f"{animal}_{side}.png", cv2.imencode(".png", pixels)[1].tobytes())
    return root


def turtles(root):
    """Two photographs with two turtles each, told apart by bounding boxes."""
    lines = ["image_name,bbox_x,bbox_y,bbox_width,bbox_height"]
    rows = ["path,identity,date"]
    for photo in range(2):
        pixels = np.zeros((20, 40, 3), np.uint8)
        pixels[:, :10], pixels[:, 30:] = (0, 0, 200), (200, 0, 0)
        write(root / "images" / f"p{photo}.png", cv2.imencode(".png", pixels)[1].tobytes())
        lines += [f"p{photo}.png,0,0,10,20", f"p{photo}.png,30,5,10,15"]
        rows.append(f"images/p{photo}.png,t{photo},2020-01-01")
    write(root / "annotations.csv", "\n".join(rows).encode())
    write(root / "bbox.csv", "\n".join(lines).encode())
    return root


def test_images_come_in_the_order_of_their_paths(lions):
    """The file system's order plays no part: the files were written backwards."""
    relative = [os.path.relpath(path, lions) for path in load("LionData", root=lions).paths]
    assert relative == sorted(relative)


def test_columns_are_arrays_of_strings(lions):
    """Paths, identities and split are text of one length; paths are absolute and exist."""
    catalogue = load("LionData", root=lions)
    for column in (catalogue.paths, catalogue.identities, catalogue.split, catalogue.digests):
        assert column.dtype.kind == "U"
        assert column.shape == (10,)
    assert all(os.path.isabs(path) and os.path.exists(path) for path in catalogue.paths)


def test_the_content_hash_follows_content_and_not_place_or_time(lions, nowhere):
    """A copy elsewhere hashes alike; another pixel, name or animal does not."""
    first = load("LionData", root=lions).content_hash
    moved = shutil.copytree(lions, nowhere / "elsewhere" / "LionData")
    assert load("LionData", root=moved).content_hash == first
    image = next(moved.rglob("Ayo_0.png"))
    image.rename(image.with_name("Ayo_9.png"))
    renamed = load("LionData", root=moved).content_hash
    image.with_name("Ayo_9.png").write_bytes(next(moved.rglob("Leo_0.png")).read_bytes() + b"\0")
    assert len({first, renamed, load("LionData", root=moved).content_hash}) == 3


def test_a_second_load_reads_no_image_and_imports_no_library(lions, monkeypatch):
    """What was kept answers while nothing has changed."""
    first = load("LionData", root=lions)
    monkeypatch.setattr(wildlife, "wildlife_class", lambda name: pytest.fail("imported wildlife-datasets"))
    monkeypatch.setattr(survey, "_sha256", lambda file: pytest.fail(f"read {file}"))
    second = load("LionData", root=lions)
    assert np.array_equal(first.paths, second.paths)
    assert first.content_hash == second.content_hash


def test_one_changed_file_is_read_again_alone(lions, monkeypatch):
    """Of a changed folder only the changed file is hashed, and the hash changes."""
    first = load("LionData", root=lions)
    changed = next(lions.rglob("Dada_0.png"))
    changed.write_bytes(changed.read_bytes() + b"\0")
    read, sha256 = [], survey._sha256
    monkeypatch.setattr(survey, "_sha256", lambda file: read.append(file) or sha256(file))
    second = load("LionData", root=lions)
    assert read == [changed]
    assert second.content_hash != first.content_hash


def test_a_damaged_survey_is_made_again(lions):
    """A kept file that is no JSON is not believed."""
    first = load("LionData", root=lions)
    for kept in [*cache_dir("surveys").glob("*.json"), *cache_dir("digests").glob("*.json")]:
        kept.write_text("{")
    assert load("LionData", root=lions).content_hash == first.content_hash


def test_friesian_cattle_without_pixels_is_its_identities(nowhere):
    """Nothing at hand: 940 images of 89 animals with empty paths, nine held out, and no import."""
    cattle = load("FriesianCattle2017", seed=2)
    assert len(cattle) == 940
    assert set(cattle.paths) == {""}
    assert not cattle.has_pixels
    assert len(set(cattle.identities[cattle.test])) == 9
    assert cattle.identities[0] == "1"
    assert available("FriesianCattle2017")
    assert not available("FriesianCattle2017", pixels=True)
    with pytest.raises(DataMissingError, match="only identities"):
        images(cattle)


def test_a_folder_with_a_table_alone_counts_as_no_pixels(nowhere, monkeypatch):
    """The catalogue file beside the data sets is not a data set with images."""
    write(nowhere / "data" / "FriesianCattle2017" / "catalogue.csv", b"identity,image\n1,1\n")
    monkeypatch.setenv("REPRODUCE_DATA", str(nowhere / "data"))
    assert len(load("FriesianCattle2017")) == 940


def test_what_a_file_browser_leaves_is_no_image(nowhere, monkeypatch):
    """A folder with nothing but hidden files is a folder without pixels."""
    write(nowhere / "data" / "FriesianCattle2017" / "._1.jpg", b"x")
    monkeypatch.setenv("REPRODUCE_DATA", str(nowhere / "data"))
    assert not available("FriesianCattle2017", pixels=True)


def test_friesian_cattle_with_pixels_holds_out_the_same_nine(nowhere):
    """The draw depends on the 89 animals, not on whether their images are there."""
    without = load("FriesianCattle2017", seed=5)
    root = nowhere / "cattle"
    for row, animal in enumerate(without.identities):
        write(root / "2yizcfbkuv4352pzc32n54371r" / animal.zfill(3) / f"{row}.jpg", b"%d" % row)
    cattle = load("FriesianCattle2017", root=root, seed=5)
    assert cattle.has_pixels
    assert len(cattle) == 940
    assert set(cattle.identities[cattle.test]) == set(without.identities[without.test])
    assert cattle.content_hash != without.content_hash
    # What was measured on identities alone stays what it was, whichever images lie there; what needs pixels does not.
    assert cattle.hash_for(pixels=False) == without.hash_for(pixels=False)
    assert without.content_hash.startswith("38018258")  # of the results that are kept
    assert cattle.hash_for(pixels=True) == cattle.content_hash


def test_another_set_keeps_its_own_split_by_animal(nowhere):
    """NyalaData's folders hold different animals, so they are its split and the seed changes nothing."""
    root = nyalas(nowhere / "NyalaData")
    first, second = load("NyalaData", root=root), load("NyalaData", root=root, seed=7)
    assert not first.seeded
    assert np.array_equal(first.split, second.split)
    assert set(first.identities[first.test]) == {"1", "3", "5", "7", "9", "11"}


def test_another_set_without_a_split_holds_out_animals_by_seed(nowhere):
    """Where every image lies in one folder, two of twelve animals are drawn."""
    root = nyalas(nowhere / "NyalaData", split=("train", "train"))
    draws = [load("NyalaData", root=root, seed=seed) for seed in range(20)]
    assert all(draw.seeded and len(set(draw.identities[draw.test])) == 2 for draw in draws)
    assert len({tuple(draw.split) for draw in draws}) > 10


def test_animals_that_share_a_photograph_are_cut_out(nowhere):
    """A photograph with two bounding boxes is two images, each of its own animal's pixels."""
    root = turtles(nowhere / TURTLES)
    rows = survey.survey(TURTLES, root)
    assert rows.identities.tolist() == ["t0", "t0", "t1", "t1"]
    crops = [cv2.imread(str(rows.root / path)) for path in rows.paths]
    assert [crop.shape[:2] for crop in crops] == [(20, 10), (15, 10)] * 2
    assert [int(crop.mean(axis=(0, 1)).argmax()) for crop in crops] == [2, 0, 2, 0]


def test_the_names_are_those_of_the_installed_package():
    """Read from source or by import, the classes are the same."""
    imported = {
        name
        for name, kind in vars(wild).items()
        if isinstance(kind, type)
        and issubclass(kind, wild.WildlifeDataset)
        and kind.__module__ != wild.datasets.__name__
    }
    assert set(wildlife.classes()) == imported
    assert imported < set(names())


def test_addresses_read_from_source_are_those_of_the_classes():
    """Every address a class gives its downloads is known without the import."""
    for name, entry in wildlife.classes().items():
        kind = getattr(wild, name)
        given = [
            url for url in [getattr(kind, "url", None), *(pair[0] for pair in getattr(kind, "downloads", []))] if url
        ]
        assert entry.via in ("kaggle", "huggingface") or set(given) <= set(entry.urls), name


@pytest.mark.parametrize(
    "wrong, hint", [("LionsData", "LionData"), ("opencows2020", "OpenCows2020"), ("Xyzzy", "--all")]
)
def test_an_unknown_name_is_one_line_with_close_matches(wrong, hint):
    """The error names what was asked for and what may have been meant."""
    with pytest.raises(InvalidInputError, match=hint) as raised:
        load(wrong)
    assert wrong in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("seed", [-1, 1.5, "3", None, True])
def test_a_seed_is_a_whole_number(seed):
    """Anything else is an error, not another seed."""
    with pytest.raises(InvalidInputError, match="whole number"):
        load("FriesianCattle2017", seed=seed)


def test_a_folder_laid_out_otherwise_is_one_line(nowhere):
    """Images in the wrong depth of folders are an error that names the folder and the class."""
    write(nowhere / "flat" / "lion.png", b"x")
    with pytest.raises(InvalidInputError, match="flat is not laid out as wildlife-datasets' LionData") as raised:
        load("LionData", root=nowhere / "flat")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("LionData", "lion.png", "wildlife_reidentification-main/Lion_Data_Zero/{train,val}/LION/IMAGE.png"),
        ("LionData", "x/w/L/train/Ayo/e.png", "wildlife_reidentification-main/Lion_Data_Zero/{train,val}/LION/IMAGE"),
        ("OpenCows2020", "cow.jpg", "10m32xl88x2b61zlkkgz3fml17/identification/images/{train,test}/ANIMAL/IMAGE.jpg"),
        ("OpenCows2020", "x/identification/1.jpg", "10m32xl88x2b61zlkkgz3fml17/identification/images/{train,test}"),
        ("FriesianCattle2017", "x/cow/1.jpg", "2yizcfbkuv4352pzc32n54371r/ANIMAL/IMAGE.jpg"),
        ("NyalaData", "x/y/z/kudu/1.png", "the folders that its download unpacks to"),
        ("ATRW", "1.png", "atrw_anno_reid_train/reid_list_train.csv, which is not there"),
    ],
)
def test_a_wrong_layout_says_what_was_expected_and_what_was_found(nowhere, name, image, expected):
    """No KeyError: 3 and no empty AssertionError: the expected path and the one that is there."""
    write(nowhere / "set" / image, b"x")
    with pytest.raises(InvalidInputError) as raised:
        load(name, root=nowhere / "set")
    said = str(raised.value)
    assert f"expected {expected}" in said
    assert f"found 1 image such as {image}" in said
    assert not any(word in said for word in ("KeyError", "Assertion", "\n"))


def test_an_image_beside_the_folders_is_said(nowhere):
    """It lies in no animal's folder, and is no IndexError."""
    for image in ("lone.png", "wildlife_reidentification-main/Lion_Data_Zero/val/Leo/1.png"):
        write(nowhere / "set" / image, image.encode())
    with pytest.raises(InvalidInputError, match=r"set is not laid out .* found 2 images such as lone.png"):
        load("LionData", root=nowhere / "set")


def test_images_of_one_name_are_no_assertion(nowhere):
    """What wildlife-datasets asserts of its own ids is said as a layout too."""
    for folder in "12":
        write(nowhere / "set" / folder / "a" / "b" / "c" / "e.png", folder.encode())
    with pytest.raises(InvalidInputError, match=r"expected .*/LION/IMAGE.png; found 2 images such as 1/a/b/c/e.png"):
        load("LionData", root=nowhere / "set")


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="file names are text here")
def test_a_path_that_is_not_utf_8_is_named(lions):
    """The one file whose name is the trouble, not the layout of all."""
    image = next(lions.rglob("Ayo_0.png"))
    image.rename(image.with_name(os.fsdecode(b"Ayo_\xe9.png")))
    with pytest.raises(InvalidInputError, match=r"Ayo/Ayo_\\xe9\.png' is not UTF-8; rename it") as raised:
        load("LionData", root=lions)
    assert "laid out" not in str(raised.value)


def test_a_relative_folder_of_data_is_found_from_where_it_was_named(lions, monkeypatch):
    """REPRODUCE_DATA may be relative; the paths are absolute all the same."""
    monkeypatch.chdir(lions.parent.parent)
    monkeypatch.setenv("REPRODUCE_DATA", "data")
    assert all(os.path.isabs(path) for path in load("LionData").paths)


def test_only_the_lions_are_not_seeded():
    """The lions' split is their folders; the others' is drawn."""
    assert [is_seeded(name) for name in ("LionData", "FriesianCattle2017", "TuringCattle")] == [False, True, True]


def test_asking_what_is_here_imports_nothing_heavy(lions):
    """Names, kinds and availability answer without OpenCV, pandas or wildlife-datasets."""
    code = (
        "import sys, json, reproduce.datasets as d\n"
        "d.available('LionData', pixels=True); d.is_seeded('x'); d.is_proxy('x'); d.names()\n"
        "d.load('FriesianCattle2017')\n"
        "heavy = ('cv2', 'pandas', 'wildlife_datasets', 'matplotlib', 'PIL')\n"
        "print(json.dumps([module for module in heavy if module in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
