"""How a figure, an interval, a rule and a verdict are written: in the terminal, on the page and in Markdown."""

import re
from collections.abc import Callable

from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome

__all__ = [
    "MARKS", "bar", "by_source", "ends", "figure", "marks", "ours", "required", "spread", "verdict_cell",
]  # fmt: skip

#: Letters of the drawing of an interval.
BAR = 13
#: A bound that was computed from printed figures: two decimals are enough to read it.
COMPUTED = re.compile(r"\d+\.\d{5,}")


def figure(value: float | None, outcome: Outcome) -> str:
    """Return a value in the claim's unit, with the digits of the printed figure, else two."""
    if value is None:
        return ""
    printed = COMPUTED.sub("0", outcome.paper).split()[-1].partition("e")[0] if outcome.paper else ""
    digits = len(printed.partition(".")[2]) if "." in printed else 0
    if outcome.verb != "exactly":
        digits = min(max(digits, 2), 3)
    if value and abs(value) < 10**-digits:
        return f"{value:.1e}"
    return f"{value:.{digits}f}"


def bar(outcome: Outcome) -> str:
    """Draw where our interval lies in the region: edges as │, our mean as ●, the interval as ─."""
    lower, upper = outcome.lower, outcome.upper
    if outcome.ours is None or outcome.interval is None or (lower is None and upper is None):
        return ""
    if lower is None or upper is None:
        edge = lower if upper is None else upper
        assert edge is not None
        reach = 2 * max(abs(outcome.ours - edge), outcome.interval[1] - outcome.interval[0], 1e-12)
        start, stop, edges = edge - reach, edge + reach, [edge]
    else:
        around = (upper - lower) / 4
        start, stop, edges = lower - around, upper + around, [lower, upper]

    def place(value: float) -> int:
        return min(max(round((value - start) / (stop - start) * (BAR - 1)), 0), BAR - 1)

    cells = [" "] * BAR
    for position in range(place(outcome.interval[0]), place(outcome.interval[1]) + 1):
        cells[position] = "─"
    for edge in edges:
        cells[place(edge)] = "│"
    cells[place(outcome.ours)] = "●"
    return "".join(cells)


def ours(outcome: Outcome) -> str:
    """Return our mean; of a comparison both sides and what lies between them."""
    if outcome.sides is None:
        return figure(outcome.ours, outcome)
    left, right = (figure(side, outcome) for side in outcome.sides)
    return f"{left} - {right} = {figure(outcome.ours, outcome)}".replace("- -", "+ ")


def spread(outcome: Outcome) -> str:
    """Return the 90 % interval that carries the verdict; nothing where it has no width or there is none."""
    if outcome.interval is None or outcome.interval[0] == outcome.interval[1]:
        return ""
    return ends(outcome.interval, outcome)


def ends(interval: tuple[float, float], outcome: Outcome) -> str:
    """Return an interval as the table writes it."""
    low, high = interval
    if max(abs(low), abs(high)) >= 10:
        return f"{low:.1f}..{high:.1f}"
    return f"{figure(low, outcome)}..{figure(high, outcome)}"


def by_source(outcome: Outcome) -> str:
    """Return both intervals by their names, and which carries the verdict; "" of a claim without sampling error."""
    shown = [f"{name} {ends(interval, outcome)}" for name, interval in outcome.intervals.items()]
    if not shown or not outcome.scatter:
        return ""
    carried = f" ({outcome.scatter} carry the verdict)" if len(shown) > 1 else ""
    return f"90 %: {'; '.join(shown)}{carried}"


def required(outcome: Outcome) -> str:
    """Return what the rule requires of our mean: a bound, a margin, or a figure of ours that it must have."""
    if outcome.verb == "exactly":
        return "" if outcome.paper == outcome.spec.printed else f"= {outcome.paper}"
    if outcome.verb == "equals":
        return outcome.margin
    return COMPUTED.sub(lambda bound: f"{float(bound[0]):.2f}", f"{outcome.paper} {outcome.margin}".strip())


def verdict_cell(outcome: Outcome) -> str:
    """Return the verdict in a reader's words, with its marks; a drift outranks it."""
    if outcome.drift:
        return "DRIFTED"
    return f"{outcome.told} {marks(outcome)}".rstrip()


#: What stands behind a verdict, and what it says.
MARKS: dict[str, tuple[Callable[[Outcome], object], str]] = {
    "*": (
        lambda o: o.finding and o.verdict == Verdict.NOT_REPRODUCED,
        "differ from what they claim, as recorded in findings.toml",
    ),
    "†": (lambda o: o.post_hoc, "post hoc: the rule is younger than the first result (rules.toml)"),
    "°": (lambda o: o.seeds_alone, "by seeds alone, though other animals could have scored otherwise"),
    "◊": (lambda o: o.fragile, "fragile: another choice turns the verdict (sensitivity.toml)"),
    "‡": (lambda o: o.survives, "survive Holm's correction"),
}


def marks(outcome: Outcome) -> str:
    """Return the signs behind a claim's verdict."""
    return "".join(sign for sign, (is_so, _) in MARKS.items() if is_so(outcome))
