"""Own animals as files: a .npy of embeddings for each model, and one .csv of the animals in the same order."""

import csv
import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from reproduce import outputs
from reproduce.cache import digest
from reproduce.datasets import Catalogue, kinds
from reproduce.datasets.image_files import readable
from reproduce.datasets.loading import published
from reproduce.datasets.own import title
from reproduce.errors import InvalidInputError
from reproduce.metrics import sidecars
from reproduce.reading import DEFAULT, Reading, Strangers
from reproduce.text import excel_safe

__all__ = ["Written", "joined", "like_of", "space_of", "write_embeddings"]


@dataclass(frozen=True)
class Written:
    """The files: one of embeddings for each model, by its name, and that of the labels."""

    embeddings: dict[str, Path]
    labels: Path


def write_embeddings(
    catalogue: Catalogue,
    models: Sequence[str],
    output: Path,
    seed: int,
    like: sidecars.Sidecar | None = None,
    safe: bool = False,
    reading: Reading = DEFAULT,
    root: str | None = None,
) -> Written:
    """Write ``output/NAME-MODEL.npy`` and its sidecar for each model, and ``output/NAME.csv``.

    ``like``: by that embedding's model, as it was trained. ``safe``: formulas in the table are quoted. ``reading``: how
    the catalogue was read, ``root`` the folder that holds it where it is a named set. Raises InvalidInputError, with
    nothing written, where a file would replace one that is not ``embed``'s own, one of another folder, or the split
    that a model there learned by.
    """
    from reproduce.animals.models import LEARNED, embed

    name = title(catalogue.name)
    files = {model: output / f"{name}-{model.replace(':', '-')}.npy" for model in models}
    labels, table = output / f"{name}.csv", _table(catalogue, safe)
    inputs = [catalogue.name, *catalogue.paths.tolist()]
    root = str(Path(root).expanduser().resolve()) if root and not kinds.is_own(catalogue.name) else ""
    _check_source(catalogue, root, output, labels)
    _check_split(catalogue, files, labels)
    for path in files.values():
        outputs.check(path, inputs, sidecars.is_own_embeddings)
        outputs.check(sidecars.sidecar_of(path), inputs)
    # The same labels again lose nothing: a command that was killed after them goes on.
    outputs.check(labels, inputs, lambda path: path.read_bytes() == table or sidecars.is_own_labels(path))
    teachers = None if like is None else _teachers(like)
    rows = sidecars.rows_digest(catalogue.paths.tolist(), _contents(catalogue))
    for model, path in files.items():
        content = io.BytesIO()
        found = embed(catalogue, model, seed) if teachers is None else _embed_like(catalogue, teachers, model, seed)
        np.save(content, found, allow_pickle=False)
        sidecar = sidecars.Sidecar(
            source=catalogue.name,
            model=model,
            space=space_of(catalogue if teachers is None else teachers, model, seed),
            rows=rows,
            rows_alone=sidecars.rows_digest(_within(catalogue), _contents(catalogue)),
            embeddings=_sha256(content.getvalue()),
            labels_file=labels.name,
            labels=_sha256(table),
            seed=seed,
            learned=model.partition(":")[0] in LEARNED,
            taught="" if like is None else like.taught or like.source,
            root=root if like is None else like.root,
            reading=dict(asdict(reading)) if like is None else like.reading,
        )
        outputs.write(labels, table)
        outputs.write(sidecars.sidecar_of(path), sidecar.content())
        outputs.write(path, content.getvalue())
    return Written(files, labels)


def like_of(path: Path) -> sidecars.Sidecar:
    """Return the sidecar of an embedding, named by its .npy, with or without the ending."""
    found = sidecars.read(path if path.suffix == ".npy" else path.with_name(f"{path.name}.npy"))
    if found is None:
        raise InvalidInputError(f"--like {path}: nothing of reproduce embed lies there; give embeddings/NAME-MODEL")
    return found


def _teachers(like: sidecars.Sidecar) -> Catalogue:
    """Return the animals that the model of ``like`` was trained on, as they were."""
    source = like.taught or like.source
    try:
        reading = Reading(**{**like.reading, "strangers": Strangers(like.reading.get("strangers", "out"))})  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidInputError(f"--like: its .json does not say how {source} was read; embed that again") from None
    found, _ = readable(published(source, like.root or None, like.seed, reading))
    if space_of(found, like.model, like.seed) != like.space:
        raise InvalidInputError(
            f"--like: the photographs that it learned from have changed in {source}; embed those again first"
        )
    return found


