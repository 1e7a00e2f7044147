"""Two runs of the claims held side by side: what changed, and whether the change is one you asked to hear of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reproduce.errors import InvalidInputError, one_line
from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome

__all__ = ["Change", "Rules", "compare", "one"]

Kind = Literal["same", "verdict", "ours", "spec changed", "new", "gone", "was not run"]


@dataclass(frozen=True)
class Change:
    """One claim in two runs. ``kind`` "ours" is another number under the same verdict.

    A claim whose figure, margin, verb, unit or fidelity differ is another claim: "spec changed", and nothing else
    of it is compared.
    """

    id: str
    kind: Kind
    before: Outcome | None = None
    now: Outcome | None = None

    @property
    def cell(self) -> str:
        """For the table's column Before."""
        if self.kind == "same":
            return "="
        if self.kind == "verdict" and self.before:
            return f"was {self.before.told}"
        if self.kind == "ours" and self.before and self.before.ours is not None:
            return f"= ({self.before.ours:.4g})"
        return self.kind

    @property
    def line(self) -> str:
        """For a person, the claim named; whatever a stranger's file holds, one line."""
        return one_line(self._said())

    def _said(self) -> str:
        if self.kind == "verdict" and self.before and self.now:
            return f"{self.id}: {_said(self.before)}, now {_said(self.now)}"
        if self.kind == "ours" and self.before and self.now:
            return f"{self.id}: {self.now.told} as before, ours {self.before.ours!r}, now {self.now.ours!r}"
        if self.kind == "spec changed" and self.before and self.now:
            return f"{self.id}: spec changed, not compared: {_spec(self.before)}, now {_spec(self.now)}"
        return f"{self.id}: {self.kind}"


def _said(outcome: Outcome) -> str:
    figure = "" if outcome.ours is None else f" ({outcome.ours:.6g})"
    return f"{'drifted' if outcome.drift else outcome.told}{figure}"


def _spec(outcome: Outcome) -> str:
    parts = (outcome.verb, outcome.paper, outcome.margin, outcome.spec.unit, outcome.spec.fidelity)
    return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Rules:
    """Which changes fail: of the ``verdict``, or of our number by more than ``ours`` (a fraction if ``relative``)."""

    verdict: bool = False
    ours: float | None = None
    relative: bool = False

    @classmethod
    def parse(cls, text: str) -> "Rules":
        """Read ``verdict``, ``ours:0.5`` (in the claim's unit), ``ours:5%`` (of the earlier number), two by comma."""
        verdict, ours, relative = False, None, False
        for part in (part.strip() for part in text.split(",")):
            name, colon, value = part.partition(":")
            if part == "verdict":
                verdict = True
            elif name == "ours" and colon:
                relative = value.endswith("%")
                try:
                    ours = float(value.removesuffix("%")) / (100 if relative else 1)
                except ValueError:
                    raise _wrong(text) from None
                if not ours >= 0:
                    raise _wrong(text)
            else:
                raise _wrong(text)
        return cls(verdict, ours, relative)

    def broken_by(self, change: Change) -> str:
        """Say why the change fails, in one line; "" if it does not."""
        before, now = change.before, change.now
        if self.verdict and change.kind in ("verdict", "gone"):
            return change.line
        if self.ours is None or before is None or now is None or change.kind not in ("verdict", "ours"):
            return ""
        if before.ours is None or now.ours is None:
            return ""
        allowed = self.ours * abs(before.ours) if self.relative else self.ours
        moved = abs(now.ours - before.ours)
        if moved <= allowed:
            return ""
        moves = f"ours moved by {moved:.4g}, more than {allowed:.4g}: {before.ours!r}, now {now.ours!r}"
        return one_line(f"{change.id}: {moves}")


def _wrong(text: str) -> InvalidInputError:
    return InvalidInputError(f"{text!r}: write verdict, ours:X, ours:X%, or several by comma")


def one(before: Outcome | None, now: Outcome) -> Change:
    """Hold one claim as it is now against what it was."""
    name = now.spec.id
    if before is None:
        return Change(name, "new", None, now)
    # A claim that waits or errs has not said its verb, so its specification cannot be told from another.
    if before.verb and now.verb and before.fingerprint != now.fingerprint:
        return Change(name, "spec changed", before, now)
    if before.verdict == Verdict.NOT_RUN:
        return Change(name, "same" if now.verdict == Verdict.NOT_RUN else "was not run", before, now)
    if before.verdict != now.verdict or bool(before.drift) != bool(now.drift):
        return Change(name, "verdict", before, now)
    return Change(name, "same" if before.ours == now.ours else "ours", before, now)


def compare(before: Iterable[Outcome], now: Sequence[Outcome]) -> list[Change]:
    """Compare every claim of either run, in the order of the later one; those that are gone last."""
    earlier: Mapping[str, Outcome] = {outcome.spec.id: outcome for outcome in before}
    changes = [one(earlier.get(outcome.spec.id), outcome) for outcome in now]
    seen = {outcome.spec.id for outcome in now}
    return changes + [Change(name, "gone", outcome) for name, outcome in earlier.items() if name not in seen]
