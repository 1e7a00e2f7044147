"""The protocol variants as two drawings in one SVG: what scores what, and the plane of lions against other cattle."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.report.drawing import COLOURS
from reproduce.verdicts.explanations.readings import SETS, Printed, Reading, one_draw
from reproduce.verdicts.explanations.scored import Weighed
from reproduce.verdicts.judging.judge import from_seeds

__all__ = ["alternative", "draw", "height", "paint"]

#: A row's seeds by set of lions, MAP@R %.
Scores = dict[str, tuple[float, ...]]
#: Colours that differ in lightness too, and a marker each: nothing is told by colour alone.
LOOKS = {"19": (COLOURS["fails"], "o"), "75": (COLOURS["accent"], "s"), "94": (COLOURS["soft"], "^")}


#: Letters of a name that a phone has room for.
NARROWEST = 20


def draw(
    readings: Sequence[Reading],
    rows: Mapping[str, Printed],
    paper: tuple[float, float],
    path: Path,
    weighed: Sequence[Weighed] = (),
) -> None:
    """Write the drawing to ``path`` (.svg or .png).

    ``paper``: its own point, what its cattle gained (per cent of what was left) and its lions' score, MAP@R %.
    ``weighed``: the yardsticks and rivals beside the readings.
    """
    if path.suffix not in (".svg", ".png"):
        raise InvalidInputError(f"{path}: a drawing ends in .svg or .png")
    if not readings:
        raise InvalidInputError("no protocol variant is in the record yet; `reproduce run dcnn.embed` makes them")
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with plt.rc_context({"svg.fonttype": "none", "font.size": 9, "svg.hashsalt": "readings"}):
        figure = plt.figure(figsize=(12, height(readings, weighed)), layout="constrained")
        paint(readings, rows, paper, weighed, figure)
        said = alternative(readings, dict(rows), paper, weighed)
        what = {"Date": None, "Title": "Protocol variants and rivals", "Description": said}
        figure.savefig(path, metadata=what if path.suffix == ".svg" else None, dpi=110)
        plt.close(figure)


def height(readings: Sequence[Reading], weighed: Sequence[Weighed]) -> float:
    """Return the inches that a line for each of them needs."""
    return max(4.6, 1.4 + 0.145 * sum(map(len, _groups(readings, weighed).values())))


def paint(
    readings: Sequence[Reading],
    rows: Mapping[str, Printed],
    paper: tuple[float, float],
    weighed: Sequence[Weighed],
    picture: Any,
    narrow: bool = False,
) -> None:
    """Draw scores and plane on an empty matplotlib figure, side by side, or one below the other where narrow."""
    beside = {"height_ratios": (2, 1)} if narrow else {"width_ratios": (3, 2)}
    scores, plane = picture.subplots(2, 1, **beside) if narrow else picture.subplots(1, 2, **beside)
    _scores(scores, readings, rows, weighed, narrow)
    _plane(plane, readings, paper, weighed)


def alternative(
    readings: Sequence[Reading],
    rows: dict[str, Printed],
    paper: tuple[float, float],
    weighed: Sequence[Weighed] = (),
) -> str:
    """Return the drawing in words, for whoever does not see it."""
    means = sorted(score.mean for one in readings for score in one.scores.values())
    near = [
        f"{one.rival.name} {score:.2f}"
        for one in weighed
        if one.rival.kind == "yardstick" and (score := one.mean("64", "75")) is not None
    ]
    return (
        f"{len(means)} scores of lions under {len(readings)} protocol variants, in MAP@R per cent from {means[0]:.2f} "
        f"to {means[-1]:.2f}, beside what knows no lion, of the 75: {', '.join(near) or 'not measured'}. "
        f"The paper's point lies at a gain of {paper[0]:.0f} % on cattle (one draw of nine animals moves it by "
        f"{one_draw(readings):.0f}, 90 %) and {paper[1]} on lions, or {100 * paper[1]:.0f} if it is a fraction of one."
    )


def _groups(readings: Sequence[Reading], weighed: Sequence[Weighed]) -> dict[str, list[tuple[str, Scores]]]:
    """Return names with the row 64's seeds by set of lions: yardsticks, rivals, variants by their score of the 75."""
    found: dict[str, list[tuple[str, Scores]]] = {}
    for one in weighed:
        scores = {lions: one.scores["64", lions] for lions in SETS if ("64", lions) in one.scores}
        same = [name for name, known in found.get(one.rival.kind, []) if known == scores]
        if scores and not same:  # what another row tells apart is drawn once
            found.setdefault(one.rival.kind, []).append((one.rival.name, scores))
    of = [
        (one.name, {lions: one.scores["64", lions].values for lions in SETS if ("64", lions) in one.scores})
        for one in readings
    ]
    found["reading"] = sorted((one for one in of if one[1]), key=lambda one: fmean(one[1].get("75", (0.0,))))
    return found


