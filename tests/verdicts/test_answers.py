"""Where a claim's scores come from, of a record made by hand: kept, measured now, measured again, or waited for."""

import json
from dataclasses import replace

import pytest

from reproduce.errors import DataMissingError, ReproduceError, WeightsMissingError
from reproduce.experiments.registry import Experiment
from reproduce.record import Cell, Entry, Store
from reproduce.running.inputs import Inputs
from reproduce.running.request import Request
from reproduce.verdicts.judging.sample import SourceNote
from reproduce.verdicts.judging.scatter import Herd
from reproduce.verdicts.plugin.answers import Rehearsal, Source, compose, pick

TOY = Experiment(
    "toy.answers", lambda catalogue, seed, *, size=8: None, varies=("order",), needs=(), tolerance=0.01,
    rehearsal={"size": 2},
)  # fmt: skip
FACT = Experiment("toy.fact", lambda catalogue, seed: None, needs=(), exact=True)
ASKED = Request(TOY, "", {}, range(3))


def entry(seed=0, score=0.5, experiment=TOY, data="", machine="here", **more):
    """A result of the toy; its chance is a tenth of it."""
    cell = Cell(experiment.name, 1, experiment.factors(), data, f"hash of {data}" if data else "", None, seed)
    return Entry(cell, {"map_at_r": score, "chance": score / 10, **more.pop("scores", {})}, machine=machine, **more)


class Here:
    """Whoever measures: each seed as it is kept, or otherwise; it notes what it was asked for."""

    def __init__(self, made=entry):
        self.made, self.cells = made, []

    def __call__(self, experiment, data, seed, factors):
        self.cells.append(seed)
        return self.made(seed)


@pytest.fixture
def source(tmp_path):
    """``source(entries, measure, ...) -> Source``, by a record of these entries."""

    def made(entries, measure=None, chosen=(ASKED.key,), turn=1, again=None):
        Store(tmp_path / "record").add_all(entries)
        return Source(Store(tmp_path / "record"), measure or Here(), set(chosen), turn, again)

    return made


THREE = [entry(seed, 0.5 + seed / 100) for seed in range(3)]


def told(sample):
    """What was checked and what drifted."""
    return sample.sources[0].checked, sample.sources[0].drift


def test_what_is_kept_is_answered_and_one_seed_measured_again(source):
    """The one whose turn it is, counted round the seeds; what was not chosen is not in turn."""
    for turn, seed in ((1, 1), (5, 2), (3, 0)):
        measure = Here(lambda seed: THREE[seed])
        sample = source(THREE, measure, turn=turn).sample(ASKED, "map_at_r")
        assert (sample.values, sample.seeds) == ((0.50, 0.51, 0.52), (0, 1, 2))
        assert (told(sample), measure.cells) == ((f"seed {seed} ✓", ""), [seed])
    measure = Here()
    assert told(source(THREE, measure, chosen=()).sample(ASKED, "map_at_r")) == ("not in turn", "")
    assert measure.cells == []


def test_a_replay_of_before_says_so(source):
    """As the other session found it."""
    kept = source(THREE, again=lambda experiment, data, seed, factors: (THREE[seed], True))
    assert told(kept.sample(ASKED, "map_at_r")) == ("seed 1 kept ✓", "")


def test_a_replay_elsewhere_moves_and_is_noted(source):
    """By the experiment, its data, factors and score."""
    kept = source(THREE, Here(lambda seed: entry(seed, 0.515, machine="there")))
    assert told(kept.sample(ASKED, "map_at_r")) == ("seed 1 ≈", "")
    assert kept.moves == {'toy.answers on  {"size": 8}, map_at_r': [pytest.approx(0.005)]}
    same = source(THREE, Here(lambda seed: THREE[seed]))
    same.sample(ASKED, "map_at_r")
    assert same.moves == {}


def test_a_replay_that_drifts_is_told(source):
    """With the seed and both values."""
    kept = source(THREE, Here(lambda seed: entry(seed, 0.7)))
    checked, drift = told(kept.sample(ASKED, "map_at_r"))
    assert checked == "seed 1 ✗"
    assert drift.startswith("toy.answers on , drifted: seed 1 gives map_at_r 0.7, the record has 0.51")
    assert kept.moves == {}


