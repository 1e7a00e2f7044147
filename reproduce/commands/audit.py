"""``reproduce audit``: say what is wrong with a set of photographs."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.options import Identity, Level, PathColumn, StrangersChoice, file_option
from reproduce.reading import Reading, Strangers


def audit_dataset(
    name: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A data set, your own folder, or a table of it.")],
    root: Annotated[str | None, typer.Option(help="The folder that holds a named set.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the split where the set has none.")] = 0,
    photographs: Annotated[
        bool | None,
        typer.Option(help="Also look for images cut from one photograph: minutes on a large set, where it is off."),
    ] = None,
    identity: Identity = None,
    path: PathColumn = None,
    level: Level = None,
    strangers: StrangersChoice = Strangers.OUT,
    sheet: Annotated[Path | None, file_option(metavar="FILE.png", help="Write a contact sheet too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a screen.")] = False,
) -> None:
    """Say what is odd: class sizes, chance, copies, unreadable files, leaks and names, under the set's split if any.

    Exit status 0: no findings; 1: findings, which the last line sums up (animals or copies on both sides of the split,
    copies across animals, nearly the same names, unreadable files, one animal only), or an error.

    Example: reproduce audit photographs/ --sheet sheet.png
    """
    from rich.console import Console

    from reproduce import text
    from reproduce.datasets.audit import audit
    from reproduce.datasets.loading import published
    from reproduce.datasets.tables import print_audit
    from reproduce.experiments.audits import chances

    catalogue = published(name, root, seed, Reading(identity, path, level, strangers))
    if sheet is not None:
        from reproduce.datasets.contact_sheet import check_sheet, write_sheet

        check_sheet(catalogue, sheet)
    found = audit(catalogue, photographs)
    if sheet is not None:
        write_sheet(catalogue, found, sheet)
    if as_json:
        typer.echo(text.as_json({**found.to_json(), "chance": chances(catalogue)}))
    else:
        print_audit(found, chances(catalogue), Console())
    raise typer.Exit(1 if found.findings else 0)
