"""The judge: intervals, regions and verdicts, against SciPy and by hand."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from reproduce.errors import InvalidInputError
from reproduce.verdicts.judging.judge import (
    Estimate,
    Region,
    Verdict,
    against_runs,
    around,
    exactly,
    from_seeds,
    half_unit,
    holm,
    judge,
    p_value,
    power,
    quantile,
    skewed,
    unskewed,
)

finite = st.floats(-1e6, 1e6)


@given(st.lists(finite, min_size=2, max_size=20).filter(lambda values: np.std(values) > 1e-3))
def test_the_interval_is_scipys_t_interval(values):
    """Without a paper's figure the interval is the textbook's 90 % t interval of the mean."""
    low, high = from_seeds(values).interval()
    expected = stats.t.interval(0.90, len(values) - 1, np.mean(values), stats.sem(values))
    assert (low, high) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_the_papers_own_runs_widen_the_interval():
    """Against one run of the paper the error is that of a difference between a mean and a single draw."""
    alone, against_one = from_seeds([1.0, 2.0, 3.0]), from_seeds([1.0, 2.0, 3.0], paper_runs=1)
    assert against_one.standard_error == pytest.approx(alone.standard_error * math.sqrt(1 + 3))
    assert from_seeds([1.0, 2.0, 4.0], paper_runs=4).standard_error == pytest.approx(
        np.std([1, 2, 4], ddof=1) * math.sqrt(1 / 3 + 1 / 4)
    )


@pytest.mark.parametrize(
    "values, verdict",
    [
        ([4.0, 4.1, 3.9, 4.0], Verdict.REPRODUCED),
        ([9.0, 9.1, 8.9, 9.0], Verdict.NOT_REPRODUCED),
        ([4.9, 5.1, 5.0, 5.2], Verdict.INCONCLUSIVE),
        ([4.0], Verdict.INCONCLUSIVE),
    ],
)
def test_inside_outside_and_across(values, verdict):
    """Inside the region is reproduced, outside is not, across an edge or a single run is inconclusive."""
    assert judge(from_seeds(values), Region(3, 5)) == verdict


def test_an_exact_value_is_judged_without_an_interval():
    """An enumerated fact has no sampling error: it is in the region or it is not."""
    assert judge(Estimate(1.0, 0.0, math.inf), Region(upper=1.0)) == Verdict.REPRODUCED
    assert judge(Estimate(1.1, 0.0, math.inf), Region(upper=1.0)) == Verdict.NOT_REPRODUCED
    for region in (Region(upper=1.0), Region(lower=1.0)):
        assert p_value(Estimate(1.0, 0.0, math.inf), region) == 0


def test_an_edge_belongs_to_the_region():
    """An interval that ends on the edge is inside, one that only touches it from without is across."""
    estimate = from_seeds([1.0, 2.0, 4.0])
    low, high = estimate.interval()
    assert judge(estimate, Region(low, high)) == Verdict.REPRODUCED
    for region in (
        Region(math.nextafter(low, high), high), Region(low, math.nextafter(high, low)),
        Region(high, high + 1), Region(low - 1, low),
    ):  # fmt: skip
        assert judge(estimate, region) == Verdict.INCONCLUSIVE
    for region in (Region(math.nextafter(high, 9), high + 1), Region(low - 1, math.nextafter(low, -9))):
        assert judge(estimate, region) == Verdict.NOT_REPRODUCED


def test_what_was_judged_stays():
    """Neither an estimate nor a region can be changed."""
    for one in (Estimate(1.0, 0.0, math.inf), Region()):
        with pytest.raises(FrozenInstanceError):
            one.mean = one.lower = 2.0


@pytest.mark.parametrize(
    "printed, half", [("49.90", 0.005), ("29", 0.5), ("0.87", 0.005), ("80.82", 0.005), ("1e2", 50)]
)
def test_half_a_unit_of_the_last_digit(printed, half):
    """The printed digits say how far printing itself can have moved the figure."""
    assert half_unit(printed) == pytest.approx(half)
    region = around(printed, 1)
    assert (region.lower, region.upper) == pytest.approx((float(printed) - 1 - half, float(printed) + 1 + half))
    assert around(printed, 0.5).upper == pytest.approx(float(printed) + 0.5 + half)


def test_exactly_compares_the_printed_digits():
    """A value that rounds to the printed digits is the printed figure; a mean over seeds is refused."""
    assert exactly([1.9246], "1.92") == Verdict.REPRODUCED
    for other in (1.9351, 1.9149):
        assert exactly([other], "1.92") == Verdict.NOT_REPRODUCED
    assert exactly([75], "75") == Verdict.REPRODUCED
    for values in ([], [75, 75]):
        with pytest.raises(InvalidInputError, match="one value"):
            exactly(values, "75")


def test_what_cannot_be_judged_is_said():
    """No values, values that are not finite, an empty region or a figure that is none: one clear error each."""
    for call in (
        lambda: from_seeds([]),
        lambda: from_seeds([1.0, math.nan]),
        lambda: from_seeds([1.0], paper_runs=0),
        lambda: from_seeds([1.0], paper_runs=-1),
        lambda: judge(from_seeds([1.0, 2.0]), Region(2, 1)),
        lambda: judge(from_seeds([1.0, 2.0]), Region(2, 2)),
        lambda: around("about 50", 1),
        lambda: around(None, 1),
        lambda: around("inf", 1),
        lambda: around("49.90", 0),
        lambda: around("49.90", -1),
        lambda: around("49.90", math.nan),
    ):
        with pytest.raises(InvalidInputError):
            call()


@pytest.mark.parametrize(
    "n, k, spread, half",
    [(14, 1, 1.5, 4.5), (5, None, 1.5, 2.0), (3, 2, 0.5, 3.0), (5, 4, 3.0, 30.0), (200, 1, 1.0, 1000.0)],
)
def test_power_is_its_integral(n, k, spread, half):
    """Over the law of the seen spread, by another rule; one run has none, and two are enough for some."""
    error, t = spread * math.sqrt(1 / n + (1 / k if k else 0)), stats.t.ppf(0.95, n - 1)
    seen = stats.chi(n - 1, scale=1 / math.sqrt(n - 1))
    expected, _ = integrate.quad(
        lambda s: (2 * stats.norm.cdf((half - t * error * s) / error) - 1) * seen.pdf(s),
        0, min(half / (t * error), seen.isf(1e-13)), epsabs=1e-11,
    )  # fmt: skip
    assert power(spread, n, half, k) == pytest.approx(expected, abs=1e-9)
    assert power(spread, 1, half, k) == 0
    assert 0 < power(spread, 2, half, k) < power(spread, 14, half, k)


def test_what_seeds_could_settle_is_not_called_compatible():
    """Where the paper's own noise leaves room in the region, more seeds would do: inconclusive, not compatible."""
    values = np.random.default_rng(1).normal(size=5).tolist()
    centre = float(np.mean(values))
    assert against_runs(values, Region(centre - 0.9, centre + 0.9), 14) == Verdict.INCONCLUSIVE
    assert against_runs(values, Region(centre - 0.1, centre + 0.1), 1) == Verdict.COMPATIBLE
    assert against_runs(values, Region(centre + 8, centre + 9), 1) == Verdict.NOT_REPRODUCED
    assert against_runs([centre], Region(centre - 0.1, centre + 0.1), 1) == Verdict.INCONCLUSIVE


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_compatible_ends_where_the_papers_noise_does(runs):
    """A region as wide as z * s / sqrt(k), its centre in the interval: a little wider, or farther off, it is not."""
    values = [-1.0, 0.0, 0.5, 2.0, 3.0]
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    wide = stats.norm.ppf(0.95) * spread / math.sqrt(runs)
    half = stats.t.ppf(0.95, 4) * spread * math.sqrt(1 / 5 + 1 / runs)

    def verdict(share, shift):
        centre = mean + shift
        return against_runs(values, Region(centre - share * wide, centre + share * wide), runs)

    for shift in (0.0, 0.99 * half, -0.99 * half):
        assert verdict(0.99, shift) == Verdict.COMPATIBLE
        assert verdict(1.01, shift) == Verdict.INCONCLUSIVE
    for shift in (1.01 * half, -1.01 * half):
        assert verdict(0.99, shift) == Verdict.INCONCLUSIVE
    for end in from_seeds(values, runs).interval():  # which belongs to the interval
        narrow = 4 * math.ulp(end)
        assert against_runs(values, Region(end - narrow, end + narrow), runs) == Verdict.COMPATIBLE
    even = [-1.0, 0.0, 1.0]  # on the edge itself seeds could settle it
    spread = from_seeds(even, runs).standard_error / math.sqrt(1 / 3 + 1 / runs)
    most = quantile(0.95, math.inf) * spread / math.sqrt(runs)
    assert against_runs(even, Region(-most, most), runs) == Verdict.INCONCLUSIVE
    less = math.nextafter(most, 0)
    assert against_runs(even, Region(-less, less), runs) == Verdict.COMPATIBLE


