"""Figures as SVG inside the page: text stays text, colours follow the page, nothing outside is referred to."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from html import escape
from pathlib import Path
from typing import Any

from reproduce.cache import digest, text
from reproduce.record import Store
from reproduce.report.evidence import reader
from reproduce.running.request import Request
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.answers import Source

__all__ = ["COLOURS", "NARROW", "WIDE", "Drawn", "Figure", "Material", "both", "name_above", "svg"]

#: The page's own colours by name; in the page each follows light and dark (style.css).
COLOURS = {
    "ink": "#1b2430",
    "soft": "#52606d",
    "rule": "#d9dee5",
    "paper": "#ffffff",
    "good": "#146c43",
    "bad": "#b02a37",
    "holds": "#0b6478",
    "fails": "#9a4a00",
    "open": "#5b3fa8",
    "accent": "#1551b5",
}
#: Inches of a figure on a screen and on a phone, whose text is then as large.
WIDE, NARROW = 11.0, 4.1
#: Drawings that are kept: some pages' worth.
MOST = 100


@dataclass(frozen=True)
class Material:
    """What a figure is drawn from: the verdicts, and what the claims asked of the record."""

    outcomes: Sequence[Outcome]
    requests: Sequence[Request]
    store: Store
    #: The folder of the claims, for what stands in files beside them; none where there is no folder.
    claims: Path | None = None

    @cached_property
    def source(self) -> Source:
        """Return the record, which measures nothing."""
        return reader(self.store)


@dataclass(frozen=True)
class Drawn:
    """A figure for a screen and for a phone, what it shows in words, and its figures as a table."""

    wide: str
    narrow: str
    says: str
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Figure:
    """A place on the page: ``draw`` gives None where the record lacks what it shows; ``missing`` then says so.

    ``behind``: it is long and stands on the second page.
    """

    name: str
    title: str
    caption: str
    draw: Callable[[Material], Drawn | None]
    missing: str
    see: Sequence[str] = field(default=())
    behind: bool = False


def both(
    name: str,
    says: str,
    paint: Callable[[Any, bool], None],
    heights: Mapping[bool, float],
    constrained: bool = True,
) -> tuple[str, str]:
    """Return both drawings, wide and narrow; ``paint(picture, narrow)`` fills a Figure of ``heights[narrow]`` inches.

    Where not ``constrained``, ``paint`` sets the margins, which is three times as fast for many panels.
    """
    wide, narrow = (
        svg(f"{name}-{('w', 'n')[thin]}", says, paint, thin, heights[thin], constrained) for thin in (False, True)
    )
    return wide, narrow


def name_above(panel: Any, names: Sequence[str]) -> None:
    """Write each row's name above its line, as on a phone, where no margin holds it; what is drawn at 1 lies behind."""
    behind = {"facecolor": COLOURS["paper"], "edgecolor": "none", "pad": 0.6}
    for at, name in enumerate(names):
        where = panel.get_yaxis_transform()
        panel.text(0.0, at - 0.42, name, fontsize=6.5, transform=where, va="center", zorder=1.5, bbox=behind)
    panel.set_yticks([])


def svg(
    name: str,
    says: str,
    paint: Callable[[Any, bool], None],
    narrow: bool,
    height: float,
    constrained: bool = True,
) -> str:
    """Return one drawing as an ``<svg>`` element that reads as ``says`` to who does not see it.

    What a function shows that sees nothing but its arguments is drawn once and kept beside a digest of them, of this
    package's code, and of matplotlib's version and settings.
    """
    if not isinstance(paint, partial) or getattr(paint.func, "__closure__", None):
        return _drawn(name, says, paint, narrow, height, constrained)
    import matplotlib as mpl
    import msgspec

    from reproduce.running.cells import source_digest

    seen = paint.func.__module__, paint.func.__qualname__, paint.args, paint.keywords
    what = (*seen, name, says, narrow, height, constrained)
    try:
        shown = msgspec.msgpack.encode(what, enc_hook=lambda one: one.tolist())
    except (AttributeError, TypeError):  # neither plain nor an array: no digest of it
        return _drawn(name, says, paint, narrow, height, constrained)
    key = digest(source_digest(), mpl.__version__, sorted(mpl.rcParams.items()), shown)
    return text("drawings", key, lambda: _drawn(name, says, paint, narrow, height, constrained), most=MOST)


def _drawn(
    name: str, says: str, paint: Callable[[Any, bool], None], narrow: bool, height: float, constrained: bool
) -> str:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Picture

    ink, soft = COLOURS["ink"], COLOURS["soft"]
    # The salt makes the same record give the same bytes.
    style: Any = {
        **{"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif", "font.size": 9},
        **{"text.color": ink, "axes.labelcolor": soft, "axes.edgecolor": soft, "axes.titlesize": 10},
        **{"xtick.color": soft, "ytick.color": soft, "ytick.labelcolor": ink, "axes.facecolor": "none"},
        **{"figure.facecolor": "none", "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True},
        # No ticks stand at the top that a title would have to clear: looking for them takes an eighth of the time.
        **{"grid.color": COLOURS["rule"], "grid.linewidth": 0.6, "legend.frameon": False, "axes.titley": 1.0},
    }
    with mpl.rc_context(style):
        picture = Picture(figsize=(NARROW if narrow else WIDE, height), layout="constrained" if constrained else None)
        paint(picture, narrow)
        written = io.StringIO()
        # As `savefig` does, less its first drawing of all that no one sees.
        canvas: Any = FigureCanvasSVG(picture)  # which has no types
        canvas.print_svg(written, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return _inline(written.getvalue(), name, says)


def _inline(written: str, name: str, says: str) -> str:
    """Drop the prologue and the name spaces, which HTML's own parser supplies: they read as addresses."""
    element = written[written.index("<svg") :]
    element = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", element)
    element = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", element, flags=re.DOTALL)
    # An id that nothing refers to is of no use, and the others belong to this drawing alone.
    address = re.compile(r"(url\(#|href=\"#)([\w-]+)")  # a colour has a # too
    used = {found[2] for found in address.finditer(element)}
    element = re.sub(r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", element)
    element = address.sub(lambda found: f"{found[1]}{name}-{found[2]}", element)
    for colour, value in COLOURS.items():
        element = element.replace(value, f"var(--{colour}, {value})")
    # Hundredths of a point are enough for what is drawn, and not for what is written.
    element = re.sub(r"<[^>]*>", lambda found: re.sub(r"(\d+\.\d\d)\d+", r"\1", found[0]), element)
    element = re.sub(r"\n\s*", "\n", element)
    head, rest = element.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="{escape(says)}">{rest}'.strip()
