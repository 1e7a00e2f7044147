"""What finds lions, with and without learning, beside the paper's own figures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from reproduce.record import Store
from reproduce.report.drawing import COLOURS, Drawn, Figure, Material, both, name_above
from reproduce.report.evidence import reader
from reproduce.running.request import Request
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.plugin.answers import Source, compose

__all__ = ["FIGURE", "Row", "chosen", "draw", "rows"]

DATA = "LionData"
#: Suffix of a score -> the lions that were scored; the paper does not say which of the three it used (II-B.4).
SETS = {"": "19 lions held out", "@train": "75 lions trained on", "@all": "all 94 lions"}
#: MAP@R, %: the paper's three rows (Table III) and the best of Dlamini & van Zyl 2021 as the paper quotes it (IV).
PAPER = (0.74, 0.93)
DLAMINI = 20.8
#: Experiments that the figure shows, and what to call them; without learning first.
NAMES = {
    "baselines.pixels": "pixels",
    "baselines.untrained": "untrained layer",
    "baselines.histogram": "colour histogram",
    "wide.lnbnn": "local matching",
    "dcnn.untrained": "ImageNet features",
    "mlp.embed": "trained MLP",
    "dcnn.embed": "trained DCNN",
    "fusion.fused": "fused",
}
FACTORS = {
    "normalise": "L2-normalised",
    "augment": "augmented",
    "shuffled": "labels shuffled",
    "everywhere": "in each set",
    "trained_on": "trained on",
    "learning_rate": "rate",
}
LEARNED = ("mlp.embed", "dcnn.embed", "fusion.fused")
#: Whether lions were learned from -> how the mark looks; how intervals and seeds do.
LOOKS = {False: {"marker": "o", "color": COLOURS["accent"]}, True: {"marker": "D", "color": COLOURS["holds"]}}
BAR: Mapping[str, float] = {"linewidth": 2, "alpha": 0.5}
FAINT: Mapping[str, float] = {"markersize": 3.2, "alpha": 0.35, "markeredgewidth": 0}
#: The factor that keeps what was cut from the query's own photograph out of its ranking.
APART = "same_photo"


@dataclass(frozen=True)
class Row:
    """One line of the figure: a name, and a sample of MAP@R in per cent for each suffix of ``SETS`` that was scored.

    ``apart``: the same where no ranking holds what was cut from the query's own photograph.
    """

    label: str
    learned: bool
    samples: Mapping[str, Sample]
    apart: Mapping[str, Sample] = field(default_factory=dict)


def rows(requests: Sequence[Request], store: Store) -> list[Row]:
    """Return what the record holds of the lions, of all that the claims ask for; what it lacks is left out."""
    source = reader(store)
    found = []
    for name, words in NAMES.items():
        asked = [request for request in requests if request.data == DATA and request.experiment.name == name]
        without = {_same(request): request for request in asked if not request.factors.get(APART, True)}
        with_all = [request for request in asked if request.factors.get(APART, True)]
        for request in sorted(with_all, key=lambda request: (len(chosen(request)), request.key)):
            samples = _samples(source, request)
            if samples:
                twin = without.get(_same(request))
                apart = _samples(source, twin) if twin else _samples(source, request, "/apart")
                found.append(Row(" ".join([words, *chosen(request)]), name in LEARNED, samples, apart))
    return found


def _same(request: Request) -> str:
    """Return what is equal for requests that differ in nothing but the photograph."""
    factors = {name: value for name, value in request.factors.items() if name != APART}
    return json.dumps([factors, request.seeds.start], sort_keys=True)


def _samples(source: Source, request: Request, of: str = "") -> dict[str, Sample]:
    """Return, by set of lions, what every kept result of a complete request scores."""
    kept, _ = source.kept(request)
    scored = {suffix: f"map_at_r{of}{suffix}" for suffix in SETS}
    there = {suffix: name for suffix, name in scored.items() if kept and all(name in entry.scores for entry in kept)}
    return {suffix: compose(request, kept, name, "", "").scaled(100) for suffix, name in there.items()}


def draw(material: Material) -> Drawn | None:
    """Draw a panel for each set of lions, a line for each method; None where the record holds none."""
    lines = rows(material.requests, material.store)
    if not lines:
        return None
    says = "MAP@R of the lions by method and by the set of lions that is scored; the table below has each figure."
    table = [
        (line.label, *(_written(line.samples.get(suffix)) for suffix in SETS), _written(line.apart.get("")))
        for line in lines
    ]

    tall = 1.45 + 0.27 * len(lines)
    wide, narrow = both(
        "lions", says, partial(_paint, lines), {False: tall, True: len(SETS) * (0.7 + 0.24 * len(lines))}
    )
    return Drawn(wide, narrow, says, ("method", *SETS.values(), "19, photograph out"), table)


def _paint(lines: Sequence[Row], picture: Any, narrow: bool) -> None:
    shape = (len(SETS), 1) if narrow else (1, len(SETS))
    panels = picture.subplots(*shape, sharex=True, sharey=True)
    for panel, (suffix, title) in zip(panels, SETS.items(), strict=True):
        _panel(panel, lines, suffix, title)
    labels = [line.label for line in lines]
    panels[0].set_yticks(range(len(lines)), labels, fontsize=9)
    for panel in panels if narrow else ():
        name_above(panel, labels)
    panels[0].set_ylim(len(lines) - 0.4, -1.0)


def _written(sample: Sample | None) -> str:
    if sample is None:
        return ""
    interval = _interval(sample)
    return f"{sample.mean:.2f}" + (f" ({interval[0]:.2f} to {interval[1]:.2f})" if interval else "")


def _interval(sample: Sample) -> tuple[float, float] | None:
    """Return the interval, over animals too where they were resampled; seeds that all give the same are no error."""
    return list(replace(sample, random=False).estimates().values())[-1].interval()


def _panel(panel: Any, lines: Sequence[Row], suffix: str, title: str) -> None:
    samples = [line.samples[suffix] for line in lines if suffix in line.samples]
    chance = next((sample.chance for sample in samples if sample.chance), None)
    _axis(panel, title, chance)
    for learned, look in LOOKS.items():
        own = [(at, line) for at, line in enumerate(lines) if line.learned == learned]
        _marks(panel, [(at, line.samples[suffix]) for at, line in own if suffix in line.samples], look)
        apart = [(at + 0.3, line.apart[suffix]) for at, line in own if suffix in line.apart]
        _marks(panel, apart, look | {"markerfacecolor": COLOURS["paper"]})


def _axis(panel: Any, title: str, chance: float | None) -> None:
    """Set the scale, and draw what is no row of ours: the paper's figures, those that it quotes, and chance."""
    from matplotlib.ticker import FixedLocator, NullLocator

    panel.set_xscale("log")
    panel.axvspan(*PAPER, color=COLOURS["bad"], alpha=0.28, linewidth=0, zorder=1)
    panel.axvline(DLAMINI, color=COLOURS["open"], linewidth=1.2, zorder=1)
    if chance:
        panel.axvline(chance, color=COLOURS["soft"], linewidth=1.2, linestyle=(0, (3, 2)), zorder=1)
    top = {"y": -0.62, "fontsize": 8, "va": "center"}
    panel.text(PAPER[1] * 1.03, s="paper", color=COLOURS["bad"], ha="left", **top)
    panel.text(DLAMINI * 0.95, s="Dlamini", color=COLOURS["open"], ha="right", **top)
    panel.set_title(f"{title} (chance {chance:.2f})" if chance else title, fontsize=9, loc="right")
    panel.set_xlabel("MAP@R per class, %")
    panel.set_xlim(0.2, 130)
    ticks = [0.3, 1, 3, 10, 30, 100]
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_xticklabels([f"{tick:g}" for tick in ticks])
    panel.grid(axis="x")
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)


