"""In which order cells run: what is asked for first comes first, breadth first, and shared by-products early."""

import math
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from reproduce.record.schema import canonical
from reproduce.running.cells import Job
from reproduce.running.inputs import NO_FILE
from reproduce.running.request import Turn

if TYPE_CHECKING:
    from reproduce.running.plan import Row

__all__ = ["FIRST", "by_product", "made_by", "ordered"]

#: So many seeds give a row its first verdict.
FIRST = 2
#: A cell of at most so many seconds is short.
SHORT = 20.0


def by_product(job: Job) -> tuple[str, ...]:
    """Return what cells share and the first makes: a data set's features by a backbone, or its decoded images."""
    weights = job.factors.get("weights")
    if weights in NO_FILE:
        return (job.experiment, job.data)
    return (job.data, canonical(weights))


def made_by(row: "Row", job: Job) -> frozenset[tuple[object, ...]]:
    """Return all that the first of several cells makes and the others wait for.

    What a row's first cell searches for its others; where the row's cells share what takes long, the features of the
    data set by the backbone, and the bank of views that such a row also needs: of as much work, since eight views of an
    image are other features than one.
    """
    made: set[tuple[object, ...]] = {row.request.key}
    if row.shared:
        made |= _by_products(row, job)
    return frozenset(made)


def _by_products(row: "Row", job: Job) -> set[tuple[object, ...]]:
    return {by_product(job), (*by_product(job), row.shared)} if row.shared else {by_product(job)}


def ordered(rows: Iterable["Row"]) -> list[Job]:
    """Return the cells of the rows in the order to run.

    Turn by turn, and in each turn the first two seeds of every row before the rest of any. Within that, one cell for
    each by-product that nobody made before, of the row whose seeds are the cheapest: the others would wait for it. What
    takes longest to make is begun first, and what it needs before it, or it would be left over at the end for one
    worker alone. Then seed by seed, the longest first. Of the first two seeds one and the other are run in turn, and
    rows whose cells take seconds before all that is not shared. Rows that decide between explanations are run one after
    another, in the order asked.
    """
    phases: dict[tuple[int, int], list[tuple[int, Row, Job]]] = {}
    for number, row in enumerate(rows):
        for job in row.jobs:
            place, turn = row.seeds.index(job.seed), row.request.turn
            stage = number if turn == Turn.DECIDING else int(place >= FIRST)
            phases.setdefault((turn, stage), []).append((place, row, job))
    made: set[tuple[object, ...]] = set()
    found: list[Job] = []
    for phase in sorted(phases):
        found += _phase(phases[phase], made)
    return found


def _phase(cells: Sequence[tuple[int, "Row", Job]], made: set[tuple[object, ...]]) -> list[Job]:
    """Return the cells of one phase; ``made`` are the by-products so far, to which those of the phase are added."""
    leaders: dict[tuple[object, ...], Job] = {}
    longest: dict[tuple[str, ...], float] = {}
    for _, row, job in sorted(cells, key=lambda cell: (cell[0], cell[1].makes, cell[1].seconds)):
        for one in _by_products(row, job) - made:
            leaders.setdefault(one, job)
        longest[by_product(job)] = max(row.makes, longest.get(by_product(job), 0.0))
    made |= set(leaders)
    first = {id(job) for job in leaders.values()}
    found = sorted(
        (cell for cell in cells if id(cell[2]) in first),
        key=lambda cell: (-longest[by_product(cell[2])], cell[1].makes),
    )
    rest = [cell for cell in cells if id(cell[2]) not in first]
    rest.sort(key=lambda cell: (cell[0], -_planned(*cell[:2])))
    if rest and rest[0][0] < FIRST:
        # A row's second seed a while after its first, whose by-products it finds then, and never before it: verdicts
        # come one by one.
        begin = [cell for cell in rest if cell[0] == 0]
        at = {id(row): number for number, (_, row, _) in enumerate([*found, *begin])}
        second = sorted((cell for cell in rest if cell[0] > 0), key=lambda cell: at.get(id(cell[1]), -math.inf))
        rest = [cell for pair in zip_longest(begin, second) for cell in pair if cell is not None]
        # Rows of seconds delay nobody, and many have their first verdict in minutes.
        shared = [cell for cell in found if longest[by_product(cell[2])]]
        others = [*found[len(shared) :], *rest]
        found, rest = shared, sorted(others, key=lambda cell: _planned(0, cell[1]) > SHORT)
    return [job for _, _, job in (*found, *rest)]


def _planned(place: int, row: "Row") -> float:
    """Return the seconds that a cell is planned to take: a row's first may search for the others."""
    return row.seconds if place else max(row.first, row.seconds)
