"""``reproduce run``: run experiments and keep their results."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.aside import aside
from reproduce.commands.options import file_option
from reproduce.running.tier import Tier


def run_experiments(
    experiments: Annotated[
        list[str] | None, typer.Argument(metavar="[EXPERIMENT ...]", help="Names or patterns such as 'mlp.*'; all.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds 0 to N-1; the tier's own number by default.")] = None,
    tier: Annotated[
        Tier, typer.Option(help="How much is run; rehearsal runs on stand-in images and keeps nothing.")
    ] = Tier.CHECK,
    data: Annotated[str | None, typer.Option(help="A data set, instead of those the claims ask for.")] = None,
    factor: Annotated[
        list[str] | None, typer.Option(help="name=value, with --data; may be given several times.")
    ] = None,
    pilot: Annotated[bool, typer.Option("--pilot", help="Seeds 1000 to 1004: printed, never kept.")] = False,
    cluster: Annotated[
        str | None, typer.Option(help="A Dask scheduler, such as tcp://host:8786, or its scheduler file.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes here; one for each core.")] = None,
    budget: Annotated[float | None, typer.Option(help="Begin no cell after so many minutes; 0: none at all.")] = None,
    output: Annotated[
        Path | None, file_option(metavar="DIR", help="Keep the results in DIR, apart from the record.")
    ] = None,
    allow_waiting: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="An experiment, data set, weights or pattern that the nightly and release may lack."
        ),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Show what would run, and stop.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON at the end; what a person reads goes to stderr.")
    ] = False,
) -> None:
    """Run experiments and keep their results: what the record has already is not run again.

    What no claim asks for (other factors, data or more seeds) is kept apart from the record. Exit status 0: done, or
    waiting, or left by the budget; 1: a cell failed or drifted, or, in the nightly and release tiers, something is left
    or waits; 130: interrupted, and the same command goes on.

    Example: reproduce run 'mlp.*' --plan
    """
    from reproduce import text
    from reproduce.running.command import run_command
    from reproduce.verdicts.plugin.collect import asked

    status = run_command(
        experiments or [],
        seeds=seeds,
        tier=tier,
        data=data,
        factors=factor or [],
        pilot=pilot,
        cluster=cluster,
        workers=workers,
        budget=None if budget is None else budget * 60,
        output=output,
        allow_waiting=allow_waiting or [],
        plan_only=plan,
        requested=asked,
        console=aside(as_json),
        told=(lambda run: typer.echo(text.as_json(run))) if as_json else None,
    )
    raise typer.Exit(status)
