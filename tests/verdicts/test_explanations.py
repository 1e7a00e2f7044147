"""Yardsticks and rivals: what is read of them, measured of the record, marked by forecasts, and weighed."""

import json

import pytest

from reproduce.errors import InvalidInputError
from reproduce.verdicts.explanations import listing, rivals, scored, weighing
from reproduce.verdicts.explanations.readings import Reading, Score
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.outcome import Outcome, Spec

DIGITS = {"32": ("0.87", 14), "64": ("0.93", 2), "64aug": ("0.74", 2)}
RIVALS = """
[untrained]
kind = "yardstick"
says = "an untrained layer"
experiment = "baselines.untrained"
rows = { 64 = {}, 32 = { hidden = [32] }, 64aug = {} }
scored = ["19", "75", "94"]
choices = ["lions"]

[pixels]
kind = "yardstick"
says = "grey pixels"
experiment = "baselines.pixels"
rows = { 64 = {} }
scored = ["19", "75", "94"]
choices = ["lions"]

[memory]
kind = "rival"
says = "fractions of one"
experiment = "dcnn.steps"
score = "map_at_r.550"
factors = { at = [500, 550] }
rows = { 64 = {} }
means = "fraction"
scored = ["75"]
choices = ["unit", "steps"]
forecasts = [["64", "75", 91, 95]]
gain = [10, 60]
seen = "a pilot"
[memory.also]
means = ["per cent", "fraction"]
scores = ["map_at_r.500", "map_at_r.550"]
"""
SETTINGS = """
[paper]
stands_for = "the paper's own"
[MobileNetV2]
stands_for = "another network"
differs = ["network"]
where = "with it"
lions = "LionData"
on_lions = { backbone = "MobileNetV2" }
cattle = "Cows"
on_cattle = { backbone = "MobileNetV2" }
"""
NEAR = (0.007, 0.008, 0.009, 0.0075, 0.0085)


class Kept:
    """Answers for a record: a few seeds of each score, and nothing of what is named in ``lacking``."""

    def __init__(self, *lacking):
        self.lacking, self.asked = lacking, []

    def sample(self, request, score):
        """Values that tell the experiment and the score."""
        name = request.experiment.name
        self.asked.append((name, request.data, dict(request.factors), score))
        if name in self.lacking:
            return Sample((), (), missing="not run")
        if name == "baselines.pixels":
            return Sample((0.0078,), (0,), random=False)
        seeds = tuple(range(5))
        if request.data == "Cows":
            base = 0.5 if name == "baselines.untrained" else 0.65
            return Sample(tuple(base + seed / 100 for seed in seeds), seeds)
        if name == "dcnn.steps":
            return Sample(tuple((0.89 if "500" in score else 0.93) + seed / 500 - 0.004 for seed in seeds), seeds)
        return Sample(NEAR, seeds)


@pytest.fixture
def folder(tmp_path):
    """A folder of claims with rivals and settings."""
    (tmp_path / "rivals.toml").write_text(RIVALS)
    (tmp_path / "settings.toml").write_text(SETTINGS)
    return tmp_path


def outcomes(verdict=Verdict.REPRODUCED):
    """How the forecast of the rival's one row ended."""
    return [Outcome(Spec("rival.memory.64.75@MobileNetV2", "It does.", "Table III", setting="MobileNetV2"), verdict)]


def test_each_is_measured_with_its_own_factors(folder):
    """The score of its steps, on the setting's network; a width that only one row has."""
    kept = Kept()
    found = {one.rival.name: one for one in scored.measure(folder, outcomes(), kept, DIGITS)}
    assert found["memory"].scores["64", "75"] == pytest.approx((92.6, 92.8, 93.0, 93.2, 93.4))
    assert found["untrained"].scores["32", "19"] == pytest.approx([value * 100 for value in NEAR])
    assert any(factors["hidden"] == [32] for name, _, factors, _ in kept.asked if name == "baselines.untrained")
    assert {factors["backbone"] for name, _, factors, _ in kept.asked if name == "dcnn.steps"} == {"MobileNetV2"}
    assert found["memory"].mean_gain == pytest.approx(31.28, abs=0.01)  # 0.15 of 0.48 left, in the mean


@pytest.mark.parametrize(
    ("verdict", "mark"),
    [(Verdict.REPRODUCED, "✓"), (Verdict.NOT_REPRODUCED, "✗"), (Verdict.INCONCLUSIVE, "?"), (Verdict.NOT_RUN, "·")],
)
def test_a_forecast_is_marked_by_its_claim(folder, verdict, mark):
    """One that failed is shown as failed, beside what was forecast."""
    found = scored.measure(folder, outcomes(verdict), Kept(), DIGITS)
    lines = listing.table(found, [], DIGITS)
    assert any(line.split() == ["memory", "64", "93.0", mark, "31.3", "·"] for line in lines)
    assert any(line.split() == ["forecast", "91-95", "10..60"] for line in lines)
    assert max(map(len, lines)) <= 90


