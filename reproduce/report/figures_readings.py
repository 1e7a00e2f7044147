"""Which reading of what the paper leaves open gives its figures: the curve and the plane of ``reproduce readings``."""

from typing import Any

from reproduce.report.drawing import Drawn, Figure, Material, both
from reproduce.report.readings import alternative, paint
from reproduce.verdicts.readings import ROWS, SETS, collect, papers_point, printed

__all__ = ["FIGURE", "draw"]

#: Lines whose printed figures make the paper's own point.
POINT = ("II.64", "I.untrained", "III.64")


def draw(material: Material) -> Drawn | None:
    """None where no reading is measured, or no claim carries what Tables II and III print."""
    found, rows = collect(material.outcomes), printed(material.outcomes)
    figures = {one.spec.statement: one.spec.printed for one in material.outcomes if one.spec.printed}
    if not found or not rows or not set(POINT) <= set(figures):
        return None
    paper = papers_point(figures)
    says = alternative(found, rows, paper)

    def fill(picture: Any, narrow: bool) -> None:
        paint(picture, found, rows, paper, narrow)

    table = [
        (one.name, row, lions, f"{one.scores[row, lions].mean:.2f}", one.scores[row, lions].against(rows[row]))
        for one in found
        for row in ROWS
        for lions in SETS
        if (row, lions) in one.scores and row in rows
    ]
    wide, narrow = both("readings", says, fill, {False: 4.6, True: 7.0})
    return Drawn(wide, narrow, says, ("reading", "row", "lions", "MAP@R %", "against the table"), table)


FIGURE = Figure(
    "readings",
    "Which reading gives the paper's figures",
    "Left (on a phone above): every reading of what the paper leaves open, by its score on the lions; the band is "
    "Table III with its margin. Right: each reading's lions against what it gains on other cattle, and the "
    "paper's own point.",
    draw,
    "No reading is measured yet; `reproduce run dcnn.embed` makes them, `reproduce readings` lists them.",
    ("II.64", "III.64"),
)
