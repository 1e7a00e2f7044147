"""Folders and tables as people bring them: understood, or asked about, and never wrong in silence."""

import os
import re
import subprocess

import pytest
from drawn import encoded, picture, write_files
from typer.testing import CliRunner

from reproduce import cli
from reproduce.datasets.loading import published
from reproduce.errors import InvalidInputError
from reproduce.reading import Reading, Strangers
from reproduce.words import is_unknown, names_alike, side_of

ANIMALS = [f"T{number}" for number in range(6)]


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """An empty cache, and a working folder of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def photographs(folders, each=3, ending=".jpg"):
    """Relative path -> bytes: so many drawn images in each folder."""
    return {
        f"{folder}/{number}{ending}": encoded(picture(10 * row + number))
        for row, folder in enumerate(folders)
        for number in range(each)
    }


def table(folder, head, rows, name="own.csv"):
    """A table beside the photographs img/ANIMAL_NUMBER.JPG of six animals."""
    files = {
        f"img/{animal}_{n}.JPG": encoded(picture(10 * a + n)) for a, animal in enumerate(ANIMALS) for n in (0, 1, 2)
    }
    write_files(folder, files | {name: "\n".join([head, *rows, ""]).encode()})
    return str(folder / name)


def lines(form="img/{0}_{1}.JPG,{0}"):
    """A line for each photograph of the six animals."""
    return [form.format(animal, number) for animal in ANIMALS for number in (0, 1, 2)]


def said(*arguments, status=0):
    """What the command prints."""
    done = CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "100"}, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


def test_years_above_the_animals_are_no_animals(nowhere):
    """One name in two years is one animal, whose years can be told apart; --level says that they are animals."""
    write_files(nowhere / "own", photographs([f"{year}/{animal}" for year in (2022, 2023) for animal in ANIMALS]))
    found = published(str(nowhere / "own"))
    assert sorted(set(found.identities.tolist())) == ANIMALS
    assert sorted(set(found.columns["year"].tolist())) == ["2022", "2023"]
    assert "2022, 2023 above the animals are taken for years or days" in said("audit", "own", status=1)
    assert set(published(str(nowhere / "own"), reading=Reading(level=1)).identities.tolist()) == {"2022", "2023"}
    down = published(str(nowhere / "own"), reading=Reading(level=2))
    assert sorted(set(down.identities.tolist())) == ANIMALS
    assert down.notes == (
        "6 names are in several years or days, such as T0 in 2022 and in 2023: taken for one animal each; "
        "where they are different ones, name them in a .csv of path and identity",
    )


def test_years_below_the_sides_and_below_the_animals_are_none_either(nowhere):
    """A split above them; days below an animal, which need no question and keep encounters apart."""
    sides = [
        f"{side}/2023/{animal}" for side, half in (("train", ANIMALS[:3]), ("test", ANIMALS[3:])) for animal in half
    ]
    write_files(nowhere / "sided", photographs(sides))
    found = published(str(nowhere / "sided"))
    assert sorted(set(found.identities[found.test].tolist())) == ANIMALS[3:]
    write_files(nowhere / "days", photographs([f"{a}/2024-05-0{day}" for a in ANIMALS for day in (1, 2)]))
    found = published(str(nowhere / "days"))
    assert sorted(set(found.columns["date"].tolist())) == ["2024-05-01", "2024-05-02"]
    assert not found.notes


def test_what_cannot_be_said_is_a_dash(nowhere):
    """Every animal's photographs are copies of one: without those nothing is left to find."""
    files = {
        f"own/{animal}/{n}.png": encoded(picture(row), ".png") for row, animal in enumerate(ANIMALS) for n in (0, 1)
    }
    write_files(nowhere, files)
    shown = said("report", "own", "--model", "histogram")
    assert "nan" not in shown
    assert re.search(r"100\.0 +–$", shown, re.MULTILINE)


def test_animals_called_by_numbers_like_years_stay_animals(nowhere):
    """Each holds the same few folders, and the question is asked."""
    write_files(
        nowhere / "own", photographs([f"{number}/{side}" for number in range(2001, 2005) for side in ("l", "r")])
    )
    found = published(str(nowhere / "own"))
    assert sorted(set(found.identities.tolist())) == ["2001", "2002", "2003", "2004"]
    assert "are those the animals? Then say --level 2" in found.notes[0]


