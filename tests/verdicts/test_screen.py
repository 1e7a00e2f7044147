"""The paper on one screen, as JSON, and from the command line."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from reproduce import cli
from reproduce.errors import InvalidInputError
from reproduce.experiments.unlearned import baselines
from reproduce.record import Store
from reproduce.record.schema import Cell, Entry
from reproduce.running import inputs
from reproduce.verdicts.files.lines import Line, fold, read
from reproduce.verdicts.files.settings import Setting
from reproduce.verdicts.files.settings import read as settings_of
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import FIDELITIES, Outcome, Spec
from reproduce.verdicts.views.screen import HEADINGS, as_json, by_column, screen
from reproduce.verdicts.views.standing import ANSWERS, answer, count, sentences, standing

CLAIMS = Path(__file__).parents[2] / "claims"
#: More than the column has room for by itself.
NAMES = ("barn", "whole-from-nothing-19", "lions", "minke", "dense", "other", "seventh")
SETTINGS = {
    name: Setting(name, "a toy", ("animals",), f"on {name}", (), values={"column": f"other {len(name) % 3}"})
    for name in NAMES
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
    start = made.index("") + 3
    return made[start : made.index("", start)]


@pytest.mark.parametrize("verdict", Verdict)
def test_claims_that_agree_have_one_answer(verdict):
    """One claim or many of one verdict: its word."""
    assert answer([outcome(verdict=verdict)]) == answer([outcome(verdict=verdict)] * 3) == ANSWERS[verdict]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], ""),
        (["reproduced", "not reproduced"], "yes/NO"),
        (["inconclusive", "reproduced", "not run"], "yes/?"),
        (["inconclusive", "reproduced", "not reproduced"], "yes/NO"),
        (["reproduced", "not run"], "yes"),
        (["compatible", "not reproduced"], "NO/ok"),
        (["not run", "not run"], "-"),
        (["error", "not run", "reproduced"], "error"),
    ],
)
def test_a_cell_names_two_answers_at_most(verdicts, expected):
    """What was not run adds nothing, an undecided claim nothing beside two that differ, an error is all that counts."""
    assert answer([outcome(verdict=verdict) for verdict in verdicts]) == expected


@given(st.lists(st.sampled_from(list(Verdict))))
def test_what_was_not_run_never_changes_an_answer(verdicts):
    """Any number of claims that were not run, in any order, leave the answer."""
    rows = [outcome(verdict=verdict) for verdict in verdicts]
    assert answer([*rows, not_run()]) == (answer(rows) or "-")
    assert answer(rows) == answer(rows[::-1])


def test_a_drift_outranks_its_verdict():
    """A claim that drifted says so, whatever it was."""
    assert answer([outcome(drift="moved"), outcome()]) == "drift"


@pytest.mark.parametrize(
    ("own", "elsewhere", "stands"),
    [
        ([], {}, "untested"),
        (["not run"], {"barn": ["not run"]}, "untested"),
        (["reproduced"], {"barn": ["not reproduced"]}, "reproduced"),
        (["reproduced", "not run"], {}, "reproduced"),
        (["not reproduced", "inconclusive"], {}, "not reproduced"),
        (["reproduced", "not reproduced"], {}, "mixed"),
        (["reproduced", "compatible"], {}, "mixed"),
        (["compatible"], {}, "compatible"),
        (["error"], {}, "broken"),
        (["not run"], {"barn": ["reproduced"], "lions": ["inconclusive"]}, "supported"),
        (["not run"], {"barn": ["reproduced", "inconclusive"]}, "mixed"),
        (["not run"], {"barn": ["not reproduced"], "lions": ["inconclusive"]}, "contradicted"),
        (["not run"], {"barn": ["reproduced"], "lions": ["not reproduced"]}, "mixed"),
        (["not run"], {"barn": ["compatible"], "lions": ["not reproduced"]}, "mixed"),
        (["not run"], {"barn": ["inconclusive"]}, "undecided"),
    ],
)
def test_where_a_statement_stands(own, elsewhere, stands):
    """Its own data decide where they were tested, else the substitutes: one of them in full, and none against."""
    made = [outcome("a", verdict) for verdict in own]
    made += [outcome("a", verdict, name) for name, verdicts in elsewhere.items() for verdict in verdicts]
    (line,) = fold([Line("a", "I")], made)
    assert standing(line) == stands


def test_each_statement_is_one_line():
    """In the paper's order, with or without claims: place, sentence, figure, an answer a column, and so far."""
    lines = [Line("I.b", "Table I", printed="26.74"), Line("I.a", "Table I"), Line("V", "V", sentence="Nobody asked.")]
    made = shown(lines, outcome("I.a"), outcome("I.b", "not reproduced"), outcome("I.b", setting="barn"))
    assert [row.split() for row in made] == [
        ["T.I", "A", "sentence", "26.74", "NO", "yes", "contradicted"],
        ["A", "sentence", "yes", "reproduced"],
        ["V", "Nobody", "asked", "untested"],
    ]


