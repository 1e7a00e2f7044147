"""Options that several commands share: how own animals are to be read."""

from pathlib import Path
from typing import Annotated, Any

import typer

from reproduce.reading import Strangers

__all__ = ["Identity", "Level", "PathColumn", "StrangersChoice", "file_option"]


def file_option(*names: str, metavar: str, help: str) -> Any:
    """Return an option that names a file or a folder. "~" is the user's, which a shell leaves in --x=~/y."""
    return typer.Option(*names, metavar=metavar, help=help, parser=lambda text: Path(text).expanduser())


Identity = Annotated[str | None, typer.Option("--identity", metavar="COLUMN", help="Of a table: the animals' column.")]
PathColumn = Annotated[str | None, typer.Option("--path", metavar="COLUMN", help="Of a table: the files' column.")]
Level = Annotated[
    int | None, typer.Option(min=1, help="Of a folder: how many folders down the animals' are; 1 right below it.")
]
StrangersChoice = Annotated[
    Strangers,
    typer.Option("--strangers", help="Photographs of no known animal (unknown, NA, ?): left out, kept, or an animal."),
]
