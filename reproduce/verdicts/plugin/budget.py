"""Which cells a session measures afresh: what fits the budget, cheapest first, then a rotation."""

from collections.abc import Mapping, Sequence

from reproduce.running.request import Key

__all__ = ["allot"]


def allot(costs: Mapping[Key, float], budget: float, day: int, urgent: Sequence[Key] = ()) -> set[Key]:
    """Return the keys to measure, their ``costs`` in seconds summing to at most ``budget``.

    ``urgent`` keys (a claim without any record waits for them) come first, cheapest first. Of the rest, half of
    what is left goes to the cheapest, so that most claims are checked every time; the other half goes round:
    each ``day`` starts one further on, so that the dear ones are reached in turn. A key dearer than the whole
    budget is never chosen.
    """
    chosen: set[Key] = set()
    if budget <= 0:
        return chosen  # the record alone, though some cells cost no time that a clock shows
    left = budget

    def take(keys: Sequence[Key], allowed: float) -> float:
        spent = 0.0
        for key in keys:
            if key not in chosen and spent + costs[key] <= allowed:
                chosen.add(key)
                spent += costs[key]
        return spent

    def cheapest_first(keys: Sequence[Key]) -> list[Key]:
        return sorted(keys, key=lambda key: (costs[key], key))

    left -= take(cheapest_first(urgent), left)
    rest = cheapest_first([key for key in costs if key not in set(urgent)])
    left -= take(rest, left / 2)
    waiting = sorted(key for key in rest if key not in chosen)
    if waiting:
        start = day % len(waiting)
        take(waiting[start:] + waiting[:start], left)
    return chosen