@pytest.mark.parametrize(
    "word, side",
    [
        ("Train set", "train"), ("training", "train"), ("bounding_box_train", "train"), ("TEST-SET", "test"),
        ("val", "test"), ("queries", "query"), ("database", "gallery"), ("bounding_box_test", "gallery"),
        ("Simba", None), ("0", None), ("trian", None), ("trainer", None),
    ],
)  # fmt: skip
def test_a_side_is_told_by_its_word(word, side):
    """However it is written; a name that only begins so is none."""
    assert side_of(word) == side


@pytest.mark.parametrize(
    "word",
    [
        "unknown",
        "NA",
        "n/a",
        "nan",
        "None",
        "new_individual",
        "?",
        "??",
        "-",
        "-1",
        "-1.0",
        "unknown_animal",
        "NaT",
        "Unknown lion",
        "Unknown (juvenile)",
        "individual_unknown",
        "not known",
        "n/d",
        "not_available",
        "unk1",
        "unknown #17",
    ],
)
def test_nobody_is_told_by_the_word(word):
    """And the others are somebody."""
    assert is_unknown(word)
    assert not any(
        map(
            is_unknown,
            ["Nana", "Noname's calf", "0", "1", "-2", "野田", "Unk the elder", "🦁", "Unknownia", "unk1a", "Nat", "ND"],
        )
    )


def test_one_number_written_twice_is_one_name():
    """7, 07 and 7.0; a name with a number in it is compared as text."""
    assert names_alike(["7", "07", "7.0", "8", "70"]) == (("07", "7", "7.0"),)


@pytest.mark.parametrize("sides", [("train", "test"), ("Training set", "Test set"), ("train", "val", "unlabelled")])
def test_folders_of_a_split_with_a_third_beside(nowhere, sides):
    """Animals below the sides; what is of nobody is left out, and said."""
    animals = {side: [f"{side}{n}" for n in range(4)] for side in sides}
    root = write_files(
        nowhere / "own", photographs([f"{side}/{one}" for side, ones in animals.items() for one in ones])
    )
    found = published(str(root))
    assert set(found.identities[found.train]) == set(animals[sides[0]])
    assert set(found.identities[found.test]) == set(animals[sides[1]])
    assert any("photographs of nobody, left out" in note for note in found.notes) == (len(sides) == 3)


@pytest.mark.parametrize("sides", [("query", "gallery"), ("query", "database"), ("probe", "reference")])
def test_queries_are_ranked_against_the_gallery(nowhere, sides):
    """Audited without a leak, embedded with their sides, and on the page as one."""
    write_files(nowhere / "own", photographs([f"{side}/{one}" for side in sides for one in ANIMALS]))
    found = published("own")
    assert found.roles.tolist().count("query") == found.roles.tolist().count("gallery") == 18
    assert "both sides of the split: 0" in said("audit", "own", status=1 if found.notes else 0)
    assert "6 query in gallery" in said("report", "own", "--model", "histogram")
    said("embed", "own", "--model", "histogram")
    assert (nowhere / "embeddings" / "own.csv").read_text().count(",gallery,") == 18


def test_market_1501_is_known_by_its_names(nowhere):
    """The animal is the number before the camera's; -1 and 0000 are nobody."""
    sides = {"bounding_box_train": ["0001", "0002"], "bounding_box_test": ["0003", "0004", "-1"], "query": ["0003"]}
    files = {
        f"{side}/{one}_c{n}s1_00{n}.jpg": encoded(picture(10 * row + n))
        for side, ones in sides.items()
        for row, one in enumerate(ones)
        for n in (1, 2)
    }
    found = published(str(write_files(nowhere / "market", files)))
    assert sorted(set(found.identities)) == ["0001", "0002", "0003", "0004"]
    assert set(found.identities[found.roles == "query"]) == {"0003"}
    assert "2 photographs of no known animal ('-1')" in " ".join(found.notes)
    assert set(found.columns["camera"]) == {"c1", "c2"}
    next_command = "market.csv --query-split query --gallery-split gallery --apart camera"
    assert next_command in said("embed", "market", "--model", "histogram")
    files = "embeddings/market-histogram.npy", "embeddings/market.csv"
    scored = said("score", *files, "--query-split", "query", "--gallery-split", "gallery", "--apart", "camera")
    assert "across encounters (camera), 2 pairs of one encounter apart" in scored


