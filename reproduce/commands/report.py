"""``reproduce report``: write the record, or own animals, as a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.commands.options import Identity, Level, PathColumn, StrangersChoice, file_option
from reproduce.reading import Reading, Strangers

if TYPE_CHECKING:
    from reproduce.verdicts.outcome import Outcome


def write_report(
    folder: Annotated[
        str | None, typer.Argument(metavar="[NAME|FOLDER]", help="Your own animals; without it, the record's claims.")
    ] = None,
    output: Annotated[Path, file_option(metavar="DIR", help="Where the page is written.")] = Path("report"),
    claims: Annotated[Path, file_option(metavar="DIR", help="The claims, with their record in DIR/record.")] = Path(
        "claims"
    ),
    model: Annotated[str, typer.Option(help="With FOLDER: as for embed.")] = "none",
    seed: Annotated[int, typer.Option(help="With FOLDER: draws the split where there is none.")] = 0,
    apart: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="With FOLDER: encounters apart too: date, camera, or a column.")
    ] = None,
    identity: Identity = None,
    path: PathColumn = None,
    level: Level = None,
    strangers: StrangersChoice = Strangers.OUT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON beside the page.")] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="With photographs of the lions, where they are at hand.")
    ] = False,
) -> None:
    """Write the record as two linked pages: verdicts with their evidence, and the trials and code behind. No measuring.

    With FOLDER write a page of those animals instead: how well each model finds them beside chance, with an interval
    over animals and with images of one photograph apart, and the nearest neighbours as pictures. Exit status 0:
    written; 1: an error.

    Example: reproduce report photographs/
    """
    if folder is not None:
        _report_animals(folder, model, output, seed, as_json, Reading(identity, path, level, strangers), apart)
        return
    from reproduce.report.counting import called, counted
    from reproduce.report.page import write
    from reproduce.verdicts.files import fetched

    file, outcomes = write(fetched.home(claims), output, pictures)
    if as_json:
        from reproduce import text

        counts = {kind: dict(words) for kind, words in counted(outcomes, _recorded).items()}
        typer.echo(text.as_json({"page": file, "claims": counts}))
        return
    typer.echo(f"{file}: {len(outcomes)} claim{'s' if len(outcomes) != 1 else ''}")
    for kind, counted_words in counted(outcomes).items():
        words = ", ".join(f"{count} {word}" for word, count in counted_words.most_common())
        typer.echo(f"  {called(kind, counted_words.total())}: {words}")


def _recorded(outcome: "Outcome") -> str:
    """Return the word for programs, as in every JSON and in findings.toml."""
    return "drifted" if outcome.drift else outcome.says


def _report_animals(
    name: str, model: str, output: Path, seed: int, as_json: bool, reading: Reading, apart: str | None
) -> None:
    """Write ``output/NAME.html`` and print its table."""
    from math import isnan

    from rich.console import Console
    from rich.table import Table

    from reproduce import text
    from reproduce.animals.models import models_of
    from reproduce.animals.page import as_json as plain
    from reproduce.animals.page import write
    from reproduce.errors import one_line

    report = write(name, models_of(model), output, seed, reading, apart)
    if as_json:
        typer.echo(text.as_json(plain(report)))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Model", no_wrap=True)
    table.add_column("Animals", no_wrap=True)
    for head in ("MAP@R", "90 %", "Chance", "P@1", "Photo out"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in report.rows:
        ends = "" if row.interval is None else " – ".join(f"{100 * end:.1f}" for end in row.interval)
        out = "" if row.apart is None else "–" if isnan(row.apart[0]) else f"{100 * row.apart[0]:.1f}"
        figures = [f"{100 * value:.1f}" for value in (row.map_at_r, row.chance, row.precision_at_1)]
        table.add_row(row.model, f"{row.animals} {row.side}", figures[0], ends, *figures[1:], out)
    console = Console()
    also = "" if apart is None else f" or encounter ({apart})"
    console.print(table)
    console.print(f"%, 90 %: interval over animals; photo out: images of one photograph{also} apart", style="dim")
    for line in report.audit.findings:
        console.print(one_line(f"finding: {line}"), markup=False, highlight=False, soft_wrap=True)
    typer.echo(f"{report.page}: with the nearest neighbours as pictures")
