"""Scores and the paper's figure become a verdict: pure functions, no pytest, no files.

A verdict holds a 90 % t interval against a region that was fixed before the run: inside is *reproduced*,
wholly outside *not reproduced*, across an edge *inconclusive*. Two one-sided tests at 5 % each are the same
rule (Schuirmann 1987), so a truth on the edge gets a wrong verdict at most one time in twenty on either side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from reproduce.errors import InvalidInputError

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "CONFIDENCE", "Estimate", "Region", "Verdict", "against_runs", "around", "exactly", "from_seeds", "half_unit",
    "holm", "judge", "p_value", "power", "skewed", "unskewed",
]  # fmt: skip

#: Of the two-sided interval; each side errs at most half of the rest.
CONFIDENCE = 0.90


class Verdict(StrEnum):
    """The end of a claim."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    #: Of a single printed run: one run of this gives such a figure, and one figure cannot say more.
    COMPATIBLE = "compatible"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not run"
    #: The claim itself is broken (a damaged record, no verb): it fails, and says nothing of the paper.
    ERROR = "error"


@dataclass(frozen=True)
class Region:
    """The region of a reproduced value: [lower, upper], an open side being infinite."""

    lower: float = -math.inf
    upper: float = math.inf


@dataclass(frozen=True)
class Estimate:
    """A mean with its standard error, the degrees of freedom of its t interval, and how skewed the mean is.

    ``skewness``: the mean's third cumulant over its standard error's cube. A mean of skewed parts and its standard
    error rise together, so that (mean - truth) / error, T, is skewed the other way; Hall's (1992) cubic

        h(T) = T + g T^2 / 3 + g^2 T^3 / 27 + g / 6,   g the skewness,

    is taken to be Student's: it increases in T, and is T itself where g is 0.
    ``degrees_of_freedom`` 0 says that no spread could be seen (one run, nothing resampled): no interval.
    A standard error of 0 with infinite degrees of freedom is an exact value.
    """

    mean: float
    standard_error: float
    degrees_of_freedom: float
    skewness: float = 0.0

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
        """Return the two-sided interval, of equal tails, or None where there are no degrees of freedom."""
        if not self.degrees_of_freedom:
            return None
        t = quantile((1 + confidence) / 2, self.degrees_of_freedom)
        low, high = (self.mean - self.standard_error * unskewed(tail, self.skewness) for tail in (t, -t))
        return low, high


def skewed(t: float, skewness: float) -> float:
    """Return Hall's h: what of a mean of this skewness is distributed as Student's t."""
    return t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6


def unskewed(h: float, skewness: float) -> float:
    """Return the t of which ``skewed`` is h."""
    if abs(skewness) < 1e-6:  # the limit: the closed form would divide nothing by nothing
        return h - skewness * (h**2 / 3 + 1 / 6)
    return 3 / skewness * (math.cbrt(1 + skewness * (h - skewness / 6)) - 1)


def quantile(probability: float, degrees_of_freedom: float) -> float:
    """Return Student's t quantile. scipy is imported here: the plugin loads in sessions that judge nothing."""
    from scipy.special import ndtri, stdtrit

    if math.isinf(degrees_of_freedom):
        return float(ndtri(probability))
    return float(stdtrit(degrees_of_freedom, probability))


def from_seeds(values: Sequence[float], paper_runs: int | None = None) -> Estimate:
    """Return the mean over seeds, spread as the seeds spread.

    ``paper_runs`` k is given where the mean is held against a printed figure that is itself an average of k
    runs: the standard error is then s * sqrt(1/n + 1/k), since the paper's own runs scatter as ours do.
    """
    if not values:
        raise InvalidInputError("no values: a verdict needs at least one")
    if not all(math.isfinite(value) for value in values):
        raise InvalidInputError(f"a score is not finite: {list(values)}")
    if paper_runs is not None and paper_runs < 1:
        raise InvalidInputError(f"the paper averaged {paper_runs} runs: give at least 1")
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return Estimate(mean, 0.0, 0)
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return Estimate(mean, math.sqrt(variance * (1 / n + (1 / paper_runs if paper_runs else 0))), n - 1)


def half_unit(printed: str) -> float:
    """Return half a unit of the last printed digit: "49.90" -> 0.005. Printing alone moved the figure by up to this."""
    exponent = _decimal(printed).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)


def around(printed: str, margin: float) -> Region:
    """Return the region of a value that equals a printed figure: margin on either side, widened by half a unit."""
    if not margin > 0:
        raise InvalidInputError(f"the margin {margin} around {printed} must be positive")
    centre, wide = float(_decimal(printed)), margin + half_unit(printed)
    return Region(centre - wide, centre + wide)


def judge(estimate: Estimate, region: Region) -> Verdict:
    """Hold the estimate's interval against the region."""
    if region.lower >= region.upper:
        raise InvalidInputError(f"the region [{region.lower}, {region.upper}] is empty")
    interval = estimate.interval()
    if interval is None:
        return Verdict.INCONCLUSIVE
    low, high = interval
    if region.lower <= low and high <= region.upper:
        return Verdict.REPRODUCED
    if high < region.lower or low > region.upper:
        return Verdict.NOT_REPRODUCED
    return Verdict.INCONCLUSIVE


