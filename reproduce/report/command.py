"""``reproduce embed`` and ``reproduce report FOLDER``: own animals as embeddings, and a page of how they are found."""

import csv
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from reproduce import outputs, text
from reproduce.cache import digest
from reproduce.errors import one_line

__all__ = ["embed_animals", "report_animals"]


def embed_animals(name: str, model: str, output: Path, root: str | None, seed: int, as_json: bool) -> None:
    """Write ``output/NAME-MODEL.npy`` for each model and one ``output/NAME.csv`` of path, identity and split."""
    from reproduce.datasets.examination import readable
    from reproduce.datasets.loading import published
    from reproduce.datasets.own import title
    from reproduce.errors import DataMissingError
    from reproduce.experiments.embedding import embed, models_of
    from reproduce.metrics import sidecars

    models = models_of(model)
    whole = published(name, root=root, seed=seed)
    if not whole.has_pixels:
        raise DataMissingError(f"{name} has no images here, only identities; get them: reproduce datasets --get {name}")
    catalogue, left_out = readable(whole)
    _warn(catalogue, left_out)
    inputs = [whole.name, *whole.paths.tolist()]
    files = {one: output / f"{title(name)}-{one.replace(':', '-')}.npy" for one in models}
    labels = output / f"{title(name)}.csv"
    for path in files.values():
        outputs.check(path, inputs, sidecars.is_own_embeddings)
        outputs.check(sidecars.sidecar_of(path), inputs)
    table = _table(catalogue)
    # The same labels again lose nothing: a command that was killed after them goes on.
    outputs.check(labels, inputs, lambda path: path.read_bytes() == table or sidecars.is_own_labels(path))
    kept = sidecars.rows_digest(catalogue.paths.tolist(), _contents(catalogue))
    for one, path in files.items():
        content = io.BytesIO()
        np.save(content, embed(catalogue, one, seed), allow_pickle=False)
        embeddings = content.getvalue()
        space = digest("space", one, seed, catalogue.content_hash, catalogue.split.tolist())
        sidecar = sidecars.Sidecar(catalogue.name, one, space, kept, _sha256(embeddings), labels.name, _sha256(table))
        outputs.write(labels, table)
        outputs.write(sidecars.sidecar_of(path), sidecar.content())
        outputs.write(path, embeddings)
    written = list(files.values())
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


def _table(catalogue: Any) -> bytes:
    """The labels: a line for each photograph, in the order of the embeddings' rows."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["path", "identity", "split", "sha256"])
    columns = (column.tolist() for column in (catalogue.paths, catalogue.identities, catalogue.split))
    rows.writerows(zip(*columns, _contents(catalogue), strict=True))
    return table.getvalue().encode()


def _contents(catalogue: Any) -> list[str]:
    return [""] * len(catalogue) if catalogue.digests is None else catalogue.digests.tolist()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))
