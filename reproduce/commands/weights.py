"""``reproduce weights``: say which ImageNet weights are here, and get more."""

from typing import Annotated

import typer


def list_weights(
    get: Annotated[str | None, typer.Option(metavar="NAME", help="Download a backbone's weights.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Say which of the backbones' ImageNet weights are here, which are missing and how to get them.

    They are sought in the folder that REPRODUCE_WEIGHTS names, then in the cache, then where Keras keeps its own.
    Exit status 0: said, or got; 1: they could not be had.

    Example: reproduce weights --get MobileNetV2
    """
    from reproduce import text
    from reproduce.errors import WeightsMissingError, one_line
    from reproduce.models.dcnn import weights
    from reproduce.models.dcnn.backbones import published
    from reproduce.models.dcnn.fetch import fetch

    if get is not None:
        got = fetch(get)
        typer.echo(text.as_json({"name": get, "path": got}) if as_json else one_line(f"{get}: {got}"))
        return
    found = {}
    known_ones = published()
    for name in known_ones:
        try:
            found[name] = str(weights.find(name))
        except WeightsMissingError:
            found[name] = ""
    if as_json:
        known = {name: {"path": path or None, "megabytes": known_ones[name].megabytes} for name, path in found.items()}
        typer.echo(text.as_json(known))
        return
    for name, path in found.items():
        lack = f"missing ({known_ones[name].megabytes} MB); get them: reproduce weights --get {name}"
        typer.echo(one_line(f"{name:20} {path or lack}"))