def test_a_species_above_the_animals_is_asked_about(nowhere):
    """One line; --level answers it either way."""
    root = write_files(nowhere / "own", photographs(["lion/A0", "lion/A1", "leopard/A1", "leopard/A2"]))
    assert "are those the animals? Then say --level 2" in said("audit", "own", status=1)
    assert set(published(str(root), reading=Reading(level=2)).identities) == {"A0", "lion/A1", "leopard/A1", "A2"}
    assert published(str(root), reading=Reading(level=1)).notes == ()


def test_one_name_below_two_species_is_told_of(nowhere):
    """Which may be two animals, or one."""
    write_files(nowhere / "own", photographs(["lions/A0", "lions/A1", "tigers/A0", "tigers/A2"]))
    found = published("own", reading=Reading(level=2))
    assert set(found.identities) == {"lions/A0", "A1", "tigers/A0", "A2"}
    assert "1 name is in several folders, such as A0 in lions and in tigers: taken for different" in found.notes[0]
    sided = published(str(write_files(nowhere / "sided", photographs(["train/A0", "test/A0", "test/A1"]))))
    assert (set(sided.identities), sided.notes) == ({"A0", "A1"}, ())


@pytest.mark.parametrize(
    "folders, level, says",
    [
        (["A0/train", "A0/test", "A1/train", "A1/test"], None, "hold test, train, which is not read as a split"),
        (["lion/train", "lion/test", "cat/train", "cat/test"], 2, "called like a side of a split: test, train, below"),
        (["train/lion/A0", "train/lion/A1", "test/lion/A2", "test/cat/A3"], None, "Then say --level 3"),
    ],
)
def test_sides_below_other_folders_are_asked_about(nowhere, folders, level, says):
    """They are read right below the root alone."""
    found = published(str(write_files(nowhere / "own", photographs(folders))), reading=Reading(level=level))
    assert says in " ".join(found.notes)


def test_one_species_above_its_animals_is_asked_about(nowhere):
    """The others' photographs lie in their own folders; a folder below for one animal alone says nothing."""
    root = write_files(nowhere / "own", photographs(["A0", "A1", "leopard/A2", "leopard/A3", "A4/left"]))
    notes = published(str(root)).notes
    assert len(notes) == 1
    assert "leopard holds no photograph itself, as others do, but 2 folders of them, such as A2" in notes[0]
    assert published(str(root), reading=Reading(level=1)).notes == ()


def test_an_animal_called_like_a_side_is_asked_about(nowhere):
    """train/ beside Simba/."""
    root = write_files(nowhere / "own", photographs(["train", "Simba", "Nala"]))
    assert "called like a side of a split: train" in " ".join(published(str(root)).notes)


def test_what_is_passed_over_is_counted(nowhere):
    """.jfif, .jpe and .avif are read; raw files and films are named, and an animal that has nothing else."""
    from PIL import Image

    files = photographs(["A", "B"]) | photographs(["C"], ending=".jfif") | photographs(["D"], ending=".jpe")
    root = write_files(
        nowhere / "own", files | {"A/3.CR2": b"x", "F/0.MOV": b"x", "B/notes.txt": b"x", "A/.hidden": b"x"}
    )
    (root / "E").mkdir()
    Image.new("RGB", (20, 20), "red").save(root / "E" / "0.avif")
    found = published(str(root))
    assert set(found.identities) == set("ABCDE")
    assert "2 files of a kind that is not read (1 .cr2, 1 .mov), such as A/3.CR2" in found.notes
    assert "no photograph that can be read in F" in found.notes
    assert "not read (1 .cr2, 1 .mov)" in said("audit", "own", status=1)


