"""The figures of the page, in its order; each is drawn in a module of its own. A new one is one line here."""

from reproduce.report.drawing import Figure
from reproduce.report.figures import constant, curves, forest, lions, pairs, readings

__all__ = ["FIGURES"]

FIGURES: tuple[Figure, ...] = (
    lions.FIGURE,
    forest.FIGURE,
    readings.FIGURE,
    curves.FIGURE,
    constant.FIGURE,
    pairs.FIGURE,
)
