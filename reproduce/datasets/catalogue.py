"""A data set as everything below sees it: image paths, identities and a split, of one length."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from reproduce.errors import InvalidInputError

__all__ = ["Catalogue"]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Images of individual animals.

    ``paths`` (N,) str: absolute image paths, "" where only the identities are known.
    ``identities`` (N,) str: the animal on each image. ``split`` (N,) str: "train" or "test".
    ``name`` is what ``load`` was asked for; ``content_hash`` is a digest of identities and image contents,
    independent of the seed; ``identity_hash`` one of identities alone, "" of a set that is never without its images;
    ``seeded`` is true where the seed drew the images or the split.
    ``digests`` (N,) str: SHA-256 of each image file, "" where there is none.
    Of own animals: ``notes``, what is odd about them, one line each; ``roles`` (N,) str, "query", "gallery" or "",
    where the user's own split ranks one against the other; ``columns``, a table's columns by name, (N,) str each.
    ``source`` and ``rows`` (N,) int, for images drawn from a larger set: image i here is image ``rows[i]`` of
    ``source``. What costs much per image is computed once for the source and indexed for every seed.
    """

    name: str
    paths: np.ndarray
    identities: np.ndarray
    split: np.ndarray
    seed: int = 0
    seeded: bool = False
    content_hash: str = ""
    digests: np.ndarray | None = None
    source: "Catalogue | None" = None
    rows: np.ndarray | None = None
    identity_hash: str = ""
    notes: tuple[str, ...] = ()
    roles: np.ndarray | None = None
    columns: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = [self.paths, self.identities, self.split, self.digests, self.rows, self.roles, *self.columns.values()]
        lengths = {len(column) for column in columns if column is not None}
        if len(lengths) != 1:
            raise InvalidInputError(f"{self.name}: columns of a catalogue differ in length: {sorted(lengths)}")
        if (self.source is None) != (self.rows is None):
            raise InvalidInputError(f"{self.name}: a catalogue has both a source and rows of it, or neither")

    def __len__(self) -> int:
        return len(self.paths)

    def take(self, rows: np.ndarray) -> "Catalogue":
        """Return the catalogue of these rows alone, in their order."""
        digests = None if self.digests is None else self.digests[rows]
        columns = {name: getattr(self, name)[rows] for name in ("paths", "identities", "split")}
        own = {name: values[rows] for name, values in self.columns.items()}
        roles = None if self.roles is None else self.roles[rows]
        return replace(self, **columns, digests=digests, source=None, rows=None, roles=roles, columns=own)

    @property
    def has_pixels(self) -> bool:
        """Whether every image has a path."""
        return len(self) > 0 and bool(np.all(self.paths != ""))

    def hash_for(self, pixels: bool) -> str:
        """Return the hash of what a result depends on: the contents, or the identities, whose hash no pixel changes."""
        return self.content_hash if pixels or not self.identity_hash else self.identity_hash

    @cached_property
    def train(self) -> np.ndarray:
        """(N_train,) indices of the training images."""
        return np.flatnonzero(self.split == "train")

    @cached_property
    def test(self) -> np.ndarray:
        """(N_test,) indices of the test images."""
        return np.flatnonzero(self.split == "test")
