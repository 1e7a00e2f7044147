"""Runs that are saved: two sessions at once, a disk that is full, a place that cannot be written, a stranger's file."""

import csv
import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import reproduce
from reproduce.cli import app
from reproduce.verdicts.runs import saving

SUITE = '''
"""Table I: a toy."""
import os
import pytest
from reproduce.experiments import Result, experiment
from reproduce.verdicts import statement

@experiment("toy.kept", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed):
    """A number that the test sets, with a little noise."""
    return Result({"map_at_r": float(os.environ.get("TOY", "0.5")) + 0.0001 * seed})

@statement("I.a", at="Table I", unit="MAP@R %")
def test_a(claim):
    """The toy scores 50.0."""
    claim.equals(claim(toy, "", score="map_at_r", seeds=3), "50.0", margin=2, because="a toy")
'''
MORE = SUITE + SUITE[SUITE.index("@statement") :].replace("I.a", "I.b").replace("test_a", "test_b")


def said(result):
    return result.stdout.str() + result.stderr.str()


def test_what_changed_stands_below_the_table_at_any_width(claim_session, monkeypatch):
    """Also where the column Before has given way."""
    claim_session(SUITE, "--claims-save=first")
    monkeypatch.setenv("TOY", "0.4")
    monkeypatch.setenv("COLUMNS", "60")
    result = claim_session(SUITE, "--claims-compare")
    assert "I.a: reproduced (50.01), now not reproduced (40.01)" in said(result)
    monkeypatch.setenv("TOY", "0.5")
    assert "this one is compared with: none" in said(claim_session(SUITE, "--claims-compare"))


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_claim_that_is_gone_breaks_the_rule_on_verdicts(claim_session, workers):
    """It has no test that could fail, so the session does; where a part of the claims was asked for none is gone."""
    claim_session(MORE, "--claims-save=first")
    result = claim_session(SUITE, "--claims-compare-fail=verdict", *workers)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "1 of them gone: I.b" in said(result)
    workers = workers and ("-n", "1")  # the second worker of two had nothing to judge
    assert claim_session(SUITE, "--claims-compare", *workers).ret == 0
    part = claim_session(MORE, "--claims-compare-fail=verdict", "-k", "test_a", *workers)
    assert part.ret == 0
    assert "compared with: none" in said(part)


@pytest.mark.parametrize(
    "option, says",
    [
        ("--claims-save=a/b", "--claims-save: 'a/b' is no name for a saved run"),
        ("--claims-save=", "--claims-save: '' is no name for a saved run"),
        ("--claims-json=.", "--claims-json: . is a folder; name a file"),
        ("--claims-json=file/run.json", "--claims-json: file: nothing can be written there"),
        ("--claims-markdown=file/table.md", "--claims-markdown: file: nothing can be written there"),
        (("--claims-autosave", "--claims-storage=file"), "--claims-storage: file: nothing can be written there"),
    ],
)
def test_where_a_run_cannot_be_saved_is_said_before_it_begins(claim_session, option, says):
    """One line, and no test runs."""
    (claim_session.path / "file").write_text("no folder")
    result = claim_session(SUITE, *([option] if isinstance(option, str) else option))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert says in said(result)
    assert "Traceback" not in said(result)


@pytest.mark.parametrize("options", [("-k", "nothing"), ("--claims-list",), ("--collect-only",)])
def test_that_nothing_was_saved_is_said(claim_session, options):
    """Where no claim was judged there is no run."""
    result = claim_session(SUITE, "--claims-save=first", *options)
    assert "claims not saved: none was judged" in said(result)
    assert saving.saved(claim_session.path / ".claims") == []


def test_a_full_disk_is_one_line_and_a_failure(claim_session, monkeypatch):
    """What was judged is shown, and the session does not end as if all were well."""

    def full(path, content):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(saving, "write_atomically", full)
    result = claim_session(SUITE, "--claims-save=first")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "claims not saved: " in said(result)
    assert "No space left on device; make room" in said(result)
    assert not any(word in said(result) for word in ("Traceback", "INTERNALERROR"))
    result.assert_outcomes(passed=1)


