"""``reproduce run``: plan, run, report.

Exit status 0: all is done, or waits, or is left by the budget; 1: a cell failed or drifted, its result could not be
kept, or, in the nightly and release tiers, it was left by the budget or waits for what was not allowed to be missing;
130: interrupted.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from reproduce.errors import InvalidInputError
from reproduce.record import Store
from reproduce.running import places
from reproduce.running.cells import Job
from reproduce.running.clock import Clock
from reproduce.running.origin import keep_first
from reproduce.running.plan import Plan, make_plan
from reproduce.running.request import Request
from reproduce.running.runner import Report, default_workers, run
from reproduce.running.select import Parts, ask, factor, parted
from reproduce.running.show import progress
from reproduce.running.show.summary import of_plan, summary
from reproduce.running.tiers import Held, Tier, held_against, missing, seeds_of

__all__ = ["check_budget", "factor", "run_command"]


def run_command(
    names: Sequence[str],
    *,
    seeds: int | None = None,
    tier: Tier = Tier.CHECK,
    data: str | None = None,
    factors: Sequence[str] = (),
    pilot: bool = False,
    cluster: str | None = None,
    workers: int | None = None,
    budget: float | None = None,
    plan_only: bool = False,
    output: Path | None = None,
    allow_waiting: Sequence[str] = (),
    requested: Callable[[], Sequence[Request]] = tuple,
    console: Console | None = None,
    strict: bool = False,
    planned: Callable[[Plan, int], list[str]] | None = None,
    hears: Callable[[Plan, Store, Callable[[str], None]], Callable[[Job], None]] | None = None,
    told: Callable[[dict[str, Any]], None] | None = None,
    event: Callable[[dict[str, Any]], None] | None = None,
) -> int:
    """Run what is asked; returns the exit status. The arguments are the command's own options, ``budget`` in seconds.

    ``strict``: cells that run when the budget is used up are stopped. ``told`` is called with the run as plain values,
    ``event`` while it goes on with its plan and what became of each cell.
    ``planned(plan, workers)`` gives the lines that show the plan, in the place of a row for each request;
    ``hears(plan, store, say)`` what is called after each cell that was kept.

    ``requested()`` says what the claims ask for: what is run where no ``data`` is named, and what may enter the record.
    """
    console = console or progress.terminal()
    if workers is not None and workers < 1:
        raise InvalidInputError(f"--workers {workers}: give at least 1")
    check_budget(budget)
    wanted = seeds_of(tier, seeds, pilot)
    asked, of_claims = ask(names, tier, data, dict(map(factor, factors)), requested)
    record = Store()
    with places.store_of(tier, pilot, record, output, plan_only) as store:
        if store is record or of_claims:
            parts = parted(asked, wanted, seeds is not None and not pilot, None if of_claims else requested)
        else:  # nothing of this run enters the record
            parts = Parts(asked)
        aside = places.apart(None) if store is record else store
        plan = _plan(parts, wanted, store, aside, record, fresh=tier == Tier.RELEASE)
        count = workers or default_workers()
        progress.show_plan(console, plan, count, planned(plan, count) if planned else None)
        report, held, lacking = Report(), list[Held](), list[str]()
        time_left = Clock(plan.rows, plan.jobs, count).left()
        if event:
            event(of_plan(plan, time_left))
        kept_in = store.folder if output or not (pilot or tier in (Tier.REHEARSAL, Tier.NIGHTLY)) else None
        if plan.jobs and not plan_only:
            if store is record:
                kept_here = [row.request.inputs for row in plan.rows if row.jobs and not row.apart]
                for said in keep_first(record.folder, kept_here):
                    progress.say(console, said)
            with progress.Live(console, plan, count) as view:
                view.told = event or view.told
                if hears:
                    view.heard = hears(plan, store, view.say)
                report = run(
                    plan,
                    store,
                    workers=count,
                    cluster=cluster,
                    budget=budget,
                    replace=tier == Tier.RELEASE,
                    watch=view.watch,
                    strict=strict,
                    say=view.say,
                )
            time_left = view.clock.left()
            progress.show_report(console, report, plan, kept_in, view.clock)
        bad = bool(report.failed or report.unkept)
        if pilot or tier == Tier.REHEARSAL:
            progress.show_values(console, report.finished)
        elif tier == Tier.NIGHTLY and not plan_only:
            held = _nightly(console, plan, store, record, report)
            bad |= any(one.status == "drifted" for one in held)
    if tier in (Tier.NIGHTLY, Tier.RELEASE) and not plan_only:  # these measure everything
        lacking = missing(plan, report.waiting, allow_waiting)
        bad |= bool(lacking) or report.out_of_time
        if lacking:
            progress.show_missing(console, tier, lacking)
    if told:
        told(summary(plan, report, kept_in, held, lacking, time_left))
    return 130 if report.interrupted else int(bad)


def check_budget(seconds: float | None) -> None:
    """Raise InvalidInputError for a budget that is less than nothing, or no number; None is none."""
    if seconds is not None and not seconds >= 0:
        raise InvalidInputError(f"--budget {seconds / 60:g}: give minutes, 0 to begin nothing")


def _plan(parts: Parts, wanted: Sequence[int], store: Store, aside: Store, record: Store, *, fresh: bool) -> Plan:
    """Return one plan; what no claim asks for, and what is not what its name says, goes aside."""
    sound = [one for one in parts.theirs if not one.inputs.doubt()]
    rows = make_plan(sound, wanted, store, fresh=fresh, times=record).rows
    for request, seeds in [*parts.beyond, *((one, wanted) for one in parts.theirs if one not in sound)]:
        rows += make_plan([request], seeds, aside, fresh=fresh, times=record, apart=aside is not store).rows
    return Plan(rows)


def _nightly(console: Console, plan: Plan, store: Store, record: Store, report: Report) -> list[Held]:
    """Hold everything measured tonight, also before a stop, against the record."""
    fresh = [entry for row in plan.rows for entry in row.current(store).entries if entry.seed in row.seeds]
    held = held_against(record, fresh)
    if held:
        progress.show_held(console, held)
    if not (report.interrupted or report.out_of_time):
        places.finish(store, record)
    return held
