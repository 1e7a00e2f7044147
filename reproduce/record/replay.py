"""A fresh result held against the kept one of the same seed: identical, within what another place moves, or drifted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reproduce.errors import InvalidInputError
from reproduce.record.schema import Entry

__all__ = ["FLOOR", "Replay", "compare_replay", "pools"]

#: What any value may move elsewhere, times max(1, |value|): the last digits of a float64 sum in another order.
FLOOR = 1e-6


@dataclass(frozen=True)
class Replay:
    """How a fresh value compares with the record's under the same seed.

    ``allowed``: how far it may lie from the kept one, 0 on the machine class that the kept one was measured on.
    """

    status: Literal["identical", "inside", "drifted"]
    score: str
    seed: int
    fresh: float
    kept: float
    allowed: float

    def __str__(self) -> str:
        line = f"{self.status}: seed {self.seed} gives {self.score} {self.fresh!r}, the record has {self.kept!r}"
        if self.status == "identical":
            return line
        return f"{line}; " + (f"elsewhere it may move by {self.allowed:g}" if self.allowed else "here it may not move")


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


def compare_replay(fresh: Entry, kept: Entry, score: str, tolerance: float) -> Replay:
    """Hold one score of a fresh entry against the entry kept for the same cell.

    Bit-identical is *identical*. On the same machine class, that is place and processor, anything else has *drifted*:
    one thread, one order of sums, one result. Elsewhere a fraction may move by the experiment's ``tolerance``, which
    was measured, and any value by ``FLOOR``: *inside*.
    """
    if fresh.cell.key != kept.cell.key:
        raise InvalidInputError(f"{fresh.cell}: a replay is held against its own cell, not against {kept.cell}")
    if score not in fresh.scores or score not in kept.scores:
        raise InvalidInputError(f"{fresh.cell}: no score {score!r} in both the replay and the record")
    value, own = fresh.scores[score], kept.scores[score]
    allowed = 0.0
    if _machine(fresh) != _machine(kept):
        allowed = FLOOR * max(1.0, abs(own))
        if abs(own) <= 1:
            allowed = max(allowed, tolerance)
    if value == own or (math.isnan(value) and math.isnan(own)):
        return Replay("identical", score, fresh.seed, value, own, allowed)
    status: Literal["inside", "drifted"] = "inside" if abs(value - own) <= allowed else "drifted"
    return Replay(status, score, fresh.seed, value, own, allowed)


def _machine(entry: Entry) -> tuple:
    """What decides the bits: libraries choose their arithmetic by the processor, within one machine class too."""
    return (*entry.place, entry.environment.get("cpu", ""))
