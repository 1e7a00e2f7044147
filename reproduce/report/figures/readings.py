"""Which reading of what the paper leaves open gives its figures: the curve and the plane of ``reproduce readings``."""

from functools import partial

from reproduce.report.drawing import Drawn, Figure, Material, both
from reproduce.report.figures.plane import alternative, height, paint
from reproduce.verdicts.explanations.readings import ROWS, SETS, collect, papers_point, printed
from reproduce.verdicts.explanations.scored import Weighed, digits_of, measure

__all__ = ["FIGURE", "draw"]

#: Lines whose printed figures make the paper's own point.
POINT = ("II.64", "I.untrained", "III.64")


def draw(material: Material) -> Drawn | None:
    """Draw it; None where no reading is measured, or no claim carries what Tables II and III print."""
    found, rows = collect(material.outcomes), printed(material.outcomes)
    figures = {one.spec.statement: one.spec.printed for one in material.outcomes if one.spec.printed}
    if not found or not rows or not set(POINT) <= set(figures):
        return None
    paper, weighed = papers_point(figures), list[Weighed]()
    if material.claims is not None:
        weighed = measure(material.claims, material.outcomes, material.source, digits_of(material.outcomes))
    says = alternative(found, rows, paper, weighed)
    tall = height(found, weighed)
    table = [
        (one.name, row, lions, f"{one.scores[row, lions].mean:.2f}", one.scores[row, lions].against(rows[row]))
        for one in found
        for row in ROWS
        for lions in SETS
        if (row, lions) in one.scores and row in rows
    ]
    wide, narrow = both("readings", says, partial(paint, found, rows, paper, weighed), {False: tall, True: 1.5 * tall})
    return Drawn(wide, narrow, says, ("variant", "row", "lions", "MAP@R %", "against the table"), table)


FIGURE = Figure(
    "readings",
    "Which protocol variant gives the paper's figures",
    "Left (on a phone above): what knows no lion, what else might have printed the table, and every variant of what "
    "the paper leaves open, by its score on the lions; the bands are Table III with its margin in per cent and, paler, "
    "if it prints fractions of one. Right: each variant's lions against what it gains on other cattle, and the "
    "paper's own point.",
    draw,
    "No variant is measured yet; `reproduce run dcnn.embed` makes them, `reproduce readings` lists them.",
    ("II.64", "III.64"),
)
