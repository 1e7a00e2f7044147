"""The paper's lines: printed figures stand in one place, and claims fold into the line they belong to."""

import json

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.files.lines import Line, fold, printed_in, read, runs_in
from reproduce.verdicts.outcome import Outcome, Spec

CLAIMS = '''
"""Table X: a toy."""
import pytest
from reproduce.experiments import Result, experiment
from reproduce.verdicts import statement

@experiment("toy.lines", varies=("order",), needs=(), seconds=0.001)
def toy(catalogue, seed, *, mean=0.5):
    """Scores around ``mean``."""
    return Result({"map_at_r": mean + 0.001 * (seed - 1)})

@statement("X.{row}", at="Table X", unit="MAP@R %")
@pytest.mark.parametrize("row", ["a", "b.c"])
def test_toy(claim, row):
    """The toy scores {printed}."""
    claim.equals(claim(toy, "", score="map_at_r", seeds=3), claim.printed, margin=2, because="a toy")
'''
PAPER = '["X.a"]\nat = "Table X"\nfigure = "{a}"\n["X.b"]\nat = "Table X"\nrows = {{ c = "49.70" }}\nruns = {runs}\n'


@pytest.fixture
def claims(claim_session):
    """The saved claims, by id, of the toy beside a text of paper.toml."""

    def run(paper):
        run.result = claim_session(CLAIMS, "--claims-json=run.json", paper=paper)
        saved = json.loads((claim_session.path / "run.json").read_text())
        return {one["spec"]["id"]: one for one in saved["claims"]}

    run.path = claim_session.path
    return run


def test_a_printed_figure_stands_in_one_place(claims):
    """Changed in paper.toml, and there alone, a figure changes the claim's, its sentence and its verdict."""
    before, after = claims(PAPER.format(a="50.1", runs=1)), claims(PAPER.format(a="60.1", runs=1))
    assert [before[name]["paper"] for name in ("X.a", "X.b.c")] == ["50.1", "49.70"]
    assert [after[name]["paper"] for name in ("X.a", "X.b.c")] == ["60.1", "49.70"]
    assert [one["X.a"]["spec"]["sentence"] for one in (before, after)] == [
        "The toy scores 50.1.",
        "The toy scores 60.1.",
    ]
    assert [one["X.a"]["says"] for one in (before, after)] == ["reproduced", "not reproduced"]
    assert before["X.b.c"] == after["X.b.c"]


def test_the_papers_own_runs_come_from_its_line(tmp_path):
    """How many runs a printed figure averages is read from the line, one where it says nothing."""
    (tmp_path / "paper.toml").write_text(PAPER.format(a="50", runs=14))
    assert runs_in(tmp_path) == {"X.a": 1, "X.b": 14}
    assert printed_in(tmp_path) == {"X.a": "50", "X.b.c": "49.70"}


def test_a_figure_that_no_line_prints_is_an_error_of_one_line(claims):
    """``claim.printed`` of a claim without a line fails that claim, named, and no other."""
    claims('["X.a"]\nat = "Table X"\nfigure = "50.1"\n')
    claims.result.assert_outcomes(passed=1, failed=1)
    text = "\n".join(claims.result.outlines)
    assert "X.b.c: the list of the paper's lines prints no figure of it" in text
    assert "Traceback" not in text


@pytest.mark.parametrize("options", [[], ["--collect-only"], ["-k", "b.c"]])
def test_lines_that_cannot_be_read_are_refused(claim_session, options):
    """A damaged paper.toml ends the session in one line that names it."""
    result = claim_session(CLAIMS, *options, paper='["X.a"')
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in [*result.outlines, *result.errlines] if "not TOML" in line]
    assert str(claim_session.path / "paper.toml") in line


def test_a_key_that_is_none_is_refused(tmp_path):
    """A line with a key of another name is an error with the file and the line's id."""
    (tmp_path / "paper.toml").write_text('["X.a"]\nat = "T"\nfigur = "50"\n')
    with pytest.raises(InvalidInputError, match=r'paper\.toml: \["X\.a"\]: .*figur'):
        read(tmp_path / "paper.toml")


@pytest.mark.parametrize(
    "said, says",
    [
        ("figure = 50", "a figure is text, with the digits as printed"),
        ("rows = { a = 50 }", "a figure is text, with the digits as printed"),
        ("rows = 50", "a figure is text, with the digits as printed"),
        ('rows = "50"', "a figure is text, with the digits as printed"),
        ('runs = "two"', "Expected `int`, got `str`, at `runs`"),
    ],
)
def test_figures_are_text(tmp_path, said, says):
    """A number would lose its last digits; whatever is of another shape is an error with the line's id."""
    (tmp_path / "paper.toml").write_text(f'["X.a"]\nat = "T"\n{said}\n')
    with pytest.raises(InvalidInputError) as caught:
        read(tmp_path / "paper.toml")
    assert str(caught.value).startswith(f'{tmp_path / "paper.toml"}: ["X.a"]: {says}')