def test_links_pipes_and_depth(nowhere):
    """What leaves the folder is named, a circle too; a pipe is not opened; a thousand folders are gone through."""
    root = write_files(nowhere / "own", photographs(ANIMALS) | {"T0/deep.txt": b""})
    outside = write_files(nowhere / "outside", photographs(["X"]))
    os.symlink("..", root / "T0" / "all")
    os.symlink(outside / "X", root / "X")
    os.symlink(outside / "X" / "0.jpg", root / "T1" / "linked.jpg")
    os.symlink("0.jpg", root / "T1" / "again.jpg")
    os.symlink("nowhere.jpg", root / "T1" / "broken.jpg")
    os.mkfifo(root / "T2" / "pipe.png")
    here = os.getcwd()
    os.chdir(root / "T3")
    for _ in range(1200):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    found = published(str(root))
    subprocess.run(["rm", "-rf", root / "T3" / "d"], check=True)  # Python's own removal goes no deeper than its stack
    assert len(found) == 19
    assert "3 links out of the folder or in a circle, not followed: T0/all, T1/linked.jpg, X" in found.notes
    assert "1 file that are no regular files, not opened: T2/pipe.png" in found.notes


@pytest.mark.parametrize("form", ["img/{0}_{1}.JPG,{0}", "img\\{0}_{1}.JPG,{0}"])
@pytest.mark.parametrize(
    "head, separator, first",
    [
        ("path,identity", ",", ""), ("path,identity", ";", "sep=;\n"), ("path,identity", "|", ""),
        ("path,identity", "\t", ""),
        ("Encounter.mediaAsset0,MarkedIndividual.individualID", ",", ""), ("image,Individual Name", ",", ""),
    ],
)  # fmt: skip
def test_a_table_is_read_as_programs_write_it(nowhere, form, head, separator, first):
    """Separators, Excel's first line, Windows' paths, Wildbook's columns."""
    rows = [row.replace(",", separator) for row in lines(form)]
    found = published(table(nowhere, first + head.replace(",", separator), rows))
    assert sorted(set(found.identities)) == ANIMALS


@pytest.mark.parametrize(
    "head, form, says",
    [
        (
            "path,class,name",
            "img/{0}_{1}.JPG,lion,{0}",
            r"which column is the animal\? class \(1 .*name \(6 .*--identity",
        ),
        ("path,name,name", "img/{0}_{1}.JPG,lion,{0}", "two of them have one name: rename one"),
        ("path,who", "img/{0}_{1}.JPG,{0}", "no column 'identity'.*it has path, who: say which with --identity"),
        ("where,identity", "img/{0}_{1}.JPG,{0}", "no column 'path'.*say which with --path"),
        ("path,identity", "img/{0}_{1},{0}", r"18 of 18 files are not there.*did you mean 'img/T0_0.JPG'\?"),
        ("path,identity", "img/{0}_{1}.jpg,{0}", r"did you mean 'img/T0_0.JPG'\?"),
    ],
)
def test_what_a_table_leaves_open_is_asked(nowhere, head, form, says):
    """Which column is meant, or which file: one line, with the names."""
    with pytest.raises(InvalidInputError, match=says) as caught:
        published(table(nowhere, head, lines(form)))
    assert "\n" not in str(caught.value)


def test_a_file_that_holds_no_animals_says_what_it_is(nowhere, monkeypatch):
    """A workbook and a photograph, in the folder that one is in: no name of a data set that there is not."""
    monkeypatch.chdir(nowhere)
    write_files(nowhere, {"own.xlsx": b"PK\x03\x04\0\0", "one.JPG": encoded(picture(1), ".jpg")})
    with pytest.raises(InvalidInputError, match=r"own.xlsx is not text; save .* as .csv"):
        published("own.xlsx")
    with pytest.raises(
        InvalidInputError, match=r"^one.JPG: a photograph, .* give a folder of them by animal, or a table$"
    ):
        published("one.JPG")


def test_the_columns_can_be_named(nowhere):
    """--identity and --path; the animals are those of the column."""
    own = table(nowhere, "path,where,class,name", lines("x,img/{0}_{1}.JPG,lion,{0}"))
    assert "0 across" not in said("audit", own, "--identity", "name", "--path", "where", "--no-photographs")
    found = published(own, reading=Reading(identity="name", path="where"))
    assert sorted(set(found.identities)) == ANIMALS
    with pytest.raises(InvalidInputError, match="no column 'nome', as --identity asks"):
        published(own, reading=Reading(identity="nome"))


