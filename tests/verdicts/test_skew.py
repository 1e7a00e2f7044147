"""Skewed animals: what the interval covers where scores are low, on the record's own shares and on galleries."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from reproduce.metrics.leave_out import scores_and_without_each_animal
from reproduce.record import Store
from reproduce.verdicts.judging.draws import _beta_third, of_animals
from reproduce.verdicts.judging.judge import Estimate, Region, Verdict, judge, p_value, skewed, unskewed
from reproduce.verdicts.judging.scatter import Herd, seeds_and_animals

RECORD = Path(__file__).parents[2] / "claims" / "record"
ANIMALS = 19
NAMES = (tuple(map(str, range(ANIMALS))),)


@given(st.floats(-6, 6), st.floats(-3, 3))
def test_what_is_skewed_is_unskewed_again(t, skewness):
    """Hall's cubic increases, so each value comes from one t; without skew it is t."""
    assert unskewed(skewed(t, skewness), skewness) == pytest.approx(t, abs=1e-5)
    assert skewed(t + 0.01, skewness) > skewed(t, skewness)
    assert skewed(t, 0.0) == unskewed(t, 0.0) == t


@given(st.floats(-2, 2), st.floats(-3, 3), st.floats(1, 40))
def test_the_verdict_is_that_of_its_p(edge, skewness, freedom):
    """Inside or outside a skewed interval, whatever the skew: p is at most 5 %, and only then."""
    estimate = Estimate(0.0, 1.0, freedom, skewness)
    low, high = estimate.interval()
    assert low < high
    for region in (Region(lower=edge), Region(upper=edge)):
        conclusive = judge(estimate, region) != Verdict.INCONCLUSIVE
        p = p_value(estimate, region)
        assert conclusive == (p < 0.05) or p == pytest.approx(0.05, abs=1e-6)


def test_a_long_tail_above_reaches_further_above():
    """Few animals with most of the score: the mean of others may be far higher, hardly far lower."""
    low, high = Estimate(0.0, 1.0, 18, 0.5).interval()
    assert high > 1.2 * -low
    assert Estimate(0.0, 1.0, 18, -0.5).interval() == pytest.approx((-high, -low))


@cache
def shares():
    """(mean score, each lion's share) of every embedding on the 75 or the 94 lions that the record keeps without each
    and that finds under an eighth: low scores, of populations four and five times as large as what is tested.
    """
    found, store = {}, Store(RECORD)
    for experiment in ("dcnn.embed", "baselines.pixels", "baselines.untrained", "cues.layer", "cues.edges"):
        for entry in store.entries(experiment):
            for score in ("map_at_r@train", "map_at_r@all"):
                left = np.array(entry.leave_one_out.get(score, []))
                if entry.cell.data == "LionData" and len(left) > ANIMALS and entry.scores[score] < 1 / 8:
                    row = (experiment, str(entry.cell.factors), score)
                    found.setdefault(row, []).append((entry.scores[score], (len(left) - 1) * (left.mean() - left)))
    return [tuple(np.mean(column, axis=0) for column in zip(*rows, strict=True)) for rows in found.values()]


def missed(mean, part, truth):
    """The shares of (means whose interval lies wholly below the truth, wholly above it)."""
    h = skewed((mean - truth) / np.sqrt(part.variance), part.skewness)
    return np.mean(h < stdtrit(part.freedom, 0.05)), np.mean(h > stdtrit(part.freedom, 0.95))


def test_low_scores_of_nineteen_lions_are_covered():
    """Nineteen drawn from the record's own lions: 87 to 93 % covered, either error at most 8 %; t's: 10 % below."""
    rng, new, old = np.random.default_rng(0), [], []
    for mean, parts in shares():
        drawn = mean + rng.choice(parts - parts.mean(), (1000, ANIMALS))
        left_out = [(drawn.sum(axis=1, keepdims=True) - drawn) / (ANIMALS - 1)]
        part = of_animals((NAMES, left_out), mean=drawn.mean(axis=1), top=1.0)
        new.append(missed(drawn.mean(axis=1), part, mean))
        old.append(missed(drawn.mean(axis=1), part._replace(third=0.0), mean))
    assert len(new) >= 20
    (below, above), (once_below, once_above) = np.mean(new, axis=0), np.mean(old, axis=0)
    assert 0.87 <= 1 - below - above <= 0.93
    assert max(below, above) <= 0.08
    assert once_below > 0.10 > 0.03 > once_above


def gallery(rng):
    """(MAP@R, that without each animal) of nineteen animals, as many images as the lions, some tighter than others."""
    sizes = (4, 4, 5, 6, 7, 7, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 10, 11)
    animals, shape = np.repeat(np.arange(ANIMALS), sizes), (ANIMALS, 6)
    centres = rng.normal(size=shape) * np.exp(rng.normal(0, 0.5, (ANIMALS, 1)))
    tight = np.exp(rng.normal(0, 0.5, (ANIMALS, 1)))
    rows = 0.35 * centres[animals] + tight[animals] * rng.normal(size=(len(animals), 6))
    scores, rest = scores_and_without_each_animal(rows, animals)
    return scores.map_at_r, tuple(one.map_at_r for one in rest)


def test_galleries_that_change_with_the_animal_are_covered():
    """Real MAP@R, each animal taken out of the gallery too: as the record's own shares, of 800 galleries."""
    rng = np.random.default_rng(0)
    found = [gallery(rng) for _ in range(800)]
    truth = np.mean([score for score, _ in found])
    ends = np.array([seeds_and_animals([one], [Herd("", NAMES, (rest,))], top=1.0).interval() for one, rest in found])
    below, above = np.mean(ends[:, 1] < truth), np.mean(ends[:, 0] > truth)
    assert 0.05 < truth < 0.1
    assert 0.87 <= 1 - below - above <= 0.93
    assert max(below, above) <= 0.08


@pytest.mark.parametrize("a, b", [(0.3, 5.0), (2.0, 2.0), (7.0, 0.5), (1.0, 30.0)])
def test_the_skew_of_a_beta_law_is_had_from_its_mean_and_variance(a, b):
    """As SciPy has it from the law's own two numbers; 0 where no law in [0, 1] is so wide, or nothing varies."""
    from scipy.stats import beta

    mean, variance, skewness = map(float, beta.stats(a, b, moments="mvs"))
    assert float(_beta_third(mean, variance)) == pytest.approx(skewness * variance**1.5, abs=1e-15)
    assert float(_beta_third(mean, mean * (1 - mean) * 1.01)) == 0
    assert float(_beta_third(mean, 0.0)) == 0
    assert float(_beta_third(0.25, 0.1875)) == 0  # all or nothing, which is no beta law
