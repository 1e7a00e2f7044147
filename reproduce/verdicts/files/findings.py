"""What was found: ``findings.toml`` beside the claims keeps one line for each conclusive verdict, and is strict.

A verdict that changes, a mean that leaves its range, a verdict that is not recorded, one that is and vanishes with its
record, and an entry that no claim uses are failures. The range is no choice: it is the 99 % prediction interval for the
mean of as many seeds again.
"""

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.text import shaped, toml
from reproduce.verdicts.files.once import once
from reproduce.verdicts.judging.judge import Verdict, quantile
from reproduce.verdicts.outcome import Outcome

__all__ = ["FILE", "Finding", "complaint", "expected", "proposed", "read", "unused", "vanished"]

FILE = "findings.toml"
CONCLUSIVE = (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.COMPATIBLE)
PREDICTION = 0.99
#: How many times as wide as the rule a range may be: one from before a row was measured again is at most so much wider.
WIDER = 2.0
#: Where nothing varies the mean is the same each time, to the last digits that another processor may round otherwise.
RELATIVE = 1e-3
HEAD = """\
# What was found of each claim that ended in a verdict: `says`, the range of our mean in the claim's unit, and for a
# deviation why. The range is the 99 % prediction interval for the mean of as many seeds again (reproduce.verdicts.
# findings). Strict both ways. `tox run -e claims -- --claims-findings` prints what would have to change.
"""


@dataclass(frozen=True)
class Finding:
    """A verdict's word, the range of our mean, and the reason of a deviation."""

    says: str
    ours: tuple[float, float]
    because: str = ""


@once
def read(path: Path) -> dict[str, Finding]:
    """Return the findings of a file by claim id; none where there is no file. InvalidInputError names what is wrong."""
    if not path.is_file():
        return {}
    plain = toml(path)
    return {name: _finding(path, name, table) for name, table in plain.items()}


def _finding(path: Path, name: str, table: Any) -> Finding:
    found = shaped(Finding, table, f'{path}: "{name}"')
    low, high = found.ours
    if not low <= high:
        raise InvalidInputError(f'{path}: "{name}": the range {low} to {high} is empty')
    if found.says in ("fails", "not reproduced") and not found.because:
        raise InvalidInputError(f'{path}: "{name}" is a deviation: say why (because = "...")')
    return found


def complaint(outcome: Outcome, finding: Finding | None, strict: bool = True) -> str:
    """Say how an outcome that was judged differs from what was found of it before, or "".

    strict: a verdict that holds wants a line too, as it does wherever findings are kept.
    """
    if finding is None:
        wanted = CONCLUSIVE if strict else (Verdict.NOT_REPRODUCED,)
        return f"if this is a finding, record it in {FILE}" if outcome.verdict in wanted else ""
    if outcome.says != finding.says:
        return f"but {FILE} says {finding.says!r}: the finding has changed"
    low, high = finding.ours
    if outcome.ours is None or not low <= outcome.ours <= high:
        return f"and {outcome.ours:.6g} has left the range {low:g} to {high:g} of {FILE}"
    least, most = expected(outcome)
    if high - low > WIDER * (most - least):
        return f"and the range {low:g} to {high:g} of {FILE} is wider than its rule gives, {least:g} to {most:g}"
    return ""


def vanished(outcome: Outcome, finding: Finding | None) -> str:
    """Return why a claim that was not run ought to have been: the record lacks what it was found by; or ""."""
    if finding is None or not outcome.lost:
        return ""
    return f"{outcome.spec.id} has no verdict, and {FILE} says {finding.says!r}: {outcome.lost}"


def expected(outcome: Outcome) -> tuple[float, float]:
    """Return the range of our mean: 99 % of the means of as many seeds again, rounded outwards to four digits."""
    assert outcome.ours is not None
    n = len(outcome.values)
    spread = 0.0
    if n > 1:
        variance = math.fsum((value - outcome.ours) ** 2 for value in outcome.values) / (n - 1)
        spread = quantile((1 + PREDICTION) / 2, n - 1) * math.sqrt(variance * 2 / n)
    spread = max(spread, RELATIVE * abs(outcome.ours), 1e-12)
    return _rounded(outcome.ours - spread, math.floor), _rounded(outcome.ours + spread, math.ceil)


def _rounded(value: float, way: Any) -> float:
    if value == 0:
        return 0.0
    digit = 10.0 ** (math.floor(math.log10(abs(value))) - 3)
    return float(f"{way(value / digit) * digit:.4g}")


def unused(findings: Mapping[str, Finding], ids: Iterable[str]) -> list[str]:
    """Return the entries that no claim uses."""
    known = set(ids)
    return [name for name in findings if name not in known]


def proposed(outcomes: Sequence[Outcome], path: Path, *, whole: bool = True) -> list[str]:
    """Return what would have to change in the file for these outcomes, as a diff; nothing is written.

    A finding that still stands is kept as it is. A claim that was not run keeps its entry, and so does every other
    claim where these outcomes are not the ``whole``.
    """
    kept = read(path)
    before = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    after = _whole(outcomes, kept) if whole else _part(outcomes, kept, before)
    return list(difflib.unified_diff(before, after, str(path), f"{path} (proposed)", lineterm="", n=1))


def _whole(outcomes: Sequence[Outcome], kept: Mapping[str, Finding]) -> list[str]:
    lines = HEAD.splitlines()
    group = None
    for outcome in outcomes:
        if (finding := _now(outcome, kept.get(outcome.spec.id))) is None:
            continue
        if outcome.spec.group != group:
            group = outcome.spec.group
            lines += ["", f"# {group}"]
        lines.append(_line(outcome.spec.id, finding))
    return lines


def _part(outcomes: Sequence[Outcome], kept: Mapping[str, Finding], before: Sequence[str]) -> list[str]:
    now = {one.spec.id: _now(one, kept.get(one.spec.id)) for one in outcomes}
    lines = []
    for line in before:
        name = line[1:].partition('"')[0] if line.startswith('"') else ""
        if name not in now:
            lines.append(line)
        elif (finding := now.pop(name)) is not None:
            lines.append(line if finding == kept[name] else _line(name, finding))
    return lines + [_line(name, finding) for name, finding in now.items() if finding is not None]


def _now(outcome: Outcome, finding: Finding | None) -> Finding | None:
    """Return the entry that the outcome calls for: the one it has while that stands, none if nothing was decided."""
    if outcome.drift or outcome.verdict not in (*CONCLUSIVE, Verdict.INCONCLUSIVE):
        return finding
    if outcome.verdict == Verdict.INCONCLUSIVE:
        return None
    if finding and not complaint(outcome, finding):
        return finding
    because = finding.because if finding and finding.says == outcome.says else ""
    if outcome.verdict == Verdict.NOT_REPRODUCED:
        because = because or "unexplained"
    return Finding(outcome.says, expected(outcome), because)


def _line(name: str, finding: Finding) -> str:
    import json

    because = f", because = {json.dumps(finding.because, ensure_ascii=False)}" if finding.because else ""
    return f'"{name}" = {{ says = "{finding.says}", ours = [{finding.ours[0]:g}, {finding.ours[1]:g}]{because} }}'
