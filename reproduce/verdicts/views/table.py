"""The claims table: one line per claim in the terminal, in pytest-benchmark's manner; Markdown for summaries."""

import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from reproduce.verdicts import KINDS
from reproduce.verdicts.judging.judge import Verdict, holm
from reproduce.verdicts.judging.scatter import ANIMALS, SEEDS
from reproduce.verdicts.outcome import EVIDENCE, Outcome

__all__ = ["MARKS", "corrected", "groups", "markdown", "marks", "render", "summary", "surviving"]

BAR = 13
#: Verdicts of a test: the other ends decide nothing.
SAID = (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED)
#: Blanks between two columns.
GAP = 1
#: A claim's id takes at most this much of a line; a longer one has a line of its own.
NARROW, WIDE = 24, 46


@dataclass(frozen=True)
class Column:
    """A heading, how a cell is written, its alignment, and how early it gives way (0: never).

    ``short``, where there is one, is tried before the column gives way.
    """

    head: str
    cell: Callable[[Outcome], str]
    left: bool = False
    gives_way: int = 0
    short: Callable[[Outcome], str] | None = None


def figure(value: float | None, outcome: Outcome) -> str:
    """Return a value in the claim's unit, with the digits of the printed figure, else two."""
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
    return f"{outcome.paper} {outcome.margin}".strip()


COLUMNS = (
    Column("Claim", lambda o: o.spec.id, left=True),
    Column("Paper", lambda o: o.spec.printed),
    Column("Ours", ours, short=lambda o: figure(o.ours, o), gives_way=7),
    Column("90 %", spread),
    Column("Required", required, gives_way=8),
    Column("n", lambda o: str(o.n) if o.n else ""),
    Column("edge │ ● mean", bar, left=True, gives_way=2),
    Column("Chance", lambda o: figure(o.chance, o)),
    Column("P@1", lambda o: figure(o.precision_at_1, o), gives_way=3),
    Column("Evidence", lambda o: EVIDENCE[o.spec.fidelity], left=True),
    # The evidence stands before it, so a rehearsal need not be said twice.
    Column("Verdict", lambda o: verdict_cell(o), True, 10, lambda o: verdict_cell(o).removeprefix("rehearsal: ")),
    Column("Checked now", lambda o: o.checked, left=True, gives_way=5),
    Column("Before", lambda o: "", left=True, gives_way=9),
    Column("Sentence", lambda o: o.spec.sentence, left=True, gives_way=1),
)


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


