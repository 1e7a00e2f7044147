"""The tiers of a run: what is asked, under which seeds, into which store, and what is said at the end."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from reproduce.errors import InvalidInputError, RecordError
from reproduce.experiments.registry import Experiment
from reproduce.record import Entry, Store
from reproduce.record.replay import Replay, compare_replay, pools
from reproduce.running.plan import Asked

__all__ = ["Tier", "choose", "held_against", "main_scores", "rehearsals", "seeds_of", "store_of"]

#: Seeds of a full run, of a nightly one and of a rehearsal; the pilot's never count.
FULL, NIGHTLY, REHEARSAL = range(14), range(5), range(2)
PILOT = range(1000, 1005)
STAND_IN = "TuringCattle"


class Tier(StrEnum):
    """How much of the record a run makes."""

    REHEARSAL = "rehearsal"
    CHECK = "check"
    NIGHTLY = "nightly"
    RELEASE = "release"


def seeds_of(tier: Tier, count: int | None, pilot: bool) -> Sequence[int]:
    """The seeds of a run: 0 .. count - 1, by default as many as the tier has; the pilot's own five."""
    if pilot:
        return PILOT
    if count is not None:
        if count < 1:
            raise InvalidInputError(f"--seeds {count}: give at least 1")
        return range(count)
    return {Tier.REHEARSAL: REHEARSAL, Tier.NIGHTLY: NIGHTLY}.get(tier, FULL)


@contextmanager
def store_of(tier: Tier, pilot: bool, record: Store) -> Iterator[Store]:
    """The record, or a store that is thrown away where a tier must not write to the record."""
    if tier in (Tier.REHEARSAL, Tier.NIGHTLY) or pilot:
        with tempfile.TemporaryDirectory(prefix="reproduce-") as folder:
            yield Store(folder)
    else:
        yield record


def choose(asked: Iterable[Asked], names: Sequence[str]) -> list[Asked]:
    """The requests whose experiment matches one of the names (``mlp.*`` matches by shell rules); all without names."""
    return [one for one in asked if not names or any(fnmatchcase(one.experiment.name, name) for name in names)]


def rehearsals(experiments: Iterable[Experiment]) -> list[Asked]:
    """Every experiment once on the generated stand-in, with its own small factors."""
    return [Asked(one, STAND_IN, dict(one.rehearsal)) for one in experiments]


def main_scores(entry: Entry) -> list[str]:
    """The scores a replay is held to: those without "/" or "@", that is on the primary test set and average."""
    plain = sorted(name for name in entry.scores if "/" not in name and "@" not in name)
    return plain or sorted(entry.scores)


@dataclass(frozen=True)
class Held:
    """A fresh entry held against the record, score by score; no replay where nothing current is kept."""

    entry: Entry
    replays: tuple[Replay, ...]

    @property
    def status(self) -> str:
        """The worst of the scores: "drifted", "inside", "identical"; "unrecorded" where nothing is kept."""
        seen = {replay.status for replay in self.replays}
        return next((word for word in ("drifted", "inside", "identical") if word in seen), "unrecorded")


def held_against(record: Store, fresh: Iterable[Entry]) -> list[Held]:
    """Fresh entries against the record's current ones: its own place's where there are any, else the fullest."""
    return [Held(entry, tuple(_replays(record, entry))) for entry in fresh]


def _replays(record: Store, fresh: Entry) -> Iterator[Replay]:
    cell = fresh.cell
    same = [
        entry
        for entry in record.find(cell.experiment, cell.factors, cell.data)
        if (entry.cell.version, entry.cell.data_hash, entry.cell.weights_hash)
        == (cell.version, cell.data_hash, cell.weights_hash)
    ]
    if not same:
        return
    pool = next((pool for pool in pools(same) if pool[0].place == fresh.place), pools(same)[0])
    for score in main_scores(fresh):
        if any(score not in entry.scores for entry in pool):
            raise RecordError(f"{cell}: the record has no score {score!r}: raise the experiment's version")
        yield compare_replay(fresh, pool, score)
