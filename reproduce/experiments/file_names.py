"""What the files of a data set are called: in which order a loader lists them, and which body part each one shows."""

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from reproduce.errors import InvalidInputError

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["body_parts", "file_order"]

PART = re.compile(r"(?:left_|right_)?([a-z]+?)s?(?:[^a-z]|$)", re.IGNORECASE)


def file_order(catalogue: "Catalogue", rows: np.ndarray) -> np.ndarray:
    """Return the rows sorted as a loader of folders lists them: by path, so that an animal's images are neighbours."""
    return rows[np.argsort(catalogue.paths[rows].astype(str), kind="stable")]


def body_parts(catalogue: "Catalogue") -> np.ndarray:
    """Return (N,) str, the part in each file's name behind the animal's, as LionData has it: "ear" of Kio_Left_Ear.png.

    Either side is one part, and so is "ears".
    Raises InvalidInputError for a file whose name holds none.
    """
    found = []
    for path, animal in zip(catalogue.paths, catalogue.identities, strict=True):
        stem = PurePath(str(path)).stem
        part = PART.match(stem.removeprefix(f"{animal}_")) if stem.startswith(f"{animal}_") else None
        if part is None:
            raise InvalidInputError(f"{path}: its name does not say which body part it shows; LionData's do")
        found.append(part[1].lower())
    return np.array(found)
