"""Claims judged from a record: replayed, drifted, stale, tampered with, or without data."""

import dataclasses

import dask  # noqa: F401
import inner
import pytest
import scipy.special  # noqa: F401

import reproduce.verdicts.plugin.answers

# pytester forgets what its runs import: neither NumPy nor a stash key bears being imported twice, and Dask's
# importlib_metadata takes the standard library's place, which then finds no package any more.
import reproduce.verdicts.plugin.fixture
import reproduce.verdicts.plugin.session
import reproduce.verdicts.views.table
from reproduce.datasets import load
from reproduce.record import Store
from reproduce.running import inputs
from reproduce.running.request import Request
from reproduce.running.runner import measure

SUITE = '''
"""Table I: a toy."""
import pytest
import toy_experiments as toys

@pytest.mark.claim("I.toy", at="Table I", unit="MAP@R %", fidelity="assumed")
def test_toy(claim):
    """The toy scores above nothing."""
    claim.at_least(claim(toys.draw, "DATA", score="map_at_r", seeds=SEEDS), 0, because="a toy")
'''
CATTLE = "FriesianCattle2017"


@pytest.fixture
def record(toys):
    """Fourteen seeds of toy.draw on the cattle's catalogue, in a store."""
    store = Store()
    store.add_all(measure(toys["toy.draw"], CATTLE, seed, {}) for seed in range(14))
    return store


@pytest.fixture
def judge(pytester, monkeypatch):
    """Run the toy claim; gives what is printed and the result."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*options, data=CATTLE, seeds="None"):
        pytester.makepyfile(test_toy=SUITE.replace("DATA", data).replace("SEEDS", seeds))
        result = inner.session(pytester, monkeypatch, "-rA", *options)
        return "\n".join(result.outlines), result

    return run


def test_a_seed_is_replayed_where_the_budget_allows(record, judge, monkeypatch):
    """With time one of the record's seeds is measured again and found identical; without, the table says so."""
    monkeypatch.setenv("REPRODUCE_SEED", "9")
    said, result = judge()
    result.assert_outcomes(passed=1)
    assert "seed 9 ✓" in said
    said, result = judge("--claims-budget=0")
    result.assert_outcomes(passed=1)
    assert "not in turn" in said


def test_one_digit_changed_by_hand_fails_the_claim_and_is_named(record, judge):
    """The claim fails in one line with the file, the seed and the score."""
    path = record.path("toy.draw")
    score = repr(record.entries("toy.draw")[6].scores["map_at_r"])
    text = path.read_text()
    assert text.count(f'"map_at_r": {score}') == 1
    digit = str((int(score[-2]) + 1) % 10)
    path.write_text(text.replace(f'"map_at_r": {score}', f'"map_at_r": {score[:-2]}{digit}{score[-1]}'))
    said, result = judge("--claims-budget=0")
    result.assert_outcomes(failed=1)
    assert f"{path}: toy.draw on {CATTLE}, seed 6: scores.map_at_r was changed by hand" in said


def test_every_day_another_seed_is_in_turn():
    """Fourteen days reach fourteen seeds; one can be named."""
    assert {reproduce.verdicts.plugin.session.seed_in_turn(day) % 14 for day in range(739_000, 739_014)} == set(
        range(14)
    )


def test_one_seed_moved_by_a_percent_is_red_at_its_replay_by_its_own_name(record, judge, monkeypatch):
    """Far inside what seeds scatter: the seed that was moved fails, with both numbers, and no other does."""
    (kept,) = [entry for entry in record.entries("toy.draw") if entry.seed == 5]
    now = kept.scores["map_at_r"]
    moved = dataclasses.replace(kept, scores={**kept.scores, "map_at_r": 1.01 * now})
    record.add(moved, replace=True)
    monkeypatch.setenv("REPRODUCE_SEED", "4")
    said, result = judge()
    result.assert_outcomes(passed=1)
    assert "seed 4 ✓" in said
    monkeypatch.setenv("REPRODUCE_SEED", "5")
    said, result = judge()
    result.assert_outcomes(failed=1)
    assert "DRIFTED" in said
    assert f"seed 5 gives map_at_r {now!r}, the record has {1.01 * now!r}" in said


