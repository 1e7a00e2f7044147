"""Saving and comparing as pytest's options ask for it, with no session of their own."""

import json
from types import SimpleNamespace

import pytest

from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.runs import options, saving


def outcome(id="I.a", verdict="reproduced", ours=50.0, **fields):
    """A claim that was judged."""
    return Outcome(
        Spec(id, "It scores 50.0.", "I", unit="MAP@R %"), verdict, "equals", "50.0", "±2", ours=ours, **fields
    )


class Config:
    """What of pytest's the options ask; ``hooked`` are the columns of a hook."""

    def __init__(self, rootpath, hooked=(), **given):
        self.rootpath, self.given, self.stash = rootpath, given, pytest.Stash()
        self.informed = []
        self.hook = SimpleNamespace(
            pytest_claims_columns=lambda config: [hooked],
            pytest_claims_update_machine_info=lambda config, machine_info: self.informed.append(machine_info),
        )

    def getoption(self, name):
        return self.given.get(name.removeprefix("claims_"))


@pytest.fixture
def config(tmp_path, monkeypatch):
    """``config(save="first", ...)`` in a folder of its own; one run of I.a, I.b and I.c is saved there."""
    from reproduce.record import machine

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(machine, "environment", lambda library: {"cpu": "one"})
    monkeypatch.setattr(machine, "commit", lambda: "abc")
    saving.keep(tmp_path / ".claims", "before", saving.describe([outcome(id) for id in ("I.a", "I.b", "I.c")]))
    return lambda **given: Config(tmp_path, **given)


@pytest.mark.parametrize("named, folder", [(None, ".claims"), ("elsewhere", "elsewhere")])
def test_runs_are_saved_below_the_root_or_where_it_is_said(config, tmp_path, named, folder):
    assert options.storage(config(storage=named)) == (tmp_path / folder if named is None else options.Path(folder))


NOW = [outcome("I.a"), outcome("I.b", "not reproduced", 40.0), outcome("I.new")]


def test_a_run_is_compared_with_the_last_or_the_one_that_is_named(config, tmp_path):
    """Each claim has a cell; what changed, came or is gone has a line below the table."""
    saving.keep(tmp_path / ".claims", "later", saving.describe(NOW))
    for which, cells in (("", ["=", "=", "="]), ("1", ["=", "was reproduced", "new"])):
        made = config(compare=which)
        options.prepare(made)
        assert [options.before(made, one) for one in NOW] == cells
    lines = [
        "  I.b: reproduced (50), now not reproduced (40)",
        "  I.new: new",
        "  I.c: gone",
    ]
    head = "changed since the run that this one is compared with:"
    assert options.changed(made, NOW, whole=True) == ([f"{head} 3", *lines], False)
    assert options.changed(made, NOW, whole=False) == ([f"{head} 2", *lines[:2]], False)
    assert options.changed(made, [outcome(id) for id in ("I.a", "I.b", "I.c")], whole=True) == ([f"{head} none"], False)
    assert [options.complaint(made, one) for one in NOW] == ["", "", ""]


def test_rules_name_the_claims_that_fail(config):
    """One that is gone has no test that could; rules alone compare with the last run."""
    made = config(compare_fail="verdict")
    options.prepare(made)
    assert [options.complaint(made, one) for one in NOW] == ["", "I.b: reproduced (50), now not reproduced (40)", ""]
    lines, gone = options.changed(made, NOW, whole=True)
    assert gone
    assert lines[-1] == "--claims-compare-fail: 1 of them gone: I.c"
    lines, gone = options.changed(made, NOW, whole=False)
    assert (len(lines), gone) == (3, False)


def test_where_nothing_is_compared_nothing_is_said(config):
    """Also before a session has prepared."""
    made = config()
    for prepared in (False, True):
        if prepared:
            options.prepare(made)
        assert (options.before(made, NOW[1]), options.complaint(made, NOW[1])) == ("", "")
        assert options.changed(made, NOW, whole=True) == ([], False)


