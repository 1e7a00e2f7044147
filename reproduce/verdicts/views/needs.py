"""What the statements that were not run still need, in one sentence: downloads with their size, and time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reproduce.record import Store
from reproduce.running.clock import Clock, span
from reproduce.running.inputs import Data, Weights, each_once, lacking
from reproduce.running.plan import Plan, Row, make_plan
from reproduce.running.request import Request, Turn

__all__ = ["downloads", "in_words", "needs", "said", "unkept"]

#: Of a full run; and the cores that the time is said for.
SEEDS, CORES = range(14), 2
NUMBERS = {1: "one download", 2: "two downloads", 3: "three downloads"}


def needs(requests: Iterable[Request], record: Store) -> str:
    """Return "two downloads (438 MB) and 20 to 60 min on two cores": of the paper's own statements, by the plan.

    "" where every row of theirs is kept.
    """
    return said(unkept(requests, record))


def said(rows: list[Row]) -> str:
    """Return the same of rows that are not kept."""
    if not rows:
        return ""
    fetched = in_words(lacking(row.request.inputs for row in rows))
    time = span(*Clock(rows, Plan(rows).jobs, CORES).left())
    return " and ".join(filter(None, [fetched, f"{time} on two cores"]))


def downloads(requests: Iterable[Request], record: Store) -> list[Data | Weights]:
    """Return all that they need, whether it is here or not: what a machine with nothing fetches."""
    wanted = [one for row in unkept(requests, record) for one in row.request.inputs]
    return each_once(one for one in wanted if isinstance(one, Weights) or one.pixels)


def in_words(many: Sequence[Data | Weights]) -> str:
    """Return "two downloads (438 MB) beside LionData (495 MB)": apart what is fetched unasked; "" for nothing."""
    asked = [one for one in many if not one.unasked]
    said = [f"{NUMBERS.get(len(asked), f'{len(asked)} downloads')}{_size(asked)}"] if asked else []
    unasked = [f"{one.origin}{_size([one])}" for one in many if isinstance(one, Data) and one.unasked]
    return " beside ".join([*said, *unasked])


def unkept(requests: Iterable[Request], record: Store) -> list[Row]:
    """Return what the paper's own statements ask for and the record does not hold."""
    plan = make_plan([one for one in requests if one.turn <= Turn.STATEMENT], SEEDS, record)
    return [replace(row, jobs=row.unkept) for row in plan.rows if row.unkept]


def _size(many: Sequence[Data | Weights]) -> str:
    sizes = [size for one in many if (size := one.megabytes)]
    return f" ({sum(sizes):,.0f} MB)" if len(sizes) == len(many) else ""
