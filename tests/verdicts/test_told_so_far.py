"""Which verdicts are told as cells come, by claims that take what they are judged on for their figure."""

import pytest

from reproduce.experiments.registry import Experiment
from reproduce.record import Cell, Entry, Store, machine
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.paper.telling import SoFar, Teller, line, rehearsals
from reproduce.verdicts.plugin.collect import Asking


def net(catalogue, seed, *, size=1):
    """Never run here."""


NET = Experiment("toy.net", net, varies=("order",), needs=())
FIXED = Experiment("toy.fixed", net, needs=())


def asks(experiment=NET, size=1, seeds=14):
    """A row of so many seeds."""
    return Request(experiment, "", {"size": size}, range(seeds))


def claim(id, *requests, verdict="reproduced", interval=(20.0, 30.0)):
    """Its figure is how many seeds it is judged on, its reason the folder that they are kept in."""
    spec = Spec(id, "It scores 26.74.", "Table I", unit="MAP@R %", printed="26.74")

    def judge(source):
        values = tuple(float(one) for one in range(source._count))
        if verdict is not None:
            return Outcome(spec, verdict, "equals", "26.74", ours=source._count, values=values, interval=interval,
                           reason=source.store.folder.name)  # fmt: skip

    return Asking(spec, requests, judge)


def entry(request, seed):
    """A result measured here."""
    cell = Cell(request.experiment.name, 1, request.chosen, "", "", None, seed)
    return Entry(cell, {"map_at_r": 0.5}, machine=machine.machine_class("numpy"), time="2026")


@pytest.fixture
def told(tmp_path):
    """``told(claims, rows, kept, comes)``: ids and figures told as seeds come; ``kept`` had been there before."""

    def run(claims, rows, comes, kept=(), apart=(), doubt="", event=True):
        store, own = Store(tmp_path / "record"), Store(tmp_path / "apart")
        store.add_all(entry(rows[row], seed) for row, seed in kept)
        plan = make_plan(rows, range(14), store, fresh=True)
        for number in apart:
            plan.rows[number].apart, plan.rows[number].doubt = own, doubt
        said, events = [], []
        teller = Teller(claims, plan, store, said.append, *[events.append] * event)
        for row, seeds in comes:
            (plan.rows[row].apart or store).add_all(entry(rows[row], seed) for seed in seeds)
            teller(plan.rows[row].jobs[seeds[-1]])
        return [one.split()[0] for one in said], events, said

    return run


def test_a_claim_is_told_at_its_second_fifth_and_last_seed(told):
    """By so many; those that came at once are told once, by the most."""
    _, events, said = told([claim("I.a", asks())], [asks()], [(0, [seed]) for seed in range(14)])
    assert [one["ours"] for one in events] == [2, 5, 14]
    assert said[0] == "I.a        26.74  ours 2.00 (20.0..30.0)  n 2  reproduced so far"
    assert said[2] == "I.a        26.74  ours 14.00 (20.0..30.0)  n 14  reproduced"
    assert events[0] == {
        "event": "verdict", "claim": "I.a", "printed": "26.74", "n": 2, "verdict": "reproduced", "ours": 2,
        "interval": [20.0, 30.0],
    }  # fmt: skip


def test_seeds_that_come_at_once_are_told_by_the_most(told):
    """What was told before is not told again."""
    _, events, _ = told([claim("I.a", asks())], [asks()], [(0, [1]), (0, [0]), (0, range(2, 14)), (0, [3])])
    assert [one["ours"] for one in events] == [2, 14]


def test_what_had_been_kept_is_no_news(told):
    """The third is none, the fifth is."""
    comes = [(0, [seed]) for seed in (2, 3, 4)]
    _, events, _ = told([claim("I.a", asks())], [asks()], comes, kept=[(0, 0), (0, 1)])
    assert [one["ours"] for one in events] == [5]


def test_a_claim_is_told_where_all_its_rows_have_the_seeds(told):
    """By the one that has fewest; a row of which no seed varies anything does not hold it up."""
    rows = [asks(), asks(size=2), asks(FIXED)]
    claims = [claim("I.both", *rows), claim("I.other", rows[1]), claim("I.no", rows[0], asks(size=9))]
    ids, events, _ = told(claims, rows, [(0, [0, 1]), (1, [0]), (1, [1]), (0, range(2, 5)), (1, range(2, 14))])
    assert [(one["claim"], one["ours"]) for one in events] == [
        ("I.both", 2), ("I.other", 2), ("I.both", 5), ("I.other", 14),
    ]  # fmt: skip
    assert ids == ["I.both", "I.other", "I.both", "I.other"]


@pytest.mark.parametrize("verdict", [None, "not run", "error"])
def test_what_has_no_verdict_is_not_told(told, verdict):
    """It waits, or it broke."""
    assert told([claim("I.a", asks(), verdict=verdict)], [asks()], [(0, [0, 1])])[:2] == ([], [])


def test_lines_are_told_where_nobody_takes_events(told):
    """A claim without an interval has none."""
    one = claim("I.a", asks(), interval=None)
    ids, events, said = told([one], [asks()], [(0, [0, 1])], event=False)
    assert (ids, events) == (["I.a"], [])
    assert said == ["I.a        26.74  ours 2.00  n 2  reproduced so far"]
    assert told([one], [asks()], [(0, range(5))])[1][0]["interval"] is None


def test_a_row_apart_is_judged_there_and_on_stand_ins_as_a_rehearsal(told):
    """By what is kept there."""
    _, (event,), (said,) = told([claim("I.a", asks())], [asks()], [(0, [0, 1])], apart=[0], doubt="it is drawn")
    assert event["verdict"] == "rehearsal: holds"
    assert said.endswith("rehearsal: supported so far")
    _, (event,), _ = told([claim("I.b", asks(size=2))], [asks(size=2)], [(0, [0, 1])], apart=[0])
    assert event["verdict"] == "reproduced"


def test_what_is_kept_of_stand_ins_is_judged_from_two_seeds_on(tmp_path):
    """Each a rehearsal, whole or so far; a claim of which no seed varies anything by all that there is."""
    store = Store(tmp_path / "apart")
    rows = {
        "two": asks(seeds=2),
        "three": asks(size=2),
        "one": asks(size=3),
        "fixed": asks(FIXED),
        "none": asks(size=4),
    }
    for name, count in (("two", 2), ("three", 3), ("one", 1), ("fixed", 1)):
        store.add_all(entry(rows[name], seed) for seed in range(count))
    found = rehearsals([*(claim(name, row) for name, row in rows.items()), claim("bare")], store)
    assert [(one.outcome.spec.id, one.outcome.ours, one.whole) for one in found] == [
        ("two", 2, True), ("three", 3, False), ("fixed", 14, True),
    ]  # fmt: skip
    assert {one.outcome.spec.fidelity for one in found} == {"rehearsal"}
    assert {one.outcome.reason for one in found} == {"apart"}
    assert all(isinstance(one, SoFar) for one in found)


def test_a_line_without_a_figure_has_none():
    """Of a claim that has a verdict all the same."""
    outcome = Outcome(Spec("I.a", "It is so.", "I"), "reproduced")
    assert line(outcome) == "I.a               ours   n 0  reproduced"
    assert line(outcome, whole=False).endswith("reproduced so far")
