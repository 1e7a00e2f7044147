"""``reproduce match``: say who is on new photographs, or that it is nobody known."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reproduce.commands.options import Identity, Level, PathColumn, StrangersChoice, file_option
from reproduce.reading import Reading, Strangers

if TYPE_CHECKING:
    from reproduce.animals.evaluation import Figure


def match_animals(
    new: Annotated[str, typer.Argument(metavar="NEW", help="New photographs: a folder, a table, or one file.")],
    catalogue: Annotated[
        str | None,
        typer.Argument(metavar="CATALOGUE", help="The known animals: a folder, a table or a data set."),
    ] = None,
    model: Annotated[
        str, typer.Option(help="What compares photographs: histogram, pixels, mlp, or a backbone: MobileNetV2.")
    ] = "histogram",
    local: Annotated[bool, typer.Option(help="Compare keypoints too: where two photographs agree.")] = True,
    rate: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="False matches: the part of unknown animals' photographs matched."),
    ] = 0.1,
    new_share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The part of the new photographs that may show unknown animals.")
    ] = 0.5,
    apart: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Learn across encounters alone: date, camera, or a column.")
    ] = None,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Say how well it works: on a catalogue's own animals, or on a named NEW.")
    ] = False,
    output: Annotated[Path, file_option(metavar="DIR", help="Where the .csv and the page go.")] = Path("matches"),
    excel_safe: Annotated[
        bool, typer.Option("--excel-safe", help="A quote before names that a spreadsheet would run: =, +, -, @.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Draws the model's start, and the parts of an evaluation.")] = 0,
    identity: Identity = None,
    path: PathColumn = None,
    level: Level = None,
    strangers: StrangersChoice = Strangers.OUT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: what was written, and the figures.")] = False,
) -> None:
    """Say who this is: each new photograph's five likeliest animals with their probabilities, or none of these.

    Writes a .csv and a page to decide by. Probabilities and the threshold of "none of these" are learned from the
    catalogue's own animals, each left out in turn. With --evaluate and one folder nothing is written. Exit status 0:
    answered; 1: an error.

    Example: reproduce match inbox/ photographs/
    """
    from reproduce import outputs, text
    from reproduce.animals.evaluation import cross_fitted, judged
    from reproduce.animals.match_files import is_own_table, table, write_page
    from reproduce.animals.matching import Settings, catalogue_trials, match
    from reproduce.animals.models import embed, models_of
    from reproduce.animals.newcomers import called, in_both, newcomers, titled
    from reproduce.datasets.image_files import readable
    from reproduce.errors import DataMissingError, InvalidInputError, one_line

    reading = Reading(identity, path, level, strangers)
    (model,) = models_of("histogram" if model == "none" else model)
    settings = Settings(model, rate, apart, local, new_share, seed)
    if catalogue is None and not evaluate:
        raise InvalidInputError("match: give the new photographs and then the catalogue; or --evaluate CATALOGUE")
    arrived = None if catalogue is None else newcomers(new, reading)
    known = _known(new if catalogue is None else catalogue, seed, reading)
    if not known.has_pixels:
        raise DataMissingError(f"{known.name} has no images here; get them: reproduce datasets --get {known.name}")
    if arrived is not None:
        named = f"{titled(arrived)}-in-{titled(known)}"
        files = {ending: output / f"{named}.{ending}" for ending in ("csv", "html")}
        inputs = [arrived.name, known.name, *arrived.paths.tolist(), *known.paths.tolist()]
        outputs.check(files["csv"], inputs, is_own_table)
        outputs.check(files["html"], inputs)
    whole, left_out = readable(known)
    warnings = [*whole.notes, *(f"left out: {line}" for line in left_out)]
    if arrived is None:
        _warn(warnings)
        trials = catalogue_trials(whole, embed(whole, model, seed), settings)
        _tell(whole.name, cross_fitted(trials, rate, new_share, seed), as_json, {})
        return
    inbox, unreadable = readable(arrived)
    warnings += [*inbox.notes, *(f"left out: {line}" for line in unreadable)]
    if both := in_both(inbox, whole):
        them = text.many(len(both), "new photograph is", "new photographs are")
        warnings.append(f"{them} in the catalogue too, such as {both[0]}, where each finds itself")
    _warn(warnings)
    if not len(inbox):
        raise InvalidInputError(f"{new}: none of the photographs can be read")
    found, trials = match(inbox, whole, settings)
    figures = cross_fitted(trials, rate, new_share, seed)
    outputs.write(files["csv"], table(inbox, whole, found, excel_safe))
    write_page(files["html"], inbox, whole, found, settings, figures, warnings)
    names = [*found.animals.tolist(), *inbox.paths.tolist()]
    if not excel_safe and any(map(text.is_formula, names)):
        _warn([f"{files['csv']}: a spreadsheet would run names that begin with =, +, - or @; --excel-safe quotes them"])
    if found.calibration.threshold == float("inf"):
        said = f"too few animals for a rate of {rate:g}, so nothing is matched: give more of them, or another --rate"
        _warn([f"{whole.name}: {said}"])
    refused = int(found.refused.sum())
    counts = {"photographs": len(inbox), "matched": len(inbox) - refused, "none of these": refused}
    threshold = found.calibration.threshold
    told: dict[str, Any] = {
        "table": files["csv"],
        "page": files["html"],
        **counts,
        "threshold": threshold,
    }
    if evaluate:
        truth = called(new, inbox, reading)
        rows = [inbox.paths.tolist().index(one) for one in truth.paths.tolist()]
        figures = judged(truth.identities, found.animals, found.chances[rows], threshold)
    if not as_json:
        of = text.many(len(inbox), "photograph")
        typer.echo(f"{of}: {len(inbox) - refused:,} matched, {refused:,} none of these animals")
        for file in files.values():
            typer.echo(one_line(str(file)))
    how = f"{new}, by the names that it gives" if evaluate else None
    _tell(whole.name, figures, as_json, told, how)


def _known(name: str, seed: int, reading: Reading) -> Any:
    from reproduce.datasets.loading import published

    return published(name, seed=seed, reading=reading)


def _warn(lines: list[str]) -> None:
    from reproduce.errors import one_line

    for line in lines:
        typer.echo(one_line(f"reproduce: warning: {line}"), err=True)


def _tell(name: str, figures: "list[Figure]", as_json: bool, told: dict[str, Any], named: str | None = None) -> None:
    """Print the figures; ``named`` says of which photographs they are where their animals are known by name."""
    from dataclasses import asdict

    from reproduce import text
    from reproduce.errors import one_line

    if as_json:
        typer.echo(text.as_json({**told, "judged on": named or name, "figures": [asdict(one) for one in figures]}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for head in ("", "%", "Chance", "90 % over animals", "Animals"):
        table.add_column(head, justify="right" if head else "left", no_wrap=True)
    for one in figures:
        ends = "" if one.interval is None else " – ".join(f"{100 * end:.1f}" for end in one.interval)
        chance = "" if one.chance != one.chance else f"{100 * one.chance:.1f}"
        table.add_row(one.name, f"{100 * one.value:.1f}", chance, ends, str(one.animals))
    console = Console()
    judged_on = named or f"{name}, each animal by what others taught"
    console.print(one_line(f"judged on {judged_on}:"), markup=False, soft_wrap=True)
    console.print(table)
