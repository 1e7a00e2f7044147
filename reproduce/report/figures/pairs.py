"""What the pair model answers, as histograms of P(same): pairs of one animal and of two, tested and trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from reproduce.report.drawing import COLOURS, Drawn, Figure, Material, both
from reproduce.report.figures.lions import chosen

__all__ = ["FIGURE", "Pairs", "draw", "pairs"]

EXPERIMENT = "wide.pairs"
#: Detail -> which pairs; kind of pair -> its words, colour and line.
PARTS = {"histograms": "test pairs", "histograms@train": "pairs trained on"}
KINDS = {"one": ("one animal", "accent", "-"), "two": ("two animals", "fails", "--")}
#: Shares below this are not told apart, and an empty part has none.
LEAST = 0.01


@dataclass(frozen=True)
class Pairs:
    """A data set and, by detail and kind of pair, the mean share of pairs in each part of [0, 1] (bins,), per cent."""

    data: str
    seeds: int
    shares: Mapping[str, Mapping[str, np.ndarray]]


def pairs(material: Material) -> list[Pairs]:
    """Return what the record keeps of the model as it is; a result without histograms is left out."""
    found = []
    for request in material.requests:
        if request.experiment.name != EXPERIMENT or chosen(request) or request.seeds.start:
            continue
        kept = [entry.details for entry in material.source.kept(request)[0] if set(PARTS) <= set(entry.details)]
        if kept:
            shares = {part: {kind: _share([one[part][kind] for one in kept]) for kind in KINDS} for part in PARTS}
            found.append(Pairs(request.data, len(kept), shares))
    return sorted(found, key=lambda one: (one.data != "LionData", one.data))


def _share(counts: Any) -> np.ndarray:
    """Return counts (seeds, bins) as the mean share of a seed's pairs, per cent."""
    of = np.asarray(counts, float)
    return np.asarray((100 * of / of.sum(axis=1, keepdims=True)).mean(axis=0))


def draw(material: Material) -> Drawn | None:
    """Draw a panel for each data set and part; shares on a log scale, for most pairs are answered alike."""
    found = pairs(material)
    if not found:
        return None
    rows = [
        (
            one.data,
            words,
            KINDS[kind][0],
            str(one.seeds),
            f"{_mean(share):.3f}",
            f"{share[len(share) // 2 :].sum():.2f}",
        )
        for one in found
        for part, words in PARTS.items()
        for kind, share in one.shares[part].items()
    ]
    tested = [(one, [_mean(one.shares["histograms"][kind]) for kind in KINDS]) for one in found]
    says = "Histograms of P(same) by pair. Mean over the test pairs of one animal and of two: " + "; ".join(
        f"{one.data} {same:.3f} and {other:.3f}" for one, (same, other) in tested
    )

    wide, narrow = both("pairs", says, partial(_paint, found), {False: 4.4, True: 3.6 * len(found)})
    head = ("data", "pairs", "of", "seeds", "mean P(same)", "answered same, %")
    return Drawn(wide, narrow, f"{says}.", head, rows)


def _mean(share: np.ndarray) -> float:
    """Return the mean of P(same) by the middles of the parts."""
    edges = np.linspace(0, 1, len(share) + 1)
    return float(share @ (edges[:-1] + edges[1:]) / 2 / 100)


def _paint(found: Sequence[Pairs], picture: Any, narrow: bool) -> None:
    shape = (2 * len(found), 1) if narrow else (2, len(found))
    panels = picture.subplots(*shape, sharex=True, sharey=True, squeeze=False)
    for place, panel in enumerate(panels.ravel()):
        part, one = list(PARTS)[place // len(found)], found[place % len(found)]
        for kind, (words, colour, style) in KINDS.items():
            share = np.maximum(one.shares[part][kind], LEAST)
            edges = np.linspace(0, 1, len(share) + 1)
            panel.stairs(share, edges, baseline=None, color=COLOURS[colour], linestyle=style, label=words)
        panel.set(yscale="log", xlim=(0, 1), ylim=(LEAST, 100))
        panel.set_title(f"{one.data}, {PARTS[part]}", fontsize=8.5, loc="left")
        panel.grid(axis="y")
    panels[0, 0].legend(loc="upper right", fontsize=8)
    for panel in panels[-1]:
        panel.set_xlabel("P(same) that LightGBM answers")
    for panel in panels[:, 0]:
        panel.set_ylabel("pairs, %")


FIGURE = Figure(
    "pairs",
    "What the pair model answers",
    "P(same) of every pair, by LightGBM on the features of II-B.3: above the pairs tested, below those trained on, "
    "mean share over seeds, log scale. Where the two lines of the test pairs lie on each other the model cannot tell, "
    "and where those trained on lie apart it has learned them by heart.",
    draw,
    "The record was made before runs kept the scores of their pairs; `reproduce run wide.pairs --tier release` "
    "measures them again.",
    ("W.overfit@LionData", "W.learns@LionData", "W.constant@LionData"),
)
