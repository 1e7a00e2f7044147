"""Learning curves of the triplet network as the record keeps them, with ln 2, the loss of a collapsed network."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from reproduce.report.drawing import COLOURS, Drawn, Figure, Material, both
from reproduce.report.figures.lions import chosen

__all__ = ["FIGURE", "Curve", "curves", "draw"]

EXPERIMENT = "dcnn.embed"
LN2 = math.log(2)
#: Factors that a panel's title leaves out: they are the same in each, or the network's name says them.
COMMON = {"animals": 10}
HIGHEST = 1.2
#: Inches of a panel's height, and of its title and steps; panels in a row on a screen and on a phone.
PANEL, TITLE = 0.85, 0.85
ACROSS = {False: 5, True: 2}


@dataclass(frozen=True)
class Curve:
    """One configuration: its data and factors in words, and its loss (seeds, points) at ``steps`` (points,)."""

    data: str
    words: str
    steps: np.ndarray
    loss: np.ndarray


def curves(material: Material) -> list[Curve]:
    """Return what the record keeps of what the claims ask for; a result without curves is left out."""
    found = []
    for request in material.requests:
        if request.experiment.name != EXPERIMENT or request.factors.get("dim") != 64:
            continue
        kept = [entry.details.get("curves", {}).get("loss") for entry in material.source.kept(request)[0]]
        rows: Sequence[Sequence[float]] = [row for row in kept if row]
        if not rows:
            continue
        loss = np.array([row[: min(map(len, rows))] for row in rows], float)
        every = max(1, int(request.factors["steps"]) // 30)
        found.append(
            Curve(request.data, _words(request.factors, chosen(request)), every * np.arange(loss.shape[1]), loss)
        )
    return sorted(found, key=lambda one: (one.data != "LionData", one.data, len(one.words), one.words))


def _words(factors: Mapping[str, Any], words: Sequence[str]) -> str:
    common = {f"{name} {value}" for name, value in COMMON.items()} | set(COMMON.values())
    kept = [word for word in words if word not in common]
    return ", ".join(kept) or str(factors.get("backbone", ""))


def draw(material: Material) -> Drawn | None:
    """Draw a panel for each configuration: the mean over seeds, and a band from the lowest seed to the highest."""
    found = curves(material)
    if not found:
        return None
    rows = [
        (one.data, one.words, str(len(one.loss)), f"{one.loss[:, 0].mean():.3f}", f"{one.loss[:, -3:].mean():.3f}")
        for one in found
    ]
    flat = [f"{one.words} on {one.data}" for one in found if abs(one.loss[:, -3:].mean() - LN2) < 0.01]
    says = (
        f"Loss by training step of {len(found)} configurations, each with the line ln 2 = {LN2:.3f}. "
        f"Ending within 0.01 of ln 2: {'; '.join(flat) or 'none'}."
    )

    heights = {narrow: (PANEL + TITLE) * math.ceil(len(found) / across) for narrow, across in ACROSS.items()}
    wide, narrow = both("curves", says, partial(_panels, found), heights, constrained=False)
    return Drawn(wide, narrow, says, ("data", "configuration", "seeds", "loss at the first step", "at the end"), rows)


def _panels(found: Sequence[Curve], picture: Any, narrow: bool) -> None:
    """Draw all panels on one set of axes in inches: an axis of its own for each took most of the page's time."""
    from matplotlib.collections import LineCollection, PolyCollection

    across = ACROSS[narrow]
    width, height = picture.get_size_inches()
    axes = picture.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    cell = (width - 0.4) / across
    room, small = 0.87 * cell, {"fontsize": 7, "color": COLOURS["soft"]}
    bands, means, rules, dashes = [], [], [], []
    for number, one in enumerate(found):
        left, top = 0.35 + cell * (number % across), height - (PANEL + TITLE) * (number // across) - TITLE + 0.25
        x = left + room * one.steps / max(1, one.steps[-1])
        y = top - PANEL * (1 - one.loss / HIGHEST)
        ends = [(left, top), (left, top - PANEL), (left + room, top - PANEL)]
        means.append(np.stack([x, y.mean(axis=0)], axis=1))
        bands.append(np.stack([np.r_[x, x[::-1]], np.r_[y.min(axis=0), y.max(axis=0)[::-1]]], axis=1))
        level = {value: top - PANEL * (1 - value / HIGHEST) for value in (0.5, 1, LN2)}
        rules += [ends, *([(left, level[value]), (left + room, level[value])] for value in (0.5, 1))]
        dashes.append([(left, level[LN2]), (left + room, level[LN2])])
        axes.text(left, top + 0.05, f"{one.data}\n{_folded(one.words, 22)}", fontsize=7.5, va="bottom")
        axes.text(left, top - PANEL - 0.04, "0", ha="center", va="top", **small)
        axes.text(left + room, top - PANEL - 0.04, f"{one.steps[-1]}", ha="right", va="top", **small)
        if number % across == 0:
            for value in (0.5, 1):
                axes.text(left - 0.05, level[value], f"{value:g}", ha="right", va="center", **small)
        if number == 0:
            axes.text(left + 0.03, level[LN2] + 0.02, "ln 2", color=COLOURS["bad"], fontsize=7.5, va="bottom")
    axes.add_collection(LineCollection(rules, colors=COLOURS["rule"], linewidths=0.6))
    axes.add_collection(LineCollection(dashes, colors=COLOURS["bad"], linewidths=1, linestyles=[(0, (3, 2))]))
    axes.add_collection(PolyCollection(bands, facecolors=COLOURS["accent"], alpha=0.25, linewidths=0))
    axes.add_collection(LineCollection(means, colors=COLOURS["accent"], linewidths=1.4))


def _folded(words: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(words, width)[:3])


FIGURE = Figure(
    "curves",
    "How the triplet network learns",
    "Loss by training step, kept by every run: the mean over seeds, the band from the lowest to the highest. Dashed: "
    "ln 2, what the soft margin gives when every image lies at one point. A network that stays there has collapsed.",
    draw,
    "No run keeps its curves yet; `reproduce run dcnn.embed` makes them.",
    ("III.no-collapse@MobileNetV2", "III.random-backbone.75@MobileNetV2"),
    behind=True,
)
