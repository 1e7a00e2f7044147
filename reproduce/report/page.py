"""The page: outcomes, the figure and where they come from, written as one HTML file."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.cache import write_atomically
from reproduce.record import Store
from reproduce.report import lions
from reproduce.report.strip import HEIGHT, WIDTH, strip
from reproduce.verdicts import KINDS
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.table import figure, groups

__all__ = ["WORDS", "Provenance", "counted", "provenance", "render", "word", "write"]

#: The words a verdict is counted by, in the order of the page.
WORDS = ("reproduced", "compatible", "not reproduced", "holds", "fails", "inconclusive", "not run", "drifted", "error")
#: Of what the paper states alone; and what appears only if there is any.
OWN = ("reproduced", "not reproduced")
RARE = ("compatible", "drifted", "error")
#: What the claims of a kind are, one and several.
CALLED = {
    "statement": ("statement of the paper", "statements of the paper"),
    "question": ("question it leaves open", "questions it leaves open"),
    "control": ("control of ours", "controls of ours"),
    "check": ("check of the software", "checks of the software"),
}
#: Verdicts that a reader looks for first: where the record and the paper part.
PARTED = ("not reproduced", "fails", "drifted", "error")


@dataclass(frozen=True)
class Provenance:
    """What the record is made of: results, seconds of computing, and where and from which commits they come."""

    results: int = 0
    seconds: float = 0.0
    machines: tuple[str, ...] = ()
    processors: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


def provenance(store: Store) -> Provenance:
    """Read from every result of the record."""
    entries = [entry for name in store.experiments() for entry in store.entries(name)]
    days = sorted(entry.time[:10] for entry in entries if entry.time)

    def each(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted({name for name in names if name}))

    return Provenance(
        len(entries),
        sum(entry.seconds for entry in entries),
        each([entry.machine for entry in entries]),
        each([str(entry.environment.get("gpu") or entry.environment.get("cpu", "")) for entry in entries]),
        each([entry.backend for entry in entries]),
        each([entry.commit for entry in entries]),
        days[0] if days else "",
        days[-1] if days else "",
    )


def word(outcome: Outcome) -> str:
    """The word of ``WORDS`` that the outcome is counted by; a drift outranks its verdict."""
    return "drifted" if outcome.drift else outcome.says


def counted(outcomes: Sequence[Outcome]) -> dict[str, Counter[str]]:
    """How many outcomes have which word, by kind of claim: a control is never counted with a statement."""
    found = {kind: Counter(word(one) for one in outcomes if one.spec.kind == kind) for kind in KINDS}
    return {kind: counts for kind, counts in found.items() if counts}


def called(kind: str, count: int) -> str:
    """So many claims of a kind, in words."""
    return f"{count} {CALLED[kind][count != 1]}"


def render(outcomes: Sequence[Outcome], information: Mapping[str, Any], made_of: Provenance, picture: str = "") -> str:
    """The page. ``information`` is what ``verdicts.saving.describe`` says; ``picture`` an SVG element or ""."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("reproduce.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "code": _code,
        "anchor": _anchor,
        "word": word,
        "strip": strip,
        "figure": figure,
        "ours": _ours,
    }
    counts = counted(outcomes)
    by_group = groups(outcomes)
    everywhere = sum(counts.values(), Counter())
    return environment.get_template("page.html").render(
        kinds=[(kind, called(kind, found.total()), _tiles(kind, found)) for kind, found in counts.items()],
        groups=by_group,
        group_counts=[(name, counted(members)) for name, members in by_group],
        words=[one for one in WORDS if everywhere[one] or one not in RARE],
        parted=[outcome for outcome in outcomes if word(outcome) in PARTED],
        information=information,
        made_of=made_of,
        picture=picture,
        strip_width=WIDTH,
        strip_height=HEIGHT,
    )


def write(claims: Path, output: Path) -> tuple[Path, list[Outcome]]:
    """Judge the claims by their record and write ``output/index.html``, whole or not at all."""
    from reproduce.errors import InvalidInputError
    from reproduce.verdicts.collect import judged, record_of
    from reproduce.verdicts.saving import describe

    found = judged(claims)
    store = Store(record_of(claims))
    page = render(
        found.outcomes, describe(found.outcomes), provenance(store), lions.draw(lions.rows(found.requests, store))
    )
    path = output / "index.html"
    try:
        write_atomically(path, page.encode())
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be written: {error.strerror}") from None
    return path, list(found.outcomes)


def _tiles(kind: str, counts: Counter[str]) -> list[tuple[str, int]]:
    """The words that claims of this kind can end in, and how often they did."""
    never = () if kind == "statement" else OWN
    return [(one, counts[one]) for one in WORDS if counts[one] or one not in (*RARE, *never)]


def _ours(value: float | None, outcome: Outcome) -> str:
    """A value as the table prints it; the sign of a difference always shows."""
    text = figure(value, outcome)
    return f"+{text}" if outcome.difference and value is not None and value > 0 else text.replace("-", "−")


def _code(text: str) -> Any:
    """What stands in back quotes becomes code; all else is escaped."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _anchor(name: str) -> str:
    """A name for a link within the page."""
    return re.sub(r"[^\w.@-]+", "-", name)
