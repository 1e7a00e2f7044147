"""The plugin as others extend it: hooks, notes on a claim, the table as asked for, ini options, a history of runs."""

import csv
import json

import pytest
from typer.testing import CliRunner

from reproduce.cli import app
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.runs import saving
from reproduce.verdicts.views.arranged import clearance

SUITE = '''
"""Table I: a toy."""
import os
import pytest
from reproduce.experiments import Result, experiment
from reproduce.verdicts import question, statement

@experiment("toy.extended", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed):
    """A number that the test sets, with a little noise."""
    return Result({"map_at_r": float(os.environ.get("TOY", "0.5")) + 0.0001 * seed})

@statement("I.far", at="Table I", unit="MAP@R %")
def test_far(claim):
    """The toy scores 50.0."""
    claim.extra_info["lens"] = "50 mm"
    claim.equals(claim(toy, "", score="map_at_r", seeds=3), "50.0", margin=20, because="a toy")

@question("Q.close", at="III-B", unit="MAP@R %")
def test_close(claim):
    """Another toy is better."""
    found = claim(toy, "", score="map_at_r", seeds=3)
    claim.at_least(found, 50.009, because="a toy")
'''
HOOKS = """
def pytest_claims_columns(config):
    return [("Lens", lambda outcome: outcome.extra_info.get("lens", "")), ("Twice", lambda outcome: 2 * NUMBER)]

def pytest_claims_update_machine_info(config, machine_info):
    machine_info["cluster"] = INFO
"""


def said(result):
    return result.stdout.str() + result.stderr.str()


def hooks(session, number="21", info="'north'"):
    (session.path / "conftest.py").write_text(HOOKS.replace("NUMBER", number).replace("INFO", info))


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_conftest_adds_columns_and_says_what_the_machine_is(claim_session, workers):
    """In the table, the CSV and the Markdown; the saved run has the notes too."""
    hooks(claim_session)
    shown = claim_session(SUITE, "--claims-save=a", "--claims-csv=a.csv", "--claims-markdown=a.md", *workers)
    assert shown.ret == 0
    assert "Lens" in said(shown)
    assert "50 mm" in said(shown)
    with (claim_session.path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["extra_info.lens"], first["Lens"], first["Twice"]) == ("50 mm", "50 mm", "42")
    assert (second["extra_info.lens"], second["Lens"]) == ("", "")
    assert "| Lens | Twice |" in (claim_session.path / "a.md").read_text()
    run = saving.read(saving.find(claim_session.path / ".claims"))
    assert run.information["environment"]["cluster"] == "north"
    assert [one.extra_info for one in run.outcomes] == [{"lens": "50 mm"}, {}]


def test_what_a_hook_gets_wrong_costs_neither_the_table_nor_the_verdicts(claim_session):
    """A cell says its error; a run that JSON cannot hold is not saved, and the session fails."""
    hooks(claim_session, number="outcome.nothing", info="object()")
    shown = claim_session(SUITE, "--claims-save=a", "--claims-columns=claim,twice")
    assert "AttributeError: 'Outcome' object has no attribute 'nothing'" in said(shown)
    assert "claims not saved: pytest_claims_update_machine_info: Object of type object" in said(shown)
    assert "INTERNALERROR" not in said(shown)
    assert shown.ret == pytest.ExitCode.TESTS_FAILED
    assert saving.saved(claim_session.path / ".claims") == []


@pytest.mark.parametrize("note", ["object()", "float('nan')"])
def test_a_note_that_json_cannot_hold_fails_its_claim_in_one_line(claim_session, note):
    """The other claims are judged."""
    shown = claim_session(SUITE.replace("'50 mm'", note).replace('"50 mm"', note))
    assert shown.parseoutcomes() == {"failed": 1, "inconclusive": 1}
    assert "I.far: extra_info: " in said(shown)


def rows(result, *ids):
    """The table's lines that begin with one of the ids, and the headings above them."""
    return [line for line in result.outlines if line.startswith(ids)]


def test_the_table_has_the_columns_that_were_asked_for(claim_session):
    """In that order and no others, also those that it never shows by itself."""
    shown = claim_session(SUITE, "--claims-columns=Verdict, claim,place,unit")
    assert any(line.split() == ["Verdict", "Claim", "Place", "Unit"] for line in shown.outlines)
    assert any(
        line.split() == ["reproduced", "I.far", "Table", "I", "MAP@R", "%"] for line in map(plain, shown.outlines)
    )


def plain(line):
    """A line without the marks behind a verdict."""
    return line.replace("supported", "reproduced").translate({ord(sign): "" for sign in "*†°◊‡"})


def test_the_closest_call_comes_first(claim_session):
    """By margin what is decided least clearly; by claim the alphabet."""
    options = "--claims-group-by=evidence", "--claims-columns=claim"
    by = {key: rows(claim_session(SUITE, *options, f"--claims-sort={key}"), "I.", "Q.") for key in ("margin", "claim")}
    assert by == {"margin": ["Q.close", "I.far"], "claim": ["I.far", "Q.close"]}


@pytest.mark.parametrize(
    "low, high, edge, measured",
    [(40, 80, 50, 0.5), (57, 59, 60, 2.0), (58, 58, 60, float("inf")), (57, 59, None, None)],
)
def test_a_call_is_close_by_its_interval(low, high, edge, measured):
    """Ten points from the edge decide nothing where the interval has twenty; two do where it has one."""
    made = Outcome(
        Spec("I.a", "A toy.", "I"), Verdict.INCONCLUSIVE, ours=(low + high) / 2, interval=(low, high), lower=edge
    )
    assert clearance(made) == measured


