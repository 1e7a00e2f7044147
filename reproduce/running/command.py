"""``reproduce run``: plan, run, report; exit status 0 all done, 1 something failed or drifted, 130 interrupted."""

import json
import os
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from rich.console import Console

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import unknown
from reproduce.record import Store
from reproduce.running import live
from reproduce.running.loading import load_all
from reproduce.running.plan import Asked, make_plan
from reproduce.running.runner import default_workers, run
from reproduce.running.tiers import Tier, choose, held_against, rehearsals, seeds_of, store_of

__all__ = ["factor", "run_command"]


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
    requested: Callable[[], Sequence[Asked]] = tuple,
    console: Console | None = None,
) -> int:
    """Run what is asked; returns the exit status. The arguments are the command's own options.

    ``requested()`` says what the claims ask for; it is called where no ``data`` is named.
    """
    console = console or Console(soft_wrap=not os.isatty(1))
    if workers is not None and workers < 1:
        raise InvalidInputError(f"--workers {workers}: give at least 1")
    asked = _asked(names, tier, data, dict(map(factor, factors)), requested)
    wanted = seeds_of(tier, seeds, pilot)
    record = Store()
    with store_of(tier, pilot, record) as store:
        plan = make_plan(asked, wanted, record, fresh=tier != Tier.CHECK or pilot)
        count = workers or default_workers()
        live.show_plan(console, plan, count)
        if plan_only or not plan.jobs:
            return 0
        with live.Live(console, plan, count) as view:
            report = run(
                plan,
                store,
                workers=count,
                cluster=cluster,
                budget=budget,
                replace=tier == Tier.RELEASE,
                watch=view.watch,
            )
        where = f", kept in {record.folder}" if store is record and report.finished else ""
        live.show_report(console, report, len(plan.jobs), where)
        drifted = False
        if pilot or tier == Tier.REHEARSAL:
            live.show_values(console, report.finished)
        elif tier == Tier.NIGHTLY:
            held = held_against(record, report.finished)
            live.show_held(console, held)
            drifted = any(one.status == "drifted" for one in held)
    return 130 if report.interrupted else 1 if report.failed or drifted else 0


def factor(text: str) -> tuple[str, Any]:
    """``name=value``, the value as JSON where it is any ("64", "[64, 32]", "true"), else as text."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise InvalidInputError(f"--factor {text!r}: write name=value, such as dim=64 or hidden=[64,32]")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _asked(
    names: Sequence[str],
    tier: Tier,
    data: str | None,
    factors: dict[str, Any],
    requested: Callable[[], Sequence[Asked]],
) -> list[Asked]:
    everything = load_all()
    for name in names:
        if not any(fnmatchcase(known, name) for known in everything):
            raise InvalidInputError(unknown(name))
    chosen = [one for name, one in everything.items() if not names or any(fnmatchcase(name, n) for n in names)]
    if tier == Tier.REHEARSAL:
        return rehearsals(chosen)
    if data is not None:
        if not names:
            raise InvalidInputError(f"--data {data}: name the experiment to run on it")
        from reproduce.datasets.kinds import check

        check(data)
        return [Asked(one, data, factors) for one in chosen]
    if factors:
        raise InvalidInputError("--factor goes with --data: without it the claims say which factors are run")
    asked = choose(requested(), names)
    if not asked:
        what = ", ".join(names) or "anything"
        raise InvalidInputError(f"no claim asks for {what}; run one experiment with --data NAME")
    return asked