def test_questions_and_checks_are_shown_on_request():
    """Each kind below its heading, in its own words; neither is counted as a statement."""
    lines = [Line("a", "I"), Line("q", "I", kind="question"), Line("c", "I", kind="check")]
    folded = fold(lines, [outcome("a"), outcome("q", "not reproduced", kind="question"), outcome("c", kind="check")])
    plain, every = (
        screen(folded, SETTINGS, 80, kinds) for kinds in (["statement"], ["statement", "question", "check"])
    )
    assert plain[0] == every[0] == "Own data: 1 of 1 statements tested: 1 reproduced."
    assert not any(heading in plain for heading in HEADINGS.values())
    assert every[every.index(HEADINGS["question"]) + 3].endswith(" no")
    assert every[every.index(HEADINGS["check"]) + 3].endswith(" passes")


def test_the_short_sentence_is_for_narrow_screens():
    """A narrow screen has the short sentence, a wide one the whole where it need not be cut."""
    line = Line("I.a", "I", short="Short", sentence="The whole sentence.")
    assert ["Short" in shown([line], width=width)[0] for width in (80, 160)] == [True, False]
    assert "The whole sentence " in shown([line], width=160)[0]
    (long,) = shown([Line("I.a", "I", short="Short", sentence="word " * 40)], width=160)
    assert "Short" in long
    assert "…" not in long


def test_a_narrow_screen_says_what_each_figure_is():
    """The paper's figure is named, where the line stands ends its sentence, and columns are told apart."""
    lines = [Line("I.b", "Table I", printed="26.74", short="Short")]
    made = screen(fold(lines, [outcome("I.b", "not reproduced"), outcome("I.b", setting="barn")]), SETTINGS, 50)
    at = made.index("T.I  Short (paper 26.74): contradicted")
    assert made[at + 1] == f"    own data NO; {SETTINGS['barn'].values['column']} yes"


def test_the_columns_are_those_of_the_settings_in_their_order():
    """Settings of one column share it, in the order of their file; one that names no column is "other data"."""
    used = [outcome("I.a", setting=name) for name in reversed(NAMES)]
    assert list(by_column(used, SETTINGS)) == list(dict.fromkeys(one.values["column"] for one in SETTINGS.values()))
    assert list(by_column([outcome("I.a", setting="unknown")], SETTINGS)) == ["other data"]


def test_the_papers_own_lines_fit_a_screen():
    """The real list and settings: no sentence is cut at 80 columns, and all is at most 45 lines."""
    lines, settings = read(CLAIMS / "paper.toml"), settings_of(CLAIMS / "settings.toml")
    columns = dict.fromkeys(str(one.values["column"]) for one in settings.values() if "column" in one.values)
    first = {name: next(key for key, one in settings.items() if one.values.get("column") == name) for name in columns}
    made = [outcome(line.id, end, first[name]) for line in lines for name in columns
            for end in ("reproduced", "not reproduced")]  # fmt: skip
    told = screen(fold(lines, made), settings, 80)
    assert max(map(len, told)) <= 80
    assert len(told) <= 45
    assert not any("…" in line for line in told)
    assert all(any(line.short in row for row in told) for line in lines if line.kind == "statement")


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


@given(pages(), st.integers(36, 200))
def test_no_line_is_longer_than_the_screen(page, width):
    """Whatever ids, sentences and figures are drawn, as a table and folded."""
    lines, outcomes = page
    folded = fold(lines, outcomes)
    made = screen(folded, SETTINGS, width, ("statement", "question", "check"))
    assert max(map(len, made)) <= width


@given(pages())
def test_the_counts_add_up_to_the_statements(page):
    """Each statement is counted once, however many claims it has; no question or check is."""
    lines, outcomes = page
    counts = count(fold(lines, outcomes))
    assert counts.statements == sum(line.kind == "statement" for line in lines)
    numbers = [int(word) for line in sentences(counts) for word in re.findall(r"\d+", line)]
    own, rest = counts.own.total(), counts.elsewhere.total()
    assert sum(numbers) == (2 * own + counts.statements if counts.statements else 0) + (2 * rest if rest else 0)


