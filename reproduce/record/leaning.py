"""Moves that each pass as another machine's rounding and all go one way, as a shift of the record would."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

__all__ = ["leaning"]

#: Results of one row from which their moves can lean; the least must be half the largest, as rounding's seldom is.
SEEDS = 5
#: All moves together lean where fair coins would fall so unevenly less often than this, to either side.
SELDOM = 0.001
WORDS = {1.0: "above", -1.0: "below"}


def leaning(moves: Mapping[str, Iterable[float]]) -> list[str]:
    """Say which rows moved one way, by their name -> how far each result lies from the record; and whether all do."""
    said, every = [], []
    for name, row in moves.items():
        moved = [move for move in row if move]
        every += moved
        sizes, signs = sorted(map(abs, moved)), _signs(moved)
        if len(moved) >= SEEDS and len(signs) == 1 and 2 * sizes[0] >= sizes[-1]:
            (sign,), far = signs, f"{sizes[0]:.2g} to {sizes[-1]:.2g}"
            said.append(
                f"one way: {name}: all {len(moved)} seeds lie {WORDS[sign]} the record, by {far}; "
                "each is within its tolerance"
            )
    coins = len(every)
    for sign, most in _signs(every).most_common():
        if 2 * sum(math.comb(coins, others) for others in range(coins - most + 1)) < SELDOM * 2**coins:
            said.append(
                f"one way: {most} of {coins} results lie {WORDS[sign]} the record; each is within its tolerance"
            )
    return said


def _signs(moves: Iterable[float]) -> Counter[float]:
    return Counter(math.copysign(1.0, move) for move in moves)
