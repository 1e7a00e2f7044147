"""``reproduce embed`` and ``reproduce report FOLDER``: own animals as embeddings, and a page of how they are found."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from reproduce import text
from reproduce.errors import InvalidInputError, one_line

__all__ = ["embed_animals", "report_animals"]


def embed_animals(name: str, model: str, output: Path, root: str | None, seed: int, as_json: bool) -> None:
    """Write ``output/NAME-MODEL.npy`` for each model and one ``output/NAME.csv`` of path, identity and split."""
    from reproduce.datasets.examination import readable
    from reproduce.datasets.loading import published
    from reproduce.datasets.own import title
    from reproduce.errors import DataMissingError
    from reproduce.experiments.embedding import embed, models_of

    models = models_of(model)
    whole = published(name, root=root, seed=seed)
    if not whole.has_pixels:
        raise DataMissingError(f"{name} has no images here, only identities; get them: reproduce datasets --get {name}")
    catalogue, left_out = readable(whole)
    _warn(catalogue, left_out)
    written = []
    for one in models:
        path = output / f"{title(name)}-{one.replace(':', '-')}.npy"
        content = io.BytesIO()
        np.save(content, embed(catalogue, one, seed), allow_pickle=False)
        _write(path, content.getvalue())
        written.append(path)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["path", "identity", "split"])
    rows.writerows(zip(catalogue.paths.tolist(), catalogue.identities.tolist(), catalogue.split.tolist(), strict=True))
    labels = output / f"{title(name)}.csv"
    _write(labels, table.getvalue().encode())
    animals = len(set(catalogue.identities.tolist()))
    if as_json:
        said: dict[str, Any] = {"embeddings": list(map(str, written)), "labels": str(labels), "images": len(catalogue)}
        typer.echo(text.as_json(said | {"animals": animals, "left out": list(left_out)}))
        return
    typer.echo(f"{labels}: {len(catalogue):,} images of {animals:,} animal{'' if animals == 1 else 's'}, one a line")
    for path in written:
        typer.echo(f"{path}: a row for each; next: reproduce score {_quoted(path)} {_quoted(labels)}")


def report_animals(name: str, model: str, output: Path, seed: int, as_json: bool) -> None:
    """Write ``output/NAME.html`` and print its table."""
    from reproduce.experiments.embedding import models_of
    from reproduce.report.animals import as_json as plain
    from reproduce.report.animals import write

    path, rows, audit = write(name, models_of(model), output, seed)
    if as_json:
        typer.echo(text.as_json(plain(path, rows, audit)))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Model", no_wrap=True)
    table.add_column("Animals", no_wrap=True)
    for head in ("MAP@R", "90 %", "Chance", "P@1", "Photo out"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        ends = "" if row.interval is None else " – ".join(f"{100 * end:.1f}" for end in row.interval)
        apart = "" if row.apart is None else f"{100 * row.apart[0]:.1f}"
        figures = [f"{100 * value:.1f}" for value in (row.map_at_r, row.chance, row.precision_at_1)]
        table.add_row(row.model, f"{row.animals} {row.side}", figures[0], ends, *figures[1:], apart)
    console = Console()
    console.print(table)
    console.print("%, 90 %: interval over animals; photo out: images of one photograph apart", style="dim")
    for line in audit.findings:
        console.print(one_line(f"finding: {line}"), markup=False, highlight=False, soft_wrap=True)
    typer.echo(f"{path}: with the nearest neighbours as pictures")


def _warn(catalogue: Any, left_out: Sequence[str]) -> None:
    shared = set(catalogue.identities[catalogue.train]) & set(catalogue.identities[catalogue.test])
    lines = [f"left out: {line}" for line in left_out]
    if shared:
        lines.append(f"the split leaks: {len(shared)} animals are on both sides, such as {sorted(shared)[0]}")
    for line in lines:
        typer.echo(one_line(f"reproduce: warning: {line}"), err=True)


def _write(path: Path, content: bytes) -> None:
    from reproduce.cache import write_atomically

    try:
        write_atomically(path, content)
    except OSError as error:
        raise InvalidInputError(
            f"{path}: cannot be written ({error.strerror}); name another folder: --output"
        ) from None


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))