@given(pages())
def test_json_has_every_line_once(page):
    """Each line once, in order, with all its claims; what JSON carries is what was given."""
    lines, outcomes = page
    folded = fold(lines, outcomes)
    made = as_json(folded)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert [one["id"] for one in made] == [line.id for line in lines]
    for one, told in zip(folded, made, strict=True):
        assert set(told) == {"id", "kind", "at", "sentence", "printed", "so_far", "settings"}
        assert (told["kind"], told["sentence"], told["printed"]) == (one.line.kind, one.sentence, one.line.printed)
        assert len(told["settings"]) == len(one.own) + len(one.elsewhere)


def test_json_says_what_was_found_in_each_setting():
    """The paper's own first: name, worth, verdict in its words, figure, interval, seeds and chance."""
    made = [outcome("a", setting="barn"), not_run("a", chance=None)]
    (line,) = as_json(fold([Line("a", "I", printed="75")], made))
    plain = {"scatter": "", "seeds_alone": False, "post_hoc": "", "fragile": []}
    assert line["settings"] == [
        {
            "name": "paper", "claim": "a", "fidelity": "assumed", "verdict": "not run",
            "ours": None, "interval": None, "n": 0, "chance": None, **plain,
        },
        {
            "name": "barn", "claim": "a@barn", "fidelity": "proxy", "verdict": "holds",
            "ours": 1.5, "interval": [1.0, 2.0], "n": 2, "chance": 0.5, **plain,
        },
    ]  # fmt: skip


SUITE = '''
"""Table X: a toy."""
from reproduce.experiments.unlearned import baselines
from reproduce.verdicts import judged_in, statement

@statement("X.toy", at="Table X", unit="MAP@R %")
@judged_in("paper", "lions")
def test_toy(claim, setting):
    """A random order scores at least {printed}."""
    score = claim(baselines.constant, setting.animals, score="map_at_r")
    claim.at_least(score, claim.printed, because="a toy")
'''
PAPER = '["X.toy"]\nat = "Table X"\nfigure = "0.93"\n["X.none"]\nat = "X"\nkind = "question"\nsentence = "Why?"\n'
IN = '[paper]\nstands_for = "none"\nanimals = "FriesianCattle2017"\n[lions]\ncolumn = "lions"\nstands_for = "lions"\n'
IN += 'differs = ["animals"]\nwhere = "on lions"\nanimals = "LionData"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a claim in two settings and a record of one result on the lions; no data, no network."""
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"REPRODUCE_{name}", str(tmp_path / name))
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    claims = tmp_path / "claims"
    claims.mkdir()
    for name, text in {"test_screen_toy.py": SUITE, "paper.toml": PAPER, "settings.toml": IN}.items():
        (claims / name).write_text(text)
    experiment = baselines.constant
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
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
    assert none == {
        "id": "X.none", "kind": "question", "at": "X", "sentence": "Why?", "printed": "", "so_far": "untested",
        "settings": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "words, ids", [(["claims", "list"], ["X.toy", "X.toy@lions"]), (["claims", "show", "X."], ["X.toy", "X.toy@lions"])]
)
def test_other_commands_print_json_too(folder, words, ids):
    """The claims as they are written, and as they were judged."""
    done = CliRunner().invoke(cli.app, [*words, "--json"], catch_exceptions=False)
    assert [one.get("spec", one)["id"] for one in json.loads(done.stdout)] == ids


def test_the_command_prints_a_screen(folder):
    """The same on 80 columns, from a folder that is named, the counts above; the question on request."""
    lines = paper(str(folder)).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "Own data: 0 of 1 statements tested."
    said = " ".join(" ".join(lines).split())
    assert re.search(r"1 need one download \(343 MB\) and about \d+ s on two cores: `reproduce paper`\.", said)
    assert "Substitutes: 1 supported." in lines
    assert next(line for line in lines if line.startswith("T.X")).split() == [
        "T.X",
        "A",
        "random",
        "order",
        "scores",
        "at",
        "least",
        "0.93",
        "0.93",
        "-",
        "yes",
        "supported",
    ]
    assert any("Why?" in line for line in paper(str(folder), "--questions").splitlines())


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


def test_a_line_is_signed_where_a_verdict_is_late_or_by_seeds_alone():
    """Behind where it stands, and in the legend; a claim that decides nothing adds no sign."""
    late = replace(outcome("a", setting="barn"), post_hoc="rule of 2026", note="seeds only: why")
    told = screen(fold([Line("a", "I")], [late]), {}, 80)
    assert any(line.endswith("supported†°") for line in told)
    assert "†: a rule younger" in " ".join(told)
    told = screen(fold([Line("a", "I")], [replace(late, verdict="inconclusive")]), {}, 80)
    assert "†" not in " ".join(told)
