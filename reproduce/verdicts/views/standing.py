"""How each statement of the paper stands: on its own data and, where that was not tested, on substitute data.

One function counts the statements; the terminal, the README and the page all show its three sentences.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reproduce.verdicts.files.lines import Folded
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome

__all__ = ["Counts", "Standing", "answer", "count", "sentences", "standing", "tested"]


class Standing(StrEnum):
    """The standing of a line of the paper, over all claims that test it."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    COMPATIBLE = "compatible"
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    MIXED = "mixed"
    UNDECIDED = "undecided"
    UNTESTED = "untested"
    BROKEN = "broken"


#: A verdict in a cell of the screen; a cell names several in this order.
ANSWERS = {
    Verdict.REPRODUCED: "yes",
    Verdict.NOT_REPRODUCED: "NO",
    Verdict.COMPATIBLE: "ok",
    Verdict.INCONCLUSIVE: "?",
    Verdict.ERROR: "error",
    Verdict.NOT_RUN: "-",
}
#: What a drifted value is called, which is no answer.
DRIFTED = "drift"


def answer(outcomes: Iterable[Outcome]) -> str:
    """Return the answers of some claims in one cell: one word, or two with a stroke between them; "" for no claim.

    A claim that was not run adds nothing beside one that was, and an undecided one nothing beside two that disagree.
    """
    found = {DRIFTED if one.drift else ANSWERS[Verdict(one.verdict)] for one in outcomes}
    if not found:
        return ""
    for trouble in (DRIFTED, ANSWERS[Verdict.ERROR]):
        if trouble in found:
            return trouble
    named = [word for word in ANSWERS.values() if word in found and word != "-"]
    return "/".join(named[:2]) or "-"


def tested(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the claims that were run."""
    return [one for one in outcomes if one.verdict != Verdict.NOT_RUN]


def standing(line: Folded) -> Standing:
    """Return where a line stands: by its own data where any claim was tested there, else by substitutes.

    It is supported where in one setting all of its claims hold and in none does one fail, contradicted where one fails
    and none holds.
    """
    own = tested(line.own)
    outcomes = own or tested(line.elsewhere)
    if not outcomes:
        return Standing.UNTESTED
    if any(one.drift or one.verdict == Verdict.ERROR for one in outcomes):
        return Standing.BROKEN
    settings: dict[str, set[str]] = {}
    for one in outcomes:
        settings.setdefault(one.spec.setting, set()).add(one.verdict)
    found = set().union(*settings.values())
    if found == {Verdict.INCONCLUSIVE}:
        return Standing.UNDECIDED
    if Verdict.NOT_REPRODUCED not in found:
        if {Verdict.REPRODUCED} in settings.values():
            return Standing.REPRODUCED if own else Standing.SUPPORTED
        return Standing.COMPATIBLE if found == {Verdict.COMPATIBLE} else Standing.MIXED
    if found <= {Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE}:
        return Standing.NOT_REPRODUCED if own else Standing.CONTRADICTED
    return Standing.MIXED


@dataclass(frozen=True)
class Counts:
    """Counts of statements by standing: ``own`` counts those tested on the paper's own data, ``elsewhere`` the rest."""

    own: Counter[Standing]
    elsewhere: Counter[Standing]

    @property
    def statements(self) -> int:
        """Return how many statements the paper makes: the two counts add up to it."""
        return self.own.total() + self.elsewhere.total()


def count(folded: Sequence[Folded]) -> Counts:
    """Count the paper's statements, each once; questions and checks are not among them."""
    own: Counter[Standing] = Counter()
    elsewhere: Counter[Standing] = Counter()
    for line in folded:
        if line.line.kind == "statement":
            (own if tested(line.own) else elsewhere)[standing(line)] += 1
    return Counts(own, elsewhere)


def listed(counts: Counter[Standing]) -> str:
    """Return counts in words, in the order of ``Standing``: "7 supported, 3 contradicted"."""
    return ", ".join(f"{counts[one]} {one}" for one in Standing if counts[one])


def sentences(counts: Counts, needs: str = "") -> list[str]:
    """Return three sentences that say how the paper stands; their numbers add up to all of its statements.

    ``needs``: what those that were not tested need, with its size and time.
    """
    own, rest = counts.own.total(), counts.elsewhere.total()
    if not counts.statements:
        return []
    said = f"Own data: {own} of {counts.statements} statements tested"
    lines = [f"{said}: {listed(counts.own)}." if own else f"{said}."]
    if rest:
        lines.append(f"{rest} need {needs or 'downloads and a run'}: `reproduce paper`.")
        lines.append(f"Substitutes: {listed(counts.elsewhere)}.")
    return lines
