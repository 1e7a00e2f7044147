"""Own animals as files: a .npy of embeddings for each model, and one .csv of the animals in the same order."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reproduce import outputs
from reproduce.cache import digest
from reproduce.datasets import Catalogue
from reproduce.datasets.own import title
from reproduce.metrics import sidecars

__all__ = ["Written", "space_of", "write_embeddings"]


@dataclass(frozen=True)
class Written:
    """The files: one of embeddings for each model, by its name, and that of the labels."""

    embeddings: dict[str, Path]
    labels: Path


def write_embeddings(catalogue: Catalogue, models: Sequence[str], output: Path, seed: int) -> Written:
    """Write ``output/NAME-MODEL.npy`` and its sidecar for each model, and ``output/NAME.csv``.

    Raises InvalidInputError, with nothing written, where a file would replace one that is not ``embed``'s own.
    """
    from reproduce.experiments.embedding import embed

    name = title(catalogue.name)
    files = {model: output / f"{name}-{model.replace(':', '-')}.npy" for model in models}
    labels, table = output / f"{name}.csv", _table(catalogue)
    inputs = [catalogue.name, *catalogue.paths.tolist()]
    for path in files.values():
        outputs.check(path, inputs, sidecars.is_own_embeddings)
        outputs.check(sidecars.sidecar_of(path), inputs)
    # The same labels again lose nothing: a command that was killed after them goes on.
    outputs.check(labels, inputs, lambda path: path.read_bytes() == table or sidecars.is_own_labels(path))
    rows = sidecars.rows_digest(catalogue.paths.tolist(), _contents(catalogue))
    for model, path in files.items():
        content = io.BytesIO()
        np.save(content, embed(catalogue, model, seed), allow_pickle=False)
        sidecar = sidecars.Sidecar(
            source=catalogue.name,
            model=model,
            space=space_of(catalogue, model, seed),
            rows=rows,
            embeddings=_sha256(content.getvalue()),
            labels_file=labels.name,
            labels=_sha256(table),
        )
        outputs.write(labels, table)
        outputs.write(sidecars.sidecar_of(path), sidecar.content())
        outputs.write(path, content.getvalue())
    return Written(files, labels)


def space_of(catalogue: Catalogue, model: str, seed: int) -> str:
    """Return a digest that two embeddings share where they may be compared.

    It holds the model and its weights, the seed where it draws something, and the training images where it learns.
    """
    from reproduce.experiments.embedding import LEARNED, YARDSTICKS

    kind, _, backbone = model.partition(":")
    parts: list[object] = [model]
    if kind in LEARNED:
        contents = np.array(_contents(catalogue))[catalogue.train].tolist()
        parts += [seed, contents, catalogue.identities[catalogue.train].tolist()]
    elif model == "untrained":
        parts += [seed]
    if backbone or kind not in (*LEARNED, *YARDSTICKS):
        from reproduce.models.dcnn import weights

        parts += [weights.fingerprint(weights.find((backbone or model).lower()))]
    return digest("space", *parts)


def _table(catalogue: Catalogue) -> bytes:
    """The labels: a line for each photograph, in the order of the embeddings' rows."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["path", "identity", "split", "sha256"])
    split = (
        catalogue.split
        if catalogue.roles is None
        else np.where(catalogue.roles == "", catalogue.split, catalogue.roles)
    )
    columns = (column.tolist() for column in (catalogue.paths, catalogue.identities, split))
    rows.writerows(zip(*columns, _contents(catalogue), strict=True))
    return table.getvalue().encode()


def _contents(catalogue: Catalogue) -> list[str]:
    return [""] * len(catalogue) if catalogue.digests is None else catalogue.digests.tolist()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
