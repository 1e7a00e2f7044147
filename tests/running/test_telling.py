"""A row that gains its second, fifth or fourteenth seed is judged on those that it has, and said in one line."""

import dataclasses

import pytest

from reproduce.record import Store
from reproduce.running.plan import make_plan
from reproduce.running.request import Request
from reproduce.running.runner import measure
from reproduce.verdicts.outcome import Spec
from reproduce.verdicts.paper.telling import AT, Teller
from reproduce.verdicts.plugin.collect import Asking
from reproduce.verdicts.plugin.fixture import Claim

DATA = "FriesianCattle2017"


@pytest.fixture
def asking(toys):
    """A printed figure that a toy's mean of 14 seeds is held against."""
    spec = Spec("II.64", "It scores 47.78.", "Table II", unit="MAP@R %", printed="47.78", own_animals=False)

    def judge(measures):
        one = Claim(spec, measures)
        one.equals(one(toys["toy.draw"], DATA, score="map_at_r"), "47.78", margin=4.5, because="a toy")
        return one.outcome

    return Asking(spec, (Request(toys["toy.draw"], DATA, seeds=range(14)),), judge)


@pytest.fixture
def told(toys, asking, tmp_path):
    """``told(seeds kept before, fields of the row)``: the lines said while the other seeds come, and the events."""

    def run(before=0, **changed):
        store = Store(tmp_path / "record")
        entries = [measure(toys["toy.draw"], DATA, seed, {}) for seed in range(14)]
        for entry in entries[:before]:
            store.add(entry)
        plan = make_plan(asking.requests, range(14), store)
        plan.rows[0] = dataclasses.replace(plan.rows[0], **changed)
        said, events = [], []
        teller = Teller([asking], plan, store, said.append, events.append)
        for job in plan.jobs:
            store.add(entries[job.seed])
            teller(job)
        return said, events

    return run


def test_a_verdict_comes_at_the_second_fifth_and_fourteenth_seed(told):
    """Id, the paper's figure, ours with its interval, how many seeds, the verdict so far; and as plain values."""
    said, events = told()
    assert [line.split()[:3] for line in said] == [["II.64", "47.78", "ours"]] * 3
    for line, count in zip(said, AT, strict=True):
        assert f")  n {count}  " in line
        assert line.endswith(" so far") == (count < 14)
    assert [event["n"] for event in events] == list(AT)
    last = events[-1]
    assert (last["event"], last["claim"], last["printed"]) == ("verdict", "II.64", "47.78")
    assert last["interval"][0] < last["ours"] < last["interval"][1]


def test_what_was_kept_before_is_not_told_again(told):
    """Five seeds are there already: the fourteenth is news."""
    assert [line.split("  n ")[1].split()[0] for line in told(before=5)[0]] == ["14"]
    assert told(before=14)[0] == []


def test_what_is_measured_on_stand_ins_is_a_rehearsal(told):
    """It says so in every line."""
    said, _ = told(doubt="other cattle")
    assert len(said) == 3
    assert all("  rehearsal: " in line for line in said)
