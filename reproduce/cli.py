"""The ``reproduce`` command. Every heavy import happens inside the subcommand that needs it."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce import __version__
from reproduce.errors import ReproduceError, of_system
from reproduce.verdicts.command import app as claims_app

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="reproduce",
    help="Photographs in, a verdict on every claim of the paper out.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


app.add_typer(claims_app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"reproduce {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show an error with its trace.")] = False,
) -> None:
    """Photographs in, a verdict on every claim of the paper out.

    Exit status of every command: 0 well, 1 an error or a finding, 2 an option that there is not, 130 interrupted.

    Example: reproduce audit photographs/
    """


def _aside(as_json: bool) -> "Console | None":
    """Where a person reads along while JSON has stdout for itself; None for the usual place."""
    from rich.console import Console

    return Console(stderr=True, soft_wrap=not sys.stderr.isatty()) if as_json else None


@app.command("run")
def run_experiments(
    experiments: Annotated[
        list[str] | None, typer.Argument(metavar="[EXPERIMENT ...]", help="Names or patterns such as 'mlp.*'; all.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds 0 to N-1; the tier's own number by default.")] = None,
    tier: Annotated[
        str, typer.Option(help="rehearsal (stand-in images, nothing kept), check, nightly or release.")
    ] = "check",
    data: Annotated[str | None, typer.Option(help="A data set, instead of those the claims ask for.")] = None,
    factor: Annotated[
        list[str] | None, typer.Option(help="name=value, with --data; may be given several times.")
    ] = None,
    pilot: Annotated[bool, typer.Option("--pilot", help="Seeds 1000 to 1004: printed, never kept.")] = False,
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler, such as tcp://host:8786.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes here; one for each core.")] = None,
    budget: Annotated[float | None, typer.Option(help="Begin no cell after so many minutes; 0: none at all.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the results in DIR, apart from the record.")
    ] = None,
    allow_waiting: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="An experiment, data set, weights or pattern that the nightly and release may lack."
        ),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Show what would run, and stop.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON at the end; what a person reads goes to stderr.")
    ] = False,
) -> None:
    """Run experiments and keep their results: what the record has already is not run again.

    What no claim asks for (other factors, data or more seeds) is kept apart from the record. Exit status 0: done, or
    waiting, or left by the budget; 1: a cell failed or drifted, or, in the nightly and release tiers, something is left
    or waits; 130: interrupted, and the same command goes on.

    Example: reproduce run 'mlp.*' --plan
    """
    from reproduce import text
    from reproduce.errors import InvalidInputError
    from reproduce.running.command import run_command
    from reproduce.running.tiers import Tier
    from reproduce.verdicts.collect import asked

    if tier not in set(Tier):
        raise InvalidInputError(f"--tier {tier}: choose one of {', '.join(Tier)}")
    status = run_command(
        experiments or [],
        seeds=seeds,
        tier=Tier(tier),
        data=data,
        factors=factor or [],
        pilot=pilot,
        cluster=cluster,
        workers=workers,
        budget=None if budget is None else budget * 60,
        output=output,
        allow_waiting=allow_waiting or [],
        plan_only=plan,
        requested=asked,
        console=_aside(as_json),
        told=(lambda run: typer.echo(text.as_json(run))) if as_json else None,
    )
    raise typer.Exit(status)


@app.command("paper")
def run_the_paper(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Fetch what is missing without asking.")] = False,
    budget: Annotated[
        float | None, typer.Option(metavar="MINUTES", help="Stop after so many minutes, fetching included.")
    ] = None,
    tier: Annotated[str, typer.Option(help="check, nightly or release.")] = "check",
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler, such as tcp://host:8786.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes here; one for each core.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds 0 to N-1; by default those that the claims judge.")] = None,
    allow_waiting: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="As for run: what the nightly and release may lack.")
    ] = None,
    claims: Annotated[Path, typer.Option(metavar="DIR", help="The claims.")] = Path("claims"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON at the end; what a person reads goes to stderr.")
    ] = False,
) -> None:
    """Fetch what is missing, run the paper's own rows, judge, and show the paper on one screen.

    Cells that are kept are not run again: stopped at any instant, the same command goes on. Without a network one line
    says what cannot be had, and everything else is run. Exit status 0: done, or left by the budget, or waiting for
    what cannot be had; 1: a cell failed, or, in the nightly and release tiers, something waits; 130: interrupted.

    Example: reproduce paper --yes --budget 60
    """
    from reproduce import text
    from reproduce.errors import InvalidInputError
    from reproduce.running.tiers import Tier
    from reproduce.verdicts.paper import asks, run_paper

    tiers = [one for one in Tier if one != Tier.REHEARSAL]
    if tier not in tiers:
        raise InvalidInputError(f"--tier {tier}: choose one of {', '.join(tiers)}")
    status = run_paper(
        claims,
        yes=yes,
        budget=None if budget is None else budget * 60,
        tier=Tier(tier),
        cluster=cluster,
        workers=workers,
        seeds=seeds,
        allow_waiting=allow_waiting or [],
        confirm=(lambda question: typer.confirm(question, err=as_json)) if asks() else None,
        console=_aside(as_json),
        told=(lambda paper: typer.echo(text.as_json(paper))) if as_json else None,
    )
    raise typer.Exit(status)


@app.command("datasets")
def list_datasets(
    get: Annotated[str | None, typer.Option(metavar="NAME", help="Download a set into the cache folder.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every class of wildlife-datasets too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """What data is here, what is missing and how to get it.

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
            typer.echo(f"{get}: {images:,} images of {animals} animals")
    elif as_json:
        typer.echo(text.as_json([asdict(entry) for entry in overview(everything)]))
    else:
        from reproduce.datasets.tables import print_overview

        print_overview(overview(everything), Console())


