"""A folder's rows: how they are read and ordered, what is kept of them, and when it is not believed."""

import hashlib
import json
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from drawn import write_files

from reproduce.cache import cache_dir
from reproduce.datasets import survey, wildlife
from reproduce.errors import InvalidInputError


@pytest.fixture
def table(nowhere, monkeypatch):
    """``table(rows) -> rows as read``: a class that knows these images, less those of no known animal if asked."""

    def read(rows):
        class Kind:
            def __init__(self, root, remove_unknown=False):
                self.df = pd.DataFrame(rows)
                if remove_unknown:
                    self.df = self.df[self.df["identity"] != "unknown"]

        monkeypatch.setattr(wildlife, "wildlife_class", lambda _: Kind)
        return survey.through_wildlife("Cows", nowhere)

    return read


def test_rows_come_by_path_and_then_by_animal(table):
    """Whatever the order and the labels of the table; no animal and no label are told from the others."""
    read = table(
        {
            "path": ["b.png", "./c.png", "a.png", "b.png", "d.png", "e.png"],
            "identity": [7, 1, 9, 3, "unknown", 0],
            "split": ["a", None, "test", "z", "train", float("nan")],
        }
    )
    assert read == {
        "paths": ["a.png", "b.png", "b.png", "c.png", "e.png"], "identities": ["9", "3", "7", "1", "0"],
        "labels": ["test", "z", "a", None, None], "boxes": False,
    }  # fmt: skip


def test_without_a_column_of_labels_no_image_has_one(table):
    """None for each; boxes are there if one image has one."""
    plain = {"path": ["a.png", "b.png"], "identity": [1, 2]}
    assert table(plain)["labels"] == [None, None]
    assert table(plain | {"bbox": [None, [0, 0, 1, 1]]})["boxes"] is True
    assert table(plain | {"bbox": [None, None]})["boxes"] is False


def test_a_table_of_no_known_animal_is_an_error(table):
    """Not a survey of nothing."""
    with pytest.raises(InvalidInputError, match="holds no image that wildlife-datasets' Cows knows an animal for"):
        table({"path": ["a.png"], "identity": ["unknown"]})


@pytest.fixture
def cattle(nowhere):
    """Three images of two animals, ANIMAL/IMAGE.png, and how to survey them."""
    root = write_files(nowhere / "cattle", {"x/1.png": b"one", "x/2.png": b"two", "y/1.png": b"three"})
    return root, lambda: survey.survey("Cattle", root, survey.folders_as_animals)


def sha(content):
    return hashlib.sha256(content).hexdigest()


def test_folders_are_animals(cattle):
    """Paths, animals and what the files hold; no labels, and nothing can be changed."""
    found = cattle[1]()
    assert found.paths == ["x/1.png", "x/2.png", "y/1.png"]
    assert found.identities.tolist() == ["x", "x", "y"]
    assert found.labels == [None] * 3
    assert found.digests.tolist() == [sha(b"one"), sha(b"two"), sha(b"three")]
    with pytest.raises(FrozenInstanceError):
        found.prefix = "x"


def test_a_folder_that_cannot_be_opened_is_one_line(cattle):
    """What the system says of it, as input that has no answer."""
    with pytest.raises(InvalidInputError, match="not-here") as raised:
        survey.survey("Cattle", cattle[0] / "not-here", survey.folders_as_animals)
    assert "\n" not in str(raised.value)


def test_files_that_a_table_names_are_digested(cattle):
    """Relative to the folder or absolute, one file twice too, in the order named."""
    root, _ = cattle
    paths = ["y/1.png", str(root / "x" / "2.png"), "y/1.png"]
    assert survey.digested("Table", root, paths) == [sha(b"three"), sha(b"two"), sha(b"three")]


def test_a_surveyed_folder_is_counted_until_it_changes(cattle):
    """Images and animals, or None where nothing is known of the files as they are."""
    root, surveyed = cattle
    assert survey.counted("Cattle", root) is None
    surveyed()
    assert survey.counted("Cattle", root) == (3, 2)
    (root / "x" / "3.png").write_bytes(b"four")
    assert survey.counted("Cattle", root) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda rows: rows.pop("labels"),
        lambda rows: rows["labels"].pop(),
        lambda rows: [rows["labels"].pop(), rows["digests"].clear()],
        lambda rows: rows.update(digests="abc"),
        lambda rows: rows.update(identities=None, digests=None, paths=None, labels=None),
    ],
    ids=["no labels", "a label less", "three lengths", "text", "none at all"],
)
def test_kept_columns_that_do_not_fit_are_read_anew(cattle, damage):
    """As is whatever else is no survey: the rows come from the folder."""
    first = cattle[1]()
    (kept,) = cache_dir("surveys").glob("*.json")
    rows = json.loads(kept.read_text())
    damage(rows)
    kept.write_text(json.dumps(rows))
    again = cattle[1]()
    assert (again.paths, again.labels, again.digests.tolist()) == (first.paths, first.labels, first.digests.tolist())
    kept.write_text("[1, 2, 3, 4]")
    assert cattle[1]().content_hash() == first.content_hash()


@pytest.mark.parametrize(
    "change", [lambda row: row[:2], lambda row: [*row[:2], "no", "sum"], lambda _: "abc", lambda _: 3]
)
def test_kept_digests_of_another_shape_are_not_believed(cattle, change):
    """A row that is not size, time and digest is as good as none."""
    first = cattle[1]()
    (book,), (kept,) = cache_dir("digests").glob("*.json"), cache_dir("surveys").glob("*.json")
    book.write_text(json.dumps({path: change(row) for path, row in json.loads(book.read_text()).items()}))
    kept.unlink()
    assert np.array_equal(cattle[1]().digests, first.digests)


def test_what_a_folder_lacks_above_it_stands_before_its_paths(lions):
    """Unpacked from an inner folder on it has the hash that it has as published; another reader's rows are as read."""
    whole, part = survey.survey("LionData", lions), survey.survey("LionData", lions / "wildlife_reidentification-main")
    assert (whole.prefix, part.prefix) == ("", "wildlife_reidentification-main/")
    assert part.content_hash() == whole.content_hash()
    for kept in cache_dir("surveys").glob("*.json"):
        kept.unlink()
    own = survey.survey("LionData", lions / "wildlife_reidentification-main", lambda *_: {
        "paths": ["Lion_Data_Zero/val/Leo/Leo_0.png"], "identities": ["Leo"], "labels": [None],
    })  # fmt: skip
    assert (own.prefix, own.paths) == ("", ["Lion_Data_Zero/val/Leo/Leo_0.png"])
