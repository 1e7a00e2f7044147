"""What might have printed a table, of rivals made by hand: asked for, weighed and written, to the letter."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from reproduce.errors import InvalidInputError
from reproduce.verdicts.explanations import deciding, listing, readings, rivals, scored, weighing
from reproduce.verdicts.explanations.readings import Cattle, Printed, Reading, Score
from reproduce.verdicts.explanations.rivals import Option, Rival
from reproduce.verdicts.explanations.scored import Weighed, Weight
from reproduce.verdicts.judging.judge import Region
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.outcome import Outcome, Spec

DIGITS = {"32": ("0.87", 14), "64": ("0.93", 2), "64aug": ("0.74", 2)}
ALL = ("19", "75", "94")


def rival(name="memory", kind="rival", **fields):
    """A rival whose one score is of the 75."""
    plain = {"rows": {"64": {}}, "scored": ("75",), "choices": ("unit", "steps"), "experiment": "baselines.pixels"}
    return Rival(name, kind, "it says so", **{**plain, **fields})


def test_an_augmentation_adds_its_factors_to_the_augmented_row():
    """A row's own factors go before the rival's, and the augmentation's before both."""
    one = rival(
        factors={"steps": 1, "dim": 8}, rows={"64": {"dim": 64}, "64aug": {"dim": 9}}, scored=("75", "94"),
        also={"augmentations": {"turn": {"dim": 7, "turn": 0.02}}, "scores": ["a", "map_at_r"]},
    )  # fmt: skip
    assert one.factors_of("64") == {"steps": 1, "dim": 64}
    assert one.factors_of("64aug") == {"steps": 1, "dim": 9}
    assert one.factors_of("64aug+turn") == {"steps": 1, "dim": 7, "turn": 0.02}
    assert list(one.options()) == [
        Option("per cent", lions, score, way)
        for lions in ("75", "94")
        for score in ("a", "map_at_r")
        for way in ("", "turn")
    ]
    assert list(replace(one, rows={"64": {}}).options()) == [
        Option("per cent", lions, score, "") for lions in ("75", "94") for score in ("a", "map_at_r")
    ]


FILE = """
[memory]
kind = "rival"
says = "x"
experiment = "baselines.pixels"
rows = { 64 = {} }
scored = ["75"]
choices = []
forecasts = [["64", "75", 91, 91]]
"""


def test_a_forecast_has_a_width(tmp_path):
    """And a rival is a table."""
    for text, says in ((FILE, "forecasts from 91 to 91"), ("memory = 3", "is no rival: write a table")):
        (tmp_path / "rivals.toml").write_text(text)
        with pytest.raises(InvalidInputError, match=says):
            rivals.read(tmp_path / "rivals.toml")
    assert rivals.read(tmp_path / "none.toml") == {}


class Bench:
    """Scores by (data, score) of each rival, whatever its factors, and what was asked for."""

    def __init__(self, scores, random=True):
        self.scores, self.asked, self.random = scores, [], random

    def sample(self, request, score):
        self.asked.append((request.data, dict(request.factors), request.seeds, score))
        values = self.scores.get((request.experiment.name, request.data, score), ())
        return Sample(values, tuple(range(len(values))), missing="" if values else "not run", random=self.random)


SETTINGS = '[paper]\nstands_for = "x"\n[MobileNetV2]\nstands_for = "x"\ndiffers = ["network"]\nwhere = "x"\n'
SETTINGS += (
    'lions = "LionData"\ncattle = "OpenCows2020"\n[bare]\nstands_for = "x"\ndiffers = ["network"]\nwhere = "x"\n'
)
SETTINGS += 'lions = "LionData"\n'
LISTED = """
[untrained]
kind = "yardstick"
says = "x"
experiment = "baselines.untrained"
rows = { 64 = {}, 32 = {} }
scored = ["75"]
choices = []
[pixels]
kind = "rival"
says = "y"
experiment = "baselines.pixels"
rows = { 64 = {}, 32 = {} }
scored = ["75", "94"]
choices = []
seeds = 3
[bare]
kind = "rival"
says = "z"
experiment = "baselines.pixels"
network = "bare"
rows = { 64 = {} }
scored = ["75"]
choices = []
"""
NEAR = (0.007, 0.008, 0.009, 0.0075, 0.0085)
OFF = (0.006, 0.007, 0.010, 0.0075, 0.0085)
ONE, NAMED = "baselines.pixels", "baselines.untrained"


