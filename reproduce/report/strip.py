"""Where a claim's evidence lies, as coordinates: the region fixed beforehand, our interval, mean, seeds and chance."""

from collections.abc import Sequence
from dataclasses import dataclass

from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.cells import figure

__all__ = ["HEIGHT", "WIDTH", "Edge", "Strip", "described", "strip"]

#: Pixels of the drawing.
WIDTH, HEIGHT = 230, 40
#: Pixels left free at either end, so that half of an edge's label fits.
BORDER = 16


@dataclass(frozen=True)
class Edge:
    """A finite edge of the region: its x in pixels and its value as text."""

    x: float
    label: str


@dataclass(frozen=True)
class Strip:
    """Everything in pixels from the left. An open side of the region reaches the end of the drawing."""

    region: tuple[float, float]
    edges: tuple[Edge, ...]
    mean: float
    interval: tuple[float, float] | None
    seeds: tuple[float, ...]
    chance: float | None
    paper: float | None


def strip(outcome: Outcome) -> Strip | None:
    """Return the drawing of an outcome, or None where there is no region or nothing was measured.

    The scale is linear and holds all that is drawn. Chance is left out where ours is a difference of two scores:
    it is not on that scale.
    """
    bounds = [edge for edge in (outcome.lower, outcome.upper) if edge is not None]
    if outcome.ours is None or not bounds:
        return None
    chance = None if outcome.difference else outcome.chance
    paper = _printed(outcome) if len(bounds) == 2 else None
    drawn = [*bounds, outcome.ours, *outcome.values, *(outcome.interval or ())]
    drawn += [value for value in (chance, paper) if value is not None]
    low, high = min(drawn), max(drawn)
    # An open side needs room to be seen as one.
    room = 0.15 * (high - low)
    start = low - (room if outcome.lower is None else 0.0)
    stop = high + (room if outcome.upper is None else 0.0)
    if start == stop:
        start, stop = start - 1, stop + 1

    def place(value: float) -> float:
        return round(BORDER + (value - start) / (stop - start) * (WIDTH - 2 * BORDER), 1)

    return Strip(
        region=(
            0.0 if outcome.lower is None else place(outcome.lower),
            float(WIDTH) if outcome.upper is None else place(outcome.upper),
        ),
        edges=_labelled([(place(edge), figure(edge, outcome)) for edge in bounds]),
        mean=place(outcome.ours),
        interval=(place(outcome.interval[0]), place(outcome.interval[1])) if outcome.interval else None,
        seeds=tuple(place(value) for value in outcome.values) if outcome.n > 1 else (),
        chance=None if chance is None else place(chance),
        paper=None if paper is None else place(paper),
    )


def described(outcome: Outcome) -> str:
    """Return the drawing in words, with its figures: for who does not see it."""

    def said(value: float | None) -> str:
        return figure(value, outcome)

    parts = [f"{outcome.spec.id}: ours {said(outcome.ours)}"]
    if outcome.interval:
        parts.append(f"90 % interval {said(outcome.interval[0])} to {said(outcome.interval[1])}")
    low, high = said(outcome.lower), said(outcome.upper)
    parts.append(f"region {low} to {high}" if low and high else f"region from {low}" if low else f"region up to {high}")
    if outcome.chance is not None and not outcome.difference:
        parts.append(f"chance {said(outcome.chance)}")
    return ", ".join([*parts, f"{outcome.n} seed{'s' if outcome.n != 1 else ''}"])


def _printed(outcome: Outcome) -> float | None:
    try:
        return float(outcome.paper)
    except ValueError:
        return None


def _labelled(edges: Sequence[tuple[float, str]]) -> tuple[Edge, ...]:
    """Make one label, in the middle, of two that would overlap."""
    if len(edges) == 2 and edges[1][0] - edges[0][0] < 6 * max(len(text) for _, text in edges):
        middle = (edges[0][0] + edges[1][0]) / 2
        half = 3 * (len(edges[0][1]) + len(edges[1][1]) + 3)
        middle = min(max(middle, half), WIDTH - half)
        return (Edge(round(middle, 1), f"{edges[0][1]} … {edges[1][1]}"),)
    return tuple(Edge(x, text) for x, text in edges)