def test_a_line_that_is_no_table_is_refused(tmp_path):
    """And without a file there is no line."""
    assert read(tmp_path / "paper.toml") == ()
    (tmp_path / "paper.toml").write_text('"X.a" = 3\n')
    with pytest.raises(InvalidInputError, match=r'\["X\.a"\] is no line: write a table'):
        read(tmp_path / "paper.toml")


@pytest.mark.parametrize(
    "said, printed, rows",
    [
        ('printed = "50 to 60"\nfigure = "50"', "50 to 60", {"": "50"}),
        ('figure = "50"', "50", {"": "50"}),
        ('figure = "50"\nrows = { a = "1", b = "2" }', "50", {"a": "1", "b": "2"}),
        ('rows = { a = "1", b = "2" }', "1, 2", {"a": "1", "b": "2"}),
        ("", "", {}),
    ],
)
def test_what_a_line_prints(tmp_path, said, printed, rows):
    """Its own words, else its figure, else those of its rows; a figure is the row of the line itself."""
    (tmp_path / "paper.toml").write_text(f'["X.a"]\nat = "T"\n{said}\n')
    (line,) = read(tmp_path / "paper.toml")
    assert (line.id, line.at, line.printed, line.rows, line.runs) == ("X.a", "T", printed, rows, 1)


def outcome(name, **fields):
    """An outcome that was reproduced; ``setting`` is added to the id."""
    suffix = f"@{fields['setting']}" if "setting" in fields else ""
    return Outcome(Spec(name + suffix, "A sentence.", "T", **fields), "reproduced")


def folded(names, *outcomes):
    """Which claims are folded into which line: ``{line: (own, elsewhere)}``."""
    found = fold([Line(name, "T") for name in names], outcomes)
    return {
        one.line.id: tuple([each.spec.id for each in members] for members in (one.own, one.elsewhere)) for one in found
    }


def test_a_claim_goes_to_the_longest_id_that_its_own_begins_with():
    """Parts are compared whole, so 64x2 is not 64, and of two lines the longer takes the claim."""
    names = ["II.sota", "II.sota.lions", "P.dcnn", "P.dcnn.mining", "I.64", "II"]
    given = ["II.sota", "II.sota.lions", "P.dcnn.steps", "P.dcnn.mining", "P.dcnn.mining.hard", "I.64x2", "I.64"]
    assert folded(names, *(outcome(name) for name in given)) == {
        "II.sota": (["II.sota"], []),
        "II.sota.lions": (["II.sota.lions"], []),
        "P.dcnn": (["P.dcnn.steps"], []),
        "P.dcnn.mining": (["P.dcnn.mining", "P.dcnn.mining.hard"], []),
        "I.64": (["I.64"], []),
        "II": ([], []),
    }


def test_settings_go_beside_the_papers_own():
    """A claim in another setting belongs to the line of its statement, and never counts as the paper's own."""
    proxy = outcome("II.sota", setting="barn", fidelity="proxy")
    reading = outcome("II.sota.lions", setting="from.nothing")
    lines = folded(["II.sota", "II.sota.lions"], outcome("II.sota"), proxy, reading)
    assert lines == {
        "II.sota": (["II.sota"], ["II.sota@barn"]),
        "II.sota.lions": ([], ["II.sota.lions@from.nothing"]),
    }


def test_controls_fold_into_no_line():
    """What is ours stays out of the paper's lines, whatever its id begins with; checks and questions belong."""
    kinds = {"W.a": "control", "W.b": "question", "W.c": "check", "W.d": "statement"}
    made = [outcome(name, kind=kind) for name, kind in kinds.items()]
    assert folded(["W"], *made, outcome("W", kind="control")) == {"W": (["W.b", "W.c", "W.d"], [])}


def test_a_line_takes_the_sentence_of_its_claim():
    """A line's own sentence comes before that of its claim; a line without either is empty."""
    lines = [Line("a", "T", sentence="The line."), Line("b", "T"), Line("c", "T")]
    assert [one.sentence for one in fold(lines, [outcome("a"), outcome("b")])] == ["The line.", "A sentence.", ""]
    (alone,) = fold(lines[1:2], [outcome("b", setting="barn")])
    assert alone.sentence == "A sentence."