@pytest.fixture
def measured(tmp_path):
    """``measured(scores, text) -> (weighed by name, bench)``."""
    (tmp_path / "settings.toml").write_text(SETTINGS)

    def run(scores, text=LISTED, **more):
        (tmp_path / "rivals.toml").write_text(text)
        bench = Bench(scores, **more)
        run.folder = tmp_path
        return {one.rival.name: one for one in scored.measure(tmp_path, [], bench, DIGITS)}, bench

    return run


def chance(values, row):
    """Of a row's digits."""
    return weighing.of_digits([100 * value for value in values], *DIGITS[row])


def test_a_weight_is_a_ratio_of_chances(measured):
    """The mean over the ways to read it to the yardstick's, row by row and at once, and the best way's."""
    found, bench = measured({
        (NAMED, "LionData", "map_at_r@train"): NEAR, (ONE, "LionData", "map_at_r@train"): OFF,
        (ONE, "LionData", "map_at_r@all"): NEAR,
    })  # fmt: skip
    weight = found["pixels"].weight
    both = [chance(values, "32") * chance(values, "64") for values in (OFF, NEAR)]
    assert (weight.rows, weight.ways) == (("32", "64"), 2)
    assert weight.mean == pytest.approx(sum(both) / 2 / both[1])
    assert weight.best == pytest.approx(max(both) / both[1])
    assert weight.each == {
        row: pytest.approx((chance(OFF, row) + chance(NEAR, row)) / 2 / chance(NEAR, row)) for row in ("32", "64")
    }
    assert {seeds for *_, seeds, score in bench.asked if score.endswith("@all")} == {range(3)}
    assert found["pixels"].missing == found["pixels"].gain == ()
    assert scored.likelihoods(measured.folder, bench, DIGITS, ("32", "64")) == {
        "untrained": pytest.approx(both[1]), "pixels": pytest.approx(sum(both) / 2),
    }  # fmt: skip
    assert set(scored.likelihoods(measured.folder, bench, DIGITS, ("64",))) == {"untrained", "pixels", "bare"}


def test_rows_are_weighed_where_all_of_their_lions_were_measured(measured):
    """What is missing is named; without a row, or without the yardstick, there is no weight."""
    kept = {(NAMED, "LionData", "map_at_r@train"): NEAR, (ONE, "LionData", "map_at_r@train"): OFF}
    found, _ = measured(kept)
    assert found["pixels"].missing == ("64 of the 94", "32 of the 94")
    assert found["pixels"].weight == Weight((), None, None, 0)
    assert found["bare"].weight.rows == ("64",)
    found, _ = measured(kept, LISTED.replace("[untrained]", "[other]"))
    assert found["bare"].weight == Weight(("64",), None, None, 0)
    assert found["bare"].gain == ()
    found, _ = measured({(ONE, "LionData", "map_at_r@train"): OFF})
    assert found["bare"].weight == Weight(("64",), None, None, 1)
    still, _ = measured({**kept, (ONE, "LionData", "map_at_r@train"): (0.01,)})
    assert still["bare"].weight == Weight(("64",), None, None, 1)


@pytest.mark.parametrize(
    "ours, untrained, random, gain",
    [
        ((0.6, 0.7, 0.8), (0.5, 0.6, 0.6, 0.9), True, (20, 25, 50)),
        ((0.6, 0.7), (0.5, 0.6), True, (20, 25)),
        ((0.6, 0.7), (0.5, 0.6), False, (20, 25)),
        ((0.6,), (0.5, 0.2), False, (20, 50)),
        ((), (0.5, 0.6), True, ()),
        ((0.6, 0.7), (), True, ()),
    ],
)
def test_what_cattle_gain_is_paired_by_seed(measured, ours, untrained, random, gain):
    """The share of what the yardstick left to gain, per cent, on the seeds that both have."""
    found, _ = measured(
        {(ONE, "OpenCows2020", "map_at_r"): ours, (NAMED, "OpenCows2020", "map_at_r"): untrained}, random=random
    )
    assert found["pixels"].gain == pytest.approx(gain)
    assert found["pixels"].mean_gain == (pytest.approx(sum(gain) / len(gain)) if gain else None)
    assert found["bare"].gain == ()  # its setting names no cattle


