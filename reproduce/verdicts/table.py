"""The claims table: one line per claim in the terminal, in pytest-benchmark's manner; Markdown for summaries."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reproduce.verdicts.judge import Verdict
from reproduce.verdicts.outcome import Outcome

__all__ = ["groups", "markdown", "render", "summary"]

BAR = 13


@dataclass(frozen=True)
class Column:
    """A heading, how a cell is written, its alignment, and how early it gives way (0: never)."""

    head: str
    cell: Callable[[Outcome], str]
    left: bool = False
    gives_way: int = 0


def figure(value: float | None, outcome: Outcome) -> str:
    """A value in the claim's unit, with the digits of the printed figure, else two."""
    if value is None:
        return ""
    printed = outcome.paper.split()[-1].partition("e")[0] if outcome.paper else ""
    digits = len(printed.partition(".")[2]) if "." in printed else 0
    if outcome.verb != "exactly":
        digits = min(max(digits, 2), 3)
    if value and abs(value) < 10**-digits:
        return f"{value:.1e}"
    return f"{value:.{digits}f}"


def bar(outcome: Outcome) -> str:
    """Where our interval lies in the region: edges as │, our mean as ●, the interval as ─."""
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


COLUMNS = (
    Column("Claim", lambda o: o.spec.id, left=True),
    Column("Paper", lambda o: o.paper),
    Column("Ours", lambda o: figure(o.ours, o)),
    Column("Margin", lambda o: o.margin, gives_way=4),
    Column("n", lambda o: str(o.n) if o.n else ""),
    Column("-Δ  paper  +Δ".center(BAR), bar, left=True, gives_way=1),
    Column("Chance", lambda o: figure(o.chance, o)),
    Column("P@1", lambda o: figure(o.precision_at_1, o), gives_way=3),
    Column("Fidelity", lambda o: o.spec.fidelity, left=True, gives_way=6),
    Column("Verdict", lambda o: verdict_cell(o), left=True),
    Column("Checked now", lambda o: o.checked, left=True, gives_way=5),
    Column("Before", lambda o: "", left=True, gives_way=2),
)


def verdict_cell(outcome: Outcome) -> str:
    """The verdict's words; a drift outranks them."""
    if outcome.drift:
        return "DRIFTED"
    return outcome.says + (" *" if outcome.finding and outcome.verdict == Verdict.NOT_REPRODUCED else "")


def groups(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    """The outcomes by claim file, in the order of the names of claims' files."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.spec.group, []).append(outcome)
    return list(found.items())


def render(outcomes: Sequence[Outcome], width: int, before: Callable[[Outcome], str] | None = None) -> list[str]:
    """The table's lines, no longer than ``width`` (down to 100) unless a claim's own name is."""
    lines: list[str] = []
    for name, members in groups(outcomes):
        lines += [header(name, members, width), *_lines(members, max(width, 100), before)]
        lines += [f"  {verdict}: {why}: {', '.join(ids)}" for (verdict, why), ids in _reasons(members).items()]
        planned = [f"{one.spec.id} {100 * one.power:.0f} %" for one in members if one.power is not None]
        lines += [f"  planned power: {', '.join(planned)}"] if planned else []
        lines.append("")
    return lines


def header(name: str, members: Sequence[Outcome], width: int) -> str:
    """The rule above a group: its name, how many claims and seeds, backends and machines."""
    counts = {outcome.n for outcome in members if outcome.n}
    least, most = min(counts, default=0), max(counts, default=0)
    seeds = f"{least}-{most} seeds" if least < most else f"{most} seed{'s' if most > 1 else ''}"
    backends = sorted({backend for outcome in members for backend in outcome.backends})
    machines = sorted({machine for outcome in members for machine in outcome.machines})
    plural = "claim" if len(members) == 1 else "claims"
    parts = [f"{len(members)} {plural}", *([seeds] if counts else []), *backends, *machines]
    return f" claims '{name}': {' · '.join(parts)} ".center(max(width, 100), "-")


def _lines(members: Sequence[Outcome], width: int, before: Callable[[Outcome], str] | None) -> list[str]:
    columns = list(COLUMNS)
    if before is not None:
        columns[-1] = Column("Before", before, left=True, gives_way=5)
    cells = {column.head: [column.cell(outcome) for outcome in members] for column in columns}
    kept = [column for column in columns if any(cells[column.head]) or not column.gives_way]

    def span(column: Column) -> int:
        return max(len(column.head), *(len(cell) for cell in cells[column.head]))

    while sum(span(column) + 2 for column in kept) > width + 2 and any(column.gives_way for column in kept):
        kept.remove(min((column for column in kept if column.gives_way), key=lambda column: column.gives_way))

    def line(texts: Sequence[str]) -> str:
        padded = [
            text.ljust(span(column)) if column.left else text.rjust(span(column))
            for column, text in zip(kept, texts, strict=True)
        ]
        return "  ".join(padded).rstrip()

    body = [line([cells[column.head][row] for column in kept]) for row in range(len(members))]
    return [line([column.head for column in kept]), *body]


def _reasons(members: Sequence[Outcome]) -> dict[tuple[str, str], list[str]]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for outcome in members:
        if outcome.verdict in (Verdict.NOT_RUN, Verdict.ERROR):
            reasons.setdefault((outcome.verdict, outcome.reason), []).append(outcome.spec.id)
    return reasons


def summary(outcomes: Sequence[Outcome]) -> str:
    """Counts of verdicts and how many deviations were as recorded; of what was measured in this session."""
    words = Counter(
        "drifted" if outcome.drift else outcome.says.split(" on ")[0].split(" with ")[0] for outcome in outcomes
    )
    checks = Counter(outcome.checked for outcome in outcomes if outcome.checked)
    known = sum(bool(outcome.finding) for outcome in outcomes)
    lines = [f"{len(outcomes)} claim{'s' if len(outcomes) != 1 else ''}: {_counted(words)}"]
    if known:
        lines[0] += f" (* {known} as recorded in a deviation)"
    if checks:
        lines.append(f"checked now: {_counted(checks)}")
    return "\n".join(lines)


def _counted(words: Counter[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in words.most_common())


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The same table for a page: one Markdown table per group."""
    lines: list[str] = []
    for name, members in groups(outcomes):
        heads = [column.head.strip() for column in COLUMNS[:-1] if column.cell is not bar]
        lines += [f"### {name}", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
        for outcome in members:
            row = [column.cell(outcome) for column in COLUMNS[:-1] if column.cell is not bar]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
        lines += ["", *(f"- {word}: {why}: {', '.join(ids)}" for (word, why), ids in _reasons(members).items()), ""]
    return "\n".join([*lines, summary(outcomes), ""])
