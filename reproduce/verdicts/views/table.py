"""The claims table: one line per claim in the terminal, in pytest-benchmark's manner; Markdown for summaries."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.judging.scatter import ANIMALS, SEEDS
from reproduce.verdicts.outcome import EVIDENCE, Outcome
from reproduce.verdicts.views.arranged import Arrangement, Column
from reproduce.verdicts.views.cells import bar, by_source, ends, figure, ours, required, spread, verdict_cell
from reproduce.verdicts.views.tally import corrected, summary

__all__ = ["groups", "markdown", "render"]

#: Blanks between two columns.
GAP = 1
#: A claim's id takes at most this much of a line; a longer one has a line of its own.
NARROW, WIDE = 24, 46


COLUMNS = (
    Column("Claim", lambda o: o.spec.id, left=True),
    Column("Paper", lambda o: o.spec.printed),
    Column("Ours", ours, short=lambda o: figure(o.ours, o), gives_way=7),
    Column("90 %", spread, called="interval"),
    Column("Required", required, gives_way=8),
    Column("n", lambda o: str(o.n) if o.n else ""),
    Column("edge │ ● mean", bar, left=True, gives_way=2, called="bar"),
    Column("Chance", lambda o: figure(o.chance, o)),
    Column("P@1", lambda o: figure(o.precision_at_1, o), gives_way=3),
    Column("Evidence", lambda o: EVIDENCE[o.spec.fidelity], left=True),
    # The evidence stands before it, so a rehearsal need not be said twice.
    Column("Verdict", lambda o: verdict_cell(o), True, 10, lambda o: verdict_cell(o).removeprefix("rehearsal: ")),
    Column("Checked now", lambda o: o.checked, left=True, gives_way=5, called="checked"),
    Column("Before", lambda o: "", left=True, gives_way=9),
    Column("Sentence", lambda o: o.spec.sentence, left=True, gives_way=1),
)
#: Shown only where they are asked for.
OTHERS = (
    Column("Place", lambda o: o.spec.at, left=True),
    Column("Kind", lambda o: o.spec.kind, left=True),
    Column("Setting", lambda o: o.spec.setting, left=True),
    Column("Unit", lambda o: o.spec.unit, left=True),
    Column("Reason", lambda o: o.reason, left=True),
)
AS_EVER = Arrangement()


def groups(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    """Group the outcomes by claim file: the paper's tables first, then the other files in the order of their names."""
    return AS_EVER.groups(outcomes)


def render(
    outcomes: Sequence[Outcome],
    width: int,
    before: Callable[[Outcome], str] | None = None,
    verbose: bool = False,
    arranged: Arrangement = AS_EVER,
) -> list[str]:
    """Return the table's lines, no longer than ``width`` (down to 80): the same columns for every group.

    The paper's tables come first. ``verbose`` writes each claim's sentence and both intervals below it. Columns that
    ``arranged`` names are all there, whatever the width.
    """
    width, outcomes = max(width, 80), corrected(outcomes)
    layout = Layout(outcomes, width, before, arranged)
    lines: list[str] = []
    for name, members in arranged.groups(outcomes):
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
    """Return lines in which no name or address is broken: they must be found and copied."""
    return textwrap.wrap(
        text, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


class Layout:
    """The layout of a table: which columns there is room for, how wide each is, and how a claim is written in them."""

    def __init__(
        self,
        outcomes: Sequence[Outcome],
        width: int,
        before: Callable[[Outcome], str] | None,
        arranged: Arrangement = AS_EVER,
    ) -> None:
        chosen = [replace(one, gives_way=0) for one in arranged.columns] or [*COLUMNS, *arranged.more]
        columns = [replace(column, cell=before) if column.head == "Before" and before else column for column in chosen]
        kept = [one for one in columns if not one.gives_way or any(one.cell(outcome) for outcome in outcomes)]
        longest = max([len("Claim"), *(len(outcome.spec.id) for outcome in outcomes)])
        self.claim = min(longest, NARROW if width < 100 else WIDE)
        while self._total(kept, outcomes) > width and any(column.gives_way for column in kept):
            last = min((column for column in kept if column.gives_way), key=lambda column: column.gives_way)
            at = kept.index(last)
            kept[at : at + 1] = [replace(last, cell=last.short, short=None, gives_way=0)] if last.short else []
        self.claim = min(self.claim, max(len("Claim"), width - (self._total(kept, outcomes) - self.claim)))
        self.claim = longest if arranged.columns else self.claim
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
        if len(name) <= self.widths[0]:
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


def _of_source(name: str, outcome: Outcome) -> str:
    """Return the interval of one source; in bold where it carries the verdict."""
    if name not in outcome.intervals or not outcome.scatter:
        return ""
    text = ends(outcome.intervals[name], outcome)
    return f"**{text}**" if name == outcome.scatter else text


def markdown(outcomes: Sequence[Outcome], brief: bool = False, arranged: Arrangement = AS_EVER) -> str:
    """Return the same table for a page: one Markdown table per group.

    ``brief`` names what waits for a download or a run without saying why: the paper's screen says it once for all.
    """
    lines: list[str] = []
    outcomes = corrected(outcomes)
    own = [column for column in COLUMNS if column.cell is not bar and column.head not in ("Before", "Sentence")]
    at = next(at for at, column in enumerate(own) if column.cell is spread)
    own[at : at + 1] = [Column(f"90 %, {name}", partial(_of_source, name)) for name in (SEEDS, ANIMALS)]
    columns = arranged.columns or (*own, *arranged.more)
    for name, members in arranged.groups(outcomes):
        heads = [column.head for column in columns]
        lines += [f"### {name}", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
        for outcome in members:
            row = [column.cell(outcome) for column in columns]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
        lines += ["", *(f"- {said}" for said in _reasons(members, brief))]
        lines += [*(f"- {note}: {', '.join(ids)}" for note, ids in _noted(members).items()), ""]
    return "\n".join([*lines, summary(outcomes), ""])
