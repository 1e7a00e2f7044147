"""Nothing vanishes: a claim that was found to end in a verdict fails by name once the record no longer gives it."""

import dataclasses
import json

import pytest

from reproduce.record import Cell, Entry, Store

CLAIMS = '''
"""Table X: a toy."""
from reproduce.experiments import Result, experiment
from reproduce.verdicts import statement

@experiment("toy.kept", varies=("order",), needs=(), library="numpy", seconds=0.001)
def toy(catalogue, seed, *, folds=5):
    """Kept, and never run here."""
    return Result({"map_at_r": 0.5})

@statement("X.one", at="Table X", unit="MAP@R %")
def test_one(claim):
    """The toy scores above 40."""
    claim.at_least(claim(toy, "", score="map_at_r", seeds=3), 40, because="a toy")

@statement("X.gain", at="Table X", unit="MAP@R %")
def test_gain(claim):
    """The toy scores above 40 more than nothing."""
    ours = claim(toy, "", score="map_at_r", seeds=3)
    claim.at_least(ours - claim(toy, "", score="chance", seeds=3), 40, because="a toy")
'''
FOUND = '"X.one" = { says = "reproduced", ours = [49, 51] }\n"X.gain" = { says = "reproduced", ours = [48, 50] }\n'


def entries(**changes):
    """Three kept seeds, of a cell that is changed so."""
    cell = dataclasses.replace(Cell("toy.kept", 1, {"folds": 5}, "", "", None, 0), **changes)
    scores = [{"map_at_r": 0.5 + 0.001 * seed, "chance": 0.01} for seed in range(3)]
    return [Entry(dataclasses.replace(cell, seed=seed), one) for seed, one in enumerate(scores)]


@pytest.fixture
def judged(claim_session):
    """``judged(entries, findings) -> (outcomes, what was printed)``, by a record of these entries alone."""

    def judge(kept, findings=FOUND):
        Store(claim_session.path / "record").add_all(kept)
        options = ("--claims-record=record", "--claims-budget=0", "--claims-json=run.json")
        result = claim_session(CLAIMS, *options, findings=findings)
        return result.parseoutcomes(), "\n".join([*result.outlines, *result.errlines])

    judge.folder = claim_session.path
    return judge


def test_what_the_record_gives_is_judged(judged):
    """The record as it was: both verdicts, and the output says which record and which by-products were judged."""
    outcomes, said = judged(entries())
    assert outcomes == {"passed": 2}
    told = " ".join(said.split())
    assert f"record: record; by-products: {judged.folder.parent}" in told or "record: record; by-products: /" in told


@pytest.mark.parametrize(
    "kept, why",
    [
        ([], "no record of toy.kept"),
        (entries(version=2), "stale: toy.kept is version 1, its record [2]"),
        (entries(factors={"folds": 4}), "no record under these factors"),
        (entries(factors={"folds": 5, "size": 64}), "stale: the record's factors are others"),
        (entries(data_hash="of other images"), "stale:"),
        (entries()[:2], "holds 2 of 3 seeds"),
    ],
)
def test_a_finding_whose_record_is_gone_fails_by_name(judged, kept, why):
    """The record deleted, of another version, under other factors, of other data, short of a seed: red, not skipped."""
    outcomes, said = judged(kept)
    assert outcomes == {"failed": 2}
    for name in ("X.one", "X.gain"):
        assert f"{name} has no verdict, and findings.toml says 'reproduced': " in said
    assert why in said
    assert {one["verdict"] for one in json.loads((judged.folder / "run.json").read_text())["claims"]} == {"not run"}


def test_what_was_never_found_is_skipped(judged):
    """A claim without a line waits for its record, as before."""
    assert judged([], findings="")[0] == {"skipped": 2}


@pytest.mark.parametrize("seeds, factor, status", [(3, 1.25, "failed"), (1, 1.25, "failed"), (3, 1 + 1e-9, "passed")])
def test_two_pools_that_disagree_are_told(judged, seeds, factor, status):
    """Another machine's results of the same seeds, a quarter higher: neither wins in silence. Rounding is not told."""
    others = [
        dataclasses.replace(one, machine="x86_64-h200", scores={name: factor * v for name, v in one.scores.items()})
        for one in entries()[:seeds]
    ]
    outcomes, said = judged(entries() + others)
    assert outcomes == {status: 2}
    told = "two pools of the record disagree: toy.kept on "
    assert (told in said) == (status == "failed")
    if status == "failed":
        assert "0.625 by x86_64-h200/numpy/float64" in said or "0.5 by x86_64-h200/numpy/float64" in said


def test_seeds_of_another_machine_alone_are_no_disagreement(judged):
    """What has no seed in common with what is judged says nothing against it."""
    more = [
        dataclasses.replace(one, machine="x86_64-h200", cell=dataclasses.replace(one.cell, seed=one.seed + 3))
        for one in entries()[:2]
    ]
    assert judged(entries() + more)[0] == {"passed": 2}
