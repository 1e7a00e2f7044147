"""What ``reproduce score`` prints: every figure beside its chance level, as a table or as JSON."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reproduce import __version__, text
from reproduce.errors import one_line
from reproduce.metrics.sanity import listed
from reproduce.metrics.scored import Scored, named

__all__ = ["as_json", "print_scores"]

_METRIC = {
    "name": "MAP@R",
    "definition": "AP@R of a query is 1/R times the sum, over ranks i <= R of its own animal, of the precision at i; "
    "R is the number of other images of its animal (Musgrave et al. 2020)",
    "average": "per class: the mean within each animal, then over animals; per query: over all queries",
}


def as_json(scored: Scored) -> str:
    """Return all figures as JSON: fractions of 1, means per class and per query, chance levels, MAP@R of each class.

    Beside them what was scored: version, metric, N, animals, the gallery's, lone animals by name, warnings, and
    the intervals where these were asked for.
    """
    scores = scored.scores
    content: dict[str, Any] = {
        "version": __version__,
        "metric": _METRIC | {"precision": scored.dtype, "distance": scored.distance},
        "labels checked": scored.checked,
        "notes": list(scored.notes),
        "N": scored.images,
        "animals": scored.animals,
        "per class": named(scores),
        "per class, chance": named(scores.at_chance),
        "per query": named(scores.query),
        "per query, chance": named(scores.query_at_chance),
        "classes": {str(label): value for label, value in scores.per_class.items()},
        "queries": scores.queries,
        "lone classes": scores.lone,
        "lone": list(scored.lone),
        "warnings": list(scored.warnings),
    }
    if scored.across:
        content["across encounters"] = vars(scored.across)
    if scored.gallery:
        content["gallery"] = dict(zip(("N", "animals"), scored.gallery, strict=True))
    if scored.intervals:
        content["interval"] = {
            "confidence": 0.9,
            "method": "delete-one-animal jackknife, Student's t",
            **{average: {name: list(ends) for name, ends in of.items()} for average, of in scored.intervals.items()},
        }
    return text.as_json(content)


def print_scores(scored: Scored, console: Console, each_class: bool = False) -> None:
    """Print a table of all figures in percent, the animals not in the means, and MAP@R of each class on request."""
    scores = scored.scores
    against = ""
    if scored.gallery:
        against = f" against {text.many(scored.gallery[0], 'image')} of {scored.gallery[1]:,}"
    asked = f"{text.many(scores.queries, 'query', 'queries')} of {text.many(scores.classes, 'class', 'classes')}"
    table = Table(title=f"{asked}{against}, %")
    table.add_column("")
    for heading in ("per class", "chance", "per query", "chance"):
        table.add_column(heading, justify="right", style="dim" if heading == "chance" else "")
    sides = [named(side) for side in (scores, scores.at_chance, scores.query, scores.query_at_chance)]
    for name in sides[0]:
        table.add_row(name, *(_percent(side[name]) for side in sides))
    console.print(table)
    for line in (f"distance: {scored.distance}", *scored.notes):
        console.print(one_line(line), style="dim", markup=False, highlight=False, soft_wrap=True)
    if scored.across:
        found = scored.across
        ends = f" ({' – '.join(map(_percent, found.interval))})" if found.interval else ""
        figures = f"MAP@R {_percent(found.map_at_r)}{ends}, chance {_percent(found.chance)}, precision at 1 "
        pairs = text.many(found.pairs, "pair")
        said = f"across encounters ({found.column}), {pairs} of one encounter apart, per class: {figures}"
        console.print(one_line(said + _percent(found.precision_at_1)), markup=False, highlight=False, soft_wrap=True)
    if scored.intervals:
        _print_intervals(scored, console)
    if scores.lone:
        console.print(
            one_line(f"{_lone(scored)}: {listed(list(scored.lone))}"), markup=False, highlight=False, soft_wrap=True
        )
    if each_class:
        table = Table("class", title="MAP@R of each class, %")
        table.add_column("MAP@R", justify="right")
        for label, value in scores.per_class.items():
            table.add_row(escape(one_line(str(label))), _percent(value))
        console.print(table)


def _print_intervals(scored: Scored, console: Console) -> None:
    table = Table(title="90 % intervals over animals: each left out in turn, %")
    table.add_column("")
    for average in scored.intervals:
        table.add_column(average, justify="right")
    for name in named(scored.scores):
        ends = [of.get(name) for of in scored.intervals.values()]
        table.add_row(name, *(" – ".join(map(_percent, pair)) if pair else "" for pair in ends))
    console.print(table)


def _lone(scored: Scored) -> str:
    count = scored.scores.lone
    if scored.gallery:
        return f"{count:,} {'class is' if count == 1 else 'classes are'} not in the gallery and not in the means"
    plural = "class of one image is" if count == 1 else "classes of one image are"
    return f"{count:,} {plural} in the rankings of the others and not in the means"


def _percent(value: float) -> str:
    return f"{value:.2%}"[:-1]
