"""``reproduce why``: show the open questions, one thing changed at a time."""

from pathlib import Path
from typing import Annotated

import typer


def show_why(
    prefix: Annotated[str, typer.Argument(help="What the ids of the claims begin with, such as why.augment.")] = "why.",
    plot: Annotated[Path | None, typer.Option(help="Draw them as well, .svg or .png.")] = None,
    folder: Annotated[Path, typer.Option(help="The claims, with their record.")] = Path("claims"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")] = False,
) -> None:
    """The open questions, one thing changed at a time: both sides of each comparison, by the record alone.

    Exit status 0: shown; 1: no such claim is in the record.

    Example: reproduce why why.loss --plot why.svg
    """
    from reproduce import text
    from reproduce.report import sides
    from reproduce.verdicts.collect import judged

    found = sides.shown(judged(folder).outcomes, prefix)
    if plot is not None:
        sides.draw(found, plot)
    if as_json:
        typer.echo(text.as_json([one.to_json() for one in found]))
        return
    for one in found:
        typer.echo(sides.alternative([one]))
