"""The paper on one screen, as JSON, and from the command line."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from reproduce import cli
from reproduce.errors import InvalidInputError
from reproduce.experiments import baselines
from reproduce.record import Store
from reproduce.record.schema import Cell, Entry
from reproduce.verdicts import source
from reproduce.verdicts.judge import Verdict
from reproduce.verdicts.lines import Line, fold, read
from reproduce.verdicts.outcome import FIDELITIES, Outcome, Spec
from reproduce.verdicts.screen import LEGEND, MARKS, as_json, headline, mark, screen
from reproduce.verdicts.settings import Setting
from reproduce.verdicts.settings import read as settings_of

CLAIMS = Path(__file__).parents[2] / "claims"
#: More than the column has room for by itself.
NAMES = ("barn", "whole-from-nothing-19", "lions", "minke", "dense", "other", "seventh")
SETTINGS = {
    name: Setting(name, "a toy", ("animals",), f"on {name}", (), values={"sign": name[0].upper()}) for name in NAMES
}


def outcome(name="I.a", verdict="reproduced", setting="paper", ours=1.5, **fields):
    """A toy outcome; elsewhere it is a proxy."""
    of_spec = {key: fields.pop(key) for key in ("kind", "fidelity", "sentence") if key in fields}
    own = {"sentence": "A sentence.", "at": "I", "fidelity": "assumed" if setting == "paper" else "proxy"}
    spec = Spec(name if setting == "paper" else f"{name}@{setting}", setting=setting, **{**own, **of_spec})
    plain = {"verb": "at_least", "paper": ">= 0", "interval": (1.0, 2.0), "values": (1.0, 2.0), "chance": 0.5}
    return Outcome(spec, verdict, ours=ours, **(plain | fields))


def not_run(*where, **fields):
    """A toy that was not run, in a setting."""
    return outcome(*where, verdict="not run", ours=None, values=(), interval=None, **fields)


def shown(lines, *outcomes, width=80):
    """The screen's lines between the headings and the legend."""
    made = screen(fold(lines, outcomes), SETTINGS, width)
    return made[1 : made.index("")]


@pytest.mark.parametrize("verdict", Verdict)
def test_rows_that_agree_have_their_mark(verdict):
    """One row or many of one verdict: its mark."""
    assert mark([outcome(verdict=verdict)]) == mark([outcome(verdict=verdict)] * 3) == MARKS[verdict]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "·"),
        (["reproduced", "not reproduced"], "±"),
        (["reproduced", "inconclusive", "not run"], "±"),
        (["reproduced", "not run"], "✓"),
        (["not run", "not reproduced", "not reproduced"], "✗"),
        (["not run", "not run"], "·"),
        (["error", "not run"], "!"),
    ],
)
def test_rows_that_differ_are_mixed(verdicts, expected):
    """Rows that were not run say nothing beside rows that were; others that differ are ±."""
    assert mark([outcome(verdict=verdict) for verdict in verdicts]) == expected


@given(st.lists(st.sampled_from(list(Verdict))))
def test_what_was_not_run_never_changes_a_mark(verdicts):
    """Any number of rows that were not run, and any order of rows, leave the mark."""
    rows = [outcome(verdict=verdict) for verdict in verdicts]
    assert mark([*rows, not_run()]) == mark(rows) == mark(rows[::-1])


def test_a_drift_outranks_its_verdict():
    """A row that drifted is marked so, whatever it was."""
    assert mark([outcome(drift="moved")]) == "!"
    assert mark([outcome(drift="moved"), outcome()]) == "±"


def test_each_line_of_the_paper_is_one_line():
    """In the paper's order, with or without claims: id, sentence, figure, marks and our figure."""
    lines = [Line("I.b", "I", printed="26.74"), Line("I.a", "I"), Line("V", "V", sentence="Nobody asked.")]
    made = shown(lines, outcome("I.a"), outcome("I.b", "not reproduced"), outcome("I.b", setting="barn"))
    assert [row.split() for row in made] == [
        ["I.b", "A", "sentence", "26.74", "✗", "B✓", "1.50", ">=", "0"],
        ["I.a", "A", "sentence", "✓", "1.50", ">=", "0"],
        ["V", "Nobody", "asked", "·"],
    ]


def test_the_short_sentence_is_for_narrow_screens():
    """A narrow screen has the short sentence, a wide one the whole."""
    line = Line("I.a", "I", short="Short", sentence="The whole sentence.")
    assert ["Short" in shown([line], width=width)[0] for width in (80, 160)] == [True, False]
    assert "The whole sentence " in shown([line], width=160)[0]


