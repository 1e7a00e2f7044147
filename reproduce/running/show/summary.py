"""A run as plain values, for ``--json``: its plan, what became of its cells, and both as events while it goes on."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reproduce.record import Entry
from reproduce.record.schema import plain
from reproduce.running.cells import Job, Outcome
from reproduce.running.plan import Plan, Row
from reproduce.running.runner import Report
from reproduce.running.tiers import Held, main_scores

__all__ = ["of_cell", "of_plan", "summary"]


def summary(
    plan: Plan,
    report: Report,
    folder: Path | None,
    held: Iterable[Held] = (),
    lacking: Iterable[str] = (),
    time_left: tuple[float, float] = (0.0, 0.0),
) -> dict[str, Any]:
    """Return the plan by request and the report by cell. ``folder``: where results are kept, None where nowhere.

    ``held``: what was held against the record; ``lacking``: what waits in a tier that measures everything;
    ``time_left``: seconds, the least and the most that are likely.
    """
    return {
        "plan": [_row(row) for row in plan.rows],
        "cells": len(plan.jobs),
        "seconds": plan.seconds,
        "kept in": None if folder is None else str(folder),
        "finished": [_entry(entry) for entry in report.finished],
        "failed": [_job(job, why) for job, why in report.failed],
        "waiting": [_job(job, why) for job, why in report.waiting],
        "not kept": [_job(job, why) for job, why in report.unkept],
        "by another run": [_job(job) for job in report.elsewhere],
        "left": len(plan.jobs) - report.done,
        "seconds left": list(time_left),
        "interrupted": report.interrupted,
        "out of time": report.out_of_time,
        "against the record": [_held(one) for one in held],
        "lacking": list(lacking),
    }


def of_plan(plan: Plan, time_left: tuple[float, float]) -> dict[str, Any]:
    """Return the plan as an event, before its first cell."""
    told = {"plan": [_row(row) for row in plan.rows], "cells": len(plan.jobs), "seconds left": list(time_left)}
    return {"event": "plan", **told}


def of_cell(job: Job, outcome: Outcome, report: Report, time_left: tuple[float, float]) -> dict[str, Any]:
    """Return what became of a cell as an event, the moment it is over."""
    status = "by another run" if outcome.kept else "waiting" if outcome.waits else "failed"
    why = outcome.problem
    if outcome.entry is not None:
        lost = [why for one, why in report.unkept if one is job]
        status, why = ("not kept", lost[0]) if lost else ("finished", "")
    told = _job(job, why) if outcome.entry is None else _entry(outcome.entry) | ({"why": why} if why else {})
    return {"event": "cell", "status": status, **told, "seconds left": list(time_left)}


def _row(row: Row) -> dict[str, Any]:
    return {
        "experiment": row.request.experiment.name,
        "data": row.request.data,
        "factors": plain(row.request.chosen),
        "kept": row.kept,
        "to run": [job.seed for job in row.jobs],
        "seconds each": row.seconds if row.jobs else None,
        "timed": row.timed if row.jobs else None,
        "waits": row.waits,
        "stand-in": row.doubt,
        "apart": None if row.apart is None else str(row.apart.folder),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    cell = entry.cell
    named = {"experiment": cell.experiment, "data": cell.data, "factors": plain(cell.factors), "seed": cell.seed}
    return named | {"seconds": entry.seconds, "scores": {name: entry.scores[name] for name in main_scores(entry)}}


def _job(job: Job, why: str = "") -> dict[str, Any]:
    named = {"experiment": job.experiment, "data": job.data, "factors": plain(job.factors), "seed": job.seed}
    return named | ({"why": why} if why else {})


def _held(one: Held) -> dict[str, Any]:
    return {"experiment": one.entry.cell.experiment, "seed": one.entry.seed, "status": one.status} | {
        "scores": [str(replay) for replay in one.replays]
    }
