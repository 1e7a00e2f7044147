"""``reproduce paper``: run the paper's own rows and judge them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.aside import aside
from reproduce.commands.options import file_option
from reproduce.running.tier import Tier


class PaperTier(StrEnum):
    """The tiers that measure on real data."""

    CHECK = Tier.CHECK
    NIGHTLY = Tier.NIGHTLY
    RELEASE = Tier.RELEASE


def run_the_paper(
    everything: Annotated[
        bool, typer.Option("--all", help="Rows of hours, questions, controls and protocol variants too, after those.")
    ] = False,
    only: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Claims of this id or pattern, 'III.*', or kind: questions, deciding."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Fetch what is missing without asking.")] = False,
    budget: Annotated[
        float | None, typer.Option(metavar="MINUTES", help="Stop after so many minutes, fetching included.")
    ] = None,
    tier: Annotated[PaperTier, typer.Option(help="How much is run.")] = PaperTier.CHECK,
    cluster: Annotated[
        str | None, typer.Option(help="A Dask scheduler, such as tcp://host:8786, or its scheduler file.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes here; one for each core.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds 0 to N-1; by default those that the claims judge.")] = None,
    allow_waiting: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="As for run: what the nightly and release may lack.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Show what would run and how long it takes, and stop.")] = False,
    claims: Annotated[Path, file_option(metavar="DIR", help="The claims.")] = Path("claims"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each event as a line of JSON; what a person reads goes to stderr.")
    ] = False,
) -> None:
    """Fetch what is missing, run the paper's own rows, judge, and show the paper on one screen.

    The statements, printed figures first: two seeds of each, then the rest. A figure is judged when it has two, five
    and fourteen seeds. Then the rows that decide between explanations in minutes; --only deciding has those of hours.

    Cells that are kept are not run again: stopped at any instant, the same command goes on. Without a network one line
    says what cannot be had, and everything else is run. Exit status 0: done, or left by the budget, or waiting for
    what cannot be had; 1: a cell failed, or, in the nightly and release tiers, something waits; 130: interrupted.

    Example: reproduce paper --yes --budget 60
    """
    from reproduce import text
    from reproduce.verdicts.paper.run import asks, run_paper
    from reproduce.verdicts.paper.wanted import Wanted

    status = run_paper(
        claims,
        wanted=Wanted(only, everything),
        plan_only=plan,
        yes=yes,
        budget=None if budget is None else budget * 60,
        tier=Tier(tier),
        cluster=cluster,
        workers=workers,
        seeds=seeds,
        allow_waiting=allow_waiting or [],
        confirm=(lambda question: typer.confirm(question, err=as_json)) if asks() else None,
        console=aside(as_json),
        told=(lambda event: typer.echo(text.as_json(event, indent=None))) if as_json else None,
    )
    raise typer.Exit(status)
