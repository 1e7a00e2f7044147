"""The findings: ``headlines.toml`` beside the claims, its figures read from the verdicts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from reproduce.errors import InvalidInputError
from reproduce.text import shaped, toml
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.cells import ends, figure

__all__ = ["FILE", "Dot", "Headline", "dots", "lead", "listed", "read"]

FILE = "headlines.toml"
FIGURE = re.compile(r"\{(?:(chance|printed|interval) )?([^{}]+)\}")


@dataclass(frozen=True)
class Headline:
    """What was found, in a few words and in sentences with their figures.

    ``on`` says what was measured, ``overturned`` what would overturn it, ``see`` the claims that are its evidence.
    """

    title: str
    says: str
    on: str
    overturned: str
    see: tuple[Outcome, ...]


@dataclass(frozen=True)
class Dot:
    """A row of the first picture: values in per cent, and the interval of one that we measured."""

    says: str
    values: tuple[float, ...]
    interval: tuple[float, float] | None
    printed: bool


class _Finding(Struct, forbid_unknown_fields=True):
    """A finding as the file has it: each {figure} not filled in, ``see`` by their ids."""

    title: str
    says: str
    on: str
    overturned: str
    see: list[str]


class _Row(Struct, forbid_unknown_fields=True):
    """A row of the first picture: a ``claim`` whose mean is drawn, or claims whose ``printed`` figures are."""

    says: str
    claim: str = ""
    printed: list[str] = []


class _Dots(Struct, forbid_unknown_fields=True, frozen=True):
    title: str = ""
    rows: list[_Row] = []


class _File(Struct, forbid_unknown_fields=True):
    lead: str = ""
    finding: list[_Finding] = []
    dots: _Dots = _Dots()


def lead(folder: Path) -> str:
    """Return whose paper it is and what it is about, "" where the file does not say."""
    return _read(folder / FILE).lead


def read(folder: Path, outcomes: Sequence[Outcome]) -> list[Headline]:
    """Return the file's findings in its order, without those whose figures are not measured; none without a file."""
    path, known = folder / FILE, {outcome.spec.id: outcome for outcome in outcomes}
    found = []
    for one in _read(path).finding:
        named = [name for _, name in FIGURE.findall(one.says)] + one.see
        if unknown := [name for name in named if name not in known]:
            raise InvalidInputError(f"{path}: {one.title!r}: no claim {unknown[0]!r}")
        if all(_text(what, name, known) for what, name in FIGURE.findall(one.says)):
            filled = FIGURE.sub(lambda match: _text(match[1] or "", match[2], known), one.says)
            see = tuple(known[name] for name in one.see)
            found.append(Headline(one.title, filled, one.on, one.overturned, see))
    return found


def listed(found: Sequence[Headline]) -> str:
    """Return the findings as a numbered list in Markdown."""
    return "\n".join(
        f"{number}. **{one.title}.** {one.says} *Measured on* {one.on}. *Overturned by* {one.overturned}."
        for number, one in enumerate(found, 1)
    )


def dots(folder: Path, outcomes: Sequence[Outcome]) -> tuple[str, list[Dot]]:
    """Return the first picture's title and rows, without those that are not measured."""
    path, known = folder / FILE, {outcome.spec.id: outcome for outcome in outcomes}
    table = _read(path).dots
    rows = []
    for row in table.rows:
        try:
            if row.printed:
                values = tuple(float(known[name].spec.printed) for name in row.printed)
                rows.append(Dot(row.says, values, None, True))
            elif (one := known[row.claim]).ours is not None:
                rows.append(Dot(row.says, (one.ours,), one.interval, False))
        except (KeyError, ValueError) as error:
            raise InvalidInputError(f"{path}: [dots]: {row.says!r} needs a claim, or printed ones: {error}") from None
    return table.title, rows


def _read(path: Path) -> _File:
    return shaped(_File, toml(path), str(path)) if path.is_file() else _File()


def _text(what: str, name: str, known: Mapping[str, Outcome]) -> str:
    outcome = known[name]
    if what == "printed":
        return outcome.spec.printed
    if what == "interval":
        return "" if outcome.interval is None else ends(outcome.interval, outcome).replace("..", " to ")
    return figure(outcome.chance if what == "chance" else outcome.ours, outcome)
