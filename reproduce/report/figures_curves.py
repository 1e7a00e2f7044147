"""Learning curves of the triplet network as the record keeps them, with ln 2, the loss of a collapsed network."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reproduce.report.drawing import COLOURS, Drawn, Figure, Material, both
from reproduce.report.lions import chosen

__all__ = ["FIGURE", "Curve", "curves", "draw"]

EXPERIMENT = "dcnn.embed"
LN2 = math.log(2)
#: Factors that a panel's title leaves out: they are the same in each, or the network's name says them.
COMMON = {"animals": 10}
HIGHEST = 1.2
#: Inches of a panel's height, without its title.
PANEL = 0.85


@dataclass(frozen=True)
class Curve:
    """One configuration: its data and factors in words, and its loss (seeds, points) at ``steps`` (points,)."""

    data: str
    words: str
    steps: np.ndarray
    loss: np.ndarray


def curves(material: Material) -> list[Curve]:
    """What the record keeps of what the claims ask for; a result without curves is left out."""
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
    """A panel for each configuration: the mean over seeds, and a band from the lowest seed to the highest."""
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

    def paint(picture: Any, narrow: bool) -> None:
        across = 2 if narrow else 5
        down = math.ceil(len(found) / across)
        panels = picture.subplots(down, across, sharey=True, squeeze=False).ravel()
        wide, tall = picture.get_size_inches()  # above each panel a title, below it its steps
        picture.subplots_adjust(0.4 / wide, 0.25 / tall, 1 - 0.1 / wide, 1 - 0.55 / tall, 0.15, 0.85 / PANEL)
        for panel, one in zip(panels, found, strict=False):
            panel.axhline(LN2, color=COLOURS["bad"], linewidth=1, linestyle=(0, (3, 2)))
            panel.fill_between(
                one.steps, one.loss.min(axis=0), one.loss.max(axis=0), color=COLOURS["accent"], alpha=0.25, linewidth=0
            )
            panel.plot(one.steps, one.loss.mean(axis=0), color=COLOURS["accent"], linewidth=1.4)
            panel.set_title(f"{one.data}\n{_folded(one.words, 22)}", fontsize=7.5, loc="left")
            panel.set(ylim=(0, HIGHEST), xticks=[0, int(one.steps[-1])], yticks=[0, 0.5, 1])
            panel.tick_params(labelsize=7)
            panel.grid(axis="y")
        for panel in panels[len(found) :]:
            panel.set_visible(False)
        panels[0].text(0, LN2 + 0.04, "ln 2", color=COLOURS["bad"], fontsize=7.5)

    heights = {narrow: (PANEL + 0.85) * math.ceil(len(found) / across) for narrow, across in ((False, 5), (True, 2))}
    wide, narrow = both("curves", says, paint, heights, constrained=False)
    return Drawn(wide, narrow, says, ("data", "configuration", "seeds", "loss at the first step", "at the end"), rows)


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
)
