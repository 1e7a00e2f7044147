"""Lions without learning: chance and baselines on the three sets the paper may have scored (II-B.4, III-B)."""

import pytest

from reproduce.experiments import wide
from reproduce.experiments.evaluate import LIONS
from reproduce.experiments.unlearned import baselines, ties
from reproduce.verdicts import check, control

DATA = "LionData"
#: Exact expectation of MAP@R under a random order, %: over queries, and per class first.
CHANCE = [
    *[("19", "query", "1.92"), ("19", "class", "1.86"), ("75", "query", "0.447")],
    *[("75", "class", "0.439"), ("94", "query", "0.357"), ("94", "class", "0.350")],
]
ANY = "any advantage over a random order counts"
BEST = "the best of Table III's three rows"
each_set = pytest.mark.parametrize("lions", LIONS)


@check("B.chance.{average}.{lions}", at="Table III", unit="MAP@R %")
@pytest.mark.parametrize("lions, average, expected", CHANCE)
def test_chance(claim, lions, average, expected):
    """A random order of the {lions} lions' images scores {expected} in the mean by {average}."""
    score = {"query": "map_at_r/query", "class": "map_at_r"}[average]
    claim.exactly(claim(baselines.constant, DATA, score=score + LIONS[lions]), expected)


@control("B.below-chance.{lions}", at="Table III", unit="MAP@R %", fidelity="exact")
@each_set
def test_chance_is_above_the_papers_best_lion_row(claim, lions):
    """A random order of the {lions} lions' images scores at least the paper's best lion row, 0.93."""
    ours = claim(baselines.constant, DATA, score=f"map_at_r{LIONS[lions]}")
    worse = "a trained model that scores below a random order has not merely learned little"
    claim.at_least(ours, claim.figure("III.64"), because=worse)


@control("B.pixels.{lions}", at="Table III", unit="MAP@R %", fidelity="exact")
@each_set
def test_pixels_beat_chance(claim, lions):
    """Raw 64 x 64 grey pixels, as given, find more of the {lions} lions than chance."""
    _over_chance(claim, claim(baselines.pixels, DATA, score=f"map_at_r{LIONS[lions]}"), lions)


@control("B.pixels.normalised.{lions}", at="Table III", unit="MAP@R %", fidelity="exact")
@each_set
def test_normalised_pixels_beat_chance(claim, lions):
    """Raw 64 x 64 grey pixels, L2-normalised, find more of the {lions} lions than chance."""
    _over_chance(claim, claim(baselines.pixels, DATA, normalise=True, score=f"map_at_r{LIONS[lions]}"), lions)


@control("B.untrained.{lions}", at="III-A", unit="MAP@R %")
@each_set
def test_an_untrained_layer_beats_chance(claim, lions):
    """An untrained 64-unit ReLU layer finds more of the {lions} lions than chance."""
    _over_chance(claim, claim(baselines.untrained, DATA, score=f"map_at_r{LIONS[lions]}"), lions)


@control("B.untrained.32.{lions}", at="III-A", unit="MAP@R %")
@each_set
def test_half_an_untrained_layer_beats_chance(claim, lions):
    """An untrained 32-unit ReLU layer, as wide as the row 32, finds more of the {lions} lions than chance."""
    _over_chance(claim, claim(baselines.untrained, DATA, hidden=(32,), score=f"map_at_r{LIONS[lions]}"), lions)


# Written when the figures were known: 5.4, 1.4 and 1.1, and 5.6, 1.4 and 1.2 with the first dropped.
@control("B.in-file-order.{dropped}.{lions}", at="IV", unit="MAP@R %", fidelity="exact")
@pytest.mark.parametrize("dropped", ties.DROPPED)
@each_set
def test_ties_in_the_order_of_the_files_beat_chance(claim, dropped, lions):
    """One point for every image, ranked in the order of the files and {dropped} left out, beats chance on {lions}."""
    _over_chance(claim, claim(ties.ties, DATA, dropped=dropped, score=f"map_at_r{LIONS[lions]}"), lions)


@control("B.histogram.{lions}", at="Table III", unit="MAP@R %", fidelity="exact")
@each_set
def test_colours_beat_the_papers_best_lion_row(claim, lions):
    """A colour histogram that learns nothing scores above the paper's best lion row, 0.93, on the {lions} lions."""
    claim.at_least(
        claim(baselines.histogram, DATA, score=f"map_at_r{LIONS[lions]}"), claim.figure("III.64"), because=BEST
    )


@control("B.histogram.dlamini", at="IV", unit="MAP@R %", fidelity="exact")
def test_colours_reach_half_of_the_target(claim):
    """A colour histogram that learns nothing reaches half of the 20.8 that the paper could not come near."""
    ours = claim(baselines.histogram, DATA, score="map_at_r")
    claim.at_least(
        ours, float(claim.figure("III.dlamini")) / 2, because="half of the best figure the paper quotes for these lions"
    )


@control("Y.lnbnn.{lions}", at="Table III", unit="MAP@R %", fidelity="exact")
@each_set
def test_local_matching_finds_lions(claim, lions):
    """SIFT local matching, which learns nothing, finds the {lions} lions above chance; each set by itself."""
    _over_chance(claim, claim(wide.lnbnn, DATA, score=f"map_at_r{LIONS[lions]}", everywhere=lions != "19"), lions)


@control("Y.lnbnn.over-wide", at="III-C", unit="MAP@R %")
def test_local_matching_beats_the_wide_model(claim):
    """On the 19 lions local matching without learning finds more than LightGBM trained on every pair."""
    ours = claim(wide.lnbnn, DATA, score="map_at_r")
    claim.exceeds(ours, claim(wide.pairs, DATA, score="map_at_r"), by=0, because="any advantage counts")


def _over_chance(claim, ours, lions):
    claim.exceeds(ours, claim(baselines.constant, DATA, score=f"map_at_r{LIONS[lions]}"), by=0, because=ANY)
