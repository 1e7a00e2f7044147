"""The plan of a run: which cells are kept, which will run and which wait, in which order, for how long."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reproduce.record import Store, machine
from reproduce.record.current import Current, current
from reproduce.running.cells import Job
from reproduce.running.estimates import Timed, estimate
from reproduce.running.order import ordered
from reproduce.running.request import Request

__all__ = ["Plan", "make_plan"]


@dataclass
class Row:
    """What one request comes to. ``seconds`` is one seed's, ``timed`` says by what; ``first`` that of its first.

    ``makes``: what the first cell of all that share something takes longer.
    """

    request: Request
    seeds: tuple[int, ...]
    seconds: float
    timed: Timed
    first: float = 0.0
    makes: float = 0.0
    kept: int = 0
    jobs: list[Job] = field(default_factory=list)
    #: The same of a row that waits: what it will run once that is here.
    unkept: list[Job] = field(default_factory=list)
    waits: str = ""
    #: Hashes of the data and weights that are here, as a cell names them.
    here: Mapping[str, str | None] = field(default_factory=dict)
    #: Where the results go if not where the run's go: what no claim asks for, and what is not what its name says.
    apart: Store | None = None
    #: Why the data or the weights here are not what their names say.
    doubt: str = ""

    @property
    def shared(self) -> float:
        """Work of the first of all cells that share something, in the unit of the experiment's own; 0 where none do."""
        makes = self.request.experiment.makes
        return makes(self.request.chosen) if makes else 0.0

    def current(self, store: Store) -> Current:
        """Return what a store holds for the request, of the data and weights here."""
        asked = self.request
        return current(store, asked.experiment, asked.data, asked.chosen, self.here)

    def has(self, seed: int, store: Store, since: str = "") -> bool:
        """Tell whether the store holds a seed measured on this machine class, later than ``since`` (UTC, ISO 8601)."""
        place = _here(self.request)
        return any(
            entry.seed == seed and entry.place == place and entry.time > since for entry in self.current(store).entries
        )


@dataclass
class Plan:
    """Rows in the order asked; ``jobs`` in the order to run."""

    rows: list[Row]

    @property
    def jobs(self) -> list[Job]:
        """Return the cells to run, in their order (`reproduce.running.order`)."""
        return ordered(self.rows)

    @property
    def seconds(self) -> float:
        """Return the seconds of all cells to run, one after another."""
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
    row.here = asked.inputs.hashes()
    have = set() if fresh else row.current(store).seeds_kept(seeds, _here(asked))
    row.kept = len(have)
    row.unkept = [asked.job(seed) for seed in seeds if seed not in have]
    row.jobs = [] if row.waits else row.unkept
    if not row.unkept:
        row.waits = ""
    return row


def _here(asked: Request) -> tuple[str, str, str]:
    """Return the place of a cell measured on this machine."""
    library = asked.experiment.library
    return (machine.machine_class(library), machine.backend(library), machine.dtype(library, asked.chosen))
