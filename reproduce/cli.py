"""The ``reproduce`` command. Every heavy import happens inside the subcommand that needs it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from reproduce import __version__
from reproduce.errors import ReproduceError
from reproduce.verdicts.command import app as claims_app

app = typer.Typer(
    name="reproduce",
    help="Photographs in, a verdict on every claim of the paper out.",
    no_args_is_help=True,
    add_completion=False,
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
) -> None:
    """Photographs in, a verdict on every claim of the paper out."""


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
) -> None:
    """Run experiments and keep their results: what the record has already is not run again.

    What no claim asks for (other factors, data or more seeds) is kept apart from the record.
    """
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
    )
    raise typer.Exit(status)


@app.command("datasets")
def list_datasets(
    get: Annotated[str | None, typer.Option(metavar="NAME", help="Download a set into the cache folder.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every class of wildlife-datasets too.")] = False,
) -> None:
    """What data is here, what is missing and how to get it."""
    from rich.console import Console

    from reproduce.datasets.overview import overview

    if get is not None:
        from reproduce.datasets import load

        catalogue = load(get, download=True)
        typer.echo(f"{get}: {len(catalogue):,} images of {len(set(catalogue.identities.tolist()))} animals")
        return
    from reproduce.datasets.tables import print_overview

    print_overview(overview(everything), Console())


@app.command("audit")
def audit_dataset(
    name: Annotated[str, typer.Argument(help="A data set, such as LionData.")],
    root: Annotated[str | None, typer.Option(help="The folder that holds it.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the split where the set has none.")] = 0,
    photographs: Annotated[
        bool, typer.Option("--photographs", help="Count images cut from one photograph too: minutes on a large set.")
    ] = False,
) -> None:
    """Class sizes, chance, duplicates, unreadable files and leaks of a data set, under its own split if it has one.

    Exit status 0: no findings; 1: findings, which the last line sums up (animals or copies on both sides of the split,
    copies across animals, unreadable files, one animal only), or an error.
    """
    from rich.console import Console

    from reproduce.datasets.audit import audit
    from reproduce.datasets.loading import published
    from reproduce.datasets.tables import print_audit
    from reproduce.experiments.audits import chances, shared_photographs

    catalogue = published(name, root=root, seed=seed)
    shared = shared_photographs(catalogue) if photographs else None
    found = audit(catalogue)
    print_audit(found, chances(catalogue), shared, Console())
    raise typer.Exit(1 if found.findings else 0)


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
    dtype: Annotated[str, typer.Option(help="float64, exact, or float32, quick.")] = "float64",
    classes: Annotated[bool, typer.Option("--classes", help="MAP@R of each class too.")] = False,
    interval: Annotated[
        bool, typer.Option("--interval", help="90 % intervals over animals: each is left out in turn.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """MAP@R and friends of anyone's embeddings, each beside its chance level; warnings go to stderr."""
    from rich.console import Console

    from reproduce.errors import InvalidInputError
    from reproduce.metrics import command

    given = [files for files in ((embeddings, labels), query) if files and files != (None, None)]
    if len(given) != 1 or None in given[0]:
        raise InvalidInputError("score: give EMBEDDINGS.npy and LABELS.csv, once: as they are or after --query")
    if query and not gallery:
        raise InvalidInputError("score: --query goes with --gallery; without one give the two files alone")
    scored = command.score_files(given[0], gallery, column, dtype, _over_animals if interval else None)  # type: ignore[arg-type]
    for warning in scored.warnings:
        typer.echo(f"reproduce: warning: {warning}", err=True)
    if as_json:
        typer.echo(command.as_json(scored))
    else:
        command.print_scores(scored, Console(), each_class=classes)


def _over_animals(score: float, left_out: Sequence[float]) -> tuple[float, float] | None:
    from reproduce.verdicts.scatter import Herd, seeds_and_animals

    animals = tuple(map(str, range(len(left_out))))
    return seeds_and_animals([score], [Herd("", (animals,), (tuple(left_out),))]).interval()


@app.command("report")
def write_report(
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where index.html is written.")] = Path("report"),
    claims: Annotated[Path, typer.Option(metavar="DIR", help="The claims, with their record in DIR/record.")] = Path(
        "claims"
    ),
) -> None:
    """The record as one HTML page: every claim, its evidence and its verdict. Nothing is measured."""
    from reproduce.report.page import called, counted, write

    path, outcomes = write(claims, output)
    typer.echo(f"{path}: {len(outcomes)} claim{'s' if len(outcomes) != 1 else ''}")
    for kind, counts in counted(outcomes).items():
        words = ", ".join(f"{count} {word}" for word, count in counts.most_common())
        typer.echo(f"  {called(kind, counts.total())}: {words}")


@app.command("readings")
def show_readings(
    folder: Annotated[Path, typer.Argument(help="The claims, with their record.")] = Path("claims"),
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw them, as .svg or .png: the curve and the plane.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Which reading of what the paper leaves open gives its figures? By the record alone: nothing is measured."""
    import json
    import shutil

    from reproduce.verdicts import lines, readings
    from reproduce.verdicts.collect import judged

    outcomes = judged(folder).outcomes
    found, rows = readings.collect(outcomes), readings.printed(outcomes)
    if plot is not None:
        from reproduce.report.readings import draw

        draw(found, rows, readings.papers_point(lines.printed_in(folder)), plot)
        typer.echo(f"{plot}: {len(found)} readings")
    elif as_json:
        typer.echo(json.dumps(readings.as_json(found, rows), indent=1))
    else:
        for line in readings.table(found, rows, shutil.get_terminal_size((80, 24)).columns):
            typer.echo(line)


def main() -> None:
    """Run the command; an error that a user can meet is one line on stderr and exit status 1."""
    try:
        app()
    except ReproduceError as error:
        print(f"reproduce: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
