"""Readings: what they are collected from, when a printed row is met, and what a match among many is worth."""

import json
import math

import pytest

from reproduce.errors import InvalidInputError
from reproduce.experiments.evaluate import LIONS
from reproduce.report.figures.plane import alternative, draw
from reproduce.verdicts.explanations import readings
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome, Spec

PRINTED = {"32": "0.87", "64": "0.93", "64aug": "0.74"}
NEAR = (0.85, 0.9, 0.95, 0.88, 0.92)


def outcome(statement, setting, values=(), **more):
    """A claim's end in one setting."""
    suffix = "" if setting == "paper" else f"@{setting}"
    spec = Spec(statement + suffix, "A sentence.", "Table III", "MAP@R %", setting=setting, runs=14)
    ours = math.fsum(values) / len(values) if values else None
    return Outcome(spec, Verdict.INCONCLUSIVE, values=tuple(values), ours=ours, chance=0.4, **more)


@pytest.fixture
def outcomes():
    """Table III, a reading near it in all three rows on the 75, one fifty times above, and one that was not run."""
    table = [outcome(f"III.{row}", "paper", paper=figure, margin="±0.19") for row, figure in PRINTED.items()]
    near = [outcome("III.as-poor.75", "whole", NEAR), outcome("III.as-poor.32.75", "whole", NEAR)]
    near += [outcome("III.as-poor.64aug.75", "whole", [value - 0.15 for value in NEAR])]
    far = [outcome(f"III.as-poor.{lions}", "frozen", [value * 50 for value in NEAR]) for lions in readings.SETS]
    gain = outcome("II.gains-as-printed", "frozen", (40.0, 42.0), sides=(70.0, 50.0), interval=(35.0, 47.0))
    return [*table, *near, *far, gain, outcome("III.as-poor.19", "waits")]


def test_readings_are_collected_from_the_claims(outcomes):
    """By setting, row and set of lions, with what other cattle gained; what was not run is no reading."""
    whole, frozen = readings.collect(outcomes)
    assert (whole.name, list(whole.scores), whole.cattle) == (
        "whole",
        [("64", "75"), ("32", "75"), ("64aug", "75")],
        None,
    )
    assert frozen.cattle == readings.Cattle(70.0, 50.0, 41.0, (35.0, 47.0), (40.0, 42.0))
    assert readings.one_draw([whole, frozen]) == pytest.approx(1.645 * 2**0.5)
    assert readings.one_draw([whole]) == 0
    assert frozen.scores["64", "19"].mean == pytest.approx(45)


def test_cattle_beside_a_reading_are_its_own(outcomes):
    """Measured in a setting of their own, or the paper's own lions would be called a proxy with them."""
    beside = outcome("II.gains-as-printed", "whole-cattle", (20.0, 24.0), sides=(60.0, 50.0), interval=(15.0, 29.0))
    whole, frozen = readings.collect([*outcomes, beside])
    assert (whole.name, whole.cattle.gain, frozen.cattle.gain) == ("whole", 22.0, 41.0)


def test_sets_of_lions_are_named_as_experiments_name_them():
    """The harness imports no experiment to know them."""
    assert readings.SUFFIXES == LIONS


def test_a_row_is_met_by_seeds_alone_and_all_three_on_one_set(outcomes):
    """Near on the 75 in every row, and nowhere else."""
    rows = readings.printed(outcomes)
    assert rows["64"] == readings.Printed(0.93, rows["64"].region, 14)
    assert (rows["64"].region.lower, rows["64"].region.upper) == pytest.approx((0.735, 1.125))
    whole, frozen = readings.collect(outcomes)
    assert readings.meets(whole, rows) == ["75"]
    assert readings.meets(frozen, rows) == []
    assert frozen.scores["64", "19"].against(rows["64"]) == Verdict.NOT_REPRODUCED
    del whole.scores["32", "75"]
    assert readings.meets(whole, rows) == []


def test_what_would_be_printed_is_wider_than_the_interval(outcomes):
    """The paper's runs scatter too, the more the fewer they are."""
    whole, _ = readings.collect(outcomes)
    score = whole.scores["64", "75"]
    (low, high), (lower, higher) = score.prints(14), score.prints(2)
    assert lower < low < score.interval()[0] < score.interval()[1] < high < higher


def test_the_table_fits_eighty_columns(outcomes):
    """A line for each reading and row, and what the tries are worth below."""
    lines = readings.table(readings.collect(outcomes), readings.printed(outcomes))
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:4] == ["frozen", "64", "45.00", "✗"] for line in lines)
    assert lines[-1] == "all three rows met on one set of lions: whole on the 75"


def test_json_is_plain(outcomes):
    """Every score with its verdict."""
    plain = json.loads(json.dumps(readings.as_json(readings.collect(outcomes), readings.printed(outcomes))))
    assert [one["reading"] for one in plain] == ["whole", "frozen"]
    assert {score["verdict"] for score in plain[1]["scores"]} == {"not reproduced"}


def test_the_drawing_carries_its_words(outcomes, tmp_path):
    """An SVG with a title and a description, the same bytes twice."""
    found, rows = readings.collect(outcomes), readings.printed(outcomes)
    point = readings.papers_point({"II.64": "47.78", "I.untrained": "29", "III.64": "0.93"})
    assert point == pytest.approx((26.45, 0.93), abs=0.01)
    draw(found, rows, point, tmp_path / "a.svg")
    draw(found, rows, point, tmp_path / "b.svg")
    text = (tmp_path / "a.svg").read_text()
    assert alternative(found, rows, point) in text
    assert text == (tmp_path / "b.svg").read_text()


def test_what_cannot_be_drawn_is_said_in_one_line(outcomes, tmp_path):
    """Another ending, and a record without readings."""
    rows = readings.printed(outcomes)
    with pytest.raises(InvalidInputError, match=r"ends in \.svg or \.png"):
        draw(readings.collect(outcomes), rows, (26.45, 0.93), tmp_path / "a.txt")
    with pytest.raises(InvalidInputError, match="no protocol variant is in the record yet"):
        draw([], rows, (26.45, 0.93), tmp_path / "a.svg")
