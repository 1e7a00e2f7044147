"""Options that several commands share: how own animals are to be read."""

from typing import Annotated

import typer

from reproduce.reading import Strangers

__all__ = ["Identity", "Level", "PathColumn", "StrangersChoice"]

Identity = Annotated[str | None, typer.Option("--identity", metavar="COLUMN", help="Of a table: the animals' column.")]
PathColumn = Annotated[str | None, typer.Option("--path", metavar="COLUMN", help="Of a table: the files' column.")]
Level = Annotated[
    int | None, typer.Option(min=1, help="Of a folder: how many folders down the animals' are; 1 right below it.")
]
StrangersChoice = Annotated[
    Strangers,
    typer.Option("--strangers", help="Photographs of no known animal (unknown, NA, ?): left out, kept, or an animal."),
]
