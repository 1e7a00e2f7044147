"""The ``reproduce`` command. Every heavy import happens inside the subcommand that needs it."""

import sys
from typing import Annotated

import typer

from reproduce import __version__
from reproduce.errors import ReproduceError

app = typer.Typer(
    name="reproduce",
    help="Photographs in, a verdict on every claim of the paper out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"reproduce {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Photographs in, a verdict on every claim of the paper out."""


def main() -> None:
    """Run the command; an error that a user can meet is one line on stderr and exit status 1."""
    try:
        app()
    except ReproduceError as error:
        print(f"reproduce: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
