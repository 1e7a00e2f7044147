"""``reproduce datasets``: say what data is here, and get more."""

from typing import Annotated

import typer


def list_datasets(
    get: Annotated[str | None, typer.Option(metavar="NAME", help="Download a set into the cache folder.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every class of wildlife-datasets too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Say what data is here, what is missing and how to get it.

    Exit status 0: said, or got; 1: it could not be had.

    Example: reproduce datasets --get LionData
    """
    from dataclasses import asdict

    from rich.console import Console

    from reproduce import text
    from reproduce.datasets.overview import overview

    if get is not None:
        from reproduce.datasets import load

        catalogue = load(get, download=True)
        images, animals = len(catalogue), len(set(catalogue.identities.tolist()))
        if as_json:
            typer.echo(text.as_json({"name": get, "images": images, "animals": animals}))
        else:
            typer.echo(f"{get}: {text.many(images, 'image')} of {text.many(animals, 'animal')}")
    elif as_json:
        typer.echo(text.as_json([asdict(entry) for entry in overview(everything)]))
    else:
        from reproduce.datasets.tables import print_overview

        print_overview(overview(everything), Console())
