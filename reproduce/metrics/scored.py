"""What `reproduce score` finds: the figures with what they are of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reproduce.metrics.leave_out import Rest
from reproduce.metrics.retrieval import Figures, Retrieval

__all__ = ["Across", "Ends", "Interval", "Scored", "intervals", "named", "within_scores"]

#: The two ends of an interval, fractions in [0, 1].
Ends = tuple[float, float]
#: A score and the same with each animal left out in turn -> its interval.
Interval = Callable[[float, Sequence[float]], Ends | None]
_CMC_AT = (1, 5, 10, 20)


@dataclass(frozen=True)
class Across:
    """Scores where photographs of one animal and one encounter are in no ranking of each other, per class.

    ``pairs``: how many those are; ``interval``: that of MAP@R over animals, where it was asked for.
    """

    column: str
    map_at_r: float
    chance: float
    precision_at_1: float
    pairs: int
    interval: Ends | None = None


@dataclass(frozen=True)
class Scored:
    """Scores with what they are of. ``gallery`` is (images, animals) of a set apart, where there is one.

    ``lone`` names the animals that no image can be found for. ``intervals`` maps "per class" and "per query" to
    each figure's interval over animals, fractions in [0, 1]; empty unless it was asked for. ``distance`` says by what
    was ranked, ``checked`` whether the labels were known to be those of the embeddings, ``notes`` what stands below.
    """

    scores: Retrieval
    images: int
    animals: int
    dtype: str
    gallery: tuple[int, int] | None = None
    lone: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    intervals: Mapping[str, Mapping[str, Ends]] = field(default_factory=dict)
    distance: str = "Euclidean, embeddings as given"
    checked: bool = False
    notes: tuple[str, ...] = ()
    across: Across | None = None


def named(figures: Figures) -> dict[str, float]:
    """Return the figures under the names that are printed, CMC at a few places."""
    five = {
        "MAP@R": figures.map_at_r,
        "R-precision": figures.r_precision,
        "precision at 1": figures.precision_at_1,
        "mean average precision": figures.map,
    }
    return five | {f"CMC at {k}": float(figures.cmc[k - 1]) for k in _CMC_AT if k <= len(figures.cmc)}


def intervals(scores: Retrieval, without: Sequence[Rest], interval: Interval) -> dict[str, dict[str, Ends]]:
    """Return the interval of every figure, by both averages; ``without`` are the scores without each animal."""
    sides = {"per class": (scores, without), "per query": (scores.query, [one.query for one in without])}
    found: dict[str, dict[str, Ends]] = {}
    for average, (whole, rest) in sides.items():
        others = [named(one) for one in rest]
        found[average] = {}
        for name, value in named(whole).items():
            left_out = [one[name] for one in others if name in one]
            ends = within_scores(interval(value, left_out)) if len(left_out) == len(others) else None
            if ends is not None:
                found[average][name] = ends
    return found


def within_scores(ends: Ends | None) -> Ends | None:
    """Return an interval cut where it leaves [0, 1]: no score lies there."""
    return None if ends is None else (max(0.0, ends[0]), min(1.0, ends[1]))
