"""``reproduce datasets`` and ``reproduce audit``: what a person reads."""

import json
import shutil
import sys

import cv2
import pytest
from drawn import encoded, picture, write_files
from typer.testing import CliRunner

from reproduce import cli
from reproduce.datasets import kinds, load, turing
from reproduce.datasets.loading import published
from reproduce.datasets.overview import overview
from reproduce.errors import InvalidInputError


def said(*arguments, status=0):
    """What the command prints; it must end with that status."""
    done = CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "120"}, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


def test_what_is_missing_is_said_with_how_to_get_it(nowhere):
    """Without data every real set is missing, the identities and the stand-in are not."""
    text = said("datasets")
    for name in (kinds.LIONS, kinds.CATTLE, kinds.COWS, kinds.PROXY, kinds.BARN, kinds.FEWER_LIONS, kinds.STAND_IN):
        assert name in text
    assert "missing (--get)" in text
    assert "identities ship" in text
    assert "reproduce datasets --get NAME" in text


def test_what_is_here_and_what_is_got_as_json(nowhere, monkeypatch):
    """The same as plain values, and nothing but JSON."""
    monkeypatch.setattr(turing, "STEPS", 50)
    entries = {one["name"]: one for one in json.loads(said("datasets", "--json"))}
    assert (entries[kinds.LIONS]["here"], entries[kinds.STAND_IN]["here"]) == (False, True)
    got = json.loads(said("datasets", "--get", "TuringCattle", "--json"))
    assert got == {"name": "TuringCattle", "images": 59, "animals": 12}


def test_what_is_here_is_said_with_where_and_counts_once_read(lions, monkeypatch):
    """Counts are the authors' until the set was loaded, then those of the files."""
    monkeypatch.setenv("REPRODUCE_DATA", str(lions.parent))
    assert "~740" not in said("datasets")
    assert "~750" in said("datasets")
    load("LionData")
    entry = next(entry for entry in overview() if entry.name == "LionData")
    assert (entry.images, entry.animals, entry.where) == (10, 5, str(lions))


def test_another_set_is_listed_where_it_is_here_and_all_of_them_when_asked(nowhere, monkeypatch):
    """A wildlife-datasets class shows up with its folder; --all names every one."""
    folder = nowhere / "data" / "NyalaData"
    folder.mkdir(parents=True)
    assert "NyalaData" not in said("datasets")
    (folder / "x.png").write_bytes(b"x")
    monkeypatch.setenv("REPRODUCE_DATA", str(folder.parent))
    assert "NyalaData" in said("datasets")
    everything = said("datasets", "--all")
    assert all(name in everything for name in kinds.names())
    assert "by hand only" in everything


def test_the_stand_in_can_be_asked_for(nowhere, monkeypatch):
    """Getting TuringCattle draws it; half-grown coats will do here."""
    monkeypatch.setattr(turing, "STEPS", 50)
    assert "TuringCattle: 59 images of 12 animals" in said("datasets", "--get", "TuringCattle")


def test_an_audit_is_printed_with_chance_and_findings(lions):
    """Sizes, chance and every kind of finding, for a small copy of the lions."""
    text = said("audit", "LionData", "--root", str(lions), "--photographs")
    for words in ("train", "Chance", "10 JPEG as .png", "byte-identical groups: 0", "unreadable files: 0", "of the 6"):
        assert words in text
    assert "split audited: the set's own" in text
    assert text.splitlines()[-1] == "findings: none"


def test_identities_alone_are_audited(nowhere):
    """FriesianCattle2017 without pixels says so."""
    text = said("audit", "FriesianCattle2017")
    assert "no pixels here" in text
    assert "940" in text
    assert "split audited: drawn by seed 0" in text


def test_the_split_that_is_there_is_audited(cows):
    """OpenCows2020's own folders, with the animals on both sides by name and the copy across; status 1."""
    text = said("audit", "OpenCows2020", "--root", str(cows), status=1)
    assert "split audited: the set's own" in text
    assert "experiments hold out whole animals instead, drawn by seed" in text
    assert "animals on both sides of the split: 3 (001, 002, 003)" in text
    assert "byte-identical groups: 1, across animals 0, across the split 1" in text
    assert text.splitlines()[-1] == (
        "findings: 3 animals on both sides of the split; 1 group of identical images across the split"
    )


def test_a_set_that_was_audited_is_loaded_as_before(cows):
    """Experiments still hold out whole animals, drawn by seed, and the content hash is the same."""
    own, drawn = published("OpenCows2020", cows), load("OpenCows2020", cows)
    assert (own.seeded, drawn.seeded) == (False, True)
    assert not set(drawn.identities[drawn.train]) & set(drawn.identities[drawn.test])
    assert own.content_hash == drawn.content_hash
    assert own.paths.tolist() == drawn.paths.tolist()


