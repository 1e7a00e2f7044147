"""A claim and what became of it, as plain data: what the table prints, runs save and comparisons read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from reproduce.verdicts.judging.judge import Verdict

__all__ = ["EVIDENCE", "FIDELITIES", "TOLD", "Outcome", "Spec", "words"]

#: The evidence levels, best first, each with what a table calls it.
EVIDENCE = {"exact": "own data", "assumed": "assumption", "proxy": "substitute", "rehearsal": "rehearsal"}
FIDELITIES = tuple(EVIDENCE)

#: What "holds" and "fails" are for a reader, by the kind of claim.
TOLD = {
    "statement": {"holds": "supported", "fails": "contradicted"},
    "question": {"holds": "yes", "fails": "no"},
    "control": {"holds": "yes", "fails": "no"},
    "check": {"holds": "passes", "fails": "fails"},
}


@dataclass(frozen=True)
class Spec:
    """What a claim file says before anything is measured.

    ``setting`` is the name of what it is judged on; ``proxy`` says where, if that is not the paper's own animals and
    network; ``printed`` is the paper's figure, of a claim that has one, an average of ``runs`` runs. ``own_animals``:
    it is judged on the paper's own.
    """

    id: str
    sentence: str
    at: str
    unit: str = ""
    fidelity: str = "exact"
    proxy: str = ""
    group: str = ""
    kind: str = "statement"
    setting: str = "paper"
    printed: str = ""
    runs: int = 1
    own_animals: bool = True

    @property
    def statement(self) -> str:
        """The id without its setting."""
        return self.id.removesuffix(f"@{self.setting}")

    @property
    def scale(self) -> float:
        """Scores are fractions; a unit in per cent shows and judges them times 100."""
        return 100.0 if "%" in self.unit else 1.0


@dataclass(frozen=True)
class Outcome:
    """One claim's end. Figures are in the claim's unit; ``lower``/``upper`` None means an open side.

    ``paper`` is the figure as printed, or the bound; ``margin`` the tolerance as the claim file gives it. ``reason``
    says why a claim was not run, ``lost`` what the record lacks of it; ``checked`` what was re-measured in this
    session; ``data`` the content hash of each data set it was measured on. ``difference``: ours is one score less
    another, paired by seed; ``sides`` are their means. ``finding`` is what the record of findings says of it.
    ``intervals`` are those by each source of scatter that was seen ("seeds", "seeds and animals"), ``scatter`` names
    the one that carries the verdict, and ``interval`` is that one; ``note`` says what else must be known of it.
    ``post_hoc``: how much younger its rule is than its result, if it is. ``p``: the least level at which a one-sided
    test would give the verdict, of a claim with sampling error; ``survives`` Holm's correction among those it is shown
    with. ``fragile``: the choices under which it would be another verdict, and which. ``spread`` between runs was
    expected when the margin was set, and ``power`` planned for with it. ``extra_info``: what the claim's code noted.
    """

    spec: Spec
    verdict: Verdict
    verb: str = ""
    paper: str = ""
    margin: str = ""
    because: str = ""
    ours: float | None = None
    values: tuple[float, ...] = ()
    interval: tuple[float, float] | None = None
    lower: float | None = None
    upper: float | None = None
    chance: float | None = None
    precision_at_1: float | None = None
    backends: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    checked: str = ""
    drift: str = ""
    reason: str = ""
    lost: str = ""
    power: float | None = None
    spread: float | None = None
    finding: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    difference: bool = False
    sides: tuple[float, float] | None = None
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    scatter: str = ""
    note: str = ""
    post_hoc: str = ""
    survives: bool = False
    fragile: tuple[str, ...] = ()
    p: float | None = None
    extra_info: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many seeds were judged."""
        return len(self.values)

    @property
    def seeds_alone(self) -> bool:
        """Whether the seeds alone carry a verdict that is about animals too: those were not left out in turn."""
        return self.note.startswith("seeds only")

    @property
    def says(self) -> str:
        """The verdict in the words that its fidelity allows."""
        return words(self.verdict, self.spec)

    @property
    def told(self) -> str:
        """The same for a reader: a statement is supported, a question answered, a check passes."""
        _, rehearsal, said = self.says.rpartition("rehearsal: ")
        return f"{rehearsal}{TOLD[self.spec.kind].get(said, said)}"

    @property
    def fingerprint(self) -> str:
        """Changes when the claim itself does: its figure, margin, verb, fidelity or unit; not with its wording."""
        parts = [self.verb, self.paper, self.margin, self.spec.fidelity, self.spec.unit]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, with the words and the fingerprint beside what they derive from."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**plain, "spec": asdict(self.spec), "says": self.says, "fingerprint": self.fingerprint}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Outcome":
        """Return the outcome that ``to_json`` wrote; ValueError, which says where, for what is not as it writes it."""
        import msgspec

        return msgspec.convert(plain, cls)


def words(verdict: str, spec: Spec) -> str:
    """Say reproduced or not only of what the paper states, on its own animals and network; else holds or fails.

    What was measured on a stand-in says that it is a rehearsal.
    """
    if spec.fidelity == "rehearsal":
        return f"rehearsal: {words(verdict, replace(spec, fidelity='proxy'))}"
    if spec.kind == "statement" and spec.fidelity != "proxy":
        return verdict
    return {Verdict.REPRODUCED.value: "holds", Verdict.NOT_REPRODUCED.value: "fails"}.get(verdict, verdict)