@app.command("audit")
def audit_dataset(
    name: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A data set, your own folder, or a table of it.")],
    root: Annotated[str | None, typer.Option(help="The folder that holds a named set.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the split where the set has none.")] = 0,
    photographs: Annotated[
        bool | None, typer.Option(help="Seek images cut from one photograph: minutes on a large set, so unasked not.")
    ] = None,
    sheet: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Write a contact sheet too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a screen.")] = False,
) -> None:
    """Class sizes, chance, copies, unreadable files, leaks and suspicious names, under the set's split if it has one.

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

    catalogue = published(name, root=root, seed=seed)
    if sheet is not None:
        from reproduce.datasets.sheet import check_sheet, write_sheet

        check_sheet(catalogue, sheet)
    found = audit(catalogue, photographs)
    if sheet is not None:
        write_sheet(catalogue, found, sheet)
    if as_json:
        typer.echo(text.as_json({**found.to_json(), "chance": chances(catalogue)}))
    else:
        print_audit(found, chances(catalogue), Console())
    raise typer.Exit(1 if found.findings else 0)


@app.command("embed")
def embed_animals(
    name: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A data set, your own folder, or a table of it.")],
    model: Annotated[
        str, typer.Option(help="none (pixels, histogram, untrained), mlp, wide, dcnn, or a backbone: MobileNetV2.")
    ] = "none",
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the .npy and the .csv go.")] = Path("embeddings"),
    root: Annotated[str | None, typer.Option(help="The folder that holds a named set.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the split where there is none, and the model's start.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: what was written and what was left out.")
    ] = False,
) -> None:
    """Every photograph as a row of numbers: one .npy for each model, and a .csv of the animals in the same order.

    A model that learns (mlp, wide, dcnn) is trained on the training animals. A file that cannot be read is left out,
    which stderr says. Exit status 0: written; 1: an error.

    Example: reproduce embed photographs/ --model MobileNetV2
    """
    from reproduce.report import command

    command.embed_animals(name, model, output, root, seed, as_json)


@app.command("score")
def score_embeddings(
    embeddings: Annotated[Path | None, typer.Argument(metavar="EMBEDDINGS.npy", help="An (N, D) array.")] = None,
    labels: Annotated[
        Path | None, typer.Argument(metavar="LABELS.csv", help="N labels, the animals: .csv, .tsv or .txt.")
    ] = None,
    query: Annotated[
        tuple[Path, Path] | None, typer.Option(metavar="NPY CSV", help="The same two files, beside --gallery.")
    ] = None,
    gallery: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="NPY CSV", help="Rank each row against these (M, D) instead of the other N - 1."),
    ] = None,
    column: Annotated[str | None, typer.Option(help="The column that holds the labels.")] = None,
    split: Annotated[
        str | None, typer.Option(metavar="SIDE", help="Only rows of this side: test, by the labels' column split.")
    ] = None,
    dtype: Annotated[str, typer.Option(help="float64, exact, or float32, quick.")] = "float64",
    classes: Annotated[bool, typer.Option("--classes", help="MAP@R of each class too.")] = False,
    interval: Annotated[
        bool, typer.Option("--interval", help="90 % intervals over animals: each is left out in turn.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """MAP@R and friends of anyone's embeddings, each beside its chance level; warnings go to stderr.

    Exit status 0: scored; 1: an error.

    Example: reproduce score embeddings/photographs-histogram.npy embeddings/photographs.csv --interval
    """
    from rich.console import Console

    from reproduce.errors import InvalidInputError
    from reproduce.metrics import command
    from reproduce.verdicts.scatter import over_animals

    given = [files for files in ((embeddings, labels), query) if files and files != (None, None)]
    if len(given) != 1 or None in given[0]:
        raise InvalidInputError("score: give EMBEDDINGS.npy and LABELS.csv, once: as they are or after --query")
    if query and not gallery:
        raise InvalidInputError("score: --query goes with --gallery; without one give the two files alone")
    scored = command.score_files(given[0], gallery, column, dtype, over_animals if interval else None, split)  # type: ignore[arg-type]
    for warning in scored.warnings:
        typer.echo(f"reproduce: warning: {warning}", err=True)
    if as_json:
        typer.echo(command.as_json(scored))
    else:
        command.print_scores(scored, Console(), each_class=classes)


@app.command("report")
def write_report(
    folder: Annotated[
        str | None, typer.Argument(metavar="[NAME|FOLDER]", help="Your own animals; without it, the record's claims.")
    ] = None,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the page is written.")] = Path("report"),
    claims: Annotated[Path, typer.Option(metavar="DIR", help="The claims, with their record in DIR/record.")] = Path(
        "claims"
    ),
    model: Annotated[str, typer.Option(help="With FOLDER: as for embed.")] = "none",
    seed: Annotated[int, typer.Option(help="With FOLDER: draws the split where there is none.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON beside the page.")] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="With photographs of the lions, where they are at hand.")
    ] = False,
) -> None:
    """The record as one HTML page: every claim, its evidence and its verdict. Nothing is measured.

    With FOLDER a page of those animals instead: how well each model finds them beside chance, with an interval over
    animals and with images of one photograph apart, and the nearest neighbours as pictures. Exit status 0: written;
    1: an error.

    Example: reproduce report photographs/
    """
    if folder is not None:
        from reproduce.report import command

        command.report_animals(folder, model, output, seed, as_json)
        return
    from reproduce.report.counting import called, counted
    from reproduce.report.page import write

    path, outcomes = write(claims, output, pictures)
    if as_json:
        from reproduce import text

        counts = {kind: dict(words) for kind, words in counted(outcomes).items()}
        typer.echo(text.as_json({"page": path, "claims": counts}))
        return
    typer.echo(f"{path}: {len(outcomes)} claim{'s' if len(outcomes) != 1 else ''}")
    for kind, counted_words in counted(outcomes).items():
        words = ", ".join(f"{count} {word}" for word, count in counted_words.most_common())
        typer.echo(f"  {called(kind, counted_words.total())}: {words}")


@app.command("why")
def show_why(
    prefix: Annotated[str, typer.Argument(help="What the ids of the claims begin with, such as why.augment.")] = "why.",
    plot: Annotated[Path | None, typer.Option(help="Draw them as well, .svg or .png.")] = None,
    folder: Annotated[Path, typer.Option(help="The claims, with their record.")] = Path("claims"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")] = False,
) -> None:
    """The open questions, one thing changed at a time: both sides of each comparison, by the record alone.

    Exit status 0: shown; 1: no such claim is in the record.

    Example: reproduce why why.loss --plot why.svg
    """
    from reproduce import text
    from reproduce.report import sides
    from reproduce.verdicts.collect import judged

    found = sides.shown(judged(folder).outcomes, prefix)
    if plot is not None:
        sides.draw(found, plot)
    if as_json:
        typer.echo(text.as_json([one.to_json() for one in found]))
        return
    for one in found:
        typer.echo(sides.alternative([one]))


@app.command("readings")
def show_readings(
    folder: Annotated[Path, typer.Argument(help="The claims, with their record.")] = Path("claims"),
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw them, as .svg or .png: the curve and the plane.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Which reading of what the paper leaves open gives its figures? By the record alone: nothing is measured.

    Exit status 0: shown; 1: an error.

    Example: reproduce readings --plot readings.svg
    """
    import shutil

    from reproduce import text
    from reproduce.verdicts import lines, readings
    from reproduce.verdicts.collect import judged

    outcomes = judged(folder).outcomes
    found, rows = readings.collect(outcomes), readings.printed(outcomes)
    if plot is not None:
        from reproduce.report.readings import draw

        draw(found, rows, readings.papers_point(lines.printed_in(folder)), plot)
        typer.echo(f"{plot}: {len(found)} readings", err=as_json)
    if as_json:
        typer.echo(text.as_json(readings.as_json(found, rows)))
    elif plot is None:
        for line in readings.table(found, rows, shutil.get_terminal_size((80, 24)).columns):
            typer.echo(line)


def main() -> None:
    """Run the command; an error that a user can meet is one line on stderr and exit status 1."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill is a Ctrl-C: what is finished is kept
    try:
        app()
    except (ReproduceError, OSError) as error:
        if "--debug" in sys.argv[1:2]:
            raise
        print(f"reproduce: {error if isinstance(error, ReproduceError) else of_system(error)}", file=sys.stderr)
        raise SystemExit(1) from None
    except SystemExit as end:
        if end.code == 130:
            print("reproduce: interrupted; what was finished is kept, and the same command goes on", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