def test_a_file_that_cannot_be_read_sets_the_status(lions):
    """A damaged image is named and counted."""
    next(lions.rglob("Ayo_0.png")).write_bytes(b"no image")
    text = said("audit", "LionData", "--root", str(lions), status=1)
    assert text.splitlines()[-1] == "findings: 1 file that cannot be read"


def test_one_animal_alone_cannot_be_scored(lions):
    """No chance beside it, and a finding instead of 100.00 beside 100.00."""
    for folder in [*lions.rglob("val/*"), *lions.rglob("train/Dada"), *lions.rglob("train/Zuri")]:
        shutil.rmtree(folder)
    text = said("audit", "LionData", "--root", str(lions), status=1)
    assert "NaN" not in said("audit", "LionData", "--root", str(lions), "--json", status=1)  # which is no JSON
    assert "100.00" not in text
    assert text.splitlines()[-1] == "findings: one animal only in train (Ayo), where nothing can be scored"


def test_the_help_says_what_the_status_means():
    """0 and 1, in words."""
    text = " ".join(said("audit", "--help").split())
    assert "Exit status 0: no findings; 1: findings" in text


def test_a_copy_across_the_split_is_named(nowhere):
    """An identical file and a smaller one, each in train and in test: status 1, both pairs by their paths."""
    image = picture(1)
    files = {f"train/Ayo/{n}.png": encoded(picture(10 + n), ".png") for n in range(3)}
    files |= {"train/Ayo/a.png": encoded(image, ".png"), "test/Leo/copy.png": encoded(image, ".png")}
    files |= {"test/Leo/small.jpg": encoded(cv2.resize(image, (24, 24)))}
    folder = write_files(nowhere / "own", files)
    text = said("audit", str(folder), status=1)
    assert "across the split: test/Leo/copy.png = train/Ayo/a.png" in text
    assert "across the split: test/Leo/small.jpg = train/Ayo/a.png" in text
    assert "1 group of identical images across the split" in text
    assert "1 pair of nearly identical images across the split" in text
    plain = json.loads(said("audit", str(folder), "--json", status=1))
    assert len(plain["crossing"]) == 2
    assert plain["chance"].keys() == {"test", "train", "all"}


def test_names_that_are_nearly_the_same_are_suspicious(nowhere):
    """Case, blanks, and how an accent is encoded; numbers with and without zeros."""
    names = ("Léo", "Le\u0301o ", "07", "7", "Mr Spots")
    folder = write_files(nowhere / "own", {f"{name}/1.png": encoded(picture(n)) for n, name in enumerate(names)})
    text = said("audit", str(folder), status=1)
    assert "suspicious names, nearly the same: 07 / 7" in text
    assert "2 groups of animals whose names are nearly the same" in text


def test_a_contact_sheet_shows_every_animal(lions, tmp_path):
    """A picture file with a row of thumbnails for each; a name that is no picture's is one line."""
    sheet = tmp_path / "sheet.png"
    said("audit", "LionData", "--root", str(lions), "--sheet", str(sheet))
    height, width, _ = cv2.imread(str(sheet)).shape
    assert height == 6 * 102
    assert width > 3 * 102
    with pytest.raises(InvalidInputError, match=r"--sheet sheet.txt: call it by a picture's name"):
        said("audit", "LionData", "--root", str(lions), "--sheet", "sheet.txt")


def test_a_large_set_is_not_searched_for_photographs_unasked(lions, monkeypatch):
    """The screen says so, and how to ask."""
    monkeypatch.setattr(sys.modules["reproduce.datasets.audit"], "UNASKED", 3)
    text = said("audit", "LionData", "--root", str(lions))
    assert "images cut from one photograph: not sought among 6 pairs (--photographs: minutes)" in text
    assert "of the 6 pairs" in said("audit", "LionData", "--root", str(lions), "--photographs")


@pytest.mark.parametrize("arguments", [("audit", "LionDate"), ("datasets", "--get", "LionDate")])
def test_an_unknown_name_ends_with_one_line_and_status_one(arguments, monkeypatch, capsys):
    """No traceback: the message on stderr, and exit status 1."""
    monkeypatch.setattr(sys, "argv", ["reproduce", *arguments])
    with pytest.raises(SystemExit) as raised:
        cli.main()
    assert raised.value.code == 1
    assert (
        capsys.readouterr().err
        == "reproduce: no data set is called 'LionDate'; did you mean LionData or LionData-45?\n"
    )
