"""What the statements that were not run still need, in one sentence: downloads with their size, and time."""

from collections.abc import Iterable
from dataclasses import replace

from reproduce.record import Store
from reproduce.running.clock import Clock, span
from reproduce.running.inputs import lacking
from reproduce.running.plan import Plan, make_plan
from reproduce.running.request import Request, Turn

__all__ = ["needs"]

#: Of a full run; and the cores that the time is said for.
SEEDS, CORES = range(14), 2
NUMBERS = {1: "one download", 2: "two downloads", 3: "three downloads"}


def needs(requests: Iterable[Request], record: Store) -> str:
    """Return "two downloads (438 MB) and 20 to 60 min on two cores": of the paper's own statements, by the plan.

    "" where every row of theirs is kept.
    """
    plan = make_plan([one for one in requests if one.turn <= Turn.STATEMENT], SEEDS, record)
    rows = [replace(row, jobs=row.unkept) for row in plan.rows if row.unkept]
    if not rows:
        return ""
    missing = lacking(row.request.inputs for row in rows)
    sizes = [one.megabytes for one in missing]
    known = f" ({sum(size or 0 for size in sizes):,.0f} MB)" if all(sizes) else ""
    downloads = [f"{NUMBERS.get(len(missing), f'{len(missing)} downloads')}{known}"] if missing else []
    time = span(*Clock(rows, Plan(rows).jobs, CORES).left())
    return " and ".join([*downloads, f"{time} on two cores"])
