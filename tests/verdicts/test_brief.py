"""The table of a whole suite: statements in sentences, a row for each setting."""

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
