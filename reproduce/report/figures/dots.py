"""The first picture: a few scores on one axis, each with its name and, where it is ours, its 90 % interval."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from reproduce.report.drawing import COLOURS, Drawn, both
from reproduce.report.headlines import Dot

__all__ = ["draw", "save", "words"]

#: Inches of a row, and of the axis with the title.
ROW, REST = 0.34, 0.75


def words(title: str, rows: Sequence[Dot]) -> str:
    """Return the picture in words."""
    return f"{title}: " + "; ".join(f"{row.says} {_figures(row)}" for row in rows) + "."


def draw(title: str, rows: Sequence[Dot]) -> Drawn:
    """Return the picture for the page, for a screen and for a phone."""
    said = words(title, rows)
    tall = REST + ROW * len(rows)
    wide, narrow = both("dots", said, partial(paint, title, rows), {False: tall, True: 1.6 * tall})
    return Drawn(wide, narrow, said)


def save(title: str, rows: Sequence[Dot], path: Path) -> None:
    """Write the picture as an SVG file, the same bytes for the same rows."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "dots", "font.size": 10}):
        picture = Figure(figsize=(8.5, REST + ROW * len(rows)), layout="constrained", facecolor="white")
        paint(title, rows, picture)
        picture.savefig(path, metadata={"Date": None, "Title": title, "Description": words(title, rows)})


def paint(title: str, rows: Sequence[Dot], picture: Any, narrow: bool = False) -> None:
    """Fill a matplotlib figure: the first row at the top, what the paper printed hollow, names above where narrow."""
    panel = picture.subplots()
    for at, row in enumerate(rows):
        colour = COLOURS["soft" if row.printed else "accent"]
        if row.interval is not None:
            panel.plot(row.interval, [at, at], color=colour, linewidth=2.4, alpha=0.5, solid_capstyle="butt")
        face = COLOURS["paper"] if row.printed else colour
        panel.plot(row.values, [at] * len(row.values), "o", color=colour, markerfacecolor=face, markersize=7)
        right = max([*row.values, *(row.interval or ())])
        panel.annotate(_figures(row), (right, at), xytext=(9, 0), textcoords="offset points", va="center", color=colour)
    panel.set_yticks([] if narrow else range(len(rows)), [] if narrow else [row.says for row in rows])
    for at, row in enumerate(rows if narrow else ()):
        panel.text(0, at - 0.4, row.says, va="center", fontsize=9)
    panel.set_ylim(len(rows) - 0.4, -0.8)
    top = max(max([*row.values, *(row.interval or ())]) for row in rows)
    panel.set_xlim(0, 1.2 * top)
    panel.set_title(title.replace(" that ", "\nthat ") if narrow else title, loc="left")
    panel.tick_params(axis="y", length=0)
    panel.grid(axis="x")
    for side in ("left", "top", "right"):
        panel.spines[side].set_visible(False)


def _figures(row: Dot) -> str:
    if len(row.values) > 1:
        return f"{min(row.values):g} to {max(row.values):g}"
    if row.printed:
        return f"{row.values[0]:g}"
    span = row.interval
    said = f" ({span[0]:.1f} to {span[1]:.1f})" if span and span[0] < span[1] else ""
    return f"{row.values[0]:.1f}{said}"
