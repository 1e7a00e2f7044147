"""The figures of the page, in its order; each is drawn in a module of its own. A new one is one line here."""

from reproduce.report import (
    figures_constant,
    figures_curves,
    figures_forest,
    figures_pairs,
    figures_readings,
    lions,
)
from reproduce.report.drawing import Figure

__all__ = ["FIGURES"]

FIGURES: tuple[Figure, ...] = (
    lions.FIGURE,
    figures_forest.FIGURE,
    figures_readings.FIGURE,
    figures_curves.FIGURE,
    figures_constant.FIGURE,
    figures_pairs.FIGURE,
)
