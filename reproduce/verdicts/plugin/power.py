"""What a claim can end in, said before it is run: the verdicts within reach, and the power of the favourable one."""

import math
from collections.abc import Callable
from functools import lru_cache

from reproduce.verdicts.judging import judge
from reproduce.verdicts.judging.judge import CONFIDENCE, Verdict, quantile
from reproduce.verdicts.outcome import Outcome, words

__all__ = ["reach", "room_per_spread", "settles"]

#: The power that the distances and spreads below are given for.
POWER = 0.80


def reach(planned: Outcome, seeds: int, exact: bool = False) -> str:
    """Return one line of a claim asked dry: ``planned`` is its outcome without a measurement, ``seeds`` how many.

    Spreads are those between seeds, in the claim's unit; animals, where they carry the verdict, widen the interval
    beyond them.
    """

    def said(*verdicts: Verdict) -> str:
        return ", ".join(words(verdict, planned.spec) for verdict in verdicts)

    if planned.verb in ("", "waits"):
        return "reaches no verdict: it waits"
    if planned.verb == "exactly" or exact:
        return f"reaches {said(Verdict.REPRODUCED, Verdict.NOT_REPRODUCED)}: nothing is left to chance"
    inconclusive = said(Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE)
    if planned.lower is None or planned.upper is None:
        if seeds < 2:
            return f"reaches {inconclusive}, by the animals alone"
        return f"reaches {inconclusive}; power 80 % for a truth {settles(seeds):.2g} spreads off the bound"
    half = (planned.upper - planned.lower) / 2
    if planned.verb != "equals" or not planned.spec.printed:
        narrow = f"{half / room_per_spread(seeds):.2g}" if seeds > 1 else "0"
        return f"reaches {inconclusive}; power 80 % where seeds spread by at most {narrow}"
    runs = planned.spec.runs
    most = math.sqrt(runs) * half / quantile((1 + CONFIDENCE) / 2, math.inf)
    eighty = half / room_per_spread(seeds, runs)
    if planned.power is not None and planned.spread is not None:
        possible = [Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE]
        if planned.spread >= most:
            possible = [Verdict.COMPATIBLE, Verdict.NOT_REPRODUCED]
        return f"reaches {said(*possible)}; power of {said(Verdict.REPRODUCED)} {100 * planned.power:.0f} %"
    return (
        f"reaches {said(Verdict.REPRODUCED)} where runs spread by less than {most:.2g} (power 80 % at {eighty:.2g}), "
        f"from there on {said(Verdict.COMPATIBLE, Verdict.NOT_REPRODUCED)} alone"
    )


@lru_cache
def settles(seeds: int) -> float:
    """Return how many spreads beyond a bound the truth must lie for a power of 80 % with so many seeds."""
    from scipy.special import nctdtr

    critical = quantile((1 + CONFIDENCE) / 2, seeds - 1)
    return _root(lambda off: 1 - float(nctdtr(seeds - 1, off * math.sqrt(seeds), critical)) - POWER, 10.0)


@lru_cache
def room_per_spread(seeds: int, runs: int | None = None) -> float:
    """Return the half width of a region, in spreads, that gives a power of 80 % if the truth is its centre."""
    return _root(lambda room: judge.power(1.0, seeds, room, runs) - POWER, 100.0)


def _root(rising: Callable[[float], float], most: float) -> float:
    """Find where a rising function passes zero, by halving: importing scipy.optimize costs more than the listing."""
    low, high = 0.0, most
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return high
