"""The findings: ``headlines.toml`` beside the claims, its figures read from the verdicts."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError
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


def lead(folder: Path) -> str:
    """Return whose paper it is and what it is about, "" where the file does not say."""
    return str(_read(folder / FILE).get("lead", ""))


def read(folder: Path, outcomes: Sequence[Outcome]) -> list[Headline]:
    """Return the file's findings in its order, without those whose figures are not measured; none without a file."""
    path = folder / FILE
    known = {outcome.spec.id: outcome for outcome in outcomes}
    found = []
    for table in _read(path).get("finding", []):
        try:
            title, says, on, overturned = (str(table[name]) for name in ("title", "says", "on", "overturned"))
            see = [str(name) for name in table["see"]]
        except (KeyError, TypeError) as error:
            raise InvalidInputError(_broken(path, error)) from None
        named = [name for _, name in FIGURE.findall(says)] + see
        if unknown := [name for name in named if name not in known]:
            raise InvalidInputError(f"{path}: {title!r}: no claim {unknown[0]!r}")
        if all(_text(what, name, known) for what, name in FIGURE.findall(says)):
            filled = FIGURE.sub(lambda match: _text(match[1] or "", match[2], known), says)
            found.append(Headline(title, filled, on, overturned, tuple(known[name] for name in see)))
    return found


def listed(found: Sequence[Headline]) -> str:
    """Return the findings as a numbered list in Markdown."""
    return "\n".join(
        f"{number}. **{one.title}.** {one.says} *Measured on* {one.on}. *Overturned by* {one.overturned}."
        for number, one in enumerate(found, 1)
    )


def dots(folder: Path, outcomes: Sequence[Outcome]) -> tuple[str, list[Dot]]:
    """Return the first picture's title and rows, without those that are not measured."""
    path = folder / FILE
    table = _read(path).get("dots", {})
    known = {outcome.spec.id: outcome for outcome in outcomes}
    rows = []
    try:
        for row in table.get("rows", []):
            if "printed" in row:
                values = tuple(float(known[name].spec.printed) for name in row["printed"])
                rows.append(Dot(row["says"], values, None, True))
            elif (one := known[row["claim"]]).ours is not None:
                rows.append(Dot(row["says"], (one.ours,), one.interval, False))
    except (KeyError, ValueError) as error:
        raise InvalidInputError(f"{path}: [dots]: a row needs says, and claim or printed, of claims: {error}") from None
    return str(table.get("title", "")), rows


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(_broken(path, error)) from None


def _broken(path: Path, error: Exception) -> str:
    return f"{path}: each [[finding]] needs title, says, on, overturned and see: {error}"


def _text(what: str, name: str, known: Mapping[str, Outcome]) -> str:
    outcome = known[name]
    if what == "printed":
        return outcome.spec.printed
    if what == "interval":
        return "" if outcome.interval is None else ends(outcome.interval, outcome).replace("..", " to ")
    return figure(outcome.chance if what == "chance" else outcome.ours, outcome)
