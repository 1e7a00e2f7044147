"""``reproduce paper``: fetch what is missing, run the paper's own cells, judge, and show the paper on one screen.

Exit status 0: all is done, or left by the budget, or waits for what could not be had; 1: a cell failed, or, in the
nightly and release tiers, something was left or waits that may not; 130: interrupted.
"""

import shlex
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from reproduce.errors import ReproduceError
from reproduce.record import Store
from reproduce.running import places
from reproduce.running.clock import duration, span
from reproduce.running.command import check_budget, run_command
from reproduce.running.inputs import Data, Weights, lacking, sizes
from reproduce.running.plan import Plan
from reproduce.running.runner import default_workers
from reproduce.running.show import progress
from reproduce.running.tiers import Tier
from reproduce.verdicts.explanations import deciding
from reproduce.verdicts.files import lines, settings
from reproduce.verdicts.outcome import Outcome
from reproduce.verdicts.paper.plan import planned
from reproduce.verdicts.paper.telling import SoFar, Teller, nothing_measured, rehearsals
from reproduce.verdicts.paper.wanted import BY_DEFAULT, Wanted
from reproduce.verdicts.plugin.answers import Source
from reproduce.verdicts.plugin.collect import Judged, claims, judged, record_of
from reproduce.verdicts.runs.compare import Change, compare
from reproduce.verdicts.views import screen
from reproduce.verdicts.views.needs import needs

__all__ = ["fetch", "rehearsed", "run_paper", "shown"]

#: Changed verdicts that are named at the end.
MOST = 40


def run_paper(
    folder: Path,
    *,
    wanted: Wanted = BY_DEFAULT,
    yes: bool = False,
    budget: float | None = None,
    tier: Tier = Tier.CHECK,
    cluster: str | None = None,
    workers: int | None = None,
    seeds: int | None = None,
    allow_waiting: Sequence[str] = (),
    plan_only: bool = False,
    confirm: Callable[[str], bool] | None = None,
    console: Console | None = None,
    told: Callable[[dict[str, Any]], None] | None = None,
) -> int:
    """Run what the claims in ``folder`` ask for in the paper's own setting, its printed figures first.

    By default the statements and what decides between explanations in minutes, with ``wanted.everything`` also rows of
    hours, questions, controls and other readings of what the paper leaves open. Returns the exit status.

    ``budget`` in seconds is for all of it: what runs when it is used up is stopped, and the same command goes on.
    ``yes`` fetches without asking; else ``confirm`` is asked where there is one, and nothing is fetched without it.
    ``told`` is called with events as plain values: what is fetched, the plan, each cell and verdict as it comes, and at
    the end the run, what changed, the paper, and stand-ins apart.
    """
    console = console or progress.terminal()
    say = partial(progress.say, console, whole=True)
    check_budget(budget)
    began = time.monotonic()
    asking = wanted.claims(folder)
    missing = [] if plan_only else lacking(one.inputs for one in wanted.requests(folder, asking))
    got = [] if plan_only else fetch(missing, yes, confirm, console, told)
    asking = wanted.claims(folder) if got else asking
    requests = wanted.requests(folder, asking)
    before = () if plan_only else judged(folder).outcomes
    width = console.width if console.is_terminal else shutil.get_terminal_size((80, 24)).columns

    def hears(plan: Plan, store: Store, say: Callable[[str], None]) -> Teller:
        return Teller([one for one in asking if one.spec.printed], plan, store, say, told)

    ran: dict[str, Any] = {}
    status = run_command(
        [],
        seeds=seeds,
        tier=tier,
        cluster=cluster,
        workers=workers,
        budget=None if budget is None else max(0.0, budget - (time.monotonic() - began)),
        allow_waiting=allow_waiting,
        plan_only=plan_only,
        requested=lambda: requests,
        console=console,
        strict=True,
        planned=lambda plan, workers: [
            *planned(plan, workers, asking, lines.read(folder / lines.FILE), width),
            *wanted.not_now(folder, workers),
        ],
        hears=hears,
        told=ran.update,
        event=told,
    )
    if plan_only:
        return status
    found = judged(folder)
    outcomes = found.outcomes
    why = list(dict.fromkeys(part for one in requests for part in one.inputs.doubt().split("; ") if part))
    stand_ins = rehearsed(folder) if why else []
    changes = [one for one in compare(before, outcomes) if one.kind != "same"]
    for line in [
        *shown(folder, found, width),
        *_said_of_stand_ins(stand_ins, why),
        *_said_of_explanations(folder),
        *_said_of_changes(changes),
    ]:
        say(line)
    for line in wanted.not_now(folder, workers or default_workers()):
        say(line)
    if ran["left"]:
        say(f"left: {ran['left']} cells, {span(*ran['seconds left'])}: `{_again(wanted, yes, budget)}`")
    if told:
        paper = screen.as_json(lines.fold(lines.read(folder / lines.FILE), outcomes))
        apart = [screen.setting(one.outcome) for one in stand_ins]
        end = {"event": "end", "status": status, "run": ran, "changed": [one.line for one in changes]}
        told({**end, "paper": paper, "stand-ins": apart})
    return status


