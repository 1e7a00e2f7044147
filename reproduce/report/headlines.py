"""The findings at the head of the page: ``headlines.toml`` beside the claims, its figures read from the verdicts."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.table import figure

__all__ = ["FILE", "Headline", "lead", "read"]

FILE = "headlines.toml"
#: ``{ID}`` is our mean of that claim, ``{chance ID}`` the chance beside it, ``{printed ID}`` the paper's figure.
FIGURE = re.compile(r"\{(?:(chance|printed) )?([^{}]+)\}")


@dataclass(frozen=True)
class Headline:
    """What was found, in a few words and in a sentence with its figures, and the claims that are its evidence."""

    title: str
    says: str
    see: tuple[Outcome, ...]


def lead(folder: Path) -> str:
    """Whose paper it is and what it is about, "" where the file does not say."""
    return str(_read(folder / FILE).get("lead", ""))


def read(folder: Path, outcomes: Sequence[Outcome]) -> list[Headline]:
    """The file's findings in its order, without those whose figures are not measured; none where there is no file."""
    path = folder / FILE
    try:
        tables = _read(path).get("finding", [])
        plain = [(str(table["title"]), str(table["says"]), [str(name) for name in table["see"]]) for table in tables]
    except (KeyError, TypeError) as error:
        raise InvalidInputError(_broken(path, error)) from None
    known = {outcome.spec.id: outcome for outcome in outcomes}
    found = []
    for title, says, see in plain:
        named = [name for _, name in FIGURE.findall(says)] + see
        if unknown := [name for name in named if name not in known]:
            raise InvalidInputError(f"{path}: {title!r}: no claim {unknown[0]!r}")
        if all(_text(what, name, known) for what, name in FIGURE.findall(says)):
            filled = FIGURE.sub(lambda match: _text(match[1] or "", match[2], known), says)
            found.append(Headline(title, filled, tuple(known[name] for name in see)))
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(_broken(path, error)) from None


def _broken(path: Path, error: Exception) -> str:
    return f"{path}: each [[finding]] needs title, says and see: {error}"


def _text(what: str, name: str, known: dict[str, Outcome]) -> str:
    outcome = known[name]
    if what == "printed":
        return outcome.spec.printed
    return figure(outcome.chance if what == "chance" else outcome.ours, outcome)