def test_augmented_rows_are_read_under_each_augmentation(measured):
    """The augmentation is asked for of the row 64aug alone."""
    text = LISTED.replace("32 = {} }", "32 = {}, 64aug = {} }", 1).replace(
        'network = "bare"\nrows = { 64 = {} }', 'network = "bare"\nrows = { 64 = {}, 64aug = {} }'
    )
    kept = {(name, "LionData", "map_at_r@train"): NEAR for name in (ONE, NAMED)}
    found, bench = measured(kept, f"{text}[bare.also.augmentations]\nturn = {{ size = 16 }}\n")
    assert list(found["bare"].scores) == [("64", "75"), ("64aug", "75"), ("64aug+turn", "75")]
    assert (found["bare"].weight.rows, found["bare"].weight.ways) == (("64", "64aug"), 2)
    assert [factors["size"] for _, factors, *_ in bench.asked if "size" in factors].count(16) == 1


def test_digits_are_those_of_claims_that_print_some():
    """With how many runs the paper averaged; a row that no claim prints has none."""
    made = [
        Outcome(Spec(f"III.{row}", "s", "I", printed=text, runs=3), "not run")
        for row, text in (("64", "0.93"), ("32", ""))
    ]
    assert scored.digits_of(made) == {"64": ("0.93", 3)}


def test_a_reading_is_weighed_by_the_yardsticks_own_lions():
    """Of the rows that both have on every set; the digits are of per cent."""
    near, off = (tuple(100 * value for value in values) for values in (NEAR, OFF))
    yardstick = Weighed(
        rival("untrained", "yardstick"), {("64", lions): near for lions in ALL}, (), {}, Weight((), None, None, 0)
    )
    made = [
        Reading("off", {("64", lions): Score(off, 0.4) for lions in ALL}),
        Reading("part", {("64", "75"): Score(off, 0.4)}),
        Reading("other row", {("32", lions): Score(off, 0.4) for lions in ALL}),
    ]
    found = scored.weigh_readings(made, [yardstick], DIGITS)
    assert list(found) == ["off"]
    assert (found["off"].rows, found["off"].ways) == (("64",), 3)
    ratio = chance(OFF, "64") / chance(NEAR, "64")
    assert (found["off"].mean, found["off"].best, found["off"].each["64"]) == pytest.approx((ratio,) * 3)
    assert scored.weigh_readings(made, [], DIGITS) == {}


def listed():
    """Three yardsticks and two rivals, as weighed."""

    def of(name, kind, scores, weight, **more):  # fmt: skip
        return Weighed(
            rival(name, kind, **more), {("64", "75"): (scores,)} if scores is not None else {}, (), {}, weight
        )

    return [
        of("untrained", "yardstick", 0.9, Weight(("64",), 1.0, 1.0, 3, {"64": 1.0}), choices=("lions",)),
        of("pixels", "yardstick", 0.5, Weight(("64",), None, None, 3)),
        of("colours", "yardstick", 0.0, Weight(("64",), None, None, 3)),
        of("memory", "rival", 93.0, Weight(("64",), 2.5, 1e-7, 4, {"64": 0.123})),
        of("unseen", "rival", None, Weight((), None, None, 0)),
    ]


def section(made, start, found=()):
    """The table's lines from the one that starts so to the next empty one."""
    lines = listing.table(made, list(found), DIGITS)
    at = next(at for at, line in enumerate(lines) if line.startswith(start))
    return lines[at : lines.index("", at) if "" in lines[at:] else None]


def test_weights_are_listed_the_likeliest_first():
    """What never varies has no chance, and is named where it was measured."""
    reading = Reading(
        "a-reading-of-a-name-of-some-length", {("64", lions): Score((0.7, 0.8, 0.9), 0.4) for lions in ALL}
    )
    yardstick = replace(listed()[0], scores={("64", lions): (0.6, 0.8, 1.0) for lions in ALL})
    made = [yardstick, *listed()[1:]]
    told = section(made, "how likely", [reading])
    mean = scored.weigh_readings([reading], made, DIGITS)[reading.name].mean
    assert 0.1 < mean < 1
    assert told[2:] == [
        f"{'':<27}      32      64   64aug  at once     best  ways fitted",
        f"{'memory':<27}            0.12              2.5    <1e-6     4      2",
        f"{'untrained':<27}               1                1        1     3      1",
        f"a-reading-of-a-name-of-som…         {mean:>7.2g}         {mean:>8.2g} {mean:>8.2g}     3      1",
        "no chance, every run gives the same:",
        "  pixels, colours",
    ]
    assert section(made[:1], "how likely")[-1].startswith("untrained ")