def _scores(
    axes: Any, readings: Sequence[Reading], rows: Mapping[str, Printed], weighed: Sequence[Weighed], narrow: bool
) -> None:
    names: list[str] = []
    points: dict[str, list[tuple[Sequence[float], int]]] = {lions: [] for lions in SETS}
    for group in _groups(readings, weighed).values():
        if names:
            axes.axhline(len(names) - 0.5, color=COLOURS["rule"], lw=0.8)
        for name, scores in group:
            for lions, values in scores.items():
                points[lions].append((values, len(names)))
            names.append(name)
    for lions in SETS:
        colour, marker = LOOKS[lions]
        means = [fmean(values) for values, _ in points[lions]]
        spans = [from_seeds(values).interval() or (values[0], values[0]) for values, _ in points[lions]]
        places = [place for _, place in points[lions]]
        axes.hlines(places, [max(low, 0.05) for low, _ in spans], [high for _, high in spans], colour, lw=1)
        axes.plot(means, places, marker, color=colour, ms=4, label=f"{lions} lions")
        chances = [one.scores["64", lions].chance for one in readings if ("64", lions) in one.scores]
        if chances:
            axes.axvline(chances[0], color=colour, lw=0.8, ls=":")
    low = min(row.region.lower for row in rows.values())
    high = max(row.region.upper for row in rows.values())
    for unit, said, strength in ((1, "Table III, with its margin", 0.3), (100, "the same, if fractions", 0.15)):
        axes.axvspan(low * unit, min(high * unit, 100), color=COLOURS["soft"], alpha=strength, lw=0, label=said)
    shown = [_short(name) for name in names] if narrow else names
    axes.set_yticks(range(len(names)), shown, fontsize=5 if narrow else 6)
    axes.set(xscale="log", xlim=(0.2, 130), ylim=(len(names) - 0.5, -0.5), xlabel="64-d, MAP@R %, 90 % over seeds")
    axes.set_title("What scores what of the lions" + ("" if narrow else " (dotted: chance)"), fontsize=10)
    axes.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.3, -0.06), ncol=2 if narrow else 5)


def _short(name: str) -> str:
    """Shorten a name for a phone: the network that most readings share is left out."""
    plain = name.removeprefix("MobileNetV2.").removeprefix("MobileNetV2-")
    return plain if len(plain) <= NARROWEST else f"{plain[: NARROWEST - 1]}…"


def _yardsticks(axes: Any, weighed: Sequence[Weighed]) -> None:
    for one in weighed:
        scores = {lions: score for lions in SETS if (score := one.mean("64", lions))}
        if one.rival.kind != "yardstick" or one.mean_gain is None or not scores or one.rival.name == "untrained-64":
            continue  # untrained-64 is untrained in the row 64
        for lions, score in scores.items():
            axes.plot(one.mean_gain, score, "D", color=LOOKS[lions][0], ms=4, mec=COLOURS["ink"], mew=0.6)
        top = (one.mean_gain, max(scores.values()))
        axes.annotate(one.rival.name, top, textcoords="offset points", xytext=(0, 5), ha="center", fontsize=6)


def _plane(axes: Any, readings: Sequence[Reading], paper: tuple[float, float], weighed: Sequence[Weighed]) -> None:
    _yardsticks(axes, weighed)
    for lions in SETS:
        colour, marker = LOOKS[lions]
        for one in readings:
            cattle, score = one.cattle, one.scores.get(("64", lions))
            if cattle is None or score is None:
                continue
            axes.plot(
                cattle.gain, score.mean, marker, color=colour, ms=6, mfc=colour if "whole" in one.name else "none"
            )
            if cattle.interval:
                axes.hlines(score.mean, *cattle.interval, color=colour, lw=0.5, alpha=0.6)
    moved = one_draw(readings)
    axes.errorbar(*paper, xerr=moved, fmt="*", color=COLOURS["ink"], ms=14, capsize=4)
    said = "the paper (bar: one draw of nine, 90 %)"
    axes.annotate(said, paper, textcoords="offset points", xytext=(0, -30), ha="center", fontsize=8)
    axes.set_ylim(0.3, 130)
    axes.set(yscale="log", xlabel="cattle: % gained of what was left", ylabel="lions, MAP@R %")
    axes.set_title("Lions against cattle (diamond: yardstick)", fontsize=10)
