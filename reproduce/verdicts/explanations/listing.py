"""Yardsticks, rivals and the weights of readings as a table, as Markdown and as JSON."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reproduce.verdicts.explanations.readings import ROWS, SETS, Reading
from reproduce.verdicts.explanations.scored import NAMED, Digits, Weighed, Weight, weigh_readings

__all__ = ["SETS_ALONE", "as_json", "markdown", "table", "weight_as_json"]

#: What is free of a reading that is no rival: which lions were scored.
SETS_ALONE = ("lions",)
#: Less likely than that, as a ratio, is left out of a page.
LEAST = 1e-3


def as_json(weighed: Iterable[Weighed]) -> list[dict[str, Any]]:
    """Return each with its scores, forecasts and weight, named as the readings are: plain JSON values."""
    return [
        {
            "reading": one.rival.name,
            "kind": one.rival.kind,
            "says": one.rival.says,
            "scores": [
                {"row": row, "lions": lions, "ours": one.mean(row, lions), "n": len(values)}
                for (row, lions), values in one.scores.items()
            ],
            "gain": one.mean_gain,
            "forecasts": [{**each._asdict(), "kept": one.marks[each.row, each.lions]} for each in one.rival.forecasts],
            "gain_forecast": list(one.rival.gain),
            "seen_before": one.rival.seen,
            "missing": list(one.missing),
            **weight_as_json(one.weight, one.rival.choices),
        }
        for one in weighed
    ]


def weight_as_json(weight: Weight | None, choices: Sequence[str]) -> dict[str, Any]:
    """Return the weight's part of a reading's JSON."""
    return {
        "likelihood_ratio": weight.mean if weight else None,
        "likelihood_ratio_at_best": weight.best if weight else None,
        "likelihood_ratio_by_row": dict(weight.each) if weight else {},
        "rows_weighed": list(weight.rows) if weight else [],
        "ways": weight.ways if weight else 0,
        "fitted": list(choices),
    }


def table(weighed: Sequence[Weighed], readings: Sequence[Reading], digits: Digits) -> list[str]:
    """Return yardsticks, rivals by forecasts, each one's chance of the rows, what no match excludes; 80 columns."""
    lines = [f"{'what might have printed it':<27} {'row':<10} {'19':>9} {'75':>9} {'94':>9} {'gain %':>9}"]
    for kind, heading in (
        ("yardstick", "yardsticks: they know no lion"),
        ("rival", "rivals: ✓ as it was forecast ✗ not ? undecided · not run"),
    ):
        lines += ["", heading, *(line for one in weighed if one.rival.kind == kind for line in _lines(one))]
    return [*lines, "", *_weights(weighed, readings, digits), "", *_unexcluded(weighed, readings, digits)]


def _lines(one: Weighed) -> Iterator[str]:
    name, before = one.rival.name, list[str]()
    for row in dict.fromkeys([*one.rival.rows, *(each.row for each in one.rival.forecasts)]):
        told = {each.lions: f"{each.low:g}-{each.high:g}" for each in one.rival.forecasts if each.row == row}
        cells = [_cell(one.mean(row, lions), one.marks.get((row, lions), "")) for lions in SETS]
        gain = _cell(one.mean_gain, one.marks.get(("gain", "cattle"), "")) if row == "64" else ""
        if (not any(cells) or cells == before) and not told:
            continue  # no factor tells the row from the one before
        before, label = cells, row if "+" not in row else f" {row.partition('+')[2]}"
        yield f"{name:<27} {label:<10} " + " ".join(f"{cell:>9}" for cell in [*cells, gain])
        if told:
            ends = "{:g}..{:g}".format(*one.rival.gain) if one.rival.gain and row == "64" else ""
            shown = [*(told.get(lions, "") for lions in SETS), ends]
            yield f"{'':<27} {' forecast':<10} " + " ".join(f"{cell:>9}" for cell in shown)
        name = ""


def _cell(value: float | None, mark: str) -> str:
    if value is None:
        return mark
    return f"{value:.{1 if abs(value) >= 20 else 2}f} {mark}".rstrip()