@pytest.mark.parametrize("error", [DataMissingError, WeightsMissingError])
def test_what_cannot_be_measured_is_not(source, error):
    """A kept score is answered all the same; one that is not kept waits for what is missing."""

    def away(*_):
        raise error("no lions")

    assert told(source(THREE, away).sample(ASKED, "map_at_r")) == ("not re-measured", "")
    other = Request(TOY, "", {"size": 3}, range(2))
    sample = source(THREE, away, chosen=(other.key,)).sample(other, "map_at_r")
    assert (sample.missing, sample.values) == ("no lions", ())
    assert sample.lost == "no record under these factors (toy.answers on ); `reproduce run toy.answers` makes it"


def test_what_is_not_kept_is_measured_now_once(source):
    """Every seed of a chosen request, and once whichever scores are asked for; another request is not."""
    other = Request(TOY, "", {"size": 3}, range(2))
    measure = Here()
    kept = source(THREE, measure, chosen=(other.key,))
    for _ in range(2):
        sample = kept.sample(other, "map_at_r")
        assert (sample.values, told(sample)) == ((0.5, 0.5), ("measured now", ""))
    kept.sample(replace(other, seeds=range(1, 2)), "map_at_r")
    assert measure.cells == [0, 1]
    waits = kept.sample(Request(TOY, "", {"size": 4}, range(2)), "map_at_r")
    assert waits.missing == waits.lost
    assert waits.missing.startswith("no record under these factors (toy.answers on )")
    assert measure.cells == [0, 1]


def test_what_is_not_here_is_said_before_what_is_not_kept(source, monkeypatch):
    """And a kept score is not measured again. What is not what its name says helps no record."""
    monkeypatch.setattr(Inputs, "missing", lambda self: "no lions")
    other = Request(TOY, "", {"size": 3}, range(2))
    kept = source(THREE, chosen=())
    why = "no record under these factors (toy.answers on )"
    assert kept.sample(other, "map_at_r").missing == f"no lions; {why}; `reproduce run toy.answers` makes it"
    assert told(kept.sample(ASKED, "map_at_r")) == ("not re-measured", "")
    monkeypatch.setattr(Inputs, "missing", lambda self: "")
    monkeypatch.setattr(Inputs, "doubt", lambda self: "other images")
    sample = source(THREE, chosen=()).sample(other, "map_at_r")
    assert sample.missing == f"other images; `reproduce paper` rehearses on it; {why}"
    assert sample.lost == ""
    assert told(source(THREE, chosen=()).sample(ASKED, "map_at_r")) == ("not re-measured", "")


def test_two_machines_that_disagree_are_told(source):
    """Of the same seed, by more than machines do; of another score, or another seed, nothing is said."""
    others = [entry(1, 0.7, machine="there"), entry(7, 0.9, machine="there")]
    sample = source([*THREE, *others], chosen=()).sample(ASKED, "map_at_r")
    assert told(sample) == (
        "not in turn",
        "two pools of the record disagree: toy.answers on , seed 1: map_at_r is 0.7 by there/numpy/float64, "
        "0.51 by here/numpy/float64, which is judged",
    )
    assert sample.values == (0.50, 0.51, 0.52)


def test_machines_that_agree_are_not(source):
    """Within the experiment's tolerance; nor where one has not the score."""
    others = [entry(1, 0.515, machine="there"), entry(2, 0.9, machine="else", scores={})]
    others[1] = replace(others[1], scores={"other": 0.9})
    assert told(source([*THREE, *others], chosen=()).sample(ASKED, "map_at_r")) == ("not in turn", "")


