"""Sets that are not one animal per file: each animal is cut out once and written as an image file of its own.

A photograph of two animals with a bounding box each is two images. Sets that wildlife-datasets keeps in a Hugging
Face cache have no files at all. Both become a folder of NUMBER.png with an index beside, and load like any other.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from reproduce.cache import cache_dir, digest
from reproduce.datasets import wildlife
from reproduce.errors import InvalidInputError
from reproduce.progress import track

__all__ = ["INDEX", "cropped", "export", "indexed"]

INDEX = "reproduce-index.json"
#: Raised when the same photographs would be cut otherwise.
VERSION = 1


def indexed(name: str, root: Path) -> dict[str, Any]:
    """Return the rows of an exported folder, from its index."""
    return json.loads((root / INDEX).read_text(encoding="utf-8"))


def cropped(name: str, root: Path, key: str) -> Path:
    """Return the folder of crops of the set at ``root``, whose state ``key`` names; cut once, whole or not at all."""
    folder = cache_dir("crops") / f"{name}-{digest(VERSION, key)[:16]}"
    with FileLock(f"{folder}.lock"):
        if not (folder / INDEX).is_file():
            partial = folder.with_name(f".{folder.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            export(name, root, partial)
            os.replace(partial, folder)
    return folder


def export(name: str, root: Path | None, folder: Path) -> None:
    """Write every image of a known animal, cut to its bounding box where it has one, and the index.

    An image's digest is that of its pixels: PNG bytes differ between releases of zlib.
    """
    kind = wildlife.wildlife_class(name)
    with wildlife.quietly():
        dataset = kind(None if root is None else str(root))
        if "bbox" in dataset.df:
            dataset.img_load = "bbox"
    column = wildlife.split_column(dataset.df)
    known = [row for row, identity in enumerate(dataset.df["identity"]) if identity != kind.unknown_name]
    order = sorted(known, key=lambda row: (str(dataset.df["path"].iloc[row]), str(dataset.df["image_id"].iloc[row])))
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list] = {"paths": [], "identities": [], "labels": [], "digests": []}
    for number, row in enumerate(track(order, len(order), f"cutting {name}")):
        rows["paths"].append(f"{number:07d}.png")
        rows["identities"].append(str(dataset.df["identity"].iloc[row]))
        label = dataset.df[column].iloc[row] if column else None
        rows["labels"].append(label if isinstance(label, str) else None)
        try:
            crop = dataset[row]
            crop.save(folder / rows["paths"][-1])
            rows["digests"].append(digest(np.asarray(crop)))
        except Exception as error:
            raise InvalidInputError(f"{root}/{dataset.df['path'].iloc[row]}: cannot be cut out: {error}") from error
    (folder / INDEX).write_text(json.dumps(rows), encoding="utf-8")
