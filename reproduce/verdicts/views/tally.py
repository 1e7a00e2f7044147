"""How each kind of claim ended, never counted together, and which verdicts survive a correction for their number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reproduce.verdicts import KINDS
from reproduce.verdicts.judging.judge import Verdict, holm
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.views.cells import MARKS

__all__ = ["corrected", "summary", "surviving"]

#: Verdicts of a test: the other ends decide nothing.
SAID = (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED)


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
        holds = holm([2 * (one.p or 0.0) for one in family])
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