def test_the_evidence_is_that_of_the_claim_that_says_most():
    """Conclusive before inconclusive, then by worth; nothing where nothing was measured."""
    unsure = outcome("I.a", "inconclusive", ours=1.0)
    elsewhere = outcome("I.a", setting="barn", ours=2.0)
    assert "2.00 >= 0" in shown([Line("I.a", "I")], unsure, elsewhere)[0]
    assert "3.00 >= 0" in shown([Line("I.a", "I")], outcome("I.a", ours=3.0), elsewhere)[0]
    assert shown([Line("I.a", "I")], not_run("I.a"))[0].endswith(" ·")


def test_a_question_shows_its_first_claim():
    """Those after it ask what would explain the answer: theirs is not the line's, conclusive or not."""
    asked, cause = outcome("why.a.best", "inconclusive", ours=18.2), outcome("why.a.edges", ours=1.0)
    assert "18.20 >= 0" in shown([Line("why.a", "IV", kind="question", sentence="Why")], asked, cause)[0]
    assert "1.00 >= 0" in shown([Line("why.a", "IV", sentence="Why")], asked, cause)[0]


def test_what_is_longer_than_usual_is_whole_and_aligned():
    """A longer id and more settings than usual take their room from the sentences of all lines."""
    lines = [Line("I.a-name-of-twenty-five", "I"), Line("I.b", "I", sentence="x" * 90)]
    first, second = shown(lines, outcome(lines[0].id), *(outcome(lines[0].id, setting=name) for name in NAMES))
    assert first.startswith(f"{lines[0].id} A")
    assert "B✓W✓L✓M✓D✓O✓S✓" in first
    assert max(len(first), len(second)) <= 80
    assert second.endswith("… ·")
    assert first.index("✓") == second.index("·")


def test_the_legend_says_the_marks_and_the_settings_that_were_used():
    """Only settings with a claim are named, none broken off its sign."""
    used = [outcome("I.a", setting=name) for name in NAMES if name != "minke"]
    made = screen(fold([Line("I.a", "I")], used), SETTINGS)
    assert LEGEND in made
    told = made[made.index(LEGEND) + 1 :]
    entries = [entry for line in told for entry in line.strip().removeprefix("elsewhere: ").rstrip(",").split(", ")]
    assert entries == [f"{name[0].upper()} {name}" for name in NAMES if name != "minke"]


def test_the_papers_own_lines_fit_a_screen():
    """The real list without an outcome: a line each, 80 columns, at most 75 lines with all that is around them."""
    lines = read(CLAIMS / "paper.toml")
    folded = fold(lines, [])
    made = screen(folded, settings_of(CLAIMS / "settings.toml"))
    assert [row.split()[0] for row in made[1 : made.index("")]] == [line.id for line in lines]
    every = [*made, *headline(folded, [])]
    assert len(every) <= 75
    assert max(map(len, every)) <= 80


ids = st.text("ab.-9", min_size=1, max_size=24)
figures = st.none() | st.floats(-100, 100)
drawn_lines = st.lists(
    st.builds(
        Line, ids, at=st.just("I"), kind=st.sampled_from(["statement", "question", "check"]),
        sentence=st.text("abc. ", max_size=120), short=st.text("abc. ", max_size=60),
        printed=st.text("1., ", max_size=60),
    ),
    max_size=6, unique_by=lambda line: line.id,
)  # fmt: skip


@st.composite
def pages(draw):
    """Lines and outcomes, some of which belong to them, in settings known and unknown."""
    lines = draw(drawn_lines)
    names = st.sampled_from([line.id for line in lines]) if lines else ids
    one = st.builds(
        outcome, names, st.sampled_from(list(Verdict)), st.sampled_from(["paper", *NAMES]), figures,
        kind=st.sampled_from(["statement", "question", "control", "check"]), drift=st.sampled_from(["", "moved"]),
        fidelity=st.sampled_from(FIDELITIES), verb=st.sampled_from(["equals", "at_least", "exactly"]),
    )  # fmt: skip
    return lines, draw(st.lists(one, max_size=12))


@given(pages(), st.integers(20, 200))
def test_no_line_is_longer_than_the_screen(page, width):
    """Whatever ids, sentences and figures: one line each, none longer than the width, each with its own mark."""
    lines, outcomes = page
    folded = fold(lines, outcomes)
    made = screen(folded, SETTINGS, width)
    rows = made[1 : made.index("")]
    assert max(map(len, [*made, *headline(folded, outcomes, width)])) <= max(width, 80)
    assert [row.split(" ")[0] for row in rows] == [line.id for line in lines]
    assert all(mark(one.own) in row for one, row in zip(folded, rows, strict=True))


