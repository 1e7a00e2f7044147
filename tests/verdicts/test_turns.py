"""What is asked for first is run first: the order of the real claims' rows, and who is run at all."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from reproduce.errors import InvalidInputError
from reproduce.record import Store
from reproduce.running import inputs
from reproduce.running.plan import make_plan
from reproduce.running.request import Turn
from reproduce.running.show.progress import show_plan
from reproduce.verdicts.explanations.deciding import FILE, read
from reproduce.verdicts.files import lines
from reproduce.verdicts.outcome import Spec
from reproduce.verdicts.paper.plan import planned
from reproduce.verdicts.paper.wanted import Wanted
from reproduce.verdicts.plugin.collect import asked, claims
from reproduce.verdicts.plugin.turns import chosen, turn

CLAIMS = Path(__file__).parents[2] / "claims"
real = pytest.mark.skipif(not CLAIMS.is_dir(), reason="no claims beside the tests")
TABLES = {"I.64x2", "I.64", "I.32", "I.16", "II.128", "II.64", "II.32", "II.16", "III.32", "III.64aug", "III.64"}


@pytest.fixture
def all_here(monkeypatch):
    """As if every data set and all weights were here, and nothing were kept."""
    for kind in (inputs.Data, inputs.Weights):
        monkeypatch.setattr(kind, "here", lambda one: True)
        monkeypatch.setattr(kind, "missing", lambda one: "")
        monkeypatch.setattr(kind, "hash", lambda one: f"hash of {one.name}")
        monkeypatch.setattr(kind, "doubt", lambda one: "")


@pytest.fixture
def plan(all_here, tmp_path):
    """``plan(wanted)``: of the real claims, with an empty record."""
    return lambda wanted: make_plan(wanted.requests(CLAIMS, wanted.claims(CLAIMS)), range(14), Store(tmp_path))


def turns(found):
    """The turn of each cell in the order to run, and how many seeds of its row come before it."""
    rows = {id(job): row for row in found.rows for job in row.jobs}
    return [(rows[id(job)].request.turn, rows[id(job)].seeds.index(job.seed)) for job in found.jobs]


@real
def test_the_statements_alone_are_run_and_the_printed_figures_first(plan):
    """Two seeds of every printed figure, then all fourteen, then the other statements; no control and no question."""
    found = turns(plan(Wanted()))
    printed = [place for turn, place in found if turn == Turn.PRINTED]
    assert {turn for turn, _ in found} <= {Turn.PRINTED, Turn.STATEMENT, Turn.DECIDING}
    stated = [cell for cell in found if cell[0] <= Turn.STATEMENT]
    assert stated == sorted(stated, key=lambda cell: (cell[0], cell[1] >= 2)) == found[: len(stated)]
    first = next(at for at, place in enumerate(printed) if place >= 2)
    assert all(place >= 2 for place in printed[first:])
    assert len(found) < 300


@real
def test_the_rows_that_decide_between_explanations_come_next(plan):
    """Row by row in the order of their list, the cheapest first, after the statements and before all else."""
    found = plan(Wanted(everything=True))
    rows = {id(job): row for row in found.rows for job in row.jobs}
    deciding = [rows[id(job)] for job in found.jobs if rows[id(job)].request.turn == Turn.DECIDING]
    assert deciding
    keys = [row.request.key for row in deciding]
    listed = [row.request.key for row in read(CLAIMS / FILE).rows]
    assert list(dict.fromkeys(keys)) == [key for key in dict.fromkeys(listed) if key in set(keys)]
    assert all(keys[at] == keys[at + 1] or keys[at] not in keys[at + 1 :] for at in range(len(keys) - 1))
    turns = [rows[id(job)].request.turn for job in found.jobs]
    assert turns == sorted(turns)


@real
def test_by_default_nothing_takes_hours():
    """The rows that decide within minutes follow the statements; those of hours are run with all, or by their name."""
    long = {row.request.key for row in read(CLAIMS / FILE).rows if row.long}
    short = {row.request.key for row in read(CLAIMS / FILE).rows} - long

    def deciding(**wanted):
        return {request.key for request in Wanted(**wanted).requests(CLAIMS, [])}

    assert long
    assert deciding() == short
    assert deciding(everything=True) == deciding(only="deciding") == long | short
    assert deciding(only="whole-*") == long
    assert deciding(only="III.*") == set()


@real
def test_what_is_left_out_is_said_with_its_command(all_here):
    """What takes hours has its time; nothing is left out of what was named."""
    deciding, rest = Wanted().not_now(CLAIMS, 2)
    assert re.fullmatch(r"not now: 5 cells that decide, .+ (h|min): `reproduce paper --only deciding`", deciding)
    assert rest == "not now: questions, controls, other protocol variants: `reproduce paper --all`"
    assert max(map(len, (deciding, rest))) <= 80
    assert Wanted(everything=True).not_now(CLAIMS, 2) == Wanted(only="III.*").not_now(CLAIMS, 2) == []


@real
def test_no_control_comes_before_the_last_statements_last_seed(plan):
    """Whatever else is asked for, it comes after."""
    found = [turn for turn, _ in turns(plan(Wanted(everything=True)))]
    last = max(at for at, one in enumerate(found) if one <= Turn.STATEMENT)
    assert min(at for at, one in enumerate(found) if one >= Turn.QUESTION) > last
    assert Turn.CONTROL in found


@real
def test_a_run_of_all_claims_keeps_the_order(all_here, tmp_path):
    """`reproduce run` and the nightly tiers ask for everything: the paper's own statements still come first."""
    found = [turn for turn, _ in turns(make_plan(asked(CLAIMS), range(14), Store(tmp_path)))]
    assert found == sorted(found)
    assert {Turn.PRINTED, Turn.STATEMENT, Turn.ELSEWHERE, Turn.QUESTION, Turn.CONTROL} <= set(found)