def test_a_rehearsal_runs_two_seeds_small_on_stand_ins():
    """Without pixels on the data itself; a score that is not finite, or that there is not, is an error."""
    cells = []

    def measure(experiment, data, seed, factors):
        cells.append((data, seed, dict(factors)))
        return entry(seed, scores={"odd": float("nan")})

    rehearsal = Rehearsal(measure)
    sample = rehearsal.sample(Request(TOY, "", {}, range(14)), "map_at_r")
    assert sample.missing == "rehearsed on : the code ran, which is no verdict"
    assert cells == [("", 0, {"size": 2}), ("", 1, {"size": 2})]
    with pytest.raises(ReproduceError, match=r"toy\.answers rehearsed on : odd is nan"):
        rehearsal.sample(ASKED, "odd")
    with pytest.raises(ReproduceError, match=r"toy\.answers gives no score 'none'; it gives: chance, map_at_r, odd"):
        rehearsal.sample(ASKED, "none")
    seen = Experiment("toy.seen", TOY.function, varies=("order",), needs=("pixels",))
    said = rehearsal.sample(Request(seen, "Lions", {}, range(14)), "map_at_r").missing
    assert "Lions" not in said
    assert cells[-1][0] in said != ""


@pytest.mark.parametrize(
    "score, bounded",
    [("map_at_r", True), ("map_at_r/query@train", True), ("r_precision", True), ("precision_at_1@all", True),
     ("accuracy", False), ("above_chance", False)],
)  # fmt: skip
def test_a_sample_is_of_one_entry_per_seed(score, bounded):
    """With its animals, what rides along in the mean, and where it was measured."""
    base, at, where = score.partition("@")
    names, rows = ("a", "b"), ([0.1, 0.2], [0.3, 0.4])
    made = [
        entry(
            seed, data="LionData", backend="keras",
            scores={score: 0.25 * seed, f"precision_at_1{at}{where}": 0.25 * seed},
            leave_one_out={score: rows[seed]}, animals={f"{at}{where}": names},
        )
        for seed in range(2)
    ]  # fmt: skip
    sample = compose(Request(TOY, "LionData", {}, range(2)), made, score, "seed 0 ✓", "moved")
    assert (sample.values, sample.seeds, sample.score, sample.bounded) == ((0, 0.25), (0, 1), score, bounded)
    assert sample.herds == (Herd("LionData", (names, names), ((0.1, 0.2), (0.3, 0.4))),)
    assert (sample.seeds_only, sample.random, sample.exact) == ("", True, False)
    retrieval = base.removesuffix("/query") in ("map_at_r", "r_precision", "precision_at_1")
    assert sample.precision_at_1 == (0.125 if retrieval else None)
    assert sample.sources == (
        SourceNote("toy.answers", "LionData", "keras", "here", "seed 0 ✓", "moved", "hash of LionData"),
    )


def test_without_its_animals_a_score_says_why():
    """None were left out, or not of this score; no data, no animals. Chance is that of the entries that have one."""
    request = Request(TOY, "LionData", {}, range(2))
    bare = [entry(seed, data="LionData") for seed in range(2)]
    sample = compose(request, bare, "map_at_r", "", "")
    assert sample.herds == ()
    assert sample.seeds_only == "toy.answers's map_at_r was recorded without the score of each animal"
    assert (sample.chance, sample.precision_at_1) == (pytest.approx(0.05), None)
    one = replace(bare[0], leave_one_out={"map_at_r": [0.1, 0.2]}, animals={"": ["a", "b"]})
    for kept, score in (([one, bare[1]], "map_at_r"), ([one, one], "chance")):
        sample = compose(request, kept, score, "", "")
        assert (sample.herds, sample.seeds_only) == ((), f"toy.answers's {score} has no score without each animal")
    sample = compose(Request(FACT, "", {}, range(1)), [entry(experiment=FACT)], "map_at_r", "", "")
    assert (sample.herds, sample.seeds_only, sample.random, sample.exact) == ((), "", False, True)
    assert compose(request, [replace(one, scores={"map_at_r": 1.0}) for one in bare], "map_at_r", "", "").chance is None
    with pytest.raises(ReproduceError, match=r"toy\.answers gives no score 'speed'; it gives: chance, map_at_r"):
        pick(bare[0], "speed")
    assert json.dumps(pick(bare[0], "map_at_r")) == "0.5"