@pytest.mark.parametrize(
    "given, said",
    [
        ({"compare": "7"}, "--claims-compare: no saved run matches '7'"),
        ({"compare_fail": "mean:5%"}, "--claims-compare: 'mean:5%': write verdict"),
        ({"save": "a/b"}, "--claims-save: 'a/b' is no name for a saved run"),
        ({"save": ""}, "--claims-save: '' is no name for a saved run"),
        ({"save": "a", "storage": "file"}, "--claims-storage: file: nothing can be written there"),
        ({"autosave": True, "storage": "file"}, "--claims-storage: file: nothing can be written there"),
        ({"json": "."}, "--claims-json: . is a folder; name a file"),
        ({"csv": "file/run.csv"}, "--claims-csv: file: nothing can be written there"),
        ({"markdown": "."}, "--claims-markdown: . is a folder; name a file"),
        ({"sort": "nothing"}, "the table of claims: "),
        ({"columns": "nothing"}, "the table of claims: "),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(config, tmp_path, given, said):
    """In one line, with the option."""
    (tmp_path / "file").write_text("")
    with pytest.raises(pytest.UsageError, match=said.replace("(", r"\(")):
        options.prepare(config(**given))


def test_what_is_not_asked_for_is_not_tried(config, tmp_path, monkeypatch):
    """No folder is made; a worker of xdist leaves the trying to the session that it is of."""
    options.prepare(config(storage="new"))
    options.prepare(config(json="run.json", storage="new"))
    assert not (tmp_path / "new").exists()
    worker = config(save="a/b", json=".")
    worker.workerinput = {}
    options.prepare(worker)
    options.prepare(config(save="a", storage="new"))
    assert (tmp_path / "new").is_dir()


def test_a_table_is_arranged_where_that_is_asked_for(config):
    """By words, or by the columns of a hook."""
    assert options.arrangement(config()) is None
    for given in ({"sort": "claim"}, {"columns": "claim"}, {"group_by": "kind"}):
        assert options.arrangement(config(**given)).more == ()
    (more,) = options.arrangement(config(hooked=[("mine", lambda one: one.spec.id)])).more
    assert (more.head, more.cell(NOW[0])) == ("mine", "I.a")


def test_nothing_is_written_where_nothing_is_asked_for(config):
    """What was asked for and cannot be, since no claim was judged, is said."""
    assert options.write(config(), NOW) == ([], True)
    for given in ({"save": "a"}, {"autosave": True}, {"json": "j"}, {"csv": "c"}, {"markdown": "m"}):
        assert options.write(config(**given), []) == (["claims not saved: none was judged"], True)
        assert options.write(config(), []) == ([], True)


def test_each_file_that_is_asked_for_is_written_and_named(config, tmp_path):
    """The run under its number, as JSON, as a spreadsheet and as a table; hooks say more of the machine, once."""
    made = config(save="next", json="run.json", csv="run.csv", markdown="table.md")
    kept = tmp_path / ".claims" / "0002_next.json"
    assert options.write(made, NOW) == (
        [
            f"claims saved in {kept}",
            "claims written to run.json",
            "claims written to run.csv",
            "claims table written to table.md",
        ],
        True,
    )
    assert json.loads(kept.read_text())["claims"] == json.loads((tmp_path / "run.json").read_text())["claims"]
    assert made.informed == [{"cpu": "one"}]
    assert (tmp_path / "run.csv").read_text("utf-8-sig").count("\n") == 4
    assert "| I.a |" in (tmp_path / "table.md").read_text()


@pytest.mark.parametrize(
    "given, informed", [({"autosave": True}, 1), ({"json": "j"}, 1), ({"csv": "c"}, 0), ({"markdown": "m"}, 0)]
)
def test_the_machine_is_described_where_a_run_is_saved(config, tmp_path, given, informed):
    """By itself under its commit and time."""
    made = config(**given)
    ((said,), saved) = options.write(made, NOW)
    assert (saved, len(made.informed)) == (True, informed)
    assert ("0002_abc_2" in said) == ("autosave" in given)
    assert len(saving.saved(tmp_path / ".claims")) == 1 + ("autosave" in given)


@pytest.mark.parametrize("count, brief", [(60, False), (61, True)])
def test_a_table_of_many_claims_is_brief(config, tmp_path, monkeypatch, count, brief):
    """From 61 on."""
    shown = lambda outcomes, brief, arranged: f"{len(outcomes)} {brief}"  # noqa: E731
    monkeypatch.setattr("reproduce.verdicts.views.table.markdown", shown)
    options.write(config(markdown="table.md"), [outcome(f"I.{number}") for number in range(count)])
    assert (tmp_path / "table.md").read_text() == f"{count} {brief}"


@pytest.mark.parametrize(
    "error, said",
    [(OSError(28, "No space left", "run.json"), "No space left"), (TypeError("a hook"), "machine_info: a hook")],
)
def test_what_cannot_be_written_is_a_line_and_no_success(config, monkeypatch, error, said):
    """The rest is written all the same."""

    def refuse(path, content):
        raise error

    monkeypatch.setattr(saving, "write", refuse)
    lines, saved = options.write(config(json="run.json", csv="run.csv"), NOW)
    assert not saved
    assert lines[0].startswith("claims not saved: ")
    assert said in lines[0]
    assert lines[1:] == ["claims written to run.csv"]
