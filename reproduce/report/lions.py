"""The figure at the head of the page: what finds lions, with and without learning, beside the paper's own figures."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reproduce.experiments.registry import Experiment
from reproduce.record import Entry, Store
from reproduce.verdicts.requests import Request
from reproduce.verdicts.sample import Sample
from reproduce.verdicts.source import Source, compose

__all__ = ["Row", "chosen", "draw", "rows"]

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
}
FACTORS = {"normalise": "L2-normalised", "augment": "augmented"}
LEARNED = ("mlp.embed", "dcnn.embed")


@dataclass(frozen=True)
class Row:
    """One line of the figure: a name, and a sample of MAP@R in per cent for each suffix of ``SETS``."""

    label: str
    learned: bool
    samples: Mapping[str, Sample]


def rows(requests: Sequence[Request], store: Store) -> list[Row]:
    """What the record holds of the lions, of all that the claims ask for; what it lacks is left out."""
    source = Source(store, _never, set())
    found = []
    for name, words in NAMES.items():
        asked = [request for request in requests if request.data == DATA and request.experiment.name == name]
        for request in sorted(asked, key=lambda request: (len(chosen(request)), request.key)):
            kept, _ = source.kept(request)
            if not kept or any(f"map_at_r{suffix}" not in entry.scores for suffix in SETS for entry in kept):
                continue
            samples = {suffix: compose(request, kept, f"map_at_r{suffix}", "", "").scaled(100) for suffix in SETS}
            found.append(Row(" ".join([words, *chosen(request)]), name in LEARNED, samples))
    return found


def draw(lines: Sequence[Row]) -> str:
    """The figure as an ``<svg>`` element that refers to nothing outside, or "" where there is nothing to draw."""
    if not lines:
        return ""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Text stays text, in the page's own font; the salt makes the same record give the same bytes.
    style: Any = {"svg.fonttype": "none", "svg.hashsalt": "reproduce", "font.family": "sans-serif", "font.size": 9}
    with mpl.rc_context(style):
        picture = Figure(figsize=(11, 1.45 + 0.3 * len(lines)), layout="constrained")
        panels = picture.subplots(1, len(SETS), sharex=True, sharey=True)
        for panel, (suffix, title) in zip(panels, SETS.items(), strict=True):
            _panel(panel, [line.samples[suffix] for line in lines], [line.learned for line in lines], title)
        panels[0].set_yticks(range(len(lines)), [line.label for line in lines])
        panels[0].set_ylim(len(lines) - 0.4, -1.0)
        written = io.StringIO()
        picture.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _inline(written.getvalue())


def _panel(panel, samples: Sequence[Sample], learned: Sequence[bool], title: str) -> None:  # type: ignore[no-untyped-def]
    from matplotlib.ticker import FixedLocator, NullLocator

    panel.set_xscale("log")
    panel.axvspan(*PAPER, color="#d1495b", alpha=0.28, linewidth=0)
    panel.axvline(DLAMINI, color="#6b4fa0", linewidth=1.2)
    chance = next((sample.chance for sample in samples if sample.chance), None)
    if chance:
        panel.axvline(chance, color="#555555", linewidth=1.2, linestyle=(0, (3, 2)))
    for row, (sample, trained) in enumerate(zip(samples, learned, strict=True)):
        colour = "#00798c" if trained else "#3d5a80"
        interval = list(sample.estimates().values())[-1].interval()  # over animals too, where they were resampled
        if interval:
            panel.plot([max(interval[0], 0.05), interval[1]], [row, row], color=colour, linewidth=2, alpha=0.5)
        if sample.n > 1:
            panel.plot(
                sample.values, [row] * sample.n, "o", color=colour, markersize=3.2, alpha=0.35, markeredgewidth=0
            )
        panel.plot([sample.mean], [row], "D" if trained else "o", color=colour, markersize=5.5)
    top = {"y": -0.62, "fontsize": 8, "va": "center"}
    panel.text(PAPER[1] * 1.03, s="paper", color="#a4303f", ha="left", **top)
    panel.text(DLAMINI * 0.95, s="Dlamini", color="#6b4fa0", ha="right", **top)
    panel.set_title(f"{title} (chance {chance:.2f})" if chance else title, fontsize=10)
    panel.set_xlabel("MAP@R per class, %")
    panel.set_xlim(0.2, 130)
    ticks = [0.3, 1, 3, 10, 30, 100]
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_xticklabels([f"{tick:g}" for tick in ticks])
    panel.grid(axis="x", color="#e5e7eb", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)


def _inline(written: str) -> str:
    """Without the prologue and the name spaces, which HTML's own parser supplies: they read as addresses."""
    element = written[written.index("<svg") :]
    element = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", element)
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    head, rest = element.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="MAP@R of the lions by method and evaluation set">{rest}'.strip()


def chosen(request: Request) -> list[str]:
    """The factors that are not the experiment's own defaults, as words; pretrained weights go with the backbone."""
    defaults = request.experiment.factors()
    others = {name: value for name, value in request.factors.items() if value != defaults[name] and name != "weights"}
    words = ["random"] if request.factors.get("weights") == "none" else []
    for name, value in others.items():
        if value is True:
            words.append(FACTORS.get(name, name))
        elif isinstance(value, str):
            words.append(value)
        else:
            words.append(
                f"{name} {'x'.join(map(str, value)) if isinstance(value, list | tuple) else json.dumps(value)}"
            )
    return words


def _never(experiment: Experiment, data: str, seed: int, factors: Mapping[str, Any]) -> Entry:
    raise AssertionError("the page measures nothing")
