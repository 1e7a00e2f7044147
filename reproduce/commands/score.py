"""``reproduce score``: score anyone's embeddings."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.options import StrangersChoice, file_option
from reproduce.reading import Strangers


class Metric(StrEnum):
    """By what two embeddings are compared."""

    EUCLIDEAN = "euclidean"
    COSINE = "cosine"


class Precision(StrEnum):
    """In what the distances are computed."""

    FLOAT64 = "float64"
    FLOAT32 = "float32"


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
        str | None, typer.Option(metavar="SIDE", help="Only rows of this side: test, by the labels' column of sides.")
    ] = None,
    query_split: Annotated[
        str | None, typer.Option(metavar="SIDE", help="Rank the rows of this side, with --gallery-split.")
    ] = None,
    gallery_split: Annotated[str | None, typer.Option(metavar="SIDE", help="The rows that they are ranked in.")] = None,
    split_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column of the sides: camera, with --query-split CAM1.")
    ] = "split",
    metric: Annotated[
        Metric | None, typer.Option(help="By what embeddings are compared; Euclidean unless said otherwise.")
    ] = None,
    similarity: Annotated[
        bool,
        typer.Option("--similarity", help="The file holds similarities, a row to every image."),
    ] = False,
    distances: Annotated[bool, typer.Option("--distances", help="The same, smaller alike.")] = False,
    gallery_labels: Annotated[
        Path | None, file_option(metavar="CSV", help="With those: the columns' labels where they are others.")
    ] = None,
    apart: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Beside it, across encounters: a column of the labels' file.")
    ] = None,
    strangers: StrangersChoice = Strangers.OUT,
    dtype: Annotated[Precision, typer.Option(help="float64 is exact, float32 quick.")] = Precision.FLOAT64,
    classes: Annotated[bool, typer.Option("--classes", help="MAP@R of each class too.")] = False,
    interval: Annotated[
        bool, typer.Option("--interval", help="90 % intervals over animals: each is left out in turn.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Score anyone's embeddings by MAP@R and its like, each beside its chance level; warnings go to stderr.

    Exit status 0: scored; 1: an error.

    Example: reproduce score embeddings/photographs-histogram.npy embeddings/photographs.csv --interval
    """
    from rich.console import Console

    from reproduce.errors import InvalidInputError, one_line
    from reproduce.metrics import tables
    from reproduce.metrics.submission import How, score_files
    from reproduce.verdicts.judging.scatter import over_animals

    given = [files for files in ((embeddings, labels), query) if files and files != (None, None)]
    if len(given) != 1 or None in given[0]:
        raise InvalidInputError("score: give EMBEDDINGS.npy and LABELS.csv, once: as they are or after --query")
    if query and not gallery:
        raise InvalidInputError("score: --query goes with --gallery; without one give the two files alone")
    if (query_split is None) != (gallery_split is None) or (query_split and split):
        raise InvalidInputError("score: --query-split goes with --gallery-split, and without --split")
    if similarity and distances:
        raise InvalidInputError("score: --similarity or --distances: which?")
    how = How(
        column=column,
        dtype=dtype.value,  # type: ignore[arg-type]
        metric=metric.value if metric else None,  # type: ignore[arg-type]
        pairs="similarity" if similarity else "distances" if distances else None,
        columns=gallery_labels,
        side=split,
        sides=(query_split, gallery_split) if query_split and gallery_split else None,
        split=split_column,
        strangers=strangers,
        apart=apart,
    )
    scored = score_files(given[0], gallery, how, over_animals if interval else None)  # type: ignore[arg-type]
    for warning in scored.warnings:
        typer.echo(one_line(f"reproduce: warning: {warning}"), err=True)
    if as_json:
        typer.echo(tables.as_json(scored))
    else:
        tables.print_scores(scored, Console(), each_class=classes)
