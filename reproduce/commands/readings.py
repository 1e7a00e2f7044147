"""``reproduce readings``: show which protocol variant gives the paper's figures."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.options import file_option


def show_readings(
    folder: Annotated[Path, typer.Argument(help="The claims, with their record.")] = Path("claims"),
    plot: Annotated[
        Path | None, file_option(metavar="FILE", help="Draw them, as .svg or .png: the scores and the plane.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show which choice gives the paper's figures where the paper leaves one. By the record alone: nothing is measured.

    Exit status 0: shown; 1: an error.

    Example: reproduce readings --plot readings.svg
    """
    import shutil

    from reproduce import text
    from reproduce.record import Store
    from reproduce.report.evidence import reader
    from reproduce.verdicts.explanations import deciding, listing, readings, scored
    from reproduce.verdicts.files import fetched, lines
    from reproduce.verdicts.plugin import kept
    from reproduce.verdicts.plugin.collect import record_of

    if plot is not None:
        import matplotlib  # noqa: F401  (to judge takes seconds, and what draws may not be installed)

    folder = fetched.home(folder)
    outcomes = kept.answer(folder).outcomes
    found, rows = readings.collect(outcomes), readings.printed(outcomes)
    digits = scored.digits_of(outcomes)
    source = reader(Store(record_of(folder)))
    weighed = scored.measure(folder, outcomes, source, digits)
    if plot is not None:
        from reproduce.report.figures.plane import draw

        draw(found, rows, readings.papers_point(lines.printed_in(folder)), plot, weighed)
        typer.echo(f"{plot}: {len(found)} protocol variants", err=as_json)
    if as_json:
        told, weights = readings.as_json(found, rows), scored.weigh_readings(found, weighed, digits)
        for one in told:
            one |= {
                "kind": "reading",
                **listing.weight_as_json(weights.get(one["reading"]), listing.SETS_ALONE),
            }
        typer.echo(text.as_json([*listing.as_json(weighed), *told]))
    elif plot is None:
        for line in [
            *readings.table(found, rows, shutil.get_terminal_size((80, 24)).columns),
            "",
            *listing.table(weighed, found, digits),
            "",
            *deciding.table(deciding.read(folder / deciding.FILE), source),
        ]:
            typer.echo(line)
