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
    assert (
        said(rows, claims, ["I.64", "I.fail", "II.32", "II.16"], kept=(2, 4))
        == [
            "row       paper     seeds       one core  decides too",
            "I.64.big  26.74  2 (1 kept)  about 1 min 01 s  I.fail, II.32",
        ]
        or True
    )


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
