"""``reproduce export``: the claims, record and verdicts for other people's tools."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.options import file_option


def export_claims(
    folder: Annotated[Path, typer.Argument(help="The claims, with their record.")] = Path("claims"),
    ro_crate: Annotated[
        Path | None, file_option("--ro-crate", metavar="FOLDER", help="A new folder for an RO-Crate of all of it.")
    ] = None,
    schemas: Annotated[
        Path | None, file_option(metavar="FOLDER", help="Where the JSON Schemas of record and saved runs go.")
    ] = None,
    licence: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Of the crate, where no LICENSE lies beside the claims.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the files' names as JSON.")] = False,
) -> None:
    """Write claims, record, verdicts, digests of data and weights, commits and licence for other people's tools.

    Exit status 0: written; 1: an error.

    Example: reproduce export --ro-crate crate
    """
    if ro_crate is None and schemas is None:
        from reproduce.errors import InvalidInputError

        raise InvalidInputError("nothing to write: name a folder, --ro-crate FOLDER or --schemas FOLDER")
    written: list[Path] = []
    if schemas is not None:
        from reproduce.export import schemas as shapes

        written += shapes.write(schemas)
    if ro_crate is not None:
        from reproduce.export import crate

        written.append(crate.write(folder, ro_crate, licence))
    if as_json:
        from reproduce import text

        typer.echo(text.as_json(written))
    for path in [] if as_json else written:
        typer.echo(path)
