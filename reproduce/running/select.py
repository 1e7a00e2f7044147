"""Split a run's requests: those that claims judge go into the record, the others are kept outside it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from reproduce.errors import ClaimsMissingError, InvalidInputError
from reproduce.experiments.registry import Experiment, unknown
from reproduce.running.inputs import Data
from reproduce.running.loading import load_all
from reproduce.running.request import Request
from reproduce.running.tiers import Tier, choose, rehearsals

__all__ = ["Parts", "ask", "factor", "parted"]


@dataclass
class Parts:
    """Requests with the seeds of the run. ``beyond`` are those of which no claim asks for these seeds."""

    theirs: list[Request]
    beyond: list[tuple[Request, Sequence[int]]] = field(default_factory=list)


def factor(text: str) -> tuple[str, Any]:
    """Parse ``name=value``, the value as JSON where it is any ("64", "[64, 32]", "true"), else as text."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise InvalidInputError(f"--factor {text!r}: write name=value, such as dim=64 or hidden=[64,32]")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def ask(
    names: Sequence[str],
    tier: Tier,
    data: str | None,
    factors: dict[str, Any],
    requested: Callable[[], Sequence[Request]],
) -> tuple[list[Request], bool]:
    """Return the requests of a run, and whether the claims make them; ``requested()`` says what the claims ask for."""
    everything = load_all()
    for name in names:
        if not any(fnmatchcase(known, name) for known in everything):
            raise InvalidInputError(unknown(name))
    chosen = [one for name, one in everything.items() if not names or any(fnmatchcase(name, n) for n in names)]
    if tier == Tier.REHEARSAL:
        return rehearsals(chosen), False
    if data is not None:
        return _on(data, names, chosen, factors), False
    if factors:
        raise InvalidInputError("--factor goes with --data: without it the claims say which factors are run")
    asked = choose(requested(), names)
    if not asked:
        what = ", ".join(names) or "anything"
        raise InvalidInputError(f"no claim asks for {what}; run one experiment with --data NAME")
    return asked, True


def _on(data: str, names: Sequence[str], chosen: Sequence[Experiment], factors: dict[str, Any]) -> list[Request]:
    if not names:
        raise InvalidInputError(f"--data {data}: name the experiment to run on it")
    Data(data).check()
    return [Request(one, data, factors) for one in chosen]


def parted(
    asked: Sequence[Request], seeds: Sequence[int], explicit: bool, requested: Callable[[], Sequence[Request]] | None
) -> Parts:
    """Return what the claims ask for too, apart from other requests and from seeds that none of them judges.

    ``requested`` says what the claims ask for, None where ``asked`` is that; without a folder of claims nothing is.
    Seeds beyond those that the claims judge are run only where the caller named a number (``explicit``).
    """
    parts = Parts([])
    try:
        known = {one.key: one for one in (asked if requested is None else requested())}
    except ClaimsMissingError:
        known = {}
    for one in asked:
        claimed = known.get(one.key)
        if claimed is None:
            parts.beyond.append((one, seeds))
            continue
        parts.theirs.append(claimed)
        judged = claimed.seeds
        if explicit and claimed.varies and judged and seeds[len(judged) :]:
            more = [judged.start + seed for seed in seeds[len(judged) :]]
            parts.beyond.append((replace(claimed, seeds=range(0)), more))
    return parts
