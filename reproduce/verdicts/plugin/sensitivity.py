"""What a statement's verdict would be under another choice: half or twice the margin, other lions, another average.

``sensitivity.toml`` beside the claims keeps it, made from the record alone by ``pytest claims --claims-sensitivity``. A
verdict that turns under any of them is *fragile*, and it says so wherever it is shown.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reproduce.cache import write_atomically
from reproduce.running.request import Request
from reproduce.text import shaped, toml
from reproduce.verdicts.files.once import once
from reproduce.verdicts.judging.judge import Region, Verdict
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.judging.scatter import SEEDS
from reproduce.verdicts.outcome import Outcome, Spec, words
from reproduce.verdicts.plugin.collect import judge_item
from reproduce.verdicts.plugin.marks import spec

__all__ = ["FILE", "by_interval", "fragile", "lines", "read", "under", "write"]

FILE = "sensitivity.toml"
LIONS = "LionData"
#: The lions that are scored -> the suffix of the score's name.
SETS = {"the 19 lions": "", "the 75 lions": "@train", "the 94 lions": "@all"}

Asked = tuple[Request, str]
#: A claim's outcome by whoever measures; None where it breaks.
Judge = Callable[[Any], Outcome | None]


def _lions(suffix: str) -> Callable[[Asked], Asked]:
    def change(asked: Asked) -> Asked:
        request, score = asked
        known = score.partition("@")[0] in ("map_at_r", "map_at_r/query", "above_chance", "precision_at_1")
        return (request, score.partition("@")[0] + suffix) if request.data == LIONS and known else asked

    return change


def _queries(asked: Asked) -> Asked:
    request, score = asked
    base, at, where = score.partition("@")
    return (request, f"{base}/query{at}{where}") if base == "map_at_r" else asked


def _level(factor: str, level: Any) -> Callable[[Asked], Asked]:
    def change(asked: Asked) -> Asked:
        request, score = asked
        if factor not in request.experiment.defaults:
            return asked
        return replace(request, factors={**request.factors, factor: level}), score

    return change


#: Another choice -> what is asked under it; a choice that asks the same is none.
CHOICES: dict[str, Callable[[Asked], Asked]] = {
    **{name: _lions(suffix) for name, suffix in SETS.items()},
    "the mean over queries": _queries,
    "standardised pixels": _level("scaling", "standardised"),
    "pixels in [0, 1]": _level("scaling", "unit"),
    "resized by area": _level("resize", "area"),
    "resized bilinearly": _level("resize", "bilinear"),
}


@dataclass
class _Otherwise:
    """Answers what would be asked under another choice; ``differs`` once any of it is."""

    measures: Any
    change: Callable[[Asked], Asked]
    differs: bool = False

    def sample(self, request: Request, score: str) -> Sample:
        other, named = self.change((request, score))
        self.differs = self.differs or (other.key, named) != (request.key, score)
        sample: Sample = self.measures.sample(other, named)
        return sample


def by_interval(outcome: Outcome, interval: tuple[float, float] | None, region: Region) -> str:
    """Return the verdict that an interval gives against a region."""
    if interval is None:
        return Verdict.INCONCLUSIVE
    low, high = interval
    if low >= region.lower and high <= region.upper:
        return Verdict.REPRODUCED
    return Verdict.NOT_REPRODUCED if high < region.lower or low > region.upper else Verdict.INCONCLUSIVE


def _region(outcome: Outcome, factor: float) -> Region | None:
    """Return the region with its margin, or a difference's bound, times the factor; None if there is none to scale."""
    lower, upper = outcome.lower, outcome.upper
    if lower is not None and upper is not None:
        middle, half = (lower + upper) / 2, factor * (upper - lower) / 2
        return Region(middle - half, middle + half)
    bound = lower if upper is None else upper
    if not outcome.difference or not bound:
        return None
    return Region(lower=factor * bound) if upper is None else Region(upper=factor * bound)


def under(outcome: Outcome, others: Mapping[str, Outcome]) -> dict[str, str]:
    """Return what a judged outcome would be said to be, by choice; ``others`` are its outcomes under the record's."""
    if outcome.verdict not in (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE):
        return {}
    found: dict[str, str] = {}
    for name, factor in (("half the margin", 0.5), ("twice the margin", 2.0)):
        if (region := _region(outcome, factor)) is not None:
            found[name] = by_interval(outcome, outcome.interval, region)
    if outcome.scatter not in ("", SEEDS) and SEEDS in outcome.intervals:
        lower = Region().lower if outcome.lower is None else outcome.lower
        upper = Region().upper if outcome.upper is None else outcome.upper
        found["seeds alone"] = by_interval(outcome, outcome.intervals[SEEDS], Region(lower, upper))
    found |= {name: other.verdict for name, other in others.items() if other.verdict != Verdict.NOT_RUN}
    return {name: words(verdict, outcome.spec) for name, verdict in found.items()}


def fragile(outcome: Outcome, said: Mapping[str, str]) -> tuple[str, ...]:
    """Return the choices under which a verdict of yes or no is another."""
    if outcome.verdict not in (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED):
        return ()
    return tuple(f"{name}: {word}" for name, word in said.items() if word != outcome.says)


def lines(claims: Iterable[tuple[Spec, Judge]], measures: Any) -> str:
    """Return ``FILE``'s text: every statement that was judged, under every choice that the record has."""
    found = []
    for claim, judge in claims:
        outcome = judge(measures) if claim.kind == "statement" else None
        if outcome is None or outcome.verdict == Verdict.NOT_RUN:
            continue
        others = {}
        for name, change in CHOICES.items():
            otherwise = _Otherwise(measures, change)
            if (other := judge(otherwise)) is not None and otherwise.differs:
                others[name] = other
        if said := under(outcome, others):
            told = ", ".join(f"{json.dumps(name)} = {json.dumps(word)}" for name, word in said.items())
            found.append(f"{json.dumps(claim.id)} = {{ {told} }}\n")
    return "".join(found)


def write(items: Sequence[pytest.Item], measures: Any) -> None:
    """Write ``FILE`` beside the claims."""
    for folder in {item.path.parent: None for item in items}:
        own = [(spec(item), partial(judge_item, item)) for item in items if item.path.parent == folder]
        write_atomically(folder / FILE, lines(own, measures).encode())


@once
def read(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Return what is kept, by claim id and choice; nothing where there is no file."""
    return shaped(dict[str, dict[str, str]], toml(path), str(path)) if path.is_file() else {}
