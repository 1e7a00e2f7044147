"""When each score of the record was first seen: re-measuring a row renews its time, not the first look at it."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reproduce.cache import write_atomically
from reproduce.errors import RecordError
from reproduce.record.schema import Entry, canonical

__all__ = ["AFRESH", "FILE", "Seen", "first_seen", "noted"]

#: Beside the record's files, a line a cell; no experiment's name, so no file of results.
FILE = "first_seen.jsonl"
#: Seeds from here on are a look of their own: they were asked for after the first had been seen.
AFRESH = 14

#: Experiment, data, factors and first seed of a block -> score -> when and in which commit.
Seen = dict[tuple[str, str, str, int], dict[str, tuple[str, str]]]


def first_seen(folder: Path) -> Seen:
    """Return what ``FILE`` in the record's folder says; nothing where there is none."""
    found: Seen = {}
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return found
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            key = (row["experiment"], row["data"], canonical(row["factors"]), int(row["from"]))
            found[key] = {score: (at[0], at[1]) for at, scores in row["seen"] for score in scores}
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise RecordError(f"{folder / FILE}: line {number}: {error!r}; restore the file (git checkout)") from None
    return found


def noted(folder: Path, entries: Iterable[Entry]) -> None:
    """Write down when the scores of new entries were seen, if they had not been; the record's lock is held.

    A number that had been seen was seen, also under another name.
    """
    seen, fresh = first_seen(folder), False
    for entry in sorted(entries, key=lambda one: one.time):
        cell = entry.cell
        key = (cell.experiment, cell.data, canonical(cell.factors), AFRESH if cell.seed >= AFRESH else 0)
        known = seen.setdefault(key, {})
        before = dict(known)
        for score, value in entry.scores.items():
            if score not in known:
                same = [before[name] for name, other in entry.scores.items() if name in before and other == value]
                telling = [*same, (entry.time, entry.commit)] if 0 < value < 1 else [(entry.time, entry.commit)]
                known[score], fresh = min(telling), True
    if fresh:
        write_atomically(folder / FILE, "".join(f"{_line(key, seen[key])}\n" for key in sorted(seen)).encode())


def _line(key: tuple[str, str, str, int], scores: Mapping[str, tuple[str, str]]) -> str:
    together: dict[tuple[str, str], list[str]] = {}
    for score in sorted(scores):
        together.setdefault(scores[score], []).append(score)
    seen: list[Any] = [[list(at), together[at]] for at in sorted(together)]
    experiment, data, factors, first = key
    row = {"experiment": experiment, "data": data, "factors": json.loads(factors), "from": first, "seen": seen}
    return json.dumps(row, ensure_ascii=False)
