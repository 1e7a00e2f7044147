"""A claim and what became of it, as plain data: what the table prints, runs save and comparisons read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from reproduce.verdicts.judge import Verdict

__all__ = ["FIDELITIES", "Outcome", "Spec", "words"]

#: What a verdict is worth, best first.
FIDELITIES = ("exact", "assumed", "proxy", "rehearsal")


@dataclass(frozen=True)
class Spec:
    """What a claim file says before anything is measured. ``proxy`` names what stands in for the paper's own."""

    id: str
    sentence: str
    at: str
    unit: str = ""
    fidelity: str = "exact"
    proxy: str = ""
    group: str = ""

    @property
    def scale(self) -> float:
        """Scores are fractions; a unit in per cent shows and judges them times 100."""
        return 100.0 if "%" in self.unit else 1.0


@dataclass(frozen=True)
class Outcome:
    """One claim's end. Figures are in the claim's unit; ``lower``/``upper`` None means an open side.

    ``paper`` is the figure as printed, or the bound; ``margin`` the tolerance as the claim file gives it.
    ``reason`` says why a claim was not run; ``checked`` what was re-measured in this session; ``data`` the content
    hash of each data set it was measured on. ``difference``: ours is one score less another, paired by seed.
    """

    spec: Spec
    verdict: str
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
    power: float | None = None
    deviation: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    difference: bool = False

    @property
    def n(self) -> int:
        """How many seeds were judged."""
        return len(self.values)

    @property
    def says(self) -> str:
        """The verdict in the words that its fidelity allows."""
        return words(self.verdict, self.spec)

    @property
    def fingerprint(self) -> str:
        """Changes when the claim itself does: its figure, margin, verb, fidelity or unit; not with its wording."""
        parts = [self.verb, self.paper, self.margin, self.spec.fidelity, self.spec.unit]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the words and the fingerprint beside what they derive from."""
        return {**asdict(self), "says": self.says, "fingerprint": self.fingerprint}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Outcome":
        """The inverse of ``to_json``."""
        fields = {key: value for key, value in plain.items() if key not in ("says", "fingerprint")}
        fields["spec"] = Spec(**fields["spec"])
        for name in ("values", "backends", "machines"):
            fields[name] = tuple(fields[name])
        if fields["interval"] is not None:
            fields["interval"] = tuple(fields["interval"])
        return cls(**fields)


def words(verdict: str, spec: Spec) -> str:
    """A proxy never reproduces: it holds or fails on, or with, what stands in."""
    if spec.fidelity != "proxy":
        return verdict
    from reproduce.datasets import names

    # "on OpenCows2020-thinned", but "with MobileNetV2 on OpenCows2020-thinned"
    where = ("on " if spec.proxy.split()[0].rstrip(",") in names() else "with ") + spec.proxy
    if spec.proxy.startswith(("on ", "with ")):
        where = spec.proxy
    if verdict == Verdict.REPRODUCED:
        return f"holds {where}"
    if verdict == Verdict.NOT_REPRODUCED:
        return f"fails {where}"
    return verdict