def _embed_like(catalogue: Catalogue, teachers: Catalogue, model: str, seed: int) -> np.ndarray:
    """Return rows of the catalogue by the model that learns from the teachers' training side alone, in their order."""
    from reproduce.animals.models import embed

    return embed(joined(teachers, catalogue), model, seed)[len(teachers) :]


def joined(teachers: Catalogue, others: Catalogue) -> Catalogue:
    """Return the images of both, those of ``others`` after the teachers' and on the test side."""
    both = [teachers, others]
    return Catalogue(
        f"{teachers.name} and {others.name}",
        np.concatenate([one.paths for one in both]),
        np.concatenate([one.identities for one in both]),
        np.concatenate([teachers.split, np.full(len(others), "test")]),
        teachers.seed,
        digests=np.concatenate([np.array(_contents(one)) for one in both]),
        content_hash=digest("joined", *(one.content_hash for one in both)),
    )


def _check_source(catalogue: Catalogue, root: str, output: Path, labels: Path) -> None:
    """Raise InvalidInputError where the labels there are of another folder: only its name is the same."""
    if not labels.exists():
        return
    for path in sorted(output.glob("*.npy")):
        kept = sidecars.read(path)
        if kept is None or kept.labels_file != labels.name:
            continue
        if kept.source == catalogue.name and (kept.taught or kept.root == root):
            continue
        if kept.rows_alone != sidecars.rows_digest(_within(catalogue), _contents(catalogue)):
            where = f" below {kept.root}" if kept.root else ""
            raise InvalidInputError(f"{labels} is of {kept.source}{where}; name another by --output")


def _check_split(catalogue: Catalogue, files: dict[str, Path], labels: Path) -> None:
    """Raise InvalidInputError where the labels there name other training animals, and a model there learned by them."""
    if not labels.is_file():
        return
    with labels.open(encoding="utf-8", newline="") as file:
        trained = {row.get("path") for row in csv.DictReader(file) if row.get("split") == "train"}
    if trained == set(catalogue.paths[catalogue.train].tolist()):
        return
    for path in sorted(set(labels.parent.glob("*.npy")) - set(files.values())):
        kept = sidecars.read(path)
        if kept is not None and kept.learned and kept.labels_file == labels.name:
            raise InvalidInputError(
                f"{labels} says which photographs {path.name} learned from (seed {kept.seed}), and would say others; "
                f"remove {path.name}, or name another by --output"
            )


def _within(catalogue: Catalogue) -> list[str]:
    """Return paths below the folder, or the table's, which a folder that is moved keeps."""
    source = Path(catalogue.name)
    root = source if source.is_dir() else source.parent
    return [os.path.relpath(path, root) for path in catalogue.paths.tolist()]


def space_of(catalogue: Catalogue, model: str, seed: int) -> str:
    """Return a digest that two embeddings share where they may be compared.

    It holds the model and its weights, the seed where it draws something, and the training images where it learns.
    """
    from reproduce.animals.models import LEARNED, YARDSTICKS

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


def _table(catalogue: Catalogue, safe: bool) -> bytes:
    """Return the labels: a line for each photograph, in the order of the embeddings' rows, a table's columns last."""

    def clean(line: tuple[str, ...]) -> list[str]:
        return [excel_safe(cell) if safe else cell for cell in line]

    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    own = ("path", "identity", "split", "sha256")
    others = {name: values.tolist() for name, values in catalogue.columns.items() if name.lower() not in own}
    rows.writerow([*own, *others])
    split = (
        catalogue.split
        if catalogue.roles is None
        else np.where(catalogue.roles == "", catalogue.split, catalogue.roles)
    )
    columns = (column.tolist() for column in (catalogue.paths, catalogue.identities, split))
    lines = zip(*columns, _contents(catalogue), *others.values(), strict=True)
    rows.writerows(clean(line) for line in lines)
    return table.getvalue().encode()


def _contents(catalogue: Catalogue) -> list[str]:
    return [""] * len(catalogue) if catalogue.digests is None else catalogue.digests.tolist()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