@pytest.mark.parametrize(
    "key, names",
    [
        ("kind", {"statement", "question"}),
        ("place", {"Table I", "III-B"}),
        ("setting", {"paper"}),
        ("file", {"Table I"}),
    ],
)
def test_claims_are_grouped_by(claim_session, key, names):
    """A rule above each group says what its claims have in common."""
    shown = claim_session(SUITE, f"--claims-group-by={key}", "--claims-columns=claim")
    assert {
        name for name in ("Table I", "III-B", "statement", "question", "paper") if f"claims '{name}'" in said(shown)
    } == names


@pytest.mark.parametrize(
    "option, says",
    [
        ("--claims-columns=clam", "no column 'clam'; did you mean claim?"),
        ("--claims-sort=size", "no order 'size'; there are: claim, ours, verdict, margin"),
        ("--claims-group-by=zoo", "no kind of group 'zoo'; there are: file, place, setting, kind, evidence, verdict"),
    ],
)
def test_what_there_is_not_is_said_before_the_run(claim_session, option, says):
    """One line that says what there is."""
    shown = claim_session(SUITE, option)
    assert shown.ret == pytest.ExitCode.USAGE_ERROR
    assert says in said(shown)
    assert "Traceback" not in said(shown)


def ini(session, **values):
    lines = "".join(f"claims_{name} = {value}\n" for name, value in values.items())
    (session.path / "pytest.ini").write_text(f"[pytest]\n{lines}")


def test_an_ini_file_gives_what_the_command_line_leaves_out(claim_session):
    """The budget, the columns, and a folder beside the file, wherever pytest is called from; an option goes before."""
    ini(claim_session, budget=0, columns="claim,verdict", storage="kept/runs")
    shown = claim_session(SUITE, "--claims-save=a")
    shown.assert_outcomes(skipped=2)  # nothing is measured, and there is no record
    assert len(saving.saved(claim_session.path / "kept" / "runs")) == 1
    assert any(line.split() == ["Claim", "Verdict"] for line in shown.outlines)
    assert claim_session(SUITE, "--claims-budget=60").parseoutcomes() == {"passed": 1, "inconclusive": 1}


def test_an_ini_file_makes_an_undecided_claim_fail(claim_session):
    """As --claims-strict does, in a worker of xdist too."""
    assert claim_session(SUITE).ret == 0
    ini(claim_session, strict="true")
    claim_session(SUITE).assert_outcomes(passed=1, failed=1)
    claim_session(SUITE, "-n", "1").assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    "values, says",
    [
        ({"budget": "much"}, "claims_budget: 'much' is no number of seconds"),
        ({"tier": "gold"}, "claims_tier: 'gold' is not one of check, rehearsal"),
        ({"sort": "size"}, "no order 'size'"),
    ],
)
def test_what_an_ini_file_gets_wrong_is_one_line(claim_session, values, says):
    """Before anything runs."""
    ini(claim_session, **values)
    shown = claim_session(SUITE)
    assert shown.ret == pytest.ExitCode.USAGE_ERROR
    assert says in said(shown)


@pytest.fixture
def three(claim_session, monkeypatch):
    """Three saved runs: in the second a claim changes, in the third it is gone."""
    monkeypatch.chdir(claim_session.path)
    claim_session(SUITE, "--claims-save=first")
    monkeypatch.setenv("TOY", "0.6")
    claim_session(SUITE, "--claims-save=second")
    claim_session(SUITE.partition("@question")[0], "--claims-save=third")
    return claim_session.path / ".claims"


def call(*words):
    return CliRunner().invoke(app, ["claims", *words])


def test_saved_runs_are_listed(three):
    """Each with how its claims ended; a damaged file is named and hides no other."""
    (three / "0004_torn.json").write_text("{")
    shown = call("runs").stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["0001_first", "0002_second", "0003_third", "0004_torn"]
    assert "not a saved run" in shown[3]
    listed = json.loads(call("runs", "--json").stdout)
    assert [sum(run["verdicts"].values()) for run in listed] == [2, 2, 1, 0]
    assert call("runs", "--storage", "nowhere").exit_code == 1


def test_several_runs_are_compared_each_with_the_one_before(three):
    """And a table has what each claim that changed was in every run."""
    shown = call("compare", "1", "2", "3")
    assert shown.exit_code == 1
    assert shown.stdout.count("before  ") == 2
    head, far, close = ([cell.strip() for cell in line.split("  ") if cell] for line in shown.stdout.splitlines()[-3:])
    assert head == ["Claim", "0001_first", "0002_second", "0003_third"]
    assert (far[0], far[2]) == ("I.far", far[3])
    assert (close[0], close[1], close[3]) == ("Q.close", "inconclusive 50.01", "-")
    told = json.loads(call("compare", "1", "2", "3", "--json").stdout)
    assert [step["broken"] for step in told["steps"]] == [1, 1]
    assert call("compare", "1", "2", "--fail", "ours:50").exit_code == 0


def test_two_runs_are_compared_as_ever(three):
    """The last two, or the one named with the last."""
    assert "now     .claims/0003_third.json" in call("compare").stdout.replace("\\", "/")
    assert json.loads(call("compare", "1", "--json").stdout)["now"].endswith("0003_third.json")


def test_a_saved_run_is_shown_as_asked(three):
    """With the same words as the options of pytest have."""
    shown = call("saved", "1", "--columns", "claim", "--group-by", "kind", "--sort", "claim").stdout
    assert "claims 'question'" in shown
    assert "no order 'size'" in str(call("saved", "1", "--sort", "size").exception)
