"""The readings as two drawings in one SVG: the specification curve, and the plane of lions against other cattle."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.report.drawing import COLOURS
from reproduce.verdicts.readings import SETS, Printed, Reading, by_chance, one_draw

__all__ = ["alternative", "draw", "paint"]

#: Colours that differ in lightness too, and a marker each: nothing is told by colour alone.
LOOKS = {"19": (COLOURS["fails"], "o"), "75": (COLOURS["accent"], "s"), "94": (COLOURS["soft"], "^")}


def draw(readings: Sequence[Reading], rows: Mapping[str, Printed], paper: tuple[float, float], path: Path) -> None:
    """Write the drawing to ``path`` (.svg or .png).

    ``paper``: its own point, what its cattle gained (per cent of what was left) and its lions' score, MAP@R %.
    """
    if path.suffix not in (".svg", ".png"):
        raise InvalidInputError(f"{path}: a drawing ends in .svg or .png")
    if not readings:
        raise InvalidInputError("no reading is in the record yet; `reproduce run dcnn.embed` makes them")
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with plt.rc_context({"svg.fonttype": "none", "font.size": 9, "svg.hashsalt": "readings"}):
        figure = plt.figure(figsize=(12, 5), layout="constrained")
        paint(figure, readings, rows, paper)
        what = {"Date": None, "Title": "Readings", "Description": alternative(readings, dict(rows), paper)}
        figure.savefig(path, metadata=what if path.suffix == ".svg" else None, dpi=110)
        plt.close(figure)


def paint(
    picture: Any,
    readings: Sequence[Reading],
    rows: Mapping[str, Printed],
    paper: tuple[float, float],
    narrow: bool = False,
) -> None:
    """The curve and the plane on an empty matplotlib figure, side by side, or one below the other where narrow."""
    curve, plane = picture.subplots(2, 1) if narrow else picture.subplots(1, 2, width_ratios=(3, 2))
    _curve(curve, readings, rows)
    _plane(plane, readings, paper)


def alternative(readings: Sequence[Reading], rows: dict[str, Printed], paper: tuple[float, float]) -> str:
    """The drawing in words, for whoever does not see it."""
    tried, met, expected = by_chance(readings, rows)
    means = sorted(score.mean for one in readings for score in one.scores.values())
    return (
        f"{tried} scores of lions under {len(readings)} readings, in MAP@R per cent from {means[0]:.2f} to "
        f"{means[-1]:.2f}; {met} meet the printed row, {expected:.1f} would by chance. The paper's point lies at "
        f"a gain of {paper[0]:.0f} % on cattle (one draw of nine animals moves it by {one_draw(readings):.0f}, 90 %) "
        f"and {paper[1]} on lions."
    )


def _curve(axes: Any, readings: Sequence[Reading], rows: Mapping[str, Printed]) -> None:
    points = sorted(
        ((score, lions, row) for one in readings for (row, lions), score in one.scores.items()),
        key=lambda point: point[0].mean,
    )
    for lions in SETS:
        colour, marker = LOOKS[lions]
        places = [place for place, (_, of, _) in enumerate(points) if of == lions]
        scores = [points[place][0] for place in places]
        spans = [score.interval() or (score.mean, score.mean) for score in scores]
        axes.vlines(places, [max(low, 0.05) for low, _ in spans], [high for _, high in spans], colour, lw=1)
        axes.plot(places, [score.mean for score in scores], marker, color=colour, ms=4, label=f"{lions} lions")
        chances = [score.chance for score in scores if score.chance > 0]
        if chances:
            axes.axhline(chances[0], color=colour, lw=0.8, ls=":")
    low = min(row.region.lower for row in rows.values())
    high = max(row.region.upper for row in rows.values())
    axes.axhspan(low, high, color=COLOURS["soft"], alpha=0.3, lw=0, label="Table III, with its margin")
    axes.set(yscale="log", xlabel="reading, row and set of lions, by score", ylabel="MAP@R %, 90 % over seeds")
    axes.set_title("Each reading's score of the lions (dotted: chance)", fontsize=10)
    axes.legend(fontsize=8, loc="upper left")


def _plane(axes: Any, readings: Sequence[Reading], paper: tuple[float, float]) -> None:
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
    axes.set(yscale="log", xlabel="cattle: % of what was left to gain over an untrained layer", ylabel="lions, MAP@R %")
    axes.set_title("Lions against cattle (filled: whole network trained)", fontsize=10)