def test_a_seed_to_replay_is_a_number(record, judge, monkeypatch):
    """What cannot be one is refused in one line."""
    monkeypatch.setenv("REPRODUCE_SEED", "last")
    _, result = judge()
    result.stderr.fnmatch_lines(["*REPRODUCE_SEED=last: the seed to replay is a whole number from 0 on"])


@pytest.mark.parametrize("change", ["factors", "version", "data", "weights"])
def test_a_record_of_something_else_is_stale_and_not_run(toys, judge, change):
    """Other factors, another version, other data or other weights: the claim says stale and is not run."""
    store, entry = Store(), measure(toys["toy.draw"], CATTLE, 0, {})
    other = {
        "factors": {"factors": {"size": 8}},
        "version": {"version": 7},
        "data": {"data_hash": "of other images"},
        "weights": {"weights_hash": "of other weights"},
    }[change]
    store.add_all(
        dataclasses.replace(entry, cell=dataclasses.replace(entry.cell, seed=seed, **other)) for seed in range(14)
    )
    said, result = judge("--claims-budget=0")
    result.assert_outcomes(skipped=1)
    assert "stale" in said


def test_without_data_a_claim_is_judged_and_marked(toys, judge):
    """Lions that are not here: the verdict comes from the record, and the table says not re-measured."""
    store, entry = Store(), measure(toys["toy.draw"], CATTLE, 0, {})
    for seed in range(14):
        cell = dataclasses.replace(entry.cell, data="LionData", data_hash="of the lions", seed=seed)
        scores = {name: value + seed / 1000 for name, value in entry.scores.items()}
        store.add(dataclasses.replace(entry, cell=cell, scores=scores))
    said, result = judge(data="LionData")
    result.assert_outcomes(passed=1)
    assert "not re-measured" in said


def test_thirteen_seeds_are_not_fourteen(record, judge):
    """A record that lacks a seed is not judged on the rest; the reason says how far it is."""
    path = record.path("toy.draw")
    entries = record.entries("toy.draw")[:13]
    path.unlink()
    record.add_all(entries)
    said, result = judge("--claims-budget=0")
    result.assert_outcomes(skipped=1)
    assert "holds 13 of 14 seeds" in said


def test_what_had_been_seen_is_judged_on_other_seeds(record, toys, judge, command):
    """Seeds 14-27 are asked for, run by the same command, and judged; 0-13 do not stand in for them."""
    said, result = judge("--claims-budget=0", seeds="range(14, 28)")
    result.assert_outcomes(skipped=1)
    assert "holds 0 of 14 seeds from 14 on" in said
    command("toy.draw", data=None, requested=lambda: [Request(toys["toy.draw"], CATTLE, {}, range(14, 28))])
    assert sorted(entry.seed for entry in record.entries("toy.draw")) == list(range(28))
    said, result = judge("--claims-budget=0", seeds="range(14, 28)")
    result.assert_outcomes(passed=1)


def test_pixels_that_arrive_leave_what_was_measured_without_them(record, judge, monkeypatch, tmp_path):
    """A result on identities alone is current whether or not the cattle's images lie here."""
    folder = tmp_path / "data" / CATTLE / "2yizcfbkuv4352pzc32n54371r"
    for row, animal in enumerate(load(CATTLE).identities):
        (folder / animal.zfill(3)).mkdir(parents=True, exist_ok=True)
        (folder / animal.zfill(3) / f"{row}.jpg").write_bytes(b"%d" % row)
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "data"))
    inputs._loaded.cache_clear()
    assert load(CATTLE).has_pixels
    _, result = judge("--claims-budget=0")
    result.assert_outcomes(passed=1)
    inputs._loaded.cache_clear()