@given(
    st.lists(finite, min_size=2, max_size=20).filter(lambda values: np.std(values) > 1e-3), finite, st.floats(1, 1e6)
)
def test_a_verdict_is_conclusive_where_its_p_is_at_most_five_per_cent(values, lower, wide):
    """The p value and the interval are one rule: inside or outside the region means p <= 5 %."""
    estimate, region = from_seeds(values), Region(lower, lower + wide)
    p, verdict = p_value(estimate, region), judge(estimate, region)
    if abs(p - 0.05) > 1e-6:
        assert (p < 0.05) == (verdict in (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED))


def test_p_values_of_the_textbook():
    """One-sided against a bound; without an interval none, without spread nothing is left to chance."""
    values = [1.0, 2.0, 4.0]
    assert p_value(from_seeds(values), Region(lower=0)) == pytest.approx(
        stats.ttest_1samp(values, 0, alternative="greater").pvalue
    )
    assert p_value(from_seeds([1.0]), Region(lower=0)) is None
    assert from_seeds([1.0]) == Estimate(1.0, 0.0, 0)
    assert p_value(from_seeds([1.0, 1.0]), Region(lower=0)) == 0
    assert p_value(from_seeds([1.0, 1.0]), Region(lower=2)) == 0
    assert p_value(Estimate(1.0, 0.5, math.inf), Region(lower=0)) == pytest.approx(stats.norm.sf(2))


