"""How many claims of each kind ended how: a control is never counted with a statement."""

from collections import Counter
from collections.abc import Sequence

from reproduce.verdicts import KINDS
from reproduce.verdicts.outcome import Outcome

__all__ = ["PARTED", "WORDS", "called", "counted", "tiles", "word"]

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


def word(outcome: Outcome) -> str:
    """The word of ``WORDS`` that the outcome is counted by; a drift outranks its verdict."""
    return "drifted" if outcome.drift else outcome.says


def counted(outcomes: Sequence[Outcome]) -> dict[str, Counter[str]]:
    """How many outcomes have which word, by kind of claim."""
    found = {kind: Counter(word(one) for one in outcomes if one.spec.kind == kind) for kind in KINDS}
    return {kind: counts for kind, counts in found.items() if counts}


def called(kind: str, count: int) -> str:
    """So many claims of a kind, in words."""
    return f"{count} {CALLED[kind][count != 1]}"


def tiles(kind: str, counts: Counter[str]) -> list[tuple[str, int]]:
    """The words that claims of this kind can end in, and how often they did."""
    never = () if kind == "statement" else OWN
    return [(one, counts[one]) for one in WORDS if counts[one] or one not in (*RARE, *never)]
