"""Every statement of the paper that was measured, as a forest: how far inside or outside its region ours lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from reproduce.report.counting import word
from reproduce.report.drawing import COLOURS, Drawn, Figure, Material, both, name_above
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.cells import figure, required, spread

__all__ = ["FIGURE", "Row", "draw", "inside", "rows"]

#: How each verdict looks: its colour and a marker that tells it without one.
LOOKS = {
    **dict.fromkeys((Verdict.REPRODUCED, Verdict.COMPATIBLE), ("holds", "o")),
    Verdict.NOT_REPRODUCED: ("fails", "X"),
}
OPEN = ("open", "D")


@dataclass(frozen=True)
class Row:
    """One statement in one setting: our mean and interval as distances from the nearest edge, positive inside."""

    outcome: Outcome
    mean: float
    low: float
    high: float


def inside(value: float, outcome: Outcome) -> float:
    """Return how far a value lies inside the region (negative: outside), in the claim's unit."""
    sides = [value - outcome.lower] if outcome.lower is not None else []
    sides += [outcome.upper - value] if outcome.upper is not None else []
    return min(sides)


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return the paper's statements in per cent that have an interval and a region, in the order of the claims."""
    found = []
    for one in outcomes:
        bounded = one.lower is not None or one.upper is not None
        if one.spec.kind != "statement" or "%" not in one.spec.unit or one.interval is None or not bounded:
            continue
        assert one.ours is not None
        ends = [inside(value, one) for value in one.interval]
        if one.lower is not None and one.upper is not None:  # what is nearest to its middle lies deepest in a region
            low, high = one.interval
            ends.append(inside(min(max((one.lower + one.upper) / 2, low), high), one))
        found.append(Row(one, inside(one.ours, one), min(ends), max(ends)))
    return found


def draw(material: Material) -> Drawn | None:
    """Draw them; None where no statement has an interval."""
    found = rows(material.outcomes)
    if not found:
        return None
    table = [
        (
            row.outcome.spec.id,
            figure(row.outcome.ours, row.outcome),
            spread(row.outcome),
            required(row.outcome),
            word(row.outcome),
        )
        for row in found
    ]
    ends = [sum(row.low > 0 for row in found), sum(row.high < 0 for row in found)]
    says = (
        f"Forest plot of {len(found)} statements and settings: the 90 % interval lies wholly inside its region in "
        f"{ends[0]}, wholly outside in {ends[1]}, and across the edge in {len(found) - sum(ends)}. "
        "The table below has each."
    )

    wide, narrow = both(
        "forest", says, partial(_paint, found), {False: 1.0 + 0.165 * len(found), True: 1.0 + 0.24 * len(found)}
    )
    return Drawn(wide, narrow, says, ("claim", "ours", "90 % interval", "required", "verdict"), table)


def _paint(found: Sequence[Row], picture: Any, narrow: bool) -> None:
    panel = picture.subplots()
    panel.axvline(0, color=COLOURS["ink"], linewidth=1.2, zorder=1)
    for look in dict.fromkeys((*LOOKS.values(), OPEN)):
        colour, marker = look
        own = [(at, row) for at, row in enumerate(found) if LOOKS.get(row.outcome.verdict, OPEN) == look]
        places, face = [at for at, _ in own], COLOURS[colour] if colour != "open" else COLOURS["paper"]
        panel.hlines(places, [row.low for _, row in own], [row.high for _, row in own], COLOURS[colour], linewidth=1.8)
        means = [row.mean for _, row in own]
        panel.plot(means, places, marker, color=COLOURS[colour], markerfacecolor=face, markersize=5)
    panel.set_xscale("symlog", linthresh=1, linscale=0.8)
    ticks = [-50, -10, -1, 0, 1, 10, 50]
    panel.set_xticks(ticks, [f"{tick:+d}" if tick else "edge" for tick in ticks])
    panel.set_xlim(min(-2.0, *(1.2 * row.low for row in found)), max(2.0, *(1.2 * row.high for row in found)))
    panel.minorticks_off()
    names = [row.outcome.spec.id for row in found]
    if narrow:
        name_above(panel, names)
    else:
        panel.set_yticks(range(len(found)), names, fontsize=7.5)
    panel.set_ylim(len(found) - 0.3, -1.2)
    panel.set_xlabel("points outside (−) or inside (+) the region fixed beforehand")
    panel.tick_params(axis="y", length=0)
    panel.tick_params(axis="x", top=True, labeltop=True)
    panel.grid(axis="x")
    panel.spines["left"].set_visible(False)


FIGURE = Figure(
    "forest",
    "Every statement of the paper that could be measured",
    "How deep our mean lies in the region that was fixed before the run, in percentage points, with its 90 % interval: "
    "right of the edge the statement is supported (●), left of it contradicted (✖), across it inconclusive (◇). "
    "Exact counts and what was not run are not drawn. The scale is linear within one point of the edge and "
    "logarithmic beyond.",
    draw,
    "No statement has an interval yet: `reproduce run` makes the record that they are judged on.",
)
