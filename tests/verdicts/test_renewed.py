"""A change is judged in parts: what it does not reach stays as it was, and the whole is as if all were judged anew."""

import dataclasses
import sys

import pytest
import scipy.special  # noqa: F401

from reproduce.errors import RecordError
from reproduce.experiments import metric
from reproduce.record import Cell, Entry, Store, seen
from reproduce.verdicts.plugin import kept, parts, rules
from reproduce.verdicts.plugin.collect import collected

FILE = '''
"""Table I: a toy."""
from reproduce.experiments import metric
from reproduce.verdicts import statement

@statement("{name}.few", at="Table I", unit="points")
def test_few(claim):
    """The few differ."""
    claim.at_least(claim(metric.averaging, "", score="difference", seeds=3, count={count}), {bound}, because="a toy")

@statement("{name}.wide", at="Table I", unit="points")
def test_wide(claim):
    """Both differ as much."""
    found = [claim(one, "", score="difference", seeds=3, width=8) for one in (metric.averaging, metric.rounding)]
    claim.negligible(found[0] - found[1], margin=1, because="a toy")
'''


def entry(experiment, seed, score=0.5, **factors):
    """A result of one of the experiments that need no data."""
    cell = Cell(experiment.name, experiment.version, experiment.factors(**factors), "", "", None, seed)
    return Entry(cell, {"difference": score + 0.001 * seed}, machine="x86_64-cpu", time=f"2026-01-01T00:00:0{seed}Z")


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Two files of two claims with a record of three rows; what a change had judged again is ``world.again``."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "nothing"))
    monkeypatch.delenv("REPRODUCE_RECORD", raising=False)
    monkeypatch.delenv("REPRODUCE_EXPERIMENTS", raising=False)
    monkeypatch.setattr(kept, "_strangers", lambda folder: [])

    class World:
        folder, store, again = tmp_path / "claims", Store(tmp_path / "claims" / "record"), None

        def write(self, name, bound="0.1", count=30):
            self.folder.mkdir(exist_ok=True)
            text = FILE.format(name=name.upper(), bound=bound, count=count)
            (self.folder / f"test_{name}.py").write_text(text)

        def answer(self, cache="cache", ask=kept.answer):
            self.again = None
            rules.seen.cache_clear()
            for name in ("test_a", "test_b", "test_c"):
                sys.modules.pop(name, None)
            with monkeypatch.context() as patch:
                patch.setenv("REPRODUCE_CACHE", str(tmp_path / cache))
                return ask(self.folder)

    made, judged = World(), kept.judged
    made.write("a")
    made.write("b", count=40)
    for seed in range(3):
        rows = (metric.averaging, {"count": 30}), (metric.averaging, {"width": 8}), (metric.rounding, {"width": 8})
        made.store.add_all(entry(one, seed, **factors) for one, factors in rows)

    def noted(folder, files=None, chosen=None):
        found = judged(folder) if files is None else judged(folder, files=files, chosen=chosen)
        made.again = sorted(one.spec.id for one in found.outcomes)
        return found

    monkeypatch.setattr(kept, "judged", noted)
    monkeypatch.setattr(parts, "judged", noted)
    return made


def replaced(world, seed, score, **factors):
    world.store.add(entry(metric.averaging, seed, score, **factors), replace=True)


def removed(world):
    entries = [one for one in world.store.entries("metric.averaging") if one.cell.factors["width"] != 8]
    world.store.path("metric.averaging").unlink()
    world.store.add_all(entries)


def looked(world):
    path = world.store.folder / seen.FILE
    lines = path.read_text().splitlines(keepends=True)
    changed = [line.replace("2026-01", "2025-01") if '"count": 30' in line else line for line in lines]
    assert changed != lines
    path.write_text("".join(changed))


