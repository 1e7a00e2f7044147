"""Saved runs: how they are numbered, named and found, what they hold, and what is refused."""

import csv
import json
from types import SimpleNamespace

import pytest

from reproduce.errors import InvalidInputError, RecordError
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.runs import saving

CONTENT = {"schema": 1, "time": "2026-11-24T12:30:05Z", "commit": "abc+dirty", "environment": {}, "claims": []}


@pytest.fixture
def folder(tmp_path):
    """Runs 1, 3 and 12, and what is none."""
    for name in ("0012_b.json", "0003_ab.json", "0001_a.json", "003_c.json", "0004_d.txt", "notes.json"):
        (tmp_path / name).write_text(json.dumps(CONTENT))
    return tmp_path


def named(paths):
    return [path.name for path in paths]


def test_runs_come_in_the_order_of_their_numbers(folder):
    """Also from 10,000 on; the next one has the number behind the last."""
    (folder / "10000_c.json").write_text("{}")
    (folder / "0003_aa.json").write_text("{}")
    runs = ["0001_a.json", "0003_aa.json", "0003_ab.json", "0012_b.json", "10000_c.json"]
    assert named(saving.saved(folder)) == runs
    assert saving.keep(folder, "next", CONTENT).name == "10001_next.json"
    assert saving.keep(folder / "a" / "b", "first", CONTENT).name == "0001_first.json"
    assert saving.keep(folder / "a" / "b", "second", CONTENT).name == "0002_second.json"


@pytest.mark.parametrize(
    "which, name",
    [
        ("", "0012_b.json"),
        ("3", "0003_ab.json"),
        ("0003", "0003_ab.json"),
        ("12", "0012_b.json"),
        ("0001_", "0001_a.json"),
        ("00", "several runs match '00' in .*; there are: 0001_a, 0003_ab, 0012_b"),
        ("7", "no saved run matches '7' in .*; there are: 0001_a, 0003_ab, 0012_b"),
        ("b", "no saved run matches 'b'"),
    ],
)
def test_a_run_is_found_by_its_number_or_the_beginning_of_its_name(folder, which, name):
    """The last one where nothing is said; one that is not there, or not alone, is one line with those there are."""
    if name.endswith(".json"):
        assert saving.find(folder, which).name == name
    else:
        with pytest.raises(InvalidInputError, match=name):
            saving.find(folder, which)


def test_a_run_is_found_by_its_path(folder, tmp_path):
    """Wherever it lies; a folder of none says how one is saved."""
    assert saving.find(tmp_path / "nowhere", str(folder / "notes.json")) == folder / "notes.json"
    for which in ("", "3", str(folder)):
        with pytest.raises(InvalidInputError, match=r"no run of the claims is saved in .*nowhere; `pytest claims"):
            saving.find(tmp_path / "nowhere", which)


@pytest.mark.parametrize(
    "asked, names",
    [
        ([], ["0003_ab.json", "0012_b.json"]),
        (["1"], ["0001_a.json", "0012_b.json"]),
        (["3", "1"], ["0003_ab.json", "0001_a.json"]),
        (["3", "1", "12"], ["0003_ab.json", "0001_a.json", "0012_b.json"]),
    ],
)
def test_two_runs_or_more_are_compared(folder, asked, names):
    """The last two, one and the last, or those that are named."""
    assert named(saving.chosen(folder, asked)) == names


def test_one_run_can_be_compared_with_itself_by_name_alone(tmp_path):
    """Comparing needs two else."""
    with pytest.raises(InvalidInputError, match="holds 0 saved runs: comparing needs two"):
        saving.chosen(tmp_path, ["1"])
    saving.keep(tmp_path, "only", CONTENT)
    assert named(saving.chosen(tmp_path, ["1"])) == ["0001_only.json"] * 2
    with pytest.raises(InvalidInputError, match="holds 1 saved runs: comparing needs two"):
        saving.chosen(tmp_path, [])
    saving.keep(tmp_path, "other", CONTENT)
    assert named(saving.chosen(tmp_path, [])) == ["0001_only.json", "0002_other.json"]


@pytest.mark.parametrize("commit, name", [("abc+dirty", "abc-dirty"), ("abc", "abc"), ("", "unversioned")])
def test_a_run_saves_itself_under_its_commit_and_time(commit, name):
    """With signs that every file system takes."""
    assert saving.autosave_name({**CONTENT, "commit": commit}) == f"{name}_20261124_123005"


