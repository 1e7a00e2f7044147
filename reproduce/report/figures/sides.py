"""Claims as a drawing: both sides of each comparison, or the score and its bound, one row a claim, the words beside."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.cells import figure as as_text

__all__ = ["alternative", "draw", "shown"]

#: Verdict -> colour; its word stands at the row's end, so nothing is told by colour alone.
LOOKS = {Verdict.REPRODUCED: "#1b6e3c", Verdict.NOT_REPRODUCED: "#a4303f"}
#: How marks, lines and words look.
FILLED: Mapping[str, Any] = {"markersize": 6}
HOLLOW: Mapping[str, Any] = {"markersize": 6, "markerfacecolor": "white"}
BETWEEN: Mapping[str, Any] = {"linewidth": 1.4, "alpha": 0.6}
INTERVAL: Mapping[str, Any] = {"linewidth": 2, "alpha": 0.5}
BOUND: Mapping[str, Any] = {"linewidth": 1.2, "color": "black"}
WORD: Mapping[str, Any] = {"va": "center", "fontsize": 8}


def shown(outcomes: Sequence[Outcome], prefix: str) -> list[Outcome]:
    """Return the judged claims whose id begins with ``prefix``, in their own order; an error where there is none."""
    found = [one for one in outcomes if one.spec.id.startswith(prefix) and one.ours is not None]
    if not found:
        raise InvalidInputError(
            f"no claim that begins with {prefix!r} is in the record; `reproduce claims list` shows all"
        )
    return found


def draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write the drawing to ``path``, .svg (with its words as the description) or .png."""
    if path.suffix not in (".svg", ".png"):
        raise InvalidInputError(f"{path}: a drawing ends in .svg or .png")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "sides", "font.size": 9}):
        picture = Figure(figsize=(9.5, 1.1 + 0.32 * len(outcomes)), layout="constrained")
        _paint(picture.subplots(), outcomes)
        what = {"Date": None, "Title": outcomes[0].spec.group, "Description": alternative(outcomes)}
        picture.savefig(path, metadata=what if path.suffix == ".svg" else None, dpi=110)


def alternative(outcomes: Sequence[Outcome]) -> str:
    """Return the drawing in words, a sentence a row."""
    return " ".join(f"{one.spec.id}: {_words(one)}." for one in outcomes)


def _words(one: Outcome) -> str:
    span = f" ({as_text(one.interval[0], one)} to {as_text(one.interval[1], one)})" if one.interval else ""
    end = f"{span}, {one.paper} required, {one.told}"
    if one.sides:
        ours, other = (as_text(side, one) for side in one.sides)
        return f"{ours} against {other}, a difference of {as_text(one.ours, one)}{end}"
    return f"{as_text(one.ours, one)}{end}"


def _paint(axes: Any, outcomes: Sequence[Outcome]) -> None:
    for row, one in enumerate(outcomes):
        _row(axes, row, one)
    axes.set_yticks(range(len(outcomes)), [one.spec.id for one in outcomes])
    axes.set_ylim(len(outcomes) - 0.4, -0.6)
    axes.set_xlabel(f"{outcomes[0].spec.unit}; filled: the side named first, hollow: the other, bar: a bound")
    axes.grid(axis="x", color="#e5e7eb", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _row(axes: Any, row: int, one: Outcome) -> None:
    colour = LOOKS.get(one.verdict, "#4d4d4d")
    if one.sides:
        ours, other = one.sides
        axes.plot([ours, other], [row, row], color=colour, **BETWEEN)
        axes.plot([other], [row], "o", markeredgecolor=colour, **HOLLOW)
        axes.plot([ours], [row], "o", color=colour, **FILLED)
    else:
        if one.interval:
            axes.plot(one.interval, [row, row], color=colour, **INTERVAL)
        axes.plot([one.ours], [row], "o", color=colour, **FILLED)
        for edge in (one.lower, one.upper):
            if edge is not None:
                axes.plot([edge, edge], [row - 0.3, row + 0.3], **BOUND)
    axes.annotate(one.told, (1.01, row), xycoords=("axes fraction", "data"), color=colour, **WORD)