def _marks(panel: Any, placed: Sequence[tuple[float, Sample]], look: Mapping[str, str]) -> None:
    """Draw intervals as bars, seeds as faint points and their means as markers; a hollow one has no points.

    Each kind is one artist: one a sample took ten times as long to draw.
    """
    spans = [(at, interval) for at, sample in placed if (interval := _interval(sample))]
    lows, highs = [max(low, 0.05) for _, (low, _) in spans], [high for _, (_, high) in spans]
    panel.hlines([at for at, _ in spans], lows, highs, color=look["color"], **BAR)
    if "markerfacecolor" not in look:
        seeds = [(value, at) for at, sample in placed if sample.n > 1 for value in sample.values]
        panel.plot([value for value, _ in seeds], [at for _, at in seeds], "o", color=look["color"], **FAINT)
    panel.plot([sample.mean for _, sample in placed], [at for at, _ in placed], linestyle="", markersize=5.5, **look)


def chosen(request: Request) -> list[str]:
    """Return the factors that are no defaults of the experiment, in words; pretrained weights go with the backbone."""
    defaults = request.experiment.defaults
    others = {name: value for name, value in request.factors.items() if value != defaults[name] and name != "weights"}
    words = ["random"] if request.factors.get("weights") == "none" else []
    for name, value in others.items():
        called = FACTORS.get(name, name)
        if value is True:
            words.append(called)
        elif isinstance(value, str):
            words.append(f"{called} {value}" if name in FACTORS else value)
        else:
            words.append(
                f"{called} {'x'.join(map(str, value)) if isinstance(value, list | tuple) else json.dumps(value)}"
            )
    return words


FIGURE = Figure(
    "lions",
    "What finds lions: every row of the record",
    "MAP@R per class on the three sets of lions that the paper may have scored, log scale. Faint points are seeds, "
    "the large mark their mean (a diamond where lions were learned from), the bar its 90 % interval. Dashed: "
    "chance, the exact expectation of a random order. Red band: the paper's three rows, 0.74 to 0.93 (Table III). "
    "Violet: 20.8, the best the paper quotes from Dlamini & van Zyl 2021. Hollow, a little "
    "below: the same without images cut from the query's own photograph in its ranking, where that was measured.",
    draw,
    "The record holds no score of lions yet: `reproduce run 'baselines.*'` makes the first rows.",
    ("B.histogram.19", "III.dlamini@MobileNetV2", "B.below-chance.19", "why.best.apart@MobileNetV2"),
    behind=True,
)