@real
@pytest.mark.parametrize("everything", [False, True])
def test_the_plan_is_one_screen_of_eighty_columns(plan, everything):
    """A line for each printed row of the tables, with what it decides, one for all statements, and one for the rest.

    By default all that is said of the plan is at most 23 lines, with what is left out and how many cells there are.
    """
    wanted, printed = Wanted(everything=everything), io.StringIO()
    found, asking = plan(wanted), wanted.claims(CLAIMS)
    said = planned(found, 2, asking, lines.read(CLAIMS / lines.FILE))
    shown, order = [line.split()[0] for line in said], [line.id for line in lines.read(CLAIMS / lines.FILE)]
    assert set(shown) >= TABLES
    assert [one for one in shown if one in order] == [one for one in order if one in shown]
    assert len(said) <= 18
    assert all(len(line) <= 80 for line in said[: -1 if everything else None])
    assert re.fullmatch(r"the paper's statements: \d+ cells, .* on 2 workers", said[-2])
    assert said[-1].startswith("then cells of rows that decide between explanations ")
    assert ("controls" in said[-1]) == everything
    show_plan(Console(file=printed, width=80), found, 2, [*said, *wanted.not_now(CLAIMS, 2)])
    shown = printed.getvalue().splitlines()
    assert len(shown) <= 23
    assert everything or max(map(len, shown)) <= 80


def spec(id, kind="statement", setting="paper", printed=""):
    return Spec(id, "It is so.", "I", kind=kind, setting=setting, printed=printed)


def test_a_claims_turn_follows_from_what_it_is():
    """Printed, stated, elsewhere, asked, controlled."""
    assert turn(spec("I.64", printed="26.74")) == Turn.PRINTED
    assert turn(spec("I.fail")) == Turn.STATEMENT
    assert turn(spec("I.64@barn", setting="barn", printed="26.74")) == Turn.ELSEWHERE
    assert turn(spec("why.loss", "question")) == turn(spec("P.mlp", "check")) == Turn.QUESTION
    assert turn(spec("I.shuffled", "control", printed="1")) == Turn.CONTROL


def test_what_is_asked_for_by_name_or_kind():
    """A pattern of ids, with its setting or without, or a kind; what fits nothing is one line."""
    specs = [spec("I.64", printed="1"), spec("III.64@part", setting="part"), spec("why.loss", "question"), spec("I.x")]
    assert [one.id for one in specs if chosen(specs)(one)] == ["I.64", "I.x"]
    assert [one.id for one in specs if chosen(specs, everything=True)(one)] == [one.id for one in specs]
    assert [one.id for one in specs if chosen(specs, "III.*")(one)] == ["III.64@part"]
    assert [one.id for one in specs if chosen(specs, "III.64")(one)] == ["III.64@part"]
    assert [one.id for one in specs if chosen(specs, "questions")(one)] == ["why.loss"]
    with pytest.raises(InvalidInputError, match="--only IV: no claim has such an id"):
        chosen(specs, "IV")


@real
def test_every_claim_can_be_judged_again():
    """What `claims` gives answers to whoever measures, as pytest's run does."""
    from reproduce.verdicts.plugin.answers import Source

    found = {one.spec.id: one for one in claims(CLAIMS)}
    outcome = found["data.lion"].judge(Source(Store(CLAIMS / "record"), None, set()))
    assert (outcome.verdict, outcome.spec.printed) == ("reproduced", "75")
