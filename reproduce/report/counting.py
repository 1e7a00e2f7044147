"""How many claims of each kind ended how: a control is never counted with a statement."""

from collections import Counter
from collections.abc import Callable, Sequence

from reproduce.verdicts import KINDS
from reproduce.verdicts.outcome import TOLD, Outcome

__all__ = ["PARTED", "WORDS", "called", "counted", "tiles", "word"]

#: The words a verdict is counted by, in the order of the page.
WORDS = (
    *("reproduced", "compatible", "not reproduced", "supported", "contradicted", "yes", "no", "passes", "fails"),
    *("inconclusive", "not run", "drifted", "error"),
)
#: Shown also where no claim ended so: of every kind, and of what the paper states; each kind has two words more.
ALWAYS, OWN = ("inconclusive", "not run"), ("reproduced", "not reproduced")
#: What the claims of a kind are, one and several.
CALLED = {
    "statement": ("test of a statement of the paper", "tests of the paper's statements"),
    "question": ("question it leaves open", "questions it leaves open"),
    "control": ("control of ours", "controls of ours"),
    "check": ("check of the software", "checks of the software"),
}
#: Verdicts that a reader looks for first: what contradicts the paper, or is broken.
PARTED = ("not reproduced", "contradicted", "no", "fails", "drifted", "error")


def word(outcome: Outcome) -> str:
    """Return the word of ``WORDS`` that the outcome is counted by; a drift outranks its verdict."""
    return "drifted" if outcome.drift else outcome.told


def counted(outcomes: Sequence[Outcome], by: Callable[[Outcome], str] = word) -> dict[str, Counter[str]]:
    """Return how many outcomes have which word, by kind of claim."""
    found = {kind: Counter(by(one) for one in outcomes if one.spec.kind == kind) for kind in KINDS}
    return {kind: counts for kind, counts in found.items() if counts}


def called(kind: str, count: int) -> str:
    """Return so many claims of a kind, in words."""
    return f"{count} {CALLED[kind][count != 1]}"


def tiles(kind: str, counts: Counter[str]) -> list[tuple[str, int]]:
    """Return the words that claims of this kind can end in, and how often they did."""
    shown = {*TOLD[kind].values(), *ALWAYS, *(OWN if kind == "statement" else ())}
    return [(one, counts[one]) for one in WORDS if counts[one] or one in shown]
