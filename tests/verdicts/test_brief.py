"""The table of a whole suite: statements in sentences, a row for each setting."""

from dataclasses import replace

import pytest

from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.views.brief import brief


def outcome(name, verdict="reproduced", setting="paper", kind="statement", sentence="A toy.", **fields):
    """A toy claim's end: a proxy in every setting but the paper's own."""
    fidelity = "assumed" if setting == "paper" else "proxy"
    spec = Spec(name if setting == "paper" else f"{name}@{setting}", sentence, "I", kind=kind, setting=setting,
                fidelity=fidelity, group="Table II")  # fmt: skip
    plain = {"verb": "at_least", "paper": ">= 0", "ours": 1.5, "interval": (1.0, 2.0), "chance": 0.5}
    return Outcome(spec, verdict, **(plain | fields))


@pytest.fixture
def shown():
    """The table at 80 columns of two statements in three settings, one of them long, a control and one not run."""
    made = [
        outcome("II.order.a", setting="barn", sentence="A scores above B."),
        outcome("II.order.b", setting="barn", sentence="B scores above C."),
        outcome("II.order.a", "not reproduced", setting="whole-from-nothing-19", sentence="A scores above B."),
        outcome("II.order.a", sentence="A scores above B."),
        outcome("II.64", "not run", ours=None),
        outcome("II.control", kind="control"),
    ]
    return brief(made, 80)


def test_a_statement_stands_above_its_settings(shown):
    """Its sentence once, with its id; below it each setting's figure, interval, bound, chance and verdict."""
    assert shown.count("A scores above B (II.order.a)") == 1
    at = shown.index("A scores above B (II.order.a)")
    rows = [line.split() for line in shown[at + 1 : at + 4]]
    assert [row[0] for row in rows[:2]] == ["barn", "whole-from-nothing-19"]
    assert rows[2][:2] == ["own", "data"]
    assert rows[0][1:] == ["1.50", "1.00..2.00", ">=", "0", "0.50", "supported"]
    assert shown[at + 4].startswith("B scores above C")


def test_what_is_not_shown_is_said(shown):
    """How many rows were not run, with the command, and how many need -v."""
    text = " ".join(shown)
    assert "1 rows of statements were not run: `reproduce paper`" in text
    assert "1 rows of questions, controls and checks are not shown: -v shows every claim" in text
    assert max(map(len, shown)) <= 80


def rows(outcomes, width=80):
    """The table's lines without the rule above and the empty line below."""
    return brief(outcomes, width)[1:-1]


def test_the_whole_table():
    """A statement's settings stay together in the order of the claims, and what is not shown is counted."""
    made = [
        outcome("II.b", setting="barn", sentence="B scores above C."),
        outcome("II.a", "not reproduced", setting="a-long-setting", sentence="A scores above B."),
        outcome("II.a", sentence="A scores above B."),
        outcome("II.b", sentence="B scores above C.", verb="exactly", paper="2", ours=2.0, chance=1.0, interval=None),
        outcome("II.64", "not run", ours=None),
        outcome("II.c", kind="control"),
        outcome("II.d", kind="check"),
    ]
    assert brief(made, 80) == [
        "----------------------------------- Table II -----------------------------------",
        "                 Ours       90 % Required Chance Verdict",
        "B scores above C (II.b)",
        "  barn           1.50 1.00..2.00     >= 0   0.50 supported",
        "  own data          2                 = 2      1 reproduced",
        "A scores above B (II.a)",
        "  a-long-setting 1.50 1.00..2.00     >= 0   0.50 contradicted",
        "  own data       1.50 1.00..2.00     >= 0   0.50 reproduced",
        "",
        "1 rows of statements were not run: `reproduce paper` runs the paper's own, -v",
        "says why",
        "2 rows of questions, controls and checks are not shown: -v shows every claim",
        "",
    ]


@pytest.mark.parametrize(
    "width, shown",
    [
        (40, "…setting"),
        (60, "…me-of-a-setting"),
        (72, "…very-long-name-of-a-setting"),
        (73, "x-very-long-name-of-a-setting"),
    ],
)
def test_a_long_setting_keeps_its_end(width, shown):
    """It has eight letters at least; its rows are no longer than the terminal where they can be."""
    long = "x-very-long-name-of-a-setting"
    _, _, first, second = rows([outcome("II.a", setting=long), outcome("II.a", setting="barn")], width)
    cells = " 1.50 1.00..2.00     >= 0   0.50 supported"
    assert (first, second) == (f"  {shown}{cells}", f"  {'barn':<{len(shown)}}{cells}")
    assert len(first) == max(52, width)


def test_nothing_else_is_said_of_a_table_that_shows_all():
    """Nor of no claims at all; a group that was not run has no heading, and the printed figure is named."""
    assert brief([outcome("II.a")], 80)[-1] == ""
    assert "not" not in " ".join(brief([outcome("II.a")], 80))
    assert brief([], 80) == [""]
    assert brief([outcome("II.a", "not run", ours=None)], 120) == [
        "", "1 rows of statements were not run: `reproduce paper` runs the paper's own, -v says why", "",
    ]  # fmt: skip
    printed = outcome("II.a")
    printed = replace(printed, spec=replace(printed.spec, printed="49.90"))
    assert rows([printed])[1] == "A toy (II.a, printed 49.90)"