def test_what_is_not_excluded_is_listed_with_the_yardsticks_that_lie_there():
    """The edges belong to the range, on both sides; a yardstick of 0 is one, and one that was not measured is none."""
    score = Score((-0.5, 0.5, 1.0), 0.4)
    low, high = score.prints(2)
    made = listed()
    reading = Reading("a-reading-of-a-name-of-some-length", {("64", "75"): score})
    assert low < 0.0 < high
    assert section(made, "what ≈ does not exclude", [reading]) == [
        "what ≈ does not exclude: it would print these (90 %), and so would",
        f"a-reading-of-a-name-of-som… 64    75 {low:5.2f} to {high:.2f}",
        "                            untrained, pixels, colours",
    ]
    edges = [replace(made[0], scores={("64", "75"): (edge,)}) for edge in (low, high)]
    for one in edges:
        assert section([one], "what ≈", [reading])[-1].strip() == "untrained"
    for beyond in (low - 1e-9, high + 1e-9):
        assert (
            section([replace(made[0], scores={("64", "75"): (beyond,)})], "what ≈", [reading])[-1].strip()
            == "no yardstick"
        )
    assert section([made[0], replace(made[1], scores={})], "what ≈", [reading])[-1].strip() == "untrained"
    for edge, there in ((low, True), (high, True), (low - 1e-9, False), (high + 1e-9, False)):
        lines = listing.table(made, [reading], {"64": (repr(edge), 2)})
        assert (
            any(line.startswith("a-reading") for line in lines[lines.index(next(one for one in lines if "≈" in one)) :])
            == there
        )
    assert not [line for line in listing.table(made, [reading], {}) if line.startswith("a-reading")]
    wide = [replace(made[1], rival=rival(letter * many, "yardstick")) for letter, many in (("a", 25), ("b", 26))]
    assert section(wide, "what ≈", [reading])[2:] == [f"{'':28}{'a' * 25},", f"{'':28}{'b' * 26}"]  # 81 in one line
    fits = [wide[0], replace(made[1], rival=rival("b" * 25, "yardstick"))]
    assert section(fits, "what ≈", [reading])[2:] == [f"{'':28}{'a' * 25}, {'b' * 25}"]


def test_a_weight_as_json():
    """And that of what has none."""
    assert listing.weight_as_json(Weight(("64",), 2.5, 5.0, 4, {"64": 2.5}), ("unit",)) == {
        "likelihood_ratio": 2.5, "likelihood_ratio_at_best": 5.0, "likelihood_ratio_by_row": {"64": 2.5},
        "rows_weighed": ["64"], "ways": 4, "fitted": ["unit"],
    }  # fmt: skip
    assert listing.weight_as_json(None, ()) == {
        "likelihood_ratio": None, "likelihood_ratio_at_best": None, "likelihood_ratio_by_row": {},
        "rows_weighed": [], "ways": 0, "fitted": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "one, drawn",
    [((), 0.0), ((10.0,), 0.0), ((10.0, 12.0), 1.645 * 2**0.5), ((10.0, 12.0, 11.0), 1.645)],
)
def test_a_draw_moves_a_gain_as_the_draws_scatter(one, drawn):
    """Of the reading with the most draws; of one draw nothing is known."""
    other = Reading("other", cattle=Cattle(1, 1, 1, None, one))
    assert readings.one_draw([Reading("none"), other]) == pytest.approx(drawn)


def test_readings_take_what_was_measured():
    """A score without chance has none; a gain needs its two sides, and another claim's sides are no gain."""

    def ended(statement, **fields):  # fmt: skip
        return Outcome(
            Spec(f"{statement}@a", "s", "I", setting="a"), "inconclusive", ours=1.0, values=(1.0, 2.0), **fields
        )

    (one,) = readings.collect([
        ended("III.as-poor.19"), ended("III.as-poor.64aug.75", chance=0.4), ended("II.gains-as-printed"),
        ended("II.other", sides=(2.0, 1.0)),
    ])  # fmt: skip
    assert list(one.scores) == [("64", "19"), ("64aug", "75")]
    assert one.scores["64", "19"].chance != one.scores["64", "19"].chance
    assert one.scores["64aug", "75"].chance == 0.4
    assert one.cattle is None