def groups(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    """Group the outcomes by claim file: the paper's tables first, then the other files in the order of their names."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.spec.group, []).append(outcome)
    return sorted(found.items(), key=lambda entry: not entry[0].startswith("Table"))


def render(
    outcomes: Sequence[Outcome],
    width: int,
    before: Callable[[Outcome], str] | None = None,
    verbose: bool = False,
) -> list[str]:
    """The table's lines, no longer than ``width`` (down to 80): the same columns for every group.

    The paper's tables come first. ``verbose`` writes each claim's sentence and both intervals below it.
    """
    width, outcomes = max(width, 80), corrected(outcomes)
    layout = Layout(outcomes, width, before)
    lines: list[str] = []
    for name, members in groups(outcomes):
        lines += [header(name, members, width), layout.head]
        for outcome in members:
            lines += layout.row(outcome)
            if verbose:
                for text in filter(None, (outcome.spec.sentence, by_source(outcome))):
                    lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")
        for said in _reasons(members):
            lines += _folded(said, width)
        for note, ids in _noted(members).items():
            lines += _folded(f"{note}: {', '.join(ids)}", width)
        planned = [f"{one.spec.id} {100 * one.power:.0f} %" for one in members if one.power is not None]
        lines += _folded(f"planned power: {', '.join(planned)}", width) if planned else []
        lines.append("")
    return lines


def _folded(text: str, width: int) -> list[str]:
    """Names and addresses are never broken: they must be found and copied."""
    return textwrap.wrap(
        text, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


class Layout:
    """The layout of a table: which columns there is room for, how wide each is, and how a claim is written in them."""

    def __init__(self, outcomes: Sequence[Outcome], width: int, before: Callable[[Outcome], str] | None) -> None:
        columns = [replace(column, cell=before) if column.head == "Before" and before else column for column in COLUMNS]
        kept = [one for one in columns if not one.gives_way or any(one.cell(outcome) for outcome in outcomes)]
        longest = max([len("Claim"), *(len(outcome.spec.id) for outcome in outcomes)])
        self.claim = min(longest, NARROW if width < 100 else WIDE)
        while self._total(kept, outcomes) > width and any(column.gives_way for column in kept):
            last = min((column for column in kept if column.gives_way), key=lambda column: column.gives_way)
            at = kept.index(last)
            kept[at : at + 1] = [replace(last, cell=last.short, short=None, gives_way=0)] if last.short else []
        self.claim = min(self.claim, max(len("Claim"), width - (self._total(kept, outcomes) - self.claim)))
        self.columns = kept
        self.widths = [self._span(column, outcomes) for column in kept]
        self.head = self._line([column.head for column in kept])

    def _span(self, column: Column, outcomes: Sequence[Outcome]) -> int:
        if column.head == "Claim":
            return self.claim
        return max([len(column.head), *(len(column.cell(outcome)) for outcome in outcomes)])

    def _total(self, columns: Sequence[Column], outcomes: Sequence[Outcome]) -> int:
        return sum(self._span(column, outcomes) + GAP for column in columns) - GAP

    def _line(self, texts: Sequence[str]) -> str:
        padded = [
            text.ljust(width) if column.left else text.rjust(width)
            for column, text, width in zip(self.columns, texts, self.widths, strict=True)
        ]
        return (" " * GAP).join(padded).rstrip()

    def row(self, outcome: Outcome) -> list[str]:
        """Return one line, or two where the id is longer than its column."""
        name, *cells = (column.cell(outcome) for column in self.columns)
        if len(name) <= self.claim:
            return [self._line([name, *cells])]
        return [name, self._line(["", *cells])]


def header(name: str, members: Sequence[Outcome], width: int) -> str:
    """Return the rule above a group: its name, how many claims and seeds, backends and machines."""
    counts = {outcome.n for outcome in members if outcome.n}
    least, most = min(counts, default=0), max(counts, default=0)
    seeds = f"{least}-{most} seeds" if least < most else f"{most} seed{'s' if most > 1 else ''}"
    backends = sorted({backend for outcome in members for backend in outcome.backends})
    machines = sorted({machine for outcome in members for machine in outcome.machines})
    plural = "claim" if len(members) == 1 else "claims"
    parts = [f"{len(members)} {plural}", *([seeds] if counts else []), *backends, *machines]
    text = f"claims '{name}': {' · '.join(parts)}"
    return f" {text if len(text) <= width - 2 else text[: width - 3] + '…'} ".center(width, "-")


#: Why a claim was not run is said in full where a download and a run are not all that it needs.
NAMED = ("stale: ", "rehearsed on ")


def _reasons(members: Sequence[Outcome], brief: bool = False) -> list[str]:
    """List which claims were not run or broke, and why; ``brief`` lists those that wait for a download by id alone."""
    reasons: dict[str, list[str]] = {}
    for one in members:
        if one.verdict in (Verdict.NOT_RUN, Verdict.ERROR):
            named = not brief or one.verdict == Verdict.ERROR or one.verb == "waits"
            named = named or any(word in one.reason for word in NAMED)
            reasons.setdefault(f"{one.verdict}: {one.reason}" if named else str(one.verdict), []).append(one.spec.id)
    return [f"{why}: {', '.join(ids)}" for why, ids in reasons.items()]


def _noted(members: Sequence[Outcome]) -> dict[str, list[str]]:
    notes: dict[str, list[str]] = {}
    for outcome in members:
        if outcome.note:
            notes.setdefault(outcome.note, []).append(outcome.spec.id)
    return notes


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return how each kind of claim ended, never counted together, and what was checked now."""
    checks = Counter(outcome.checked for outcome in outcomes if outcome.checked)
    lines = []
    for kind in KINDS:
        members = [outcome for outcome in outcomes if outcome.spec.kind == kind]
        if members:
            words = Counter("drifted" if outcome.drift else outcome.told for outcome in members)
            plural = f"{kind}{'s' if len(members) != 1 else ''}"
            lines.append(f"{len(members)} {plural}, each in each of its settings: {_counted(words)}")
    outcomes = corrected(outcomes)
    lines += [surviving(outcomes)] if surviving(outcomes) else []
    known = sum(bool(outcome.finding) and outcome.verdict == Verdict.NOT_REPRODUCED for outcome in outcomes)
    if known:
        what = "differs from what it claims" if known == 1 else "differ from what they claim"
        lines.append(f"* {known} {what}, as recorded in findings.toml; pytest counts this as xfailed")
    for sign in "†°◊":
        is_so, said = MARKS[sign]
        if counted := sum(bool(is_so(outcome)) for outcome in outcomes):
            lines.append(f"{sign} {counted} {said}")
    if checks:
        lines.append(f"checked now: {_counted(checks)}")
    return "\n".join(lines)


def corrected(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes with those marked that stand if one wrong one in their kind may come one time in twenty.

    Holm's correction (1979), a family for each kind: questions do not swell that of the statements. It is made of every
    claim that was judged with sampling error, the inconclusive ones too. The side of a test is the one that its verdict
    is on, chosen afterwards, so p is doubled. What seeds alone carry, though it is about animals, is no test of it.
    """
    stands: set[str] = set()
    for kind in KINDS:
        family = [one for one in outcomes if one.spec.kind == kind and _is_test(one)]
        holds = holm([min(1.0, 2 * (one.p or 0.0)) for one in family])
        stands |= {one.spec.id for one, stood in zip(family, holds, strict=True) if stood and one.verdict in SAID}
    return [replace(one, survives=one.spec.id in stands) for one in outcomes]


def _is_test(outcome: Outcome) -> bool:
    return outcome.p is not None and not outcome.drift and not outcome.seeds_alone


def surviving(outcomes: Sequence[Outcome]) -> str:
    """Count how many conclusive verdicts of each kind survive Holm's correction, of ``corrected`` ones; "" of none."""
    parts = []
    for kind in KINDS:
        family = [one for one in outcomes if one.spec.kind == kind and _is_test(one)]
        ended = [one for one in family if one.verdict in SAID]
        if ended:
            plural = f"{kind}{'s' if len(ended) != 1 else ''}"
            stood = sum(one.survives for one in ended)
            parts.append(f"{stood} of {len(ended)} {plural} (tests: {len(family)})")
    return f"‡ survive Holm's correction at 5 %, two-sided, by kind: {', '.join(parts)}" if parts else ""


def _counted(words: Counter[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in words.most_common())


def _of_source(name: str, outcome: Outcome) -> str:
    """The interval of one source; in bold where it carries the verdict."""
    if name not in outcome.intervals or not outcome.scatter:
        return ""
    text = ends(outcome.intervals[name], outcome)
    return f"**{text}**" if name == outcome.scatter else text


def markdown(outcomes: Sequence[Outcome], brief: bool = False) -> str:
    """The same table for a page: one Markdown table per group.

    ``brief`` names what waits for a download or a run without saying why: the paper's screen says it once for all.
    """
    lines: list[str] = []
    outcomes = corrected(outcomes)
    for name, members in groups(outcomes):
        columns = [column for column in COLUMNS if column.cell is not bar and column.head not in ("Before", "Sentence")]
        at = next(at for at, column in enumerate(columns) if column.cell is spread)
        columns[at : at + 1] = [Column(f"90 %, {name}", partial(_of_source, name)) for name in (SEEDS, ANIMALS)]
        heads = [column.head for column in columns]
        lines += [f"### {name}", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
        for outcome in members:
            row = [column.cell(outcome) for column in columns]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
        lines += ["", *(f"- {said}" for said in _reasons(members, brief))]
        lines += [*(f"- {note}: {', '.join(ids)}" for note, ids in _noted(members).items()), ""]
    return "\n".join([*lines, summary(outcomes), ""])