@given(pages())
def test_the_headline_accounts_for_every_statement(page):
    """The counts of the first line add up to its statements, however many rows each has."""
    lines, outcomes = page
    first = " ".join(headline(fold(lines, outcomes), outcomes, 400)[0].split())
    head, _, counts = first.removeprefix("paper: ").partition(" statements: ")
    assert int(head) == sum(line.kind == "statement" for line in lines)
    assert sum(int(part.split()[0]) for part in counts.split(", ") if part != "none") == int(head)


def test_the_headline_counts_lines_and_not_rows():
    """Rows of a line count once; a line's questions and checks are no statements; kinds are not mixed."""
    lines = [Line("a", "I"), Line("b", "I"), Line("c", "I", kind="question"), Line("d", "I", kind="check")]
    made = [
        *(outcome(f"a.{row}") for row in range(5)), outcome("b", "not reproduced"), outcome("b.x"),
        outcome("c", "not reproduced", kind="question"), outcome("c", setting="barn", kind="question"),
        outcome("d", kind="check"), outcome("e", kind="control"), outcome("f", kind="control", drift="moved"),
    ]  # fmt: skip
    assert headline(fold(lines, made), made) == [
        "paper: 2 statements: 1 reproduced, 1 mixed",
        "questions: 2 in all settings: 1 fails, 1 holds",
        "controls: 2 in all settings: 1 holds, 1 drifted",
        "checks: 1 in all settings: 1 holds",
    ]


@pytest.mark.parametrize(
    ("elsewhere", "ends"),
    [
        ({"barn": ["reproduced"], "lions": ["inconclusive"]}, "1 hold, 0 fail, 0 do both"),
        ({"barn": ["reproduced", "not run"]}, "1 hold, 0 fail, 0 do both"),
        ({"barn": ["not reproduced"] * 2, "lions": ["not run"]}, "0 hold, 1 fail, 0 do both"),
        ({"barn": ["reproduced"], "lions": ["not reproduced"]}, "0 hold, 0 fail, 1 do both"),
        ({"barn": ["compatible"], "lions": ["not reproduced"]}, "0 hold, 0 fail, 1 do both"),
        ({"barn": ["reproduced", "not reproduced"]}, "0 hold, 0 fail, 1 do both"),
        ({"barn": ["inconclusive"], "lions": ["not run"]}, "0 hold, 0 fail, 0 do both"),
        ({}, "0 hold, 0 fail, 0 do both"),
    ],
)
def test_what_was_not_run_is_told_as_it_ended_elsewhere(elsewhere, ends):
    """Of lines not run on the paper's data: how many hold, fail or do both elsewhere; others are not asked."""
    rows = [outcome("a", verdict, name) for name, verdicts in elsewhere.items() for verdict in verdicts]
    made = [not_run("a"), *rows, outcome("b"), outcome("b", "not reproduced", "barn")]
    assert headline(fold([Line("a", "I"), Line("b", "I")], made), made) == [
        "paper: 2 statements: 1 reproduced, 1 not run",
        f"  of those 1 not run: {ends} elsewhere",
    ]


def test_every_mark_of_a_statement_is_counted():
    """Statements that drifted or broke are in the headline, wrapped to the screen with all the others."""
    ends = {str(at): {"verdict": verdict} for at, verdict in enumerate(Verdict)} | {"d": {"drift": "moved"}}
    made = [outcome(name, **fields) for name, fields in ends.items()]
    lines = headline(fold([Line(name, "I") for name in ends], made), made)
    assert max(map(len, lines)) <= 80
    assert (
        "7 statements: 1 reproduced, 1 not, 1 compatible, 1 inconclusive, 2 drifted or broken, 1 not run"
        in " ".join(" ".join(lines).split())
    )


@given(pages())
def test_json_has_every_line_once(page):
    """Each line once, in order, with all its claims; what JSON carries is what was given."""
    lines, outcomes = page
    folded = fold(lines, outcomes)
    made = as_json(folded)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert [one["id"] for one in made] == [line.id for line in lines]
    for one, told in zip(folded, made, strict=True):
        assert set(told) == {"id", "kind", "at", "sentence", "printed", "settings"}
        assert (told["kind"], told["sentence"], told["printed"]) == (one.line.kind, one.sentence, one.line.printed)
        assert len(told["settings"]) == len(one.own) + len(one.elsewhere)


