"""``reproduce paper``: fetch what is missing, run the paper's own cells, judge, and show the paper on one screen.

Exit status 0: all is done, or left by the budget, or waits for what could not be had; 1: a cell failed, or, in the
nightly and release tiers, something was left or waits that may not; 130: interrupted.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from reproduce.errors import InvalidInputError, ReproduceError
from reproduce.running import places
from reproduce.running.command import run_command
from reproduce.running.inputs import Data, Weights, lacking, sizes
from reproduce.running.live import duration
from reproduce.running.request import Request
from reproduce.running.tiers import Tier
from reproduce.verdicts import lines, screen, settings
from reproduce.verdicts.collect import asked, judged
from reproduce.verdicts.judge import Verdict
from reproduce.verdicts.outcome import Outcome

__all__ = ["fetch", "rehearsed", "run_paper", "shown"]


def run_paper(
    folder: Path,
    *,
    yes: bool = False,
    budget: float | None = None,
    tier: Tier = Tier.CHECK,
    cluster: str | None = None,
    workers: int | None = None,
    seeds: int | None = None,
    allow_waiting: Sequence[str] = (),
    confirm: Callable[[str], bool] | None = None,
    console: Console | None = None,
    told: Callable[[dict[str, Any]], None] | None = None,
) -> int:
    """Run what the claims in ``folder`` ask for in the paper's own setting, then under other readings of its protocol.

    Returns the exit status. ``budget`` in seconds is for all of it: what runs when it is used up is stopped, and the
    same command goes on. ``yes`` fetches without asking; else ``confirm`` is asked where there is one, and nothing is
    fetched without it. ``told`` is called with all of it as plain values: what was fetched, the run, the paper,
    and stand-ins apart.
    """
    console = console or Console(soft_wrap=not os.isatty(1))
    if budget is not None and not budget >= 0:
        raise InvalidInputError(f"--budget {budget / 60:g}: give minutes, 0 to begin nothing")
    began = time.monotonic()
    requests = asked(folder, [settings.PAPER])
    if not requests:
        raise InvalidInputError(f"no claim in {folder.resolve()} is judged in the setting {settings.PAPER!r}")
    got = fetch(lacking(one.inputs for one in requests), yes, confirm, console)
    ran: dict[str, Any] = {}
    requests = _and_readings(folder, requests)
    left = None if budget is None else max(0.0, budget - (time.monotonic() - began))
    status = run_command(
        [],
        seeds=seeds,
        tier=tier,
        cluster=cluster,
        workers=workers,
        budget=left,
        allow_waiting=allow_waiting,
        requested=lambda: requests,
        console=console,
        strict=True,
        told=ran.update,
    )
    width = console.width if console.is_terminal else shutil.get_terminal_size((80, 24)).columns
    outcomes = judged(folder).outcomes
    why = list(dict.fromkeys(filter(None, (one.inputs.doubt() for one in requests))))
    stand_ins = rehearsed(folder) if why else []
    for line in [*shown(folder, outcomes, width), *_said_of_stand_ins(stand_ins, why)]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if told:
        paper = screen.as_json(lines.fold(lines.read(folder / lines.FILE), outcomes))
        apart = [screen.setting(one) for one in stand_ins]
        told({"fetched": [one.label for one in got], "run": ran, "paper": paper, "stand-ins": apart})
    return status


def fetch(
    missing: Sequence[Data | Weights], yes: bool, confirm: Callable[[str], bool] | None, console: Console
) -> list[Data | Weights]:
    """Fetch what is missing, if that is wanted; one line for what cannot be had. Returns what was fetched."""

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

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
            say(f"cannot be had: {one.label}: {error}")
        else:
            say(f"fetched: {one.label} in {duration(time.monotonic() - began)}")
            got.append(one)
    return got


def shown(folder: Path, outcomes: Sequence[Outcome], width: int) -> list[str]:
    """The paper on one screen by its claims' outcomes; without its lines, each claim's verdict."""
    paper = lines.read(folder / lines.FILE)
    if not paper:
        return [f"{one.spec.id}: {one.says}" for one in outcomes]
    folded = lines.fold(paper, outcomes)
    return screen.screen(folded, settings.read(folder / settings.FILE), width)


def _and_readings(folder: Path, requests: Sequence[Request]) -> list[Request]:
    """The requests, then those of the paper's own data and network under other readings of what it leaves open.

    Some are asked only where its weights are at hand, so this is called once they were fetched.
    """
    readings = [name for name, one in settings.read(folder / settings.FILE).items() if set(one.differs) == {"reading"}]
    found = {one.key: one for one in [*requests, *(asked(folder, readings) if readings else [])]}
    return list(found.values())


def _said_of_stand_ins(found: Sequence[Outcome], why: Sequence[str]) -> list[str]:
    """What was judged on stand-ins, claim by claim under a heading that says what they are; [] where there are none."""
    if not found:
        return []
    head = [f"On stand-ins, which says nothing of the paper and is in no record: {one}" for one in why]
    return ["", *head, *(f"  {_figures(one)}" for one in found)]


def rehearsed(folder: Path) -> list[Outcome]:
    """The paper's own claims judged by what is kept apart from the record: each a rehearsal, whatever it says."""
    return [
        replace(one, spec=replace(one.spec, fidelity="rehearsal"))
        for one in judged(folder, places.apart(None).folder).outcomes
        if one.spec.setting == settings.PAPER and one.verdict not in (Verdict.NOT_RUN, Verdict.ERROR)
    ]


def _figures(one: Outcome) -> str:
    from reproduce.verdicts.table import asked as wanted
    from reproduce.verdicts.table import figure

    ours: Any = "" if one.ours is None else f", ours {figure(one.ours, one)} {one.spec.unit}, asked {wanted(one)}"
    return f"{one.spec.id}: {one.says} (n {one.n}{ours})"


def asks() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()
