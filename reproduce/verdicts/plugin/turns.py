"""Which claims are run first, and which at all: the printed figures, the other statements, then all else."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from reproduce.errors import InvalidInputError
from reproduce.running.request import Turn
from reproduce.verdicts import KINDS
from reproduce.verdicts.files.settings import PAPER
from reproduce.verdicts.outcome import Spec

__all__ = ["DECIDING", "chosen", "turn"]

#: How --only speaks of a kind of claim.
PLURALS = {f"{kind}s": kind for kind in KINDS}
#: And of the rows that decide between explanations, which are no claims.
DECIDING = "deciding"


def turn(spec: Spec) -> Turn:
    """Return when a claim's cells are run."""
    if spec.kind == "statement" and spec.setting == PAPER:
        return Turn.PRINTED if spec.printed else Turn.STATEMENT
    return {"statement": Turn.ELSEWHERE, "control": Turn.CONTROL}.get(spec.kind, Turn.QUESTION)


def chosen(specs: Iterable[Spec], only: str | None = None, everything: bool = False) -> Callable[[Spec], bool]:
    """Return which claims a run of the paper is for: its statements, by default.

    ``only``: a pattern of ids ("III.*"), or a kind ("questions"); InvalidInputError where no claim fits it.
    ``everything``: whatever is judged on the paper's own data and network.
    """
    if only is None:
        return lambda spec: everything or turn(spec) <= Turn.STATEMENT
    kind = PLURALS.get(only)

    def fits(spec: Spec) -> bool:
        return spec.kind == kind if kind else fnmatchcase(spec.id, only) or fnmatchcase(spec.statement, only)

    if not any(map(fits, specs)):
        kinds = ", ".join([*PLURALS, DECIDING])
        raise InvalidInputError(
            f"--only {only}: no claim has such an id; write a pattern such as 'III.*', or one of {kinds}"
        )
    return fits