def test_json_says_what_was_found_in_each_setting():
    """The paper's own first: name, worth, verdict in its words, figure, interval, seeds and chance."""
    made = [outcome("a", setting="barn"), not_run("a", chance=None)]
    (line,) = as_json(fold([Line("a", "I", printed="75")], made))
    assert line["settings"] == [
        {
            "name": "paper", "claim": "a", "fidelity": "assumed", "verdict": "not run",
            "ours": None, "interval": None, "n": 0, "chance": None,
        },
        {
            "name": "barn", "claim": "a@barn", "fidelity": "proxy", "verdict": "holds",
            "ours": 1.5, "interval": [1.0, 2.0], "n": 2, "chance": 0.5,
        },
    ]  # fmt: skip


SUITE = '''
"""Table X: a toy."""
from reproduce.experiments import baselines
from reproduce.verdicts import judged_in, statement

@statement("X.toy", at="Table X", unit="MAP@R %")
@judged_in("paper", "lions")
def test_toy(claim, setting):
    """A random order scores at least {printed}."""
    score = claim(baselines.constant, setting.animals, score="map_at_r")
    claim.at_least(score, claim.printed, because="a toy")
'''
PAPER = '["X.toy"]\nat = "Table X"\nfigure = "0.93"\n["X.none"]\nat = "X"\nkind = "question"\nsentence = "Why?"\n'
IN = '[paper]\nstands_for = "none"\nanimals = "FriesianCattle2017"\n[lions]\nsign = "L"\nstands_for = "lions"\n'
IN += 'differs = ["animals"]\nwhere = "on lions"\nanimals = "LionData"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a claim in two settings and a record of one result on the lions; no data, no network."""
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"REPRODUCE_{name}", str(tmp_path / name))
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--import-mode=importlib")  # each test's toy is a module of its own
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    claims = tmp_path / "claims"
    claims.mkdir()
    for name, text in {"test_screen_toy.py": SUITE, "paper.toml": PAPER, "settings.toml": IN}.items():
        (claims / name).write_text(text)
    experiment = baselines.constant
    monkeypatch.setattr(source, "data_hash", lambda *_: "")
    cell = Cell(experiment.name, experiment.version, experiment.factors(), "LionData", "hash", None, 0)
    scores = {"map_at_r": 0.0186, "chance": 0.01}
    entry = Entry(cell, scores, machine="toy-cpu", seconds=1.0, time="2026-01-02T03:04:05Z", commit="abc")
    Store(claims / "record").add(entry)
    return claims


def paper(*arguments):
    """What ``reproduce claims paper`` prints; it must succeed."""
    done = CliRunner().invoke(cli.app, ["claims", "paper", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_the_command_prints_json(folder):
    """Every line with what the record says in each setting, and nothing but JSON."""
    toy, none = json.loads(paper("--json"))
    assert (toy["id"], toy["printed"], toy["sentence"]) == ("X.toy", "0.93", "A random order scores at least 0.93.")
    assert [(one["name"], one["fidelity"], one["verdict"]) for one in toy["settings"]] == [
        ("paper", "assumed", "not run"),
        ("lions", "proxy", "holds"),
    ]
    assert toy["settings"][1]["ours"] == pytest.approx(1.86)
    assert none == {"id": "X.none", "kind": "question", "at": "X", "sentence": "Why?", "printed": "", "settings": []}


@pytest.mark.parametrize(
    "words, ids", [(["claims", "list"], ["X.toy", "X.toy@lions"]), (["why", "X."], ["X.toy@lions"])]
)
def test_other_commands_print_json_too(folder, words, ids):
    """The claims as they are written, and as they were judged."""
    done = CliRunner().invoke(cli.app, [*words, "--json"], catch_exceptions=False)
    assert [one.get("spec", one)["id"] for one in json.loads(done.stdout)] == ids


def test_the_command_prints_a_screen(folder):
    """The same on 80 columns, from a folder that is named, with the headline below."""
    lines = paper(str(folder)).splitlines()
    assert max(map(len, lines)) <= 80
    assert [lines[1].split()[0], lines[2].split()[0]] == ["X.toy", "X.none"]
    assert " · L✓ " in lines[1]
    assert lines[-2:] == ["paper: 1 statements: 1 not run", "  of those 1 not run: 1 hold, 0 fail, 0 do both elsewhere"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_folder_without_lines_is_an_error_of_one_line(folder, options):
    """What is missing and what to do, in one line; nothing is judged or printed."""
    (folder / "paper.toml").unlink()
    elsewhere = folder.rename(folder.parent / "unlisted")
    done = CliRunner().invoke(cli.app, ["claims", "paper", str(elsewhere), *options])
    assert done.exit_code == 1
    assert isinstance(done.exception, InvalidInputError)
    (line,) = str(done.exception).splitlines()
    assert str(elsewhere / "paper.toml") in line
    assert "project's root" in line
    assert done.stdout == ""