def _said_of_explanations(folder: Path) -> list[str]:
    """Say what the rows that decide between explanations leave of them; [] where none of those rows is kept."""
    found, source = deciding.read(folder / deciding.FILE), Source(Store(record_of(folder)), nothing_measured, set())
    if all(left is None for left in found.left(source).values()):
        return []
    return ["", *deciding.table(found, source)]


def _said_of_changes(changes: Sequence[Change]) -> list[str]:
    """Say what this command has changed in the verdicts, at most ``MOST`` of them; [] where it changed none."""
    if not changes:
        return []
    more = [f"  and {len(changes) - MOST} more: reproduce claims paper"] if len(changes) > MOST else []
    return ["", "Since this command began:", *(f"  {one.line}" for one in changes[:MOST]), *more]


def _again(wanted: Wanted, yes: bool, budget: float | None) -> str:
    """Return the command that goes on with what is left."""
    words = ["reproduce paper"]
    words += ["--yes"] if yes else []
    words += [f"--only {shlex.quote(wanted.only)}"] if wanted.only else []
    words += ["--all"] if wanted.everything else []
    words += [f"--budget {budget / 60:g}"] if budget else []
    return " ".join(words)


def fetch(
    missing: Sequence[Data | Weights],
    yes: bool,
    confirm: Callable[[str], bool] | None,
    console: Console,
    told: Callable[[dict[str, Any]], None] | None = None,
) -> list[Data | Weights]:
    """Fetch what is missing, if that is wanted; one line, or one event, for each. Returns what was fetched."""
    say = partial(progress.say, console, whole=True)
    if not missing:
        say("everything that the paper's own rows need is here")
        return []
    say(f"missing: {sizes(missing)}")
    if not yes and not (confirm and confirm("fetch what is missing?")):
        say("not fetched (--yes fetches it): what needs it waits, and everything else is run")
        return []
    got = []
    for one in missing:
        began = time.monotonic()
        try:
            one.fetch()
        except ReproduceError as error:
            why = str(error)
            say(f"cannot be had: {one.label}: {why}")
        else:
            why = ""
            say(f"fetched: {one.label} in {duration(time.monotonic() - began)}")
            got.append(one)
        if told:
            told({"event": "cannot be had" if why else "fetched", "what": one.label, **({"why": why} if why else {})})
    return got


def shown(folder: Path, found: Judged, width: int) -> list[str]:
    """Return the paper on one screen by its claims' outcomes; without its lines, each claim's verdict."""
    outcomes = found.outcomes
    paper = lines.read(folder / lines.FILE)
    if not paper:
        return [f"{one.spec.id}: {one.told}" for one in outcomes]
    folded = lines.fold(paper, outcomes)
    needed = needs(found.requests, Store(record_of(folder)))
    return screen.screen(folded, settings.read(folder / settings.FILE), width, needs=needed)


def _said_of_stand_ins(found: Sequence[SoFar], why: Sequence[str]) -> list[str]:
    """List what was judged on stand-ins, claim by claim, under a heading that says what they are; [] for none."""
    if not found:
        return []
    head = [f"On stand-ins, which says nothing of the paper and is in no record: {one}" for one in why]
    return ["", *head, *(f"  {_figures(*one)}" for one in found)]


def rehearsed(folder: Path) -> list[SoFar]:
    """Judge the paper's own claims by what is kept apart from the record: each a rehearsal, whatever it says."""
    ours = [one for one in claims(folder) if one.spec.setting == settings.PAPER]
    return rehearsals(ours, places.apart(None))


def _figures(one: Outcome, whole: bool) -> str:
    from reproduce.verdicts.views.cells import figure, required

    ours: Any = "" if one.ours is None else f", ours {figure(one.ours, one)} {one.spec.unit}, required {required(one)}"
    return f"{one.spec.id}: {one.told}{'' if whole else ' so far'} (n {one.n}{ours})"


def asks() -> bool:
    """Tell whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()
