"""Whether a claim's rule is older than its result: what was asked after the answer had been seen is *post hoc*.

``rules.toml`` beside the claims keeps, of each claim, its rule's fingerprint and since when it stands. The record keeps
when each score was first seen (``reproduce.record.seen``), so re-measuring a row makes no old look a new one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from reproduce.cache import write_atomically
from reproduce.record.seen import AFRESH, Seen, first_seen
from reproduce.text import shaped, toml
from reproduce.verdicts.files.once import once
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.dry import Dry, dry

__all__ = ["FILE", "Rule", "complaint", "line", "looked", "post_hoc", "read", "seen", "write"]

FILE = "rules.toml"


@dataclass(frozen=True)
class Rule:
    """``rule``: the fingerprint of a claim's figure, margin, verb, worth and unit; ``since`` when it stands."""

    rule: str
    since: datetime


@once
def read(path: Path) -> Mapping[str, Rule]:
    """Return the rules of a file by claim id; none where there is no file."""
    if not path.is_file():
        return {}
    kept = {name: shaped(Rule, said, f'{path}: "{name}"') for name, said in toml(path).items()}
    return {name: replace(rule, since=rule.since.astimezone(UTC)) for name, rule in kept.items()}


@lru_cache(maxsize=8)
def seen(folder: Path) -> Seen:
    """Return when each score in a record's folder was first seen, read once in a session."""
    return first_seen(folder)


def looked(asked: Dry, folder: Path) -> datetime | None:
    """Return when all that a claim measures had been seen for the first time; None where a part never was."""
    starts = {request.key[:3]: request.key[3] for request in asked.requests}
    times = []
    for experiment, data, factors, score in asked.measured:
        block = AFRESH if starts.get((experiment, data, factors), 0) >= AFRESH else 0
        at = seen(folder).get((experiment, data, factors, block), {}).get(score)
        if at is None:
            return None
        times.append(datetime.fromisoformat(at[0]).astimezone(UTC))
    return max(times, default=None)


def post_hoc(rule: Rule | None, look: datetime | None) -> str:
    """Return how late a rule is, in words; "" where it was there first, or nothing was seen yet."""
    if rule is None or look is None or rule.since <= look:
        return ""
    return f"rule of {rule.since:%Y-%m-%d %H:%M}, first seen {look:%Y-%m-%d %H:%M}"


def complaint(outcome: Outcome, rule: Rule | None, look: datetime | None) -> str:
    """Return what is wrong with a rule that is not the one kept, though its result has been seen; or ""."""
    if look is None or (rule is not None and rule.rule == outcome.fingerprint):
        return ""
    how = "is not kept" if rule is None else "was moved"
    return (
        f"its rule {how} in {FILE}, and its result was first seen {look:%Y-%m-%d %H:%M}: put the rule back, or let "
        "`pytest claims --claims-rules` date it: from now on the claim is post hoc"
    )


def line(outcome: Outcome, since: datetime) -> str:
    """Return a claim's line in ``FILE``."""
    return f'"{outcome.spec.id}" = {{ rule = "{outcome.fingerprint}", since = {since:%Y-%m-%dT%H:%M:%SZ} }}'


def write(items: Sequence[pytest.Item]) -> int:
    """Add the rules of new claims to ``FILE``, and renew moved ones; return how many.

    Both are as old as now: neither the commit that brought a claim's function nor that of its setting dates a row that
    was added to their table later.
    """
    changed = 0
    for path in {item.path.parent / FILE: None for item in items}:
        kept, lines = read(path), {}
        for item in (one for one in items if one.path.parent == path.parent):
            outcome = dry(item).outcome
            if outcome is None:
                continue
            rule = kept.get(outcome.spec.id)
            if rule is None or rule.rule != outcome.fingerprint:
                rule, changed = Rule(outcome.fingerprint, datetime.now(UTC)), changed + 1
            lines[outcome.spec.id] = line(outcome, rule.since)
        write_atomically(path, "".join(f"{one}\n" for one in lines.values()).encode())
    return changed


def unused(rules: Iterable[str], ids: Iterable[str]) -> list[str]:
    """Return the entries that no claim uses."""
    known = set(ids)
    return [name for name in rules if name not in known]
