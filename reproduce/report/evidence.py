"""What stands behind a claim: intervals, the kept results with their machine, commit and date, and the commands."""

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reproduce.record import Entry, Store
from reproduce.running.request import Request
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.plugin.answers import Source
from reproduce.verdicts.plugin.collect import Origin

__all__ = ["Evidence", "Provenance", "commands", "gather", "intervals", "made_of", "provenance", "reader"]


@dataclass(frozen=True)
class Provenance:
    """What results are made of: how many, seconds of computing, and where and from which commits they come."""

    results: int = 0
    seconds: float = 0.0
    machines: tuple[str, ...] = ()
    processors: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Evidence:
    """Of one claim: where it is written, the results it was judged on, and the commands that measure and judge it."""

    origin: Origin
    made_of: Provenance
    measure: tuple[str, ...] = ()
    judge: str = ""


def intervals(outcome: Outcome) -> list[tuple[str, tuple[float, float]]]:
    """Return each 90 % interval and the scatter that it covers ("" where the outcome keeps one alone, unnamed)."""
    several = getattr(outcome, "intervals", None)
    if several:
        return [(name, (pair[0], pair[1])) for name, pair in dict(several).items() if pair is not None]
    return [("", outcome.interval)] if outcome.interval is not None else []


def made_of(entries: Sequence[Entry]) -> Provenance:
    """Sum entries up: names sorted, days as the first and the last."""
    days = sorted(entry.time[:10] for entry in entries if entry.time)

    def each(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({name for name in names if name}))

    return Provenance(
        len(entries),
        sum(entry.seconds for entry in entries),
        each(entry.machine for entry in entries),
        each(str(entry.environment.get("gpu") or entry.environment.get("cpu", "")) for entry in entries),
        each(entry.backend for entry in entries),
        each(entry.commit for entry in entries),
        days[0] if days else "",
        days[-1] if days else "",
    )


def provenance(store: Store) -> Provenance:
    """Return what every result of the record is made of."""
    return made_of([entry for name in store.experiments() for entry in store.entries(name)])


def reader(store: Store) -> Source:
    """Return the record alone: what it lacks is not measured."""

    def never(*_: object) -> Entry:
        raise AssertionError("the page measures nothing")

    return Source(store, never, set())


def gather(outcome: Outcome, origin: Origin, source: Source) -> Evidence:
    """Return what stands behind a claim: the results that ``source`` keeps of what it asks for, and the commands."""
    kept = [entry for request in origin.requests for entry in source.kept(request)[0]] if outcome.n else []
    judge = f"pytest {shlex.quote(origin.node)}" if origin.node else ""
    return Evidence(origin, made_of(kept), tuple(commands(origin.requests)), judge)


def commands(requests: Sequence[Request]) -> list[str]:
    """Return one ``reproduce run`` for each request, naming the factors that are not the experiment's own defaults.

    The seeds are left to it: it runs those that the claims judge. Later ones than the first go with all of the
    experiment, since the command counts from 0.
    """
    written = []
    for request in requests:
        words = ["reproduce", "run", request.experiment.name]
        if request.data and not request.seeds.start:
            words += ["--data", request.data]
            defaults = request.experiment.factors()
            for name, value in request.factors.items():
                if value != defaults.get(name):
                    said = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
                    words += ["--factor", f"{name}={said}"]
        written.append(shlex.join(words))
    return written
