"""Animals' names for results that were kept without them: who was tested follows from data set and seed alone.

Results kept before names were have each score without each test animal, in the order of the animals' names. The same
code that drew the test animals draws them again; a result whose counts differ from that draw, or whose data are not
those at hand, is refused. Scores are not touched. ``python -m reproduce.running.naming`` does it to the record.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from reproduce.datasets import available, load
from reproduce.errors import DataMissingError, InvalidInputError
from reproduce.experiments.evaluate import SETS, subsets
from reproduce.record import Entry, Store

__all__ = ["name_animals", "named"]


def named(entry: Entry) -> Entry:
    """The entry with the names beside its leave-one-out scores; itself where it has them, or has no such scores.

    Raises InvalidInputError where the draw is not the entry's own, DataMissingError where the data are not here.
    """
    lengths = {suffix: _lengths(entry, suffix) for suffix in SETS}
    lacking = [at for at, found in lengths.items() if found and not isinstance(entry.details.get(f"animals{at}"), list)]
    if not lacking:
        return entry
    cell = entry.cell
    if not available(cell.data):
        raise DataMissingError(f"{cell}: its animals are named from {cell.data}, which is not here")
    catalogue = load(cell.data, seed=cell.seed)
    if cell.data_hash not in (catalogue.content_hash, catalogue.identity_hash):
        raise InvalidInputError(
            f"{cell}: {cell.data} here is not the data it was measured on; its animals stay unnamed"
        )
    details = dict(entry.details)
    rows = subsets(catalogue)
    for suffix in lacking:
        names = np.unique(catalogue.identities[rows[suffix]]).tolist()
        if lengths[suffix] != {len(names)}:
            counts = ", ".join(map(str, sorted(lengths[suffix])))
            raise InvalidInputError(f"{cell}: {counts} scores without an animal, but {len(names)} animals are tested")
        details[f"animals{suffix}"] = names
    return replace(entry, details=details)


def _lengths(entry: Entry, suffix: str) -> set[int]:
    return {len(row) for name, row in entry.leave_one_out.items() if name.partition("@")[2] == suffix.strip("@")}


def name_animals(store: Store, experiments: Iterable[str] | None = None) -> dict[str, int]:
    """Name the animals of every result in a store: how many were given names, by experiment; all or none of each."""
    changed = {}
    for experiment in store.experiments() if experiments is None else experiments:
        now = [(entry, named(entry)) for entry in store.entries(experiment)]
        fresh = [after for before, after in now if after is not before]
        if fresh:
            changed[experiment] = store.add_all(fresh, replace=True)
    return changed


if __name__ == "__main__":
    for name, count in name_animals(Store()).items():
        print(f"{name}: {count} results")