def _weights(weighed: Sequence[Weighed], readings: Sequence[Reading], digits: Digits) -> Iterator[str]:
    yield f"how likely the printed digits are, to {NAMED}: row by row, all measured rows at once,"
    yield "the mean over the ways to read it and the best of them"
    heads = " ".join(f"{row:>7}" for row in ROWS)
    yield f"{'':<27} {heads} {'at once':>8} {'best':>8} {'ways':>5} {'fitted':>6}"
    for name, weight, choices in _sorted(weighed, readings, digits):
        each = " ".join(f"{_number(weight.each.get(row)):>7}" for row in ROWS)
        shown = f"{_short(name):<27} {each} {_number(weight.mean):>8} {_number(weight.best):>8}"
        yield f"{shown} {weight.ways:>5} {len(choices):>6}"
    if still := [one.rival.name for one in weighed if one.weight.mean is None and one.scores]:
        yield "no chance, every run gives the same:"
        yield f"  {', '.join(still)}"


def _short(name: str) -> str:
    return name if len(name) <= 27 else f"{name[:26]}…"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return "<1e-6" if value < 1e-6 else f"{value:.2g}"


def _unexcluded(weighed: Sequence[Weighed], readings: Sequence[Reading], digits: Digits) -> Iterator[str]:
    """Return of each score that is compatible with its row what it would print, and the yardsticks that lie there."""
    yield "what ≈ does not exclude: it would print these (90 %), and so would"
    means = {one.rival.name: one for one in weighed if one.rival.kind == "yardstick"}
    for reading in readings:
        for (row, lions), score in reading.scores.items():
            if row not in digits:
                continue
            printed, runs = digits[row]
            span = score.prints(runs)
            if span is None or not span[0] <= float(printed) <= span[1]:
                continue
            there = {name: one.mean(row, lions) for name, one in means.items()}
            also = [name for name, mean in there.items() if mean is not None and span[0] <= mean <= span[1]]
            yield f"{_short(reading.name):<27} {row:<5} {lions} {span[0]:5.2f} to {span[1]:.2f}"
            yield from textwrap.wrap(
                ", ".join(also) or "no yardstick", 80, initial_indent=" " * 28, subsequent_indent=" " * 28
            )


def markdown(weighed: Sequence[Weighed], readings: Sequence[Reading], digits: Digits) -> str:
    """Return three tables in Markdown: yardsticks, rivals with forecasts, how likely each makes the printed rows."""
    scores = ["| | row | the 19 | the 75 | the 94 | cattle gain % |", "|---|---|---|---|---|---|"]
    parts = []
    for kind in ("yardstick", "rival"):
        rows = list(scores)
        for one in weighed:
            if one.rival.kind == kind:
                rows += _marked(one)
        parts.append("\n".join(rows))
    weights = [
        "| | row 32 | row 64 | row 64aug | at once | at best | ways | fitted |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, weight, choices in _sorted(weighed, readings, digits):
        if weight.mean is not None and weight.mean >= LEAST:
            each = " | ".join(_number(weight.each.get(row)) for row in ROWS)
            numbers = f"{_number(weight.mean)} | {_number(weight.best)} | {weight.ways}"
            weights.append(f"| {name} | {each} | {numbers} | {', '.join(choices)} |")
    return "\n\n".join([*parts, "\n".join(weights)])


def _marked(one: Weighed) -> Iterator[str]:
    """Return a row of the table for each row that differs, its forecasts in brackets."""
    said, before = f"{one.rival.name}: {one.rival.says}", list[str]()
    for row in dict.fromkeys([*one.rival.rows, *(each.row for each in one.rival.forecasts)]):
        told = {each.lions: f" ({each.low:g} to {each.high:g})" for each in one.rival.forecasts if each.row == row}
        cells = [_cell(one.mean(row, lions), one.marks.get((row, lions), "")) + told.get(lions, "") for lions in SETS]
        gain = _cell(one.mean_gain, one.marks.get(("gain", "cattle"), "")) if row == "64" else ""
        if one.rival.gain and row == "64":
            gain += " ({:g} to {:g})".format(*one.rival.gain)
        if (not any(cells) or cells == before) and not told:
            continue
        yield f"| {said} | {row.replace('+', ', ')} | {' | '.join(cells)} | {gain} |"
        said, before = "", cells


def _sorted(
    weighed: Sequence[Weighed], readings: Sequence[Reading], digits: Digits
) -> list[tuple[str, Weight, tuple[str, ...]]]:
    """Return everything that has a chance, the likeliest first: name, weight and what was free to be fitted."""
    every = [(one.rival.name, one.weight, one.rival.choices) for one in weighed]
    every += [(name, weight, SETS_ALONE) for name, weight in weigh_readings(readings, weighed, digits).items()]
    means = {at: weight.mean for at, (_, weight, _) in enumerate(every) if weight.mean is not None}
    return [every[at] for at in sorted(means, key=lambda at: -means[at])]
