"""A fresh result held against the kept ones: identical, inside what the other seeds predict, or drifted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal

from reproduce.errors import InvalidInputError
from reproduce.record.schema import Entry

__all__ = ["ACROSS", "COVERAGE", "FLOOR", "Replay", "compare_replay", "pools", "tolerance"]

#: Of the prediction interval: one honest replay in a thousand falls outside.
COVERAGE = 0.999
#: The least half width, times max(1, |value|): rounding on another processor moves a score by less.
FLOOR = 1e-6
#: The least half width between two places (machine class, backend, dtype), by experiment, the first name that fits.
#: Other hardware sums float32 in another order: distances move in the seventh digit, neighbours that are as near as
#: that change places, and each such flip moves a rank score by at most one query's share. So 0.005 is half a point
#: of MAP@R: the flips of a few queries, not another model. It holds for fractions alone; counts, and experiments not
#: named here (enumerated facts, float64), keep the floor everywhere.
ACROSS: Mapping[str, float] = MappingProxyType(
    {
        "dcnn.protocol": 0.0,  # read off, not computed
        "dcnn.untrained": 0.002,  # one pass forward, no training to take flips further
        "baselines.untrained": 0.002,
        "dcnn.*": 0.005,
        "mlp.train": 0.005,
        "mlp.embed": 0.005,
        "wide.pairs": 0.005,
        "wide.lnbnn": 0.005,
    }
)


@dataclass(frozen=True)
class Replay:
    """How a fresh value compares with the record.

    ``kept`` is the record's value under the same seed, None if it has none. [``lower``, ``upper``] is the 99.9 %
    prediction interval of the record's other seeds; where fewer than two others are kept, the floor around the
    kept value.
    """

    status: Literal["identical", "inside", "drifted"]
    score: str
    seed: int
    fresh: float
    kept: float | None
    lower: float
    upper: float

    def __str__(self) -> str:
        kept = "nothing" if self.kept is None else repr(self.kept)
        line = f"{self.status}: seed {self.seed} gives {self.score} {self.fresh!r}, the record has {kept}"
        if self.status == "identical":
            return line
        return f"{line}; its other seeds predict {self.lower:.6g} to {self.upper:.6g}"


def pools(entries: Sequence[Entry]) -> list[list[Entry]]:
    """The entries by what is never pooled: place (machine class, backend, dtype), data hash and weights hash.

    The fullest pool comes first; of equally full ones of a place the latest.
    """
    found: dict[tuple, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.time, reverse=True):
        found.setdefault(_pool(entry), []).append(entry)
    fullest = sorted(found.values(), key=lambda pool: (-len(pool), pool[0].place))
    return [sorted(pool, key=lambda entry: entry.key) for pool in fullest]


def _pool(entry: Entry) -> tuple:
    return (*entry.place, entry.cell.data_hash, entry.cell.weights_hash or "")


def compare_replay(fresh: Entry, kept: Sequence[Entry], score: str) -> Replay:
    """Hold one score of a fresh entry against the entries kept for the same experiment, factors and data.

    Bit-identical to the kept value of its seed is *identical*. Otherwise it is *inside* if it lies in the 99.9 %
    prediction interval of the other seeds, mean +- t(0.9995, n - 1) * s * sqrt(1 + 1/n), at least ``FLOOR``
    wide on either side; or within the floor of its own kept value. Else it *drifted*. Where no two other seeds
    are kept (nothing varies, so there is one), only the floor is left: an experiment that nothing varies must
    give its number again. Held against a record of another place the floor is the experiment's ``tolerance``.
    """
    if len({_pool(entry) for entry in kept}) > 1:
        raise InvalidInputError("a replay is held against one pool: these are of several places, data or weights")
    if any(score not in entry.scores for entry in (fresh, *kept)):
        raise InvalidInputError(f"{fresh.cell}: no score {score!r} in both the replay and the record")
    value = fresh.scores[score]
    own = next((entry.scores[score] for entry in kept if entry.seed == fresh.seed), None)
    others = [entry.scores[score] for entry in kept if entry.seed != fresh.seed]
    if own is None and not others:
        raise InvalidInputError(f"{fresh.cell}: the record has nothing to hold a replay against")
    across = tolerance(fresh.cell.experiment) if fresh.place != kept[0].place else 0.0
    lower, upper = _predicted(own, others, across)
    near = own is not None and abs(value - own) <= _floor(own, across)
    same = own is not None and (value == own or (math.isnan(value) and math.isnan(own)))
    status: Literal["identical", "inside", "drifted"] = (
        "identical" if same else "inside" if near or lower <= value <= upper else "drifted"
    )
    return Replay(status, score, fresh.seed, value, own, lower, upper)


def tolerance(experiment: str) -> float:
    """What a fraction of the experiment may move between two places: the entry of ``ACROSS``, 0 without one."""
    return next((width for name, width in ACROSS.items() if fnmatchcase(experiment, name)), 0.0)


def _predicted(own: float | None, others: Sequence[float], across: float) -> tuple[float, float]:
    n = len(others)
    if n < 2:
        centre = own if own is not None else others[0]
        return centre - _floor(centre, across), centre + _floor(centre, across)
    from scipy.special import stdtrit

    centre = math.fsum(others) / n
    spread = math.sqrt(math.fsum((value - centre) ** 2 for value in others) / (n - 1))
    t = float(stdtrit(n - 1, (1 + COVERAGE) / 2))
    half = max(t * spread * math.sqrt(1 + 1 / n), _floor(centre, across))
    return centre - half, centre + half


def _floor(value: float, across: float) -> float:
    """The least half width around a value; a fraction (or a difference of two) may move by ``across``."""
    least = FLOOR * max(1.0, abs(value))
    return max(least, across) if abs(value) <= 1 else least