def p_value(estimate: Estimate, region: Region) -> float | None:
    """Return the least level at which a one-sided test would still give the verdict: at 5 % those of ``judge``.

    Inside the region both edges must be cleared (the larger of two), outside the nearer one. None without an interval.
    """
    if not estimate.degrees_of_freedom:
        return None

    def beyond(edge: float, side: int) -> float:
        distance = side * (estimate.mean - edge)
        if estimate.standard_error == 0 or math.isinf(edge):
            return float(distance < 0)
        from scipy.special import ndtr, stdtr

        t = -side * skewed((estimate.mean - edge) / estimate.standard_error, estimate.skewness)
        freedom = estimate.degrees_of_freedom
        return float(ndtr(t) if math.isinf(freedom) else stdtr(freedom, t))

    lower, upper = region.lower, region.upper
    return min(max(beyond(lower, 1), beyond(upper, -1)), beyond(lower, -1), beyond(upper, 1))


def holm(p_values: Sequence[float], level: float = 0.05) -> list[bool]:
    """Return which of many tests stand where one wrong one among them all may come at ``level`` (Holm 1979)."""
    stands, left = [False] * len(p_values), len(p_values)
    for at in sorted(range(left), key=lambda at: p_values[at]):
        if p_values[at] > level / left:
            break
        stands[at], left = True, left - 1
    return stands


def against_runs(values: Sequence[float], region: Region, paper_runs: int) -> Verdict:
    """Judge our runs against a figure that is the mean of ``paper_runs`` runs, the centre of the region.

    As ``judge``; but where the interval contains the printed figure and the paper's own noise alone, z * s / sqrt(k),
    is wider than the region, no number of our seeds could bring it inside: the figure is *compatible* with ours.
    """
    estimate = from_seeds(values, paper_runs)
    verdict, interval = judge(estimate, region), estimate.interval()
    if interval is None:
        return verdict
    spread = estimate.standard_error / math.sqrt(1 / len(values) + 1 / paper_runs)
    never_less = quantile((1 + CONFIDENCE) / 2, math.inf) * spread / math.sqrt(paper_runs)
    centre = (region.lower + region.upper) / 2
    if interval[0] <= centre <= interval[1] and never_less > (region.upper - region.lower) / 2:
        return Verdict.COMPATIBLE
    return verdict


def exactly(values: Sequence[float], printed: str) -> Verdict:
    """Judge a value that nothing varies by the printed digits: rounded to them it is equal, or it is not."""
    if len(values) != 1:
        raise InvalidInputError(f"exactly needs one value, not {len(values)}: use equals for a mean over seeds")
    figure = _decimal(printed)
    rounded = Decimal(repr(float(values[0]))).quantize(
        Decimal(1).scaleb(int(figure.as_tuple().exponent)), ROUND_HALF_EVEN
    )
    return Verdict.REPRODUCED if rounded == figure else Verdict.NOT_REPRODUCED


def power(spread: float, n: int, region_half_width: float, paper_runs: int | None = None) -> float:
    """Return the chance of *reproduced* if the truth is the paper's figure and runs scatter by ``spread``.

    P(|d| + t * s * c <= half width) with d ~ N(0, spread * c), s the seen spread, c = sqrt(1/n + 1/k):
    integrated over the chi-square law of s.
    """
    import numpy as np
    from scipy.special import chdtri, gammaln, ndtr

    if n < 2:
        return 0.0
    c = math.sqrt(1 / n + (1 / paper_runs if paper_runs else 0))
    t = quantile((1 + CONFIDENCE) / 2, n - 1)

    freedom = n - 1
    # Of the seen spread in units of the true one; its density is a chi's, smooth from n = 3 on. (scipy.stats and
    # scipy.integrate say this in fewer lines, and take two seconds to import.)
    top = min(region_half_width / (t * spread * c), math.sqrt(float(chdtri(freedom, 1e-12)) / freedom))
    nodes, weights = _nodes()
    seen, step = top * (nodes + 1) / 2, weights * top / 2
    room = region_half_width - t * spread * c * seen
    square = freedom * seen**2
    density = np.exp(
        (freedom / 2 - 1) * np.log(square) - square / 2 - freedom / 2 * math.log(2) - gammaln(freedom / 2)
    ) * (2 * freedom * seen)
    return float(np.sum((2 * ndtr(room / (spread * c)) - 1) * density * step))


@lru_cache(maxsize=1)
def _nodes() -> "tuple[np.ndarray, np.ndarray]":
    """Return the nodes and weights of the integral, which are dearer to find than to use."""
    import numpy as np

    return np.polynomial.legendre.leggauss(200)


def _decimal(printed: str) -> Decimal:
    try:
        value = Decimal(printed)
    except (InvalidOperation, TypeError):
        raise InvalidInputError(f"the paper's figure {printed!r} is not a number as printed, such as '49.90'") from None
    if not value.is_finite():
        raise InvalidInputError(f"the paper's figure {printed!r} is not finite")
    return value
