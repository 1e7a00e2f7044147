"""What the record holds for a request, and why not: one rule for the judge, the plan of a run, a night and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reproduce.experiments.registry import Experiment
from reproduce.record.replay import pools
from reproduce.record.schema import Entry
from reproduce.record.store import Store

__all__ = ["Current", "current"]


@dataclass(frozen=True)
class Current:
    """The results that hold for a request as it stands; where there are none, ``why``, and what ``run`` would do."""

    name: str
    data: str
    entries: tuple[Entry, ...] = ()
    why: str = ""
    run: str = ""

    def of_seeds(self, seeds: range, advise: bool = True) -> tuple[list[Entry], str]:
        """Return one result a seed, all from one place; or none, and why, with the command that helps (``advise``).

        Results of different machines, backends or dtypes are never pooled: the fullest pool counts.
        """

        def none(why: str, run: str) -> tuple[list[Entry], str]:
            return [], f"{why}; `reproduce run {self.name}` {run}" if advise else why

        if not self.entries:
            return none(self.why, self.run)
        by_seed = [{entry.seed: entry for entry in pool} for pool in pools(self.entries)]
        fullest = max(by_seed, key=lambda pool: sum(seed in pool for seed in seeds))
        if missing := [seed for seed in seeds if seed not in fullest]:
            held = f"{len(seeds) - len(missing)} of {len(seeds)} seeds"
            which = f" from {seeds.start} on" if seeds.start else ""
            return none(f"the record of {self.name} on {self.data} holds {held}{which}", "goes on")
        return [fullest[seed] for seed in seeds], ""

    def twins(self, kept: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
        """Return each result of another place with the kept one of the same cell."""
        own = {entry.cell.key: entry for entry in kept}
        others = [entry for entry in self.entries if entry.cell.key in own]
        return [(one, own[one.cell.key]) for one in others if one.place != own[one.cell.key].place]

    def seeds_kept(self, seeds: Sequence[int], place: tuple[str, str, str]) -> set[int]:
        """Return the seeds that need no run at the place: all of them where one pool has all, else those from there."""
        found = [(pool[0].place, {entry.seed for entry in pool}) for pool in pools(self.entries)]
        if any(set(seeds) <= kept for _, kept in found):
            return set(seeds)
        return {seed for where, kept in found for seed in kept if where == place} & set(seeds)


def current(
    store: Store, experiment: Experiment, data: str, factors: Mapping[str, object], here: Mapping[str, str | None]
) -> Current:
    """Return what the store holds of this version under all of these factors, of the data and weights ``here``.

    here: ``data_hash`` and ``weights_hash`` of a cell, without that of what is not here: a record is judged without
    its data, and is stale once others lie under their name.
    """
    name = experiment.name

    def none(why: str, run: str) -> Current:
        return Current(name, data, (), why, run)

    found = store.find(name, factors, data)
    if not found:
        every = store.entries(name)
        if not every:
            return none(f"no record of {name}", "makes it")
        same = [entry for entry in every if entry.cell.data == data]
        stale = bool(same) and not any(set(entry.cell.factors) == set(factors) for entry in same)
        word = "stale: the record's factors are others" if stale else "no record under these factors"
        return none(f"{word} ({name} on {data})", "makes it")
    versions = sorted({entry.cell.version for entry in found})
    found = [entry for entry in found if entry.cell.version == experiment.version]
    if not found:
        return none(f"stale: {name} is version {experiment.version}, its record {versions}", "renews it")
    if "data_hash" in here:
        found = [entry for entry in found if entry.cell.data_hash == here["data_hash"]]
        if not found:
            return none(f"stale: {data} here is not the data of the record", "renews it")
    if "weights_hash" in here:
        found = [entry for entry in found if entry.cell.weights_hash == here["weights_hash"]]
        if not found:
            return none(f"stale: the weights here are not those of the record of {name}", "renews it")
    return Current(name, data, tuple(found))
