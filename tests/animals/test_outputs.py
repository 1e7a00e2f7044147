"""Nothing of the user's is overwritten: a table, a photograph, a file of another command."""

import os

import pytest
from drawn import encoded, picture, write_files
from typer.testing import CliRunner

from reproduce import cli
from reproduce.errors import InvalidInputError

HEAD = "path,identity,sex,date,observer,notes\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Six animals of three photographs, and the user's own table of them, with columns that no command knows."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    own = tmp_path / "own"
    files = {f"img/{animal}_{n}.JPG": encoded(picture(10 * animal + n)) for animal in range(6) for n in range(3)}
    rows = [f"{path},T{path[4]},f,2024-05-01,AB,torn left ear\n" for path in files]
    write_files(own, files | {"catalogue.csv": (HEAD + "".join(rows)).encode()})
    monkeypatch.chdir(own)
    return own


def contents(folder):
    """Every file below the folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(*arguments):
    """The command, its errors raised."""
    return CliRunner().invoke(cli.app, arguments, catch_exceptions=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("embed", "catalogue.csv", "--model", "histogram", "--output", "."),
        ("embed", "catalogue.csv", "--output", "./img/.."),
        ("embed", "embeddings/catalogue.csv", "--model", "histogram"),
        ("embed", "link.csv", "--model", "histogram", "--output", "."),
        ("embed", "hard.csv", "--model", "histogram", "--output", "elsewhere"),
        ("embed", "img.csv", "--model", "histogram", "--output", "taken"),
        ("report", "catalogue.csv", "--model", "histogram", "--output", "pages"),
        ("audit", "catalogue.csv", "--sheet", "img/0_0.JPG"),
        ("audit", "catalogue.csv", "--sheet", "holiday.png"),
        ("match", "img", "catalogue.csv", "--output", "matched"),
    ],
    ids=" ".join,
)
def test_what_is_the_user_s_stays(folder, arguments):
    """The input under any of its names, a photograph, any file that is not the command's own: nothing is written."""
    table = (folder / "catalogue.csv").read_bytes()
    absolute = table.replace(b"img/", f"{folder}/img/".encode())
    write_files(
        folder,
        {
            "embeddings/catalogue.csv": absolute,
            "img.csv": table,
            "taken/img-histogram.json": b'{"notes": "mine"}',
            "pages/catalogue.html": b"<p>my page",
            "holiday.png": encoded(picture(1), ".png"),
            "matched/img-in-catalogue.csv": b"photograph,made_by_reproduce_match\n0.jpg,1\n",
            "elsewhere/other.txt": b"",
        },
    )
    os.symlink("catalogue.csv", folder / "link.csv")
    os.link(folder / "img.csv", folder / "hard.csv")
    os.link(folder / "img.csv", folder / "elsewhere" / "hard.csv")
    before = contents(folder)
    with pytest.raises(InvalidInputError, match=r"would be overwritten|not written by this command"):
        run(*arguments)
    assert contents(folder) == before


