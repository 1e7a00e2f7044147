"""In which order cells run: what is asked for first comes first, breadth first, and shared by-products early."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from reproduce.record.schema import canonical
from reproduce.running.cells import Job
from reproduce.running.inputs import NO_FILE
from reproduce.running.request import Turn

if TYPE_CHECKING:
    from reproduce.running.plan import Row

__all__ = ["FIRST", "by_product", "ordered"]

#: So many seeds give a row its first verdict.
FIRST = 2


def by_product(job: Job) -> tuple[str, ...]:
    """What cells share and the first of them makes: the features of a data set by a backbone, or its decoded images."""
    weights = job.factors.get("weights")
    if weights in NO_FILE:
        return (job.experiment, job.data)
    return (job.data, canonical(weights))


def ordered(rows: Iterable["Row"]) -> list[Job]:
    """The cells of the rows in the order to run.

    Turn by turn, and in each turn the first two seeds of every row before the rest of any. Within that, one cell for
    each by-product that nobody made before, of the row whose seeds are the cheapest: the others would wait for it.
    Then seed by seed, the longest first; of the first two seeds one and the other in turn. Rows that decide between
    explanations are run one after another, in the order asked.
    """
    phases: dict[tuple[int, int], list[tuple[int, Row, Job]]] = {}
    for number, row in enumerate(rows):
        for job in row.jobs:
            place, turn = row.seeds.index(job.seed), row.request.turn
            stage = number if turn == Turn.DECIDING else int(place >= FIRST)
            phases.setdefault((turn, stage), []).append((place, row, job))
    made: set[tuple[str, ...]] = set()
    found: list[Job] = []
    for phase in sorted(phases):
        found += _phase(phases[phase], made)
    return found


def _phase(cells: Sequence[tuple[int, "Row", Job]], made: set[tuple[str, ...]]) -> list[Job]:
    """The cells of one phase; ``made`` are the by-products so far, to which those of the phase are added."""
    leaders: dict[tuple[str, ...], Job] = {}
    for _, _, job in sorted(cells, key=lambda cell: (cell[0], cell[1].seconds)):
        if by_product(job) not in made:
            leaders.setdefault(by_product(job), job)
    made |= set(leaders)
    first = {id(job) for job in leaders.values()}
    found = [job for _, _, job in cells if id(job) in first]
    rest = sorted((cell for cell in cells if id(cell[2]) not in first), key=lambda cell: (cell[0], -cell[1].seconds))
    if rest and rest[0][0] < FIRST:
        # A row's second seed a while after its first, whose by-products it finds then: verdicts come one by one.
        begin = [job for place, _, job in rest if place == 0]
        second = [job for place, _, job in rest if place > 0]
        return found + [job for pair in zip_longest(begin, second) for job in pair if job is not None]
    return found + [job for _, _, job in rest]