#: A session that saves ten runs, in a process of its own.
TEN = """
import sys
from pathlib import Path
from reproduce.verdicts.runs import saving
for _ in range(10):
    saving.keep(Path(sys.argv[1]), sys.argv[2], {"schema": 1})
"""


def test_two_sessions_that_save_at_once_lose_nothing(tmp_path):
    """Every run has a number of its own."""
    processes = [subprocess.Popen([sys.executable, "-c", TEN, str(tmp_path / "new"), name]) for name in "ab"]
    assert [one.wait() for one in processes] == [0, 0]
    numbers = [int(path.name.split("_")[0]) for path in saving.saved(tmp_path / "new")]
    assert numbers == list(range(1, 21))


EVIL = "\x1b]0;owned\x07\x1b[2J\x9b1A\u202eevil\n"


def test_a_strangers_run_moves_no_cursor(claim_session, monkeypatch):
    """Time, commit, device, ids, groups, notes and reasons are written out, control characters and all."""
    monkeypatch.chdir(claim_session.path)
    claim_session(SUITE, "--claims-save=first")
    (path,) = saving.saved(claim_session.path / ".claims")
    run = json.loads(path.read_text())
    run["time"] = run["commit"] = run["environment"]["cpu"] = EVIL
    for name in ("reason", "note", "because", "paper", "margin"):
        run["claims"][0][name] = EVIL
    run["claims"].append({**run["claims"][0], "spec": {**run["claims"][0]["spec"], "id": EVIL, "group": EVIL}})
    (path.parent / "0002_evil.json").write_text(json.dumps(run))
    for command in (["saved", "2"], ["compare", "1", "2"], ["compare", "2", "1"], ["saved", "2", "--json"]):
        shown = CliRunner().invoke(app, ["claims", *command]).output
        assert "owned" in shown
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said(claim_session(SUITE, "--claims-compare=2")))


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp437", "utf-8"])
def test_every_sign_can_be_shown_somehow(encoding):
    """A terminal without the signs gets letters, and no error; a mark is never turned into the one for undecided."""
    code = "from reproduce.terminal import *; tolerant(); print('✓ ✗ ≈ · … ─│● ±2 é 猫'); print('✗' * 3)"
    folder = os.path.dirname(os.path.dirname(reproduce.__file__))
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": folder}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode(encoding)
    assert "?" not in shown
    assert shown.splitlines()[1] == ("✗✗✗" if encoding == "utf-8" else "xxx")


def test_a_line_for_each_claim_in_a_spreadsheet(claim_session):
    """With the figures in full; what was not run says why."""
    assert claim_session(MORE, "--claims-csv=run.csv").ret == 0
    with (claim_session.path / "run.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["id"], second["id"], first["verdict"], first["required"]) == (
        "I.a",
        "I.b",
        "reproduced",
        "equals 50.0",
    )
    assert float(first["ours"]) == pytest.approx(50.01)
    assert float(first["low"]) < float(first["ours"]) < float(first["high"])
    claim_session(SUITE, "--claims-csv=run.csv", "--claims-budget=0")
    assert "reproduce run toy.kept" in (claim_session.path / "run.csv").read_text("utf-8-sig")


def test_runs_are_numbered_in_a_folder_that_is_made(tmp_path):
    """Also where the folder that it lies in is not there yet."""
    for _ in range(2):
        saving.check_folder(tmp_path / "checked" / "first")
    folder = tmp_path / "a" / "b"
    paths = [saving.keep(folder, name, saving.describe([])) for name in ("first", "second")]
    assert [path.name for path in paths] == ["0001_first.json", "0002_second.json"]
    assert saving.saved(folder) == paths