@pytest.mark.parametrize("mean, steps", [(3.0, 1), (7.0, 1), (5.0, 3), (1.0, 1), (-1.0, 3), (9.5, 1.5), (8.0, 0)])
def test_a_p_value_clears_both_edges_from_inside_and_the_nearer_from_outside(mean, steps):
    """Of the region from 2 to 8 with an error of 1, in errors from the edge that counts."""
    assert p_value(Estimate(mean, 1.0, 5), Region(2, 8)) == pytest.approx(stats.t.sf(steps, 5))


def test_holms_example():
    """Holm (1979), four tests at 5 %: 0.005 and 0.01 stand against 0.0125 and 0.0167, 0.03 does not against 0.025."""
    assert holm([0.03, 0.01, 0.04, 0.005]) == [False, True, False, True]
    assert holm([]) == []


def test_each_test_that_stands_makes_room_for_the_next():
    """Levels of 5 % through 4, 3, 2 and 1: a p value on its level stands, and after the first that fails none does."""
    assert holm([0.0125, 0.016, 0.025, 0.05]) == [True] * 4
    assert holm([0.005, 0.02, 0.021, 0.022]) == [True, False, False, False]
    assert holm([0.02, 0.6]) == [True, False]


@pytest.mark.parametrize("g", [-0.5, 0.4])
@pytest.mark.parametrize("t", [-2.0, 0.5, 3.0])
def test_halls_cubic_is_turned_round(t, g):
    """T + g t^2 / 3 + g^2 t^3 / 27 + g / 6 is a cube, and has one t."""
    h = t + g * t**2 / 3 + g**2 * t**3 / 27 + g / 6
    assert skewed(t, g) == pytest.approx(h)
    assert unskewed(h, g) == pytest.approx(t)


@pytest.mark.parametrize("h", [-2.0, 0.5, 3.0])
def test_the_least_skew_moves_a_bound_as_a_small_one_does(h):
    """Where the closed form gives way to its limit the slope stays: t falls by g (h^2 / 3 + 1 / 6)."""
    least, small = ((unskewed(h, g) - h) / g for g in (9e-7, 1e-4))
    assert least == pytest.approx(small, rel=1e-3)
    assert least == pytest.approx(-(h**2 / 3 + 1 / 6), rel=1e-3)
