"""Moves that each pass as another machine's rounding and all go one way, as a shift of the record would."""

import math
from collections.abc import Iterable, Mapping

__all__ = ["leaning"]

#: Results of one row from which their moves can lean; the least must be half the largest, as rounding's seldom is.
SEEDS = 5
#: All moves together lean where fair coins would fall so unevenly less often than this, to either side.
SELDOM = 0.001


def leaning(moves: Mapping[str, Iterable[float]]) -> list[str]:
    """Say which rows moved one way, by their name -> how far each result lies from the record; and whether all do."""
    said, every = [], []
    for name, row in moves.items():
        moved = [move for move in row if move]
        every += moved
        sizes = sorted(map(abs, moved))
        if len(moved) >= SEEDS and len({move > 0 for move in moved}) == 1 and 2 * sizes[0] >= sizes[-1]:
            where, far = "above" if moved[0] > 0 else "below", f"{sizes[0]:.2g} to {sizes[-1]:.2g}"
            said.append(
                f"one way: {name}: all {len(moved)} seeds lie {where} the record, by {far}; "
                "each is within its tolerance"
            )
    above = sum(move > 0 for move in every)
    most = max(above, len(every) - above)
    if most and 2 * sum(math.comb(len(every), k) for k in range(most, len(every) + 1)) < SELDOM * 2 ** len(every):
        where = "above" if above == most else "below"
        said.append(f"one way: {most} of {len(every)} results lie {where} the record; each is within its tolerance")
    return said