#: What changes -> how, and which claims are judged again; None for all.
CHANGES = {
    "nothing": (lambda world: None, []),
    "a result": (lambda world: replaced(world, 1, 0.05, count=30), ["A.few"]),
    "a result that two ask for": (lambda world: replaced(world, 1, 0.9, width=8), ["A.wide", "B.wide"]),
    "a seed more": (lambda world: world.store.add(entry(metric.rounding, 3, width=8)), ["A.wide", "B.wide"]),
    "a row that was missing": (
        lambda world: world.store.add_all(entry(metric.averaging, seed, count=40) for seed in range(3)),
        ["B.few"],
    ),
    "a row that nobody asks for": (lambda world: world.store.add(entry(metric.averaging, 0, count=50)), []),
    # Of one that is missing it is said which others there are.
    "a row removed": (removed, ["A.wide", "B.wide"]),
    "results of another set": (
        lambda world: world.store.add(
            dataclasses.replace(one := entry(metric.averaging, 0), cell=dataclasses.replace(one.cell, data="LionData"))
        ),
        ["B.few"],
    ),
    "a file removed": (
        lambda world: world.store.path("metric.averaging").unlink(),
        ["A.few", "A.wide", "B.few", "B.wide"],
    ),
    "when one was first seen": (looked, ["A.few"]),
    "a claim": (lambda world: world.write("a", bound="0.9"), ["A.few", "A.wide"]),
    "a function's name": (
        lambda world: (world.folder / "test_a.py").write_text(
            (world.folder / "test_a.py").read_text().replace("test_few", "test_several")
        ),
        ["A.few", "A.wide"],
    ),
    "an id": (lambda world: world.write("c") or (world.folder / "test_a.py").unlink(), None),
    "a file of claims more": (lambda world: world.write("c"), None),
    "a file that another names": (
        lambda world: (world.folder / "test_b.py").write_text((world.folder / "test_b.py").read_text() + "# test_a\n"),
        None,
    ),
    "what stands beside the claims": (lambda world: (world.folder / "findings.toml").write_text(""), None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_reaches_is_judged_again(world, change):
    """Those claims and no other, and every outcome is as it would be from nothing; so is what is still needed."""
    world.answer()
    assert len(world.again) == 4
    how, again = CHANGES[change]
    how(world)
    made = world.answer()
    assert (world.again or []) == (again if again is not None else sorted(one.spec.id for one in made.outcomes))
    assert made == world.answer("fresh")
    assert world.answer() == made
    assert world.again is None


def test_a_second_change_reaches_no_more_than_the_first_one(world):
    """What was not judged again is held as it was."""
    world.answer()
    for change in ("a result", "a result that two ask for", "a row that was missing"):
        CHANGES[change][0](world)
        world.answer()
        assert world.again == CHANGES[change][1]


SEEING = '''
"""Table I: a toy."""
from reproduce.experiments import metric
from reproduce.verdicts import statement

@statement("C.then", at="Table I", unit="points")
def test_then(claim):
    """The second is asked for once the first is seen."""
    first = claim(metric.averaging, "", score="difference", seeds=3, width=8)
    second = claim(metric.rounding, "", score="difference", seeds=3, width=8) if first.values else first
    claim.negligible(first - second, margin=1, because="a toy")
'''


def test_what_a_claim_asks_for_once_it_sees_a_score_is_known(world):
    """Asked dry it sees none; its verdict comes from both rows."""
    (world.folder / "test_c.py").write_text(SEEING)
    world.answer()
    CHANGES["a seed more"][0](world)
    world.answer()
    assert world.again == ["A.wide", "B.wide", "C.then"]


def test_two_changes_at_once(world):
    """A file of claims and a row that another file asks for: both are judged again, and nothing else."""
    world.answer()
    CHANGES["a claim"][0](world)
    CHANGES["a row that was missing"][0](world)
    made = world.answer()
    assert world.again == ["A.few", "A.wide", "B.few"]
    assert made == world.answer("fresh")


def test_what_is_needed_follows_the_claims_and_the_rows(world):
    """Nothing while all rows are kept; something once a claim asks for another, or a row is gone."""
    CHANGES["a row that was missing"][0](world)
    assert world.answer().needed == ""
    world.write("a", count=50)
    assert world.answer().needed != ""
    assert world.answer() == world.answer("fresh")
    world.write("a")
    assert world.answer().needed == ""
    removed(world)
    assert world.answer().needed != ""
    assert world.answer() == world.answer("another")


def test_one_change_after_another(world):
    """Parts of parts are as the whole."""
    for change in ("a result", "a claim", "a row removed", "a seed more", "a row that was missing", "a file removed"):
        CHANGES[change][0](world)
        assert world.answer() == world.answer("fresh")


def test_a_forged_result_is_refused_though_few_are_judged(world):
    """In the row that changed, in a row that nobody asks for, where one is left out, and in a file nobody reads."""
    world.store.add(entry(metric.parity, 0))
    world.answer()
    beside = world.store.path("metric.parity")
    right = beside.read_text()
    beside.write_text(right.replace("0.5", "0.9", 1))
    with pytest.raises(RecordError):
        world.answer()
    beside.write_text(right)
    path = world.store.path("metric.averaging")
    text = path.read_text()
    world.store.add(entry(metric.averaging, 0, count=50))
    whole = path.read_text()
    for forged in (text.replace("0.501", "0.801", 1), whole.replace('"count": 50', '"count": 51', 1), text[:-60]):
        assert forged not in (text, whole)
        path.write_text(forged)
        with pytest.raises(RecordError):
            world.answer()


def test_an_id_taken_twice_is_refused(world):
    """A rewritten file whose ids are another's is judged with the others."""
    world.answer()
    (world.folder / "test_b.py").write_text((world.folder / "test_a.py").read_text())
    with pytest.raises(Exception, match="collect"):
        world.answer()


def test_a_judgement_is_read_where_it_is_kept(world):
    """With its requests and origins, as if it were judged; after a change too."""
    for change in ("nothing", "a result", "a claim"):
        CHANGES[change][0](world)
        fresh = world.answer(change, ask=kept.judgement)
        assert len(world.again) == 4
        world.answer()
        again = world.answer(ask=kept.judgement)
        assert world.again is None
        assert again.outcomes == fresh.outcomes
        assert [one.key for one in again.requests] == [one.key for one in fresh.requests]
        assert again.origins.keys() == fresh.origins.keys()
        assert {one.line for one in again.origins.values()} == {one.line for one in fresh.origins.values()}


def test_outcomes_of_other_claims_are_not_taken(world, monkeypatch):
    """Where what was collected is not what is kept, all are judged."""
    world.answer()
    monkeypatch.setattr(kept, "collected", lambda folder, outcomes: collected(folder, outcomes[1:]))
    assert len(world.answer(ask=kept.judgement).outcomes) == len(world.again) == 4