def test_a_table_of_readings_to_the_letter():
    """Names of twenty letters at least, as many as fit, and an ellipsis where they do not; cattle beside the row 64."""
    rows = {
        row: Printed(figure, Region(figure - 0.1, figure + 0.1), 2) for row, figure in (("64", 0.93), ("64aug", 0.74))
    }
    score, many = Score((0.8, 0.9, 1.0), 0.4), Score((30.0, 31.0), 0.4)
    one = Reading(
        "r" * 26, {("64", "75"): score, ("64", "94"): many, ("64aug", "75"): score}, Cattle(70.04, 50.0, 41.4, None)
    )
    legend = [
        "",
        "Table III prints 64 0.93, 64aug 0.74",
        "= within it ≈ compatible ✗ not reproduced ? inconclusive, by seeds",
        "all three rows met on one set of lions: under no variant",
    ]
    assert readings.table([one], rows) == [
        "variant                   row          19        75        94  cattle  gain %  n",
        "rrrrrrrrrrrrrrrrrrrrrrrr… 64                 0.90 ≈   30.50 ✗    70.0      41  3",
        "rrrrrrrrrrrrrrrrrrrrrrrr… 64aug              0.90 ≈                            3",
        *legend,
    ]
    assert readings.table([replace_name(one, "r" * 25)], rows)[1].startswith("r" * 25 + " 64 ")
    assert readings.table([one], rows, 81)[1].startswith("r" * 26 + " 64 ")
    assert readings.table([one], rows, 60)[1].startswith("r" * 19 + "… 64 ")
    assert readings.table([replace_name(one, "r")], rows)[1].startswith("r" + " " * 20 + "64 ")
    assert readings.table([], rows)[0] == "variant              row          19        75        94  cattle  gain %  n"


def replace_name(reading, name):
    """The same reading under another name."""
    return Reading(name, reading.scores, reading.cattle)


def test_a_rows_edges_belong_to_what_an_explanation_says():
    """It is out where the interval lies wholly outside; a row is written with what is left of each."""
    sample = Sample((0.55, 0.56, 0.57), (0, 1, 2))
    low, high = weighing.judge.from_seeds(sample.scaled(100).values).interval()
    says = {"from the top": (high, 99), "to the bottom": (0, low), "above": (high + 1e-9, 99), "below": (0, low - 1e-9)}
    row = deciding.Row("r", "a row", "baselines.pixels", "map_at_r", says)
    assert row.leaves(sample) == {"from the top": True, "to the bottom": True, "above": False, "below": False}
    kept = deciding.Deciding((row,), {name: deciding.Explanation("x", f"{name}?") for name in says})

    class Source:
        def sample(self, request, score):
            return sample if score == "map_at_r" else Sample((), (), missing="x")

    assert deciding.table(kept, Source())[1] == f"  {'a row':<55} {'56':>8}"
    lost = deciding.Deciding((replace(row, score="other"),), kept.explanations)
    assert deciding.table(lost, Source())[1] == f"  {'a row':<55} {'not run':>8}"


def test_a_slip_names_its_row(tmp_path):
    """Counted from 1; a table that is neither a row nor an explanation is named too."""
    (tmp_path / "decides.toml").write_text('[[row]]\nid = "a"\n')
    with pytest.raises(InvalidInputError, match=r"\[\[row\]\] 1: "):
        deciding.read(tmp_path / "decides.toml")
    (tmp_path / "decides.toml").write_text("[rows]\n")
    with pytest.raises(InvalidInputError, match=r"\[rows\] is neither \[\[row\]\] nor"):
        deciding.read(tmp_path / "decides.toml")
    assert deciding.read(tmp_path / "none.toml") == deciding.Deciding((), {})


@pytest.mark.parametrize("digits", ["0.83", "1.50", "9.00", "-9.00"])
def test_a_unit_changes_no_chance(digits):
    """To the last digit of a small number, above the mean and below it."""
    values = (0.6, 0.9, 0.75, 1.1, 0.8) * 3
    in_fractions = weighing.of_digits([100 * value for value in values], digits, 2, 100.0)
    assert in_fractions == pytest.approx(weighing.of_digits(values, digits, 2), rel=1e-9, abs=0)
    off = abs(float(digits) - 0.83)  # of their mean, by the tail whose small numbers are exact
    law = stats.t(14, scale=np.std(values, ddof=1) * (1 / 15 + 1 / 2) ** 0.5)
    assert in_fractions == pytest.approx(law.sf(off - 0.005) - law.sf(off + 0.005), rel=1e-6, abs=0)


def test_a_single_missing_chance_leaves_no_mean_and_none_a_best():
    """The best is of those that there are; no row has no chance."""
    assert weighing.best_of([0.1, None, 0.5]) == 0.5
    assert weighing.best_of([None]) is None
    assert weighing.mean_over([0.1, 0.5]) == pytest.approx(0.3)
    assert weighing.mean_over([None, 0.5]) is None
    assert weighing.jointly({}, DIGITS, 1.0) is None
