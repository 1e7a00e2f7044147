"""The paper's plan in a few lines, and which of its rows are run, by claims that nobody has to collect."""

from types import SimpleNamespace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Experiment
from reproduce.record import Store
from reproduce.running.estimates import Timed
from reproduce.running.plan import make_plan
from reproduce.running.request import Request, Turn
from reproduce.verdicts.outcome import Spec
from reproduce.verdicts.paper import plan as room
from reproduce.verdicts.paper import wanted
from reproduce.verdicts.paper.wanted import Wanted


def measure(catalogue, seed, *, size=1):
    """Never run here."""


TOY = Experiment("toy.rows", measure, varies=("order",), needs=())


def row(size, turn=Turn.PRINTED, seeds=2):
    """A row of so many seeds."""
    return Request(TOY, "", {"size": size}, range(seeds), turn)


def claim(id, *requests, printed="", setting="paper"):
    """A claim that asks for these."""
    spec = Spec(id, "It is so.", "I", printed=printed, setting=setting)
    return SimpleNamespace(spec=spec, requests=requests)


@pytest.fixture
def said(tmp_path):
    """``said(requests, claims, lines, kept, workers)``: the plan's lines; each cell takes 30 s."""

    def show(requests, claims=(), lines=(), kept=(), workers=2):
        plan = make_plan(requests, range(14), Store(tmp_path))
        for one in plan.rows:
            one.seconds, one.timed = 30.0, Timed.HERE
            if one.request.chosen["size"] in kept:
                one.kept, one.jobs = 1, one.jobs[1:]
        return room.planned(plan, workers, claims, [SimpleNamespace(id=line) for line in lines])

    return show


def test_each_printed_row_has_a_line_with_what_else_it_decides(said):
    """In the order of the paper's lines; those without one come last, and rows of which all is kept not at all."""
    rows = [row(1), row(2, seeds=3), row(3), row(4, seeds=1), row(5, Turn.STATEMENT)]
    claims = [
        claim("III.9", rows[0], printed="1.5"),
        claim("I.64.big", rows[1], printed="26.74"),
        claim("I.fail.so", rows[1]),
        claim("I.fail.too", rows[1]),
        claim("II.32", rows[1]),
        claim("II.32", rows[2], printed="50.33"),
        claim("II.16", rows[3], printed="48.21"),
    ]
    assert said(rows, claims, ["I.64", "I.fail", "II.32", "II.16"], kept=(2, 4)) == [
        "row      paper      seeds         one core  decides too",
        "I.64.big 26.74 2 (1 kept) about 1 min 01 s  I.fail, II.32",
        "II.32    50.33          2 about 1 min 01 s",
        "III.9      1.5          2 about 1 min 01 s",
        "the paper's statements: 8 cells, about 2 min 01 s on 2 workers",
    ]


def test_what_is_no_statement_comes_after_in_one_line(said):
    """By why it is run; a plan without statements has that line alone, one without anything none."""
    assert said([row(1, Turn.CONTROL), row(2, Turn.DECIDING, 3)]) == [
        "then cells of rows that decide between explanations 3 (about 1 min 31 s), controls 2 (about 1 min 01 s)"
    ]
    assert said([row(1, Turn.STATEMENT)], workers=1) == [
        "the paper's statements: 2 cells, about 1 min 01 s on 1 worker"
    ]
    assert said([]) == []


@pytest.mark.parametrize(
    "statement, names, line",
    [
        ("I.64.big.x", ["I", "I.64.big"], "I.64.big"),
        ("I.64.big.x", ["I", "I.64"], "I.64"),
        ("I.64.big.x", ["I"], "I"),
        ("I.64.big.x", ["I.64.big.x", "I"], "I.64.big.x"),
        ("I.64.big.x", ["II"], "I.64.big.x"),
    ],
)
def test_a_claim_belongs_to_the_longest_line_that_its_id_begins_with(statement, names, line):
    """To itself where there is none."""
    assert room._of(statement, names) == line


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of claims in three settings, and two rows that decide, of which one takes hours."""
    differ = {"paper": (), "longer": ("reading",), "barn": ("animals", "reading")}
    settings = {name: SimpleNamespace(differs=differs) for name, differs in differ.items()}
    asking = [
        claim("I.64", row(1), row(2), printed="26.74"),
        claim("I.fail@longer", row(2), setting="longer"),
        claim("I.64@barn", row(3), setting="barn"),
    ]
    rows = [
        SimpleNamespace(id="quick-one", long=False, request=row(2, Turn.PRINTED)),
        SimpleNamespace(id="whole-one", long=True, request=row(4, Turn.PRINTED, 3)),
    ]
    own = {tmp_path / "settings.toml": settings, tmp_path / "decides.toml": SimpleNamespace(rows=rows)}
    monkeypatch.setattr(wanted, "claims", lambda folder: asking)
    monkeypatch.setattr(wanted.settings, "read", own.__getitem__)
    monkeypatch.setattr(wanted.deciding, "read", own.__getitem__)
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    return SimpleNamespace(path=tmp_path, asking=asking, rows=rows)


@pytest.mark.parametrize(
    "options, ids",
    [
        ({}, ["I.64"]),
        ({"everything": True}, ["I.64", "I.fail@longer"]),
        ({"only": "I.fail"}, ["I.fail@longer"]),
        ({"only": "deciding"}, []),
        ({"only": "whole-*"}, []),
    ],
)
def test_claims_are_run_on_the_papers_own_animals_under_any_reading(folder, options, ids):
    """Those of statements by default; rows that decide may be all that is asked for."""
    assert [one.spec.id for one in Wanted(**options).claims(folder.path)] == ids


def test_what_fits_nothing_is_one_line(folder):
    """A pattern of no claim and of no row, and a folder without the paper's own setting."""
    with pytest.raises(InvalidInputError, match="--only IV: no claim has such an id"):
        Wanted(only="IV").claims(folder.path)
    del folder.asking[0]
    with pytest.raises(InvalidInputError, match=r"no claim in .* is judged in the setting 'paper'"):
        Wanted().claims(folder.path)


@pytest.mark.parametrize(
    "options, deciding",
    [
        ({}, [2]),
        ({"everything": True}, [2, 4]),
        ({"only": "deciding"}, [2, 4]),
        ({"only": "whole-*"}, [4]),
        ({"only": "I.*"}, []),
    ],
)
def test_rows_that_decide_are_run_with_all_or_by_name_where_they_take_hours(folder, options, deciding):
    """With what claims ask for: each row once, at its earliest turn."""
    found = Wanted(**options).requests(folder.path, folder.asking[:1])
    turns = {one.chosen["size"]: one.turn for one in found}
    assert turns == {**dict.fromkeys(deciding, Turn.DECIDING), 1: Turn.PRINTED, 2: Turn.PRINTED}


def test_what_is_left_out_is_said_with_its_command(folder):
    """Nothing is, where something is named; a row of which all is kept is not told."""
    rest = "not now: questions, controls, other protocol variants: `reproduce paper --all`"
    deciding, last = Wanted().not_now(folder.path, 2)
    assert deciding.startswith("not now: 3 cells that decide, ")
    assert deciding.endswith(": `reproduce paper --only deciding`")
    assert last == rest
    assert Wanted(everything=True).not_now(folder.path, 2) == Wanted(only="I.*").not_now(folder.path, 2) == []
    folder.rows.pop()
    assert Wanted().not_now(folder.path, 2) == [rest]