def test_what_is_no_name_is_refused():
    """Nothing leads out of the folder."""
    saving.check_name("first.run_of-2")
    for name in ("", "a/b", "a b", "../a"):
        with pytest.raises(InvalidInputError, match="is no name for a saved run"):
            saving.check_name(name)


def test_where_nothing_can_be_written_is_refused(tmp_path):
    """A file in the place of a folder, and a folder in the place of a file."""
    (tmp_path / "file").write_text("")
    saving.check_file(tmp_path / "a" / "b" / "run.json")
    saving.check_file(tmp_path / "file")
    saving.check_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    with pytest.raises(InvalidInputError, match="a is a folder; name a file"):
        saving.check_file(tmp_path / "a")
    with pytest.raises(InvalidInputError, match=r"file: nothing can be written there .*; name another"):
        saving.check_file(tmp_path / "file" / "run.json")


ONE = Outcome(
    Spec("I.a", "Kühe: it scores 50.0.", "I", unit="MAP@R %", printed="50.0"),
    "reproduced", "equals", "50.0", "±2", ours=50.01, values=(50.0, 50.02), interval=(49.5, 50.5), scatter="seeds",
    chance=1.5, extra_info={"steps": 9}, data={"LionData": "ab"}, machines=("b-cpu", "a-cpu"), backends=("numpy",),
)  # fmt: skip
TWO = Outcome(Spec("I.b", "It fails.", "I"), "not run", reason="no record", data={"Cows": "cd"}, machines=("a-cpu",))


def test_a_run_is_read_back_as_it_was_saved(tmp_path, monkeypatch):
    """With what it was measured by and on, its signs as they are."""
    from reproduce.record import machine

    environment = {"cpu": "one", "flags": {}}
    monkeypatch.setattr(machine, "environment", lambda library: environment)
    monkeypatch.setattr(machine, "commit", lambda: "abc")
    described = saving.describe([ONE, TWO])
    described["environment"]["flags"]["of"] = "a hook"
    path = saving.keep(tmp_path, "first", described)
    run = saving.read(path)
    assert environment == {"cpu": "one", "flags": {}}
    assert (run.path, run.outcomes) == (path, (ONE, TWO))
    assert run.information["measured_by"] == {"machines": ["a-cpu", "b-cpu"], "backends": ["numpy"]}
    assert list(run.information["data"].items()) == [("Cows", "cd"), ("LionData", "ab")]
    assert set(run.information) == {"schema", "time", "commit", "environment", "measured_by", "data"}
    text = path.read_text(encoding="utf-8")
    assert "Kühe" in text
    assert text.startswith('{\n "schema": 1,\n "time"')  # a line for each, which a diff shows


@pytest.mark.parametrize(
    "text, said",
    [
        ("{", "not a saved run of the claims"),
        ("[]", "schema: None; this version reads saved runs of schema 1"),
        ('{"schema": 9}', "schema: 9; this version reads saved runs of schema 1"),
        ('{"schema": 1, "claims": [{}]}', "not as this version saves a run"),
    ],
)
def test_a_file_that_is_no_saved_run_says_why(tmp_path, text, said):
    """By its name; one that is not there in the system's words."""
    (tmp_path / "0001_x.json").write_text(text)
    with pytest.raises(RecordError, match=rf"0001_x\.json: {said}"):
        saving.read(tmp_path / "0001_x.json")
    with pytest.raises(InvalidInputError, match=r"0002_x\.json: No such file"):
        saving.read(tmp_path / "0002_x.json")


def test_a_spreadsheet_has_a_line_for_each_claim(tmp_path):
    """Figures in its unit and in full, notes and columns of one's own last; what was not run has its reason."""
    more = SimpleNamespace(head="mine", cell=lambda one: one.spec.id.lower())
    path = saving.write_csv(tmp_path / "run.csv", [ONE, TWO], [more])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, first, second = csv.reader(file)
    assert head == [*saving.COLUMNS, "extra_info.steps", "mine"]
    assert first == [
        *("I.a", "I", "statement", "paper", "exact", "MAP@R %", "50.0", "50.01", "49.5", "50.5", "seeds", "2"),
        *("1.5", "equals 50.0", "±2", ONE.says, "", "Kühe: it scores 50.0.", "9", "i.a"),
    ]
    assert second == [
        *("I.b", "I", "statement", "paper", "exact", "", "", "", "", "", "", "0"),
        *("", "", "", "not run", "no record", "It fails.", "", "i.b"),
    ]
