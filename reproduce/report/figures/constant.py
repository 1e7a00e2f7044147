"""The accuracy of always answering "different" over every draw of nine of the 89 cattle, exactly."""

from functools import partial
from typing import Any

import numpy as np

from reproduce.metrics.constant import ConstantDistribution, constant_accuracy_distribution
from reproduce.report.drawing import COLOURS, Drawn, Figure, Material, both

__all__ = ["FIGURE", "draw", "histogram"]

CATTLE, HELD_OUT = "FriesianCattle2017", 9
#: The claim whose printed figure is marked, and accuracies in per cent that are drawn; the rest is counted beside it.
LINE, LOW, HIGH, BINS = "W.accuracy", 60.0, 96.0, 144


def histogram(found: ConstantDistribution) -> tuple[np.ndarray, np.ndarray]:
    """Return edges (B + 1,) in per cent and the share of draws in each bin (B,), in per cent."""
    edges = np.linspace(LOW, HIGH, BINS + 1)
    counts, _ = np.histogram(100 * found.accuracy, bins=edges, weights=found.draws / found.total)
    return edges, 100 * counts


def draw(material: Material) -> Drawn | None:
    """Draw it; None where no claim carries the paper's accuracy. The catalogue's class sizes come with the package."""
    from reproduce.datasets import load

    printed = next((one.spec.printed for one in material.outcomes if one.spec.id == LINE), "")
    if not printed:
        return None
    _, sizes = np.unique(load(CATTLE).identities, return_counts=True)
    found = constant_accuracy_distribution(sizes, HELD_OUT)
    edges, share = histogram(found)
    quantiles = [100 * found.quantile(q) for q in (0.05, 0.5, 0.95)]
    reached = 100 * found.share(float(printed) / 100, 1.0)
    rows = [
        ("draws of nine of the 89 animals", f"{found.total:,}"),
        ("mean accuracy, %", f"{100 * found.mean:.2f}"),
        *zip(("5 % of draws below", "half below", "95 % below"), (f"{q:.2f}" for q in quantiles), strict=True),
        (f"draws that give {printed} % or more, %", f"{reached:.1f}"),
        (f"draws below {LOW:.0f} %, not drawn, %", f"{100 * found.share(0, LOW / 100):.2f}"),
    ]
    says = (
        f"Histogram of the accuracy of always answering different over all {found.total:,} draws of nine of 89 cattle: "
        f"mean {100 * found.mean:.2f} %, 5 to 95 % {quantiles[0]:.2f} to {quantiles[2]:.2f}; the printed {printed} % "
        f"is reached in {reached:.1f} % of them."
    )

    paint = partial(_paint, edges, share, 100 * found.mean, (quantiles[0], quantiles[2]), printed)
    wide, narrow = both("constant", says, paint, {False: 3.2, True: 3.0})
    return Drawn(wide, narrow, says, ("what", "value"), rows)


def _paint(
    edges: np.ndarray,
    share: np.ndarray,
    mean: float,
    ends: tuple[float, float],
    printed: str,
    picture: Any,
    narrow: bool,
) -> None:
    panel = picture.subplots()
    panel.stairs(share, edges, fill=True, color=COLOURS["holds"], alpha=0.55)
    panel.axvline(float(printed), color=COLOURS["bad"], linewidth=1.6)
    panel.axvline(mean, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (3, 2)))
    top = 1.12 * share.max()
    panel.set(xlim=(LOW, HIGH), ylim=(0, 1.25 * share.max()), xlabel="accuracy over all test pairs, %")
    panel.set_ylabel("share of draws, %")
    panel.text(float(printed) + 0.4, top, f"the paper: {printed}", color=COLOURS["bad"], fontweight="bold")
    panel.text(mean - 0.4, top, f"mean {mean:.2f}", ha="right", fontweight="bold")
    panel.axvspan(*ends, ymax=0.03, color=COLOURS["ink"], linewidth=0)
    panel.grid(axis="y")


FIGURE = Figure(
    "constant",
    'What always answering "different" scores',
    "The pair model of III-C answers 80.82 % of its test pairs rightly. Which nine cattle were held out is not said: "
    "this is the accuracy of the constant answer over every way to choose nine of the 89, counted exactly from the "
    "number of images of each. The bar at the foot spans 5 to 95 % of the draws.",
    draw,
    "No claim carries the paper's accuracy over pairs, so there is nothing to mark.",
    ("W.constant.draws", "W.catalogue.mean", "W.accuracy"),
)