@pytest.mark.parametrize("command", ["audit", "embed", "report"])
@pytest.mark.parametrize(
    "sides, says",
    [(("train", "", "test"), "line 4 and 5 more: no side"), (("trian", "test", "test"), "says 'trian', which"),
     (("0", "1", "1"), "says '0', '1', which")],
)  # fmt: skip
def test_a_split_that_cannot_be_used_is_an_error(nowhere, command, sides, says):
    """And nothing is written: another split would be drawn in silence."""
    rows = [f"{row},{sides[number % 3]}" for number, row in enumerate(lines())]
    own = table(nowhere, "path,identity,split", [rows[0], *sorted(rows[1:])])
    before = sorted(nowhere.iterdir())
    with pytest.raises(InvalidInputError, match=says.replace("line 4", "line [0-9]+")):
        said(command, own)
    assert [one for one in sorted(nowhere.iterdir()) if one.name != "cache"] == [
        one for one in before if one.name != "cache"
    ]


@pytest.mark.parametrize("word", ["unknown", "NA", "new_individual", "?"])
def test_strangers_are_no_animal(nowhere, word):
    """Left out, kept as distractors of a name each, or an animal where the user says so; their split may be blank."""
    rows = [f"{row},{'train' if row[5] in '012' else 'test'}" for row in lines()]
    rows = [row.replace(",T5,test", f",{word},") for row in rows]
    own = table(nowhere, "path,identity,split", rows)
    found = published(own)
    assert (len(found), sorted(set(found.identities[found.test]))) == (15, ["T3", "T4"])
    assert f"3 photographs of no known animal ({word!r}): left out" in found.notes[0]
    kept = published(own, reading=Reading(strangers=Strangers.KEEP))
    assert (len(kept), len(set(kept.identities)), set(kept.split[15:])) == (18, 8, {"test"})
    assert "no known animal" in said("embed", own, "--model", "histogram")
    ended = said("embed", own, "--model", "histogram", "--strangers", "keep", "--output", "kept")
    assert "18 images of 5 animals" in ended
    assert ended.rstrip().endswith("own.csv --strangers keep")
    for choice, left in (("out", "left out"), ("keep", "in the others' rankings alone")):
        scored = said("score", "kept/own-histogram.npy", "kept/own.csv", "--strangers", choice)
        assert f"3 rows of no known animal ({word!r}) are {left}" in scored


@pytest.mark.parametrize(
    "head, form, says",
    [
        ("path,identity,bbox_x", "img/{0}_{1}.JPG,{0},1", "its column bbox_x is not read"),
        ("path,identity,segmentation", "img/{0}_{1}.JPG,{0},1", "its column segmentation is not read"),
        ("path,identity,x,y,w,h", "img/{0}_{1}.JPG,{0},1,1,9,9", "its columns x, y, w, h are not read"),
        ("path,identity,Left,Top,Right,Bottom", "img/{0}_{1}.JPG,{0},1,1,9,9", "its columns Left, Top, Right, Bottom"),
        ("path,id", "img/{0}_{1}.JPG,{0}{1}", "every one of the 18 animals has a single photograph"),
        ("path,identity", "img/{0}_0.JPG,{0}", "6 paths are listed twice, such as img/T0_0.JPG"),
        (
            "path,identity",
            "./img/../img/{0}_{1}.JPG,{0}\nimg/{0}_{1}.JPG,{0}",
            "18 paths are listed twice, such as img/",
        ),
        ("path,identity", "img/T0_{1}.JPG,{0}", "3 photographs are of two animals, such as img/T0_0.JPG"),
    ],
)
def test_what_is_odd_about_a_table_is_a_finding(nowhere, head, form, says):
    """Of audit, with status 1, and a warning of embed."""
    own = table(nowhere, head, lines(form))
    assert says in said("audit", own, "--no-photographs", status=1)
    assert f"warning: {says}" in said("embed", own, "--model", "histogram")
