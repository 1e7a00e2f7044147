"""How likely a reading makes printed figures: the chance that runs like ours would print those very digits.

A row printed from the mean of k runs is drawn like ours: Student's t around our mean, spread by s * sqrt(1/n + 1/k), n
our seeds. Its digits stand for an interval of one unit of the last. Rows are runs of their own, so the chances of a
table's rows multiply. Where something was free and could be fitted to the table, the chance is the mean over all its
levels: what was not said before is paid for. Only the ratio of two readings' chances says anything.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from reproduce.verdicts.judging import judge

__all__ = ["best_of", "jointly", "mean_over", "of_digits"]


def of_digits(values: Sequence[float], printed: str, runs: int, unit: float = 1.0) -> float | None:
    """Return the chance that the mean of ``runs`` runs like ``values`` prints as these digits, in units of ``unit``.

    ``values`` are in the unit of the score, MAP@R %; a table in fractions of one has a ``unit`` of 100. None where
    nothing varies: what one run gives it always gives.
    """
    estimate = judge.from_seeds(values, runs)
    if not estimate.degrees_of_freedom or not estimate.standard_error:
        return None
    from scipy.special import stdtr

    def below(figure: float) -> float:
        return float(stdtr(estimate.degrees_of_freedom, (figure * unit - estimate.mean) / estimate.standard_error))

    half = judge.half_unit(printed)
    figure = float(printed)
    low, high = figure - half, figure + half
    if low * unit > estimate.mean:  # by the upper tail, whose small numbers are exact
        low, high = (2 * estimate.mean / unit - edge for edge in (high, low))
    return below(high) - below(low)


def jointly(rows: Mapping[str, Sequence[float]], printed: Mapping[str, tuple[str, int]], unit: float) -> float | None:
    """Return the chance of all ``rows``, values by row; ``printed``: the digits of each and the runs they average."""
    each = [of_digits(values, *printed[row], unit) for row, values in rows.items()]
    known = [one for one in each if one is not None]
    return math.prod(known) if known and len(known) == len(each) else None


def mean_over(options: Iterable[float | None]) -> float | None:
    """Return the mean chance over the levels of what was free; None where a level has none."""
    every = list(options)
    known = [one for one in every if one is not None]
    return math.fsum(known) / len(known) if known and len(known) == len(every) else None


def best_of(options: Iterable[float | None]) -> float | None:
    """Return the chance of the best level; None where none has one."""
    return max((one for one in options if one is not None), default=None)
