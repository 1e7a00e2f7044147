"""The tiers of a run: what is asked, under which seeds, into which store, and what is said at the end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reproduce.errors import InvalidInputError, RecordError
from reproduce.experiments.registry import Experiment, find
from reproduce.record import Entry, Store
from reproduce.record.current import current
from reproduce.record.replay import Replay, compare_judged, pools
from reproduce.record.schema import canonical
from reproduce.running.cells import Job
from reproduce.running.inputs import stand_in
from reproduce.running.plan import Plan
from reproduce.running.request import Request
from reproduce.running.tier import Tier

__all__ = ["Tier", "choose", "held_against", "main_scores", "missing", "moves", "rehearsals", "seeds_of"]

#: Seeds of a full run, of a nightly one and of a rehearsal; the pilot's never count.
FULL, NIGHTLY, REHEARSAL = range(14), range(5), range(2)
PILOT = range(1000, 1005)


def seeds_of(tier: Tier, count: int | None, pilot: bool) -> Sequence[int]:
    """Return the seeds of a run: 0 .. count - 1, by default as many as the tier has; the pilot's own five."""
    if count is not None and count < 1:
        raise InvalidInputError(f"--seeds {count}: give at least 1")
    if pilot:
        return PILOT
    if count is not None:
        return range(count)
    return {Tier.REHEARSAL: REHEARSAL, Tier.NIGHTLY: NIGHTLY}.get(tier, FULL)


def choose(asked: Iterable[Request], names: Sequence[str]) -> list[Request]:
    """Return the requests whose experiment matches a name (``mlp.*`` matches by shell rules); all without names."""
    return [one for one in asked if not names or any(fnmatchcase(one.experiment.name, name) for name in names)]


def rehearsals(experiments: Iterable[Experiment]) -> list[Request]:
    """Return every experiment once, on the generated stand-in, with its own small factors."""
    return [Request(one, stand_in(), dict(one.rehearsal)) for one in experiments]


def missing(plan: Plan, waiting: Iterable[tuple[Job, str]], allowed: Sequence[str]) -> list[str]:
    """Return what waits for data or weights and may not: "experiment on data", each once, in the plan's order.

    ``allowed`` are names or patterns of experiments, of data sets or of weights.
    """
    waits = [
        (row.request.experiment.name, row.request.data, row.request.chosen.get("weights"))
        for row in plan.rows
        if row.waits
    ] + [(job.experiment, job.data, job.factors.get("weights")) for job, _ in waiting]
    lacking = [
        f"{name} on {data}" if data else name
        for name, data, weights in waits
        if not any(fnmatchcase(str(word), pattern) for word in (name, data, weights) for pattern in allowed)
    ]
    return list(dict.fromkeys(lacking))


def main_scores(entry: Entry) -> list[str]:
    """Return the scores a replay is held to: those without "/" or "@", that is on the primary test set and average."""
    plain = sorted(name for name in entry.scores if "/" not in name and "@" not in name)
    return plain or sorted(entry.scores)


@dataclass(frozen=True)
class Held:
    """A fresh entry held against the record, score by score; no replay where nothing current is kept."""

    entry: Entry
    replays: tuple[Replay, ...]

    @property
    def status(self) -> str:
        """Return the worst of the scores: "drifted", "inside", "identical"; "unrecorded" where nothing is kept."""
        seen = {replay.status for replay in self.replays}
        return next((word for word in ("drifted", "inside", "identical") if word in seen), "unrecorded")


def held_against(record: Store, fresh: Iterable[Entry]) -> list[Held]:
    """Hold fresh entries against the record's current ones: its own place's where there are any, else the fullest."""
    return [Held(entry, tuple(_replays(record, entry))) for entry in fresh]


def moves(held: Iterable[Held]) -> dict[str, list[float]]:
    """Return how far what was measured elsewhere lies from the record, by row and score."""
    found: dict[str, list[float]] = {}
    for one in held:
        cell = one.entry.cell
        for score, replay in zip(main_scores(one.entry), one.replays, strict=False):
            if replay.status == "inside" and (move := replay.move):
                name = f"{cell.experiment} on {cell.data} {canonical(cell.factors)}, {score}"
                found.setdefault(name, []).append(move)
    return found


def _replays(record: Store, fresh: Entry) -> Iterator[Replay]:
    cell = fresh.cell
    made_of = {"data_hash": cell.data_hash, "weights_hash": cell.weights_hash}
    same = current(record, find(cell.experiment), cell.data, cell.factors, made_of).entries
    if not same:
        return
    pool = max(pools(same), key=lambda pool: pool[0].place == fresh.place)
    kept = next((entry for entry in pool if entry.seed == fresh.seed), None)
    if kept is None:
        return
    for score in main_scores(fresh):
        if score not in kept.scores:
            raise RecordError(f"{cell}: the record has no score {score!r}: raise the experiment's version")
        yield compare_judged(fresh, kept, score, (), find(cell.experiment).moves(cell.factors))
