"""The plan of a run: which cells are kept, which will run and which wait, in which order, for how long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reproduce.record import Entry, Store, machine
from reproduce.running.cells import Job
from reproduce.running.estimates import Timed, estimate
from reproduce.running.order import ordered
from reproduce.running.request import Request

__all__ = ["Plan", "make_plan"]


@dataclass
class Row:
    """What one request comes to. ``seconds`` is one seed's, ``timed`` says by what."""

    request: Request
    seeds: tuple[int, ...]
    seconds: float
    timed: Timed
    kept: int = 0
    jobs: list[Job] = field(default_factory=list)
    waits: str = ""
    #: Hashes of data and weights here; None where the row waits for one of them.
    hashes: tuple[str, str | None] | None = None
    #: Where the results go if not where the run's go: what no claim asks for, and what is not what its name says.
    apart: Store | None = None
    #: Why the data or the weights here are not what their names say.
    doubt: str = ""

    def current(self, store: Store) -> list[Entry]:
        """What a store has for the request in this version, of the data and weights here where both are."""
        asked = self.request
        return [
            entry
            for entry in store.find(asked.experiment.name, asked.chosen, asked.data)
            if entry.cell.version == asked.experiment.version
            and self.hashes in (None, (entry.cell.data_hash, entry.cell.weights_hash))
        ]

    def has(self, seed: int, store: Store, since: str = "") -> bool:
        """Whether the store holds a seed measured on this machine class, later than ``since`` (UTC, ISO 8601)."""
        place = _here(self.request)
        return any(entry.seed == seed and entry.place == place and entry.time > since for entry in self.current(store))


@dataclass
class Plan:
    """Rows in the order asked; ``jobs`` in the order to run."""

    rows: list[Row]

    @property
    def jobs(self) -> list[Job]:
        """The cells to run, in their order (`reproduce.running.order`)."""
        return ordered(self.rows)

    @property
    def seconds(self) -> float:
        """All cells to run, one after another."""
        return sum(row.seconds * len(row.jobs) for row in self.rows)


def make_plan(
    requests: Iterable[Request],
    seeds: Sequence[int],
    store: Store,
    *,
    fresh: bool = False,
    times: Store | None = None,
    apart: bool = False,
) -> Plan:
    """Hold the requests against the store. ``fresh`` runs every seed again, kept or not.

    Where no seed varies anything one seed is all there is. A cell is kept if the store has it for this
    version, factors, data and weights: from this machine class, or, since places are never pooled, from another
    that has all of the seeds. ``times`` is the store whose timings say how long a cell takes, the same by default;
    ``apart`` marks rows whose results go to this ``store``, whatever the run's own is.
    """
    rows, seen = [], set()
    for request in requests:
        if request.key not in seen:
            seen.add(request.key)
            row = _row(request, request.of_run(seeds), store, times or store, fresh)
            row.apart = store if apart else None
            rows.append(row)
    return Plan(rows)


def _row(asked: Request, seeds: Sequence[int], store: Store, times: Store, fresh: bool) -> Row:
    row = Row(asked, tuple(seeds), *estimate(asked.experiment, asked.chosen, asked.data, times))
    row.doubt = asked.inputs.doubt()
    row.waits = asked.inputs.missing()
    if not row.waits:
        here = asked.inputs.hashes()
        row.hashes = (str(here["data_hash"]), here["weights_hash"])
    have = set() if fresh else _kept_seeds(row.current(store), seeds, asked)
    row.kept = len(have)
    row.jobs = [] if row.waits else [asked.job(seed) for seed in seeds if seed not in have]
    if not [seed for seed in seeds if seed not in have]:
        row.waits = ""
    return row


def _here(asked: Request) -> tuple[str, str, str]:
    """The place of a cell measured on this machine."""
    library = asked.experiment.library
    return (machine.machine_class(library), machine.backend(library), machine.dtype(library, asked.chosen))


def _kept_seeds(current: Sequence[Entry], seeds: Sequence[int], asked: Request) -> set[int]:
    places: dict[tuple[str, str, str], set[int]] = {}
    for entry in current:
        places.setdefault(entry.place, set()).add(entry.seed)
    wanted = set(seeds)
    if any(wanted <= kept for kept in places.values()):
        return wanted
    return places.get(_here(asked), set()) & wanted
