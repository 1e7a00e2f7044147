"""A fresh result held against the kept one of the same seed: identical, within what another place moves, or drifted."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reproduce.errors import InvalidInputError
from reproduce.record.schema import Entry

__all__ = ["FLOOR", "Replay", "compare_judged", "compare_replay", "pools"]

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
    fresh: float | str
    kept: float | str
    allowed: float

    @property
    def move(self) -> float:
        """How far the fresh value lies above the kept one; 0 where they are no numbers."""
        if isinstance(self.fresh, str) or isinstance(self.kept, str) or math.isnan(self.fresh - self.kept):
            return 0.0
        return self.fresh - self.kept

    def __str__(self) -> str:
        line = f"{self.status}: seed {self.seed} gives {self.score} {self.fresh!r}, the record has {self.kept!r}"
        if self.status == "identical":
            return line
        may = f"on another kind of machine it may move by {self.allowed:g}" if self.allowed else "here it may not move"
        return f"{line}; {may}"


def pools(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Return the entries by what is never pooled: place (machine class, backend, dtype), data hash, weights hash.

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
    allowed = 0.0 if _machine(fresh) == _machine(kept) else _slack(own, tolerance)
    return Replay(_status(value, own, allowed), score, fresh.seed, value, own, allowed)


def _slack(own: float, tolerance: float) -> float:
    """Return how far a value may move: a fraction by the tolerance, and any by its last digits."""
    return max(FLOOR * max(1.0, abs(own)), tolerance if abs(own) <= 1 else 0.0)


def _status(value: float, own: float, allowed: float) -> Literal["identical", "inside", "drifted"]:
    if value == own or (math.isnan(value) and math.isnan(own)):
        return "identical"
    return "inside" if abs(value - own) <= allowed else "drifted"


def compare_judged(fresh: Entry, kept: Entry, score: str, beside: Sequence[str], tolerance: float) -> Replay:
    """Hold all that a verdict on a score rests on against the entry kept for the same cell; return the worst of it.

    That is the score, the scores shown ``beside`` it, such as its chance, the score without each test animal, and the
    animals' names. What the record kept no value of is not compared.
    """
    found = [compare_replay(fresh, kept, score, tolerance)]
    for one in (one for one in beside if one in kept.scores):
        # P@1 hangs on one neighbour of each query: between two processors it moved by 0.033 where MAP@R did by less.
        found.append(compare_replay(fresh, kept, one, (2 if one.startswith("precision_at_1") else 1) * tolerance))
    found += _without_each(fresh, kept, score, tolerance)
    return max(found, key=lambda one: ("identical", "inside", "drifted").index(one.status))


def _without_each(fresh: Entry, kept: Entry, score: str, tolerance: float) -> Iterator[Replay]:
    """Return the score without each animal.

    A sum in another order may move its last digits on the same machine too.

    Elsewhere it may move twice as far as the score: by what all animals moved, and by what the one that is missing did.
    """
    now, then = fresh.leave_one_out.get(score, []), kept.leave_one_out.get(score, [])
    if not then:
        return
    suffix = f"@{score.partition('@')[2]}" if "@" in score else ""
    names, known = fresh.animals.get(suffix, []), kept.animals.get(suffix, [])
    if len(now) != len(then) or list(names) != list(known):
        yield Replay("drifted", f"the animals of {score}", fresh.seed, _listed(names), _listed(known), 0.0)
        return
    elsewhere = _machine(fresh) != _machine(kept)
    for name, value, own in zip(known, now, then, strict=True):
        allowed = _slack(own, 2 * tolerance if elsewhere else 0.0)
        yield Replay(_status(value, own, allowed), f"{score} without {name}", fresh.seed, value, own, allowed)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _machine(entry: Entry) -> tuple:
    """Return what decides the bits: libraries choose their arithmetic by the processor, within a machine class too."""
    return (*entry.place, entry.environment.get("cpu", ""))