def test_what_was_fitted_is_paid_for(folder):
    """The rival's weight is the mean over both units and both numbers of steps, and its best way four times that."""
    found = {one.rival.name: one for one in scored.measure(folder, [], Kept(), DIGITS)}
    weight = found["memory"].weight
    assert (weight.rows, weight.ways) == (("64",), 4)
    assert weight.best == pytest.approx(4 * weight.mean, rel=1e-3)
    named = weighing.of_digits([value * 100 for value in NEAR], *DIGITS["64"])
    best = weighing.of_digits(found["memory"].scores["64", "75"], *DIGITS["64"], 100.0)
    assert weight.best == pytest.approx(best / named)
    assert found["untrained"].weight.mean == pytest.approx(1)
    assert found["pixels"].weight.mean is None


def test_a_reading_is_weighed_over_the_sets_of_lions(folder):
    """As the yardstick is; without the yardstick nothing is weighed."""
    score = Score(tuple(value * 100 for value in NEAR), 0.44)
    reading = Reading("whole", {("64", lions): score for lions in ("19", "75", "94")})
    weighed = scored.measure(folder, [], Kept(), DIGITS)
    assert scored.weigh_readings([reading], weighed, DIGITS)["whole"].mean == pytest.approx(1)
    without = scored.measure(folder, [], Kept("baselines.untrained"), DIGITS)
    assert scored.weigh_readings([reading], without, DIGITS) == {}
    assert "untrained, pixels" in " ".join(listing.table(weighed, [reading], DIGITS)[-1].split())


def test_only_what_is_not_excluded_is_listed(folder):
    """A reading whose runs could print the figure; not one far off, and not one seed, which has no range."""
    near = tuple(value * 100 for value in NEAR)
    scores = {"far": tuple(50 + value for value in near), "alone": near[:1], "near": near}
    readings = [Reading(name, {("64", "19"): Score(values, 0.44)}) for name, values in scores.items()]
    lines = listing.table(scored.measure(folder, [], Kept(), DIGITS), readings, DIGITS)
    (start,) = [at for at, line in enumerate(lines) if line.startswith("what ≈ does not exclude")]
    assert [line.split()[0] for line in lines[start + 1 :] if not line.startswith(" ")] == ["near"]


def test_what_is_not_run_is_named(folder):
    """Its rows are missing, its forecast is open, and it has no weight."""
    found = {one.rival.name: one for one in scored.measure(folder, [], Kept("dcnn.steps"), DIGITS)}
    plain = {one["reading"]: one for one in json.loads(json.dumps(listing.as_json(found.values())))}
    assert plain["memory"]["missing"] == ["64 of the 75"]
    assert plain["memory"]["likelihood_ratio"] is None
    assert plain["memory"]["forecasts"] == [{"row": "64", "lions": "75", "low": 91, "high": 95, "kept": "·"}]
    assert plain["memory"]["fitted"] == ["unit", "steps"]


def test_a_page_shows_forecasts_beside_what_was_measured(folder):
    """Yardsticks, rivals and weights, each as a table in Markdown."""
    found = scored.measure(folder, outcomes(Verdict.NOT_REPRODUCED), Kept(), DIGITS)
    yardsticks, rivals_, weights = listing.markdown(found, [], DIGITS).split("\n\n")
    assert "| pixels: grey pixels | 64 | 0.78 | 0.78 | 0.78 |" in yardsticks
    assert "| memory: fractions of one | 64 |  | 93.0 ✗ (91 to 95) |  | 31.3 · (10 to 60) |" in rivals_
    assert "| unit, steps |" in weights


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "rival"', 'kind = "guess"', "kind is one of yardstick, rival"),
        ('means = "fraction"', 'means = "parts"', "means is one of per cent, fraction"),
        ('["64", "75", 91, 95]', '["16", "75", 91, 95]', "forecasts a row '16' that it does not measure"),
        ('["64", "75", 91, 95]', '["64", "75", 95, 91]', "forecasts from 95 to 91"),
        ('"map_at_r.500", "map_at_r.550"', '"map_at_r.500"', "leaves out what was chosen"),
        ('seen = "a pilot"', 'sean = "a pilot"', "unknown field `sean`"),
    ],
)
def test_a_slip_in_the_file_is_one_line(tmp_path, old, new, said):
    """What is wrong, and where."""
    path = tmp_path / "rivals.toml"
    path.write_text(RIVALS.replace(old, new))
    with pytest.raises(InvalidInputError, match=said) as error:
        rivals.read(path)
    assert str(path) in str(error.value)
