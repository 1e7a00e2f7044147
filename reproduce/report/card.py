"""One claim with all that stands behind it, in words for a terminal: `reproduce claims show`."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from reproduce.errors import InvalidInputError
from reproduce.report.evidence import Evidence
from reproduce.verdicts.files.settings import Setting
from reproduce.verdicts.outcome import TOLD, Outcome
from reproduce.verdicts.views.cells import by_source, figure, ours

__all__ = ["as_json", "card", "find", "line"]


#: What a verdict is worth, in words.
LEVELS = {
    "exact": "the paper's own data, its stated protocol",
    "assumed": "the paper's own data and network, gaps of the protocol filled by assumption",
    "proxy": "a substitute,",
    "rehearsal": "generated images: a rehearsal of the code",
}


def find(outcomes: Sequence[Outcome], asked: str) -> list[Outcome]:
    """Return the claims that ``asked`` names: one id, else a section of the paper, the start of ids, or a word.

    InvalidInputError where no claim is named so.
    """
    word = asked.casefold()
    ways = (
        lambda one: one.spec.id == asked,
        lambda one: asked in [place.strip() for place in one.spec.at.split(",")],
        lambda one: f"{one.spec.id}.".startswith((asked.rstrip(".") + ".", asked.rstrip(".") + "@")),
        lambda one: word in one.spec.sentence.casefold() or word in one.spec.id.casefold(),
    )
    for way in ways:
        if found := [one for one in outcomes if way(one)]:
            return found
    raise InvalidInputError(f"no claim is named {asked!r}, stands in such a section or holds such a word: "
                            "`reproduce claims list` shows all")  # fmt: skip


def line(outcome: Outcome) -> str:
    """Return a claim in one line: its id, verdict, our figure and sentence."""
    measured = f", ours {figure(outcome.ours, outcome)}" if outcome.ours is not None else ""
    return f"{outcome.spec.id}  {outcome.told}{measured}: {outcome.spec.sentence}"


def card(outcome: Outcome, evidence: Evidence, settings: Mapping[str, Setting], width: int) -> list[str]:
    """Return a claim with its place, rule, verdict, both intervals, finding and the commands that repeat it."""
    spec = outcome.spec
    setting = settings.get(spec.setting)
    # A bound says itself: "> 0" needs no verb.
    verb = "" if outcome.paper[:1] in ("<", ">") else f"{outcome.verb} "
    rule = f"{verb}{outcome.paper} {outcome.margin}".strip()
    rows = {
        "where": f"{spec.at} ({spec.kind}, {spec.group})",
        "setting": f"{spec.setting}: {setting.stands_for}" if setting else spec.setting,
        "evidence": f"{LEVELS.get(spec.fidelity, spec.fidelity)}{f' {spec.proxy}' if spec.proxy else ''}",
        "paper": spec.printed,
        "rule": f"{rule}{f', in {spec.unit}' if spec.unit else ''}" if outcome.verb else "",
        "because": outcome.because,
        "verdict": _verdict(outcome),
        "interval": by_source(outcome),
        "chance": figure(outcome.chance, outcome),
        "note": "; ".join(filter(None, (outcome.note, outcome.drift, outcome.reason))),
        "post hoc": outcome.post_hoc,
        "fragile": "; ".join(_turned(said, spec.kind) for said in outcome.fragile),
        "finding": _finding(outcome),
        "measured": _measured(evidence),
        "written": f"{evidence.origin.file}:{evidence.origin.line}" if evidence.origin.file else "",
    }
    lines = [spec.id, *textwrap.wrap(spec.sentence, width, initial_indent="  ", subsequent_indent="  ")]
    for name, text in rows.items():
        if text:
            lines += textwrap.wrap(f"{name:<9} {text}", width, initial_indent="  ", subsequent_indent=" " * 12)
    lines += [f"  {'repeat':<9} {command}" for command in filter(None, (*evidence.measure, evidence.judge))]
    return lines


def as_json(outcome: Outcome, evidence: Evidence) -> dict[str, Any]:
    """Return the same as plain JSON values."""
    written = {"file": evidence.origin.file, "line": evidence.origin.line}
    return {**outcome.to_json(), **written, "measure": list(evidence.measure), "judge": evidence.judge}


def _verdict(outcome: Outcome) -> str:
    said = "drifted" if outcome.drift else outcome.told
    return said if outcome.ours is None else f"{said}: ours {ours(outcome)}, {outcome.n} seed{'s' * (outcome.n != 1)}"


def _finding(outcome: Outcome) -> str:
    finding = outcome.finding
    if not finding:
        return ""
    said = str(finding.get("says", ""))
    why = f": {finding['because']}" if finding.get("because") else ""
    return f"{TOLD[outcome.spec.kind].get(said, said)}, as recorded in findings.toml{why}"


def _turned(said: str, kind: str) -> str:
    """Return what a choice makes of the verdict, "half the margin: contradicted", of what sensitivity.toml says."""
    choice, colon, word = said.rpartition(": ")
    return f"{choice}{colon}{TOLD[kind].get(word, word)}"


def _measured(evidence: Evidence) -> str:
    made = evidence.made_of
    if not made.results:
        return ""
    days = made.since if made.since == made.until else f"{made.since} to {made.until}"
    return f"{made.results} results, {days}, {', '.join(made.machines)}, commits {', '.join(made.commits)}"
