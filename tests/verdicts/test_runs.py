"""Saving runs, comparing with them, and failing by them, in pytest and offline."""

import json

import pytest
from typer.testing import CliRunner

from reproduce.cli import app

CLAIMS = '''
"""Table I: a toy."""
import os
import pytest
from reproduce.experiments import Result, experiment

@experiment("toy.saved", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed, *, row="a"):
    """A number that the test sets, with a little noise."""
    return Result({"map_at_r": float(os.environ["TOY_" + row.upper()]) + 0.0001 * seed})

@pytest.mark.claim("I.{row}", at="Table I", unit="MAP@R %", fidelity="assumed")
@pytest.mark.parametrize("row", ["a", "b"])
def test_toy(claim, row):
    """Row {row} scores 50.0."""
    ours = claim(toy, "FriesianCattle2017", row=row, score="map_at_r", seeds=3)
    claim.equals(ours, "50.0", margin=MARGIN, because="a toy")
'''


@pytest.fixture
def claims(claim_session, monkeypatch):
    """Run the toy claims: ``claims(*options, a=0.5, b=0.5, margin=2)``."""

    def run(*options, a=0.5, b=0.5, margin=2):
        monkeypatch.setenv("TOY_A", str(a))
        monkeypatch.setenv("TOY_B", str(b))
        return claim_session(CLAIMS.replace("MARGIN", str(margin)), *options)

    run.path = claim_session.path
    return run


def lines(result):
    return "\n".join(result.outlines)


def test_a_saved_run_holds_all_there_is_to_know(claims):
    """Runs are numbered; each has machine, GPU, driver, backend, flags, packages, commit, data and the claims."""
    assert "0001_first.json" in lines(claims("--claims-save=first"))
    claims("--claims-autosave")
    first, second = sorted((claims.path / ".claims").glob("*.json"))
    assert first.name == "0001_first.json"
    assert second.name.startswith("0002_")
    run = json.loads(first.read_text())
    environment = run["environment"]
    assert {"machine", "backend", "cpu", "gpu", "driver", "flags", "packages", "python"} <= set(environment)
    assert "commit" in run
    assert set(run["data"]) == {"FriesianCattle2017"}
    assert [claim["spec"]["id"] for claim in run["claims"]] == ["I.a", "I.b"]
    assert len(run["claims"][0]["values"]) == 3


def test_the_table_says_what_was_before(claims):
    """With --claims-compare the column Before holds =, the earlier verdict, or that the claim was another."""
    claims("--claims-save=first")
    result = claims("--claims-compare", b=0.4)
    assert "was reproduced" in lines(result)
    (row,) = [line for line in result.outlines if line.startswith("I.a")]
    assert row.endswith("=")
    assert "spec changed" in lines(claims("--claims-compare=1", margin=3))


def test_the_claim_that_changed_is_the_one_that_fails(claims):
    """--claims-compare-fail fails the claim's own test and no other; without a change none."""
    claims("--claims-save=first")
    assert claims("--claims-compare-fail=verdict,ours:0.5").ret == 0
    result = claims("--claims-compare-fail=ours:0.5", b=0.51)
    result.assert_outcomes(passed=1, failed=1)
    assert "I.b: ours moved by 1, more than 0.5" in lines(result)
    assert claims("--claims-compare", b=0.51).ret == 0
    assert claims("--claims-compare-fail=ours:0.5", b=0.51, margin=3).ret == 0


def test_the_workers_of_xdist_fail_it_too(claims):
    """Spread over two processes the same claim fails, and one run is saved."""
    claims("--claims-save=first")
    result = claims("--claims-compare-fail=ours:0.5", "--claims-save=second", "-n", "2", b=0.51)
    assert "I.b: ours moved by 1" in lines(result)
    assert len(list((claims.path / ".claims").glob("*.json"))) == 2


def test_nothing_to_compare_with_is_said(claims):
    """Asking to compare with what is not there stops the session in one line."""
    result = claims("--claims-compare")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    claims("--claims-save=first")
    result = claims("--claims-compare=7")
    assert "no saved run matches '7'" in result.stderr.str() + lines(result)
    assert claims("--claims-compare-fail=mean:5%").ret == pytest.ExitCode.USAGE_ERROR


def test_json_and_markdown(claims):
    """The run as JSON and the table as Markdown, where asked."""
    claims("--claims-json=run.json", "--claims-markdown=table.md")
    assert json.loads((claims.path / "run.json").read_text())["claims"][0]["verdict"] == "reproduced"
    assert "| I.a |  | 50.01 | " in (claims.path / "table.md").read_text()
    assert not (claims.path / ".claims").exists()


def test_offline(claims, monkeypatch):
    """Two saved runs compared without pytest: status 1 for what --fail names, 0 otherwise."""
    claims("--claims-save=first")
    claims("--claims-save=second", b=0.4)
    monkeypatch.chdir(claims.path)
    runner = CliRunner()
    changed = runner.invoke(app, ["claims", "compare"])
    assert changed.exit_code == 1
    assert "I.b: reproduced (50.01), now not reproduced (40.01)" in changed.output
    assert runner.invoke(app, ["claims", "compare", "2", "2"]).exit_code == 0
    assert runner.invoke(app, ["claims", "compare", "--fail", "ours:20"]).exit_code == 0
    shown = runner.invoke(app, ["claims", "saved", "1"])
    assert shown.exit_code == 0
    assert "I.a" in shown.output
    assert "2 statements, each in each of its settings: 2 reproduced" in shown.output
    plain = json.loads(runner.invoke(app, ["claims", "compare", "--json"]).output)
    assert (plain["same"], plain["broken"]) == (1, 1)
    assert [(one["claim"], one["kind"], one["fails"]) for one in plain["changes"]] == [
        ("I.a", "same", False),
        ("I.b", "verdict", True),
    ]
    plain = json.loads(runner.invoke(app, ["claims", "saved", "1", "--json"]).output)
    assert plain["path"].endswith("0001_first.json")
    assert [one["spec"]["id"] for one in plain["claims"]] == ["I.a", "I.b"]


def test_a_file_that_is_no_saved_run_is_named(claims, monkeypatch):
    """Garbage in the folder of saved runs is an error with the file's name."""
    from reproduce.errors import RecordError
    from reproduce.verdicts.runs.saving import read

    path = claims.path / "0001_x.json"
    for text in ("{", "[]", '{"schema": 9, "claims": []}', '{"schema": 1, "claims": [{}]}'):
        path.write_text(text)
        with pytest.raises(RecordError, match=r"0001_x\.json"):
            read(path)