@pytest.mark.parametrize("where", ["mine.txt", "mine.txt/in/it", "nowhere", "nowhere/in"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("embed", "catalogue.csv", "--output"),
        ("report", "catalogue.csv", "--output"),
        ("match", "img", "catalogue.csv", "--output"),
        ("audit", "catalogue.csv", "--sheet"),
    ],
    ids=" ".join,
)
def test_where_no_folder_can_be_is_said_before_a_photograph_is_read(folder, arguments, where, monkeypatch):
    """A file in the place of a folder, or a link that leads nowhere: one line that names it, and not after an hour."""
    write_files(folder, {"mine.txt": b"my notes"})
    os.symlink("absent", folder / "nowhere")
    before = contents(folder)
    monkeypatch.setattr("reproduce.datasets.image_files._examine", lambda path: pytest.fail(f"{path} was read"))
    which, what = where.partition("/")[0], r"is a link that leads nowhere" if "nowhere" in where else "is no folder"
    with pytest.raises(InvalidInputError, match=rf"^{which} {what}.*; name another by {arguments[-1]}$"):
        run(*arguments, f"{where}/sheet.png" if arguments[0] == "audit" else where)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "arguments, made",
    [
        (("embed", "catalogue.csv", "--model", "histogram", "--output=~/out"), "out/catalogue.csv"),
        (("report", "catalogue.csv", "--model", "histogram", "--output=~/out"), "out/catalogue.html"),
        (("match", "img", "catalogue.csv", "--no-local", "--output=~/out"), "out/img-in-catalogue.csv"),
        (("audit", "catalogue.csv", "--sheet=~/sheet.png"), "sheet.png"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_the_users_own_folder_is_not_one_called_tilde(folder, tmp_path, arguments, made, monkeypatch):
    """A shell leaves the sign in --output=~/out as it is."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert run(*arguments).exit_code == 0
    assert (tmp_path / "home" / made).is_file()
    assert not (folder / "~").exists()


@pytest.mark.parametrize(
    "arguments", [("embed", ""), ("audit", ""), ("report", ""), ("match", "", "img"), ("match", "img", "")], ids=str
)
def test_a_name_that_is_empty_is_not_the_folder_that_one_is_in(folder, arguments):
    """As a shell's variable that was never set is."""
    before = contents(folder)
    with pytest.raises(InvalidInputError, match=r"^a name is empty"):
        run(*arguments)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "arguments, made",
    [
        (("embed", "catalogue.csv", "--model", "histogram"), "embeddings/catalogue.csv"),
        (("report", "catalogue.csv", "--model", "histogram"), "report/catalogue.html"),
        (("audit", "catalogue.csv", "--sheet", "sheet.png"), "sheet.png"),
        (("audit", "catalogue.csv", "--sheet", "sheet.jpg"), "sheet.jpg"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_command_s_own_is_renewed(folder, arguments, made):
    """Run again, the same command writes its files again."""
    assert run(*arguments).exit_code == 0
    assert run(*arguments).exit_code == 0
    assert (folder / made).is_file()


@pytest.mark.parametrize("where", ["img/sheet.png", "img/new/sheet.jpg"])
def test_no_sheet_among_the_photographs(folder, where):
    """It would be one of an animal's from then on."""
    for row in range(18):
        path = folder / "img" / f"{row // 3}_{row % 3}.JPG"
        (folder / "img" / f"T{row // 3}").mkdir(exist_ok=True)
        path.rename(folder / "img" / f"T{row // 3}" / path.name)
    before = contents(folder)
    with pytest.raises(InvalidInputError, match="where it would be taken for a photograph"):
        run("audit", "img", "--sheet", where)
    assert contents(folder) == before


@pytest.mark.parametrize("change", [("T0", "Bella"), (",yes,", ",no,"), ("\n", ",my note\n"), (",no,", ",surely,")])
def test_matches_with_a_decision_written_in_are_the_user_s(folder, change):
    """A cell or a column: the same command keeps them, and renews its own, saved by a spreadsheet or not."""
    arguments = ("match", "img", "catalogue.csv", "--model", "pixels", "--no-local")
    run(*arguments)
    table = folder / "matches" / "img-in-catalogue.csv"
    text = table.read_text(encoding="utf-8")
    table.write_bytes(text.replace("\n", "\r\n").encode())
    run(*arguments)
    assert table.read_text(encoding="utf-8") == text
    edited = text.replace(*change)
    table.write_text(edited, encoding="utf-8")
    if edited == text:
        return
    with pytest.raises(InvalidInputError, match="changed since"):
        run(*arguments)
    assert table.read_text(encoding="utf-8") == edited


def test_labels_with_a_note_added_are_the_user_s(folder):
    """A file of embed's that was edited since is kept."""
    arguments = ("embed", "catalogue.csv", "--model", "histogram")
    run(*arguments)
    labels = folder / "embeddings" / "catalogue.csv"
    labels.write_text(labels.read_text().replace("T0", "Bella"))
    before = contents(folder)
    with pytest.raises(InvalidInputError, match="changed since"):
        run(*arguments)
    assert contents(folder) == before


def test_an_embed_that_was_killed_goes_on(folder):
    """Killed between its files, the same command writes what is lacking."""
    arguments = ("embed", "catalogue.csv", "--model", "histogram")
    run(*arguments)
    whole = contents(folder)
    for lost in (["catalogue-histogram.npy"], ["catalogue-histogram.npy", "catalogue-histogram.json"]):
        for name in lost:
            (folder / "embeddings" / name).unlink()
        run(*arguments)
        assert contents(folder) == whole
