"""What stands behind a claim and at the head of the page: intervals, commands, findings, depth in a region."""

import dataclasses
import shlex

import pytest

from reproduce.errors import InvalidInputError
from reproduce.experiments import dcnn
from reproduce.experiments.unlearned import baselines
from reproduce.record import Cell, Entry, Store
from reproduce.report import headlines
from reproduce.report.evidence import Provenance, commands, intervals, made_of, provenance
from reproduce.report.figures.forest import inside, rows
from reproduce.running.request import Request
from reproduce.running.select import factor


def entry(seed, **made):
    """A kept result."""
    cell = Cell("baselines.pixels", 1, baselines.pixels.factors(), "LionData", "hash", None, seed)
    return Entry(cell, {"map_at_r": 0.5}, **made)


FINDING = """
[[finding]]
title = "T"
says = "{I.64} ({interval I.64}) by chance {chance I.64}"
on = "toys"
overturned = "other toys"
see = ["I.64"]
"""


def test_a_command_names_what_is_measured():
    """The factors that are not the defaults are given, and read back as what they were."""
    factors = dcnn.embed.factors(backbone="MobileNetV2", steps=3000, margin=0.2, augment=True)
    (command,) = commands([Request(dcnn.embed, "LionData", factors, range(14))])
    words = shlex.split(command)
    assert words[:5] == ["reproduce", "run", "dcnn.embed", "--data", "LionData"]
    given = dict(factor(text) for text in words[5:] if text != "--factor")
    assert dcnn.embed.factors(**given) == factors


def test_seeds_that_do_not_begin_at_zero_are_the_claims_to_say():
    """A number of seeds is counted from 0: claims of later ones are run by the experiment's name."""
    request = Request(dcnn.embed, "LionData", dcnn.embed.factors(), range(14, 28))
    assert commands([request]) == ["reproduce run dcnn.embed"]


def test_results_are_summed_up(tmp_path):
    """How many, how long, where, from which commits, from which day to which; what nobody wrote down is left out."""
    entries = [
        entry(0, machine="b", seconds=2.0, time="2026-01-03T00:00:00Z", commit="two", backend="numpy",
              environment={"gpu": "H200", "cpu": "Xeon"}),
        entry(1, machine="a", seconds=1.5, time="2026-01-01T23:59:59Z", commit="one", environment={"cpu": "Xeon"}),
        entry(2, machine="a", seconds=0.5, time="2026-01-02T00:00:00Z"),
    ]  # fmt: skip
    found = Provenance(3, 4.0, ("a", "b"), ("H200", "Xeon"), ("numpy",), ("one", "two"), "2026-01-01", "2026-01-03")
    assert made_of(entries) == found
    assert made_of([]) == Provenance()
    store = Store(tmp_path)
    for one in entries:
        store.add(one)
    assert provenance(store) == found


def test_both_intervals_are_named(outcome):
    """Where an outcome keeps an interval for each source of scatter, each is shown by its name; else the one."""
    kept = {"seeds": (24.5, 25.5), "seeds and animals": (20.0, 30.0)}
    assert intervals(outcome(intervals=kept)) == list(kept.items())
    assert intervals(outcome(intervals={})) == [("", (24.5, 25.5))]


def test_the_page_s_head_is_the_suite_s_to_say(tmp_path):
    """Whose paper it is stands beside the claims; without the file nothing is said."""
    assert headlines.lead(tmp_path) == ""
    (tmp_path / headlines.FILE).write_text('lead = "Two sentences on birthdays."')
    assert headlines.lead(tmp_path) == "Two sentences on birthdays."


def test_a_headline_takes_its_figures_from_verdicts(outcome, tmp_path):
    """A figure is our mean or the chance beside it; without a measurement the finding is not shown."""
    (tmp_path / headlines.FILE).write_text(FINDING)
    (found,) = headlines.read(tmp_path, [outcome()])
    assert found.says == "25.00 (24.5 to 25.5) by chance 3.90"
    assert headlines.listed([found]) == (
        "1. **T.** 25.00 (24.5 to 25.5) by chance 3.90 *Measured on* toys. *Overturned by* other toys."
    )
    assert headlines.read(tmp_path, [outcome(ours=None, chance=None)]) == []
    with pytest.raises(InvalidInputError, match=r"'T': no claim 'I\.64'"):
        headlines.read(tmp_path, [outcome("II.1")])
    (tmp_path / headlines.FILE).write_text(FINDING.replace("{I.64} (", "{I.32} ("))
    with pytest.raises(InvalidInputError, match=r"no claim 'I\.32'"):  # the first of two
        headlines.read(tmp_path, [])


@pytest.mark.parametrize(
    "broken, said",
    [
        ("[[finding]]\n", r"missing required field `title`, at `finding\[0\]`"),
        ("not TOML", "not TOML: "),
        ('finding = ["a"]', r"Expected `object`, got `str`, at `finding\[0\]`"),
        ('found = "a"', "unknown field `found`"),
        (FINDING.replace("on =", "at ="), r"unknown field `at`, at `finding\[0\]`|missing required field `on`"),
        (FINDING.replace('["I.64"]', '"I.64"'), r"Expected `array`, got `str`, at `finding\[0\]\.see`"),
        ("lead = 1", "Expected `str`, got `int`, at `lead`"),
    ],
)
def test_a_broken_list_of_findings_is_one_line(tmp_path, broken, said):
    """The file, what is wrong and at which entry."""
    (tmp_path / headlines.FILE).write_text(broken)
    with pytest.raises(InvalidInputError, match=rf"headlines\.toml: .*({said})") as caught:
        headlines.read(tmp_path, [])
    assert "\n" not in str(caught.value)


def test_the_forest_lies_where_the_verdict_says(outcome):
    """Right of the edge where the interval lies inside the region, left of it where it lies outside."""
    assert inside(25.0, outcome()) == pytest.approx(4.6)
    assert inside(35.0, outcome()) == pytest.approx(-1.9)
    held, failed = rows([outcome(), outcome(interval=(40.0, 42.0), ours=41.0)])
    assert held.low > 0
    assert failed.high < 0
    (one_sided,) = rows([outcome(upper=None)])
    assert (one_sided.low, one_sided.high) == pytest.approx((4.1, 5.1))
    assert rows([outcome(upper=None, lower=None)]) == rows([outcome(interval=None)]) == []
    assert rows([outcome(kind="control"), dataclasses.replace(outcome(), interval=None)]) == []
