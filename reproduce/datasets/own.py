"""A user's own animals: a folder of photographs by animal, or a table of path, identity and perhaps a split."""

from collections import Counter
from pathlib import Path

import numpy as np

from reproduce.cache import digest
from reproduce.datasets import splits
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.own_folder import read_folder
from reproduce.datasets.own_table import read_table
from reproduce.datasets.places import IMAGE_ENDINGS
from reproduce.datasets.rows import Rows
from reproduce.errors import InvalidInputError
from reproduce.reading import DEFAULT, Reading, Strangers
from reproduce.words import is_unknown, side_of

__all__ = ["catalogue", "title"]

#: Animals held out are drawn under this name, so that a folder that is moved has the same drawn.
DRAWN_AS = "own animals"
_DRAWN = "were drawn to be held out"


def title(name: str) -> str:
    """Return what a set is called on a page and in file names: its known name, or the last part of the path."""
    path = Path(name)
    return path.resolve().name if path.is_dir() else path.stem


def catalogue(name: str, seed: int = 0, by_animal: bool = True, reading: Reading = DEFAULT) -> Catalogue:
    """Return the animals of a folder, or of a table, as a Catalogue called by its absolute path.

    Folder: ``ANIMAL/.../PHOTOGRAPH``, or ``train/ANIMAL/...`` beside ``test/ANIMAL/...``. Table: .csv (separated by
    comma, semicolon or "|") or .tsv with a header; paths are absolute, or relative to its folder. Hidden files are
    passed over. Photographs of no known animal ("unknown", "NA", ...) are left out unless ``reading`` says otherwise.
    The split is the user's own where there is one, with ``by_animal`` only if no animal is on both sides; else a
    quarter of the animals, three at least, is held out by seed, and all of them where there are fewer than five.
    What is odd stands in ``notes``. Raises InvalidInputError that says which file or line is in the way.
    """
    path = Path(name).expanduser()
    if not path.exists():
        raise InvalidInputError(f"{name}: no such folder or table; give a folder of photographs by animal, or a .csv")
    if path.is_file() and path.suffix.lower() in IMAGE_ENDINGS:
        raise InvalidInputError(
            f"{name}: a photograph, and not whose it is; give a folder of them by animal, or a table"
        )
    path = path.resolve()
    rows = read_folder(path, reading.level) if path.is_dir() else read_table(path, reading.identity, reading.path)
    names, known, strangers = _named(rows, reading.strangers)
    identities = np.array(names)
    sides = [side_of(label) if label else None for label in rows.labels]
    trained = [f"its split says train of every photograph: animals {_DRAWN}"] if set(sides) == {"train"} else []
    split, roles = _split(sides, identities, known, by_animal)
    seeded = split is None
    if split is None:
        split = _drawn(identities, known, seed)
    content = digest("data set", rows.paths, rows.identities, rows.digests)
    paths = np.array([str(rows.root / image) for image in rows.paths])
    found = Catalogue(
        str(path), paths, identities, split, seed, seeded, content, np.array(rows.digests),
        notes=(*rows.notes, *trained, *strangers, *_lone(identities, known)), roles=roles,
        columns={column: np.array(values) for column, values in rows.columns.items()},
    )  # fmt: skip
    return found if reading.strangers is not Strangers.OUT or known.all() else found.take(np.flatnonzero(known))


def _named(rows: Rows, strangers: Strangers) -> tuple[list[str], np.ndarray, list[str]]:
    """Return every row's animal, which rows show a known one, and a line on those that do not.

    A stranger that is kept has a name of its own: nothing can be found for it, and it stands in the others' rankings.
    """
    if strangers is Strangers.ANIMALS:
        return rows.identities, np.ones(len(rows.paths), bool), []
    known = np.array([not is_unknown(one) for one in rows.identities], bool)
    if not known.any():
        raise InvalidInputError(
            f"no photograph of a known animal: all are called {', '.join(sorted(set(rows.identities))[:5])}"
        )
    names = [f"{one} #{row}" if is_unknown(one) else one for row, one in enumerate(rows.identities)]
    if known.all():
        return names, known, []
    words = Counter(one for one, sure in zip(rows.identities, known, strict=True) if not sure)
    called = ", ".join(f"{word!r}" for word, _ in words.most_common())
    count = int(np.count_nonzero(~known))
    what = {
        Strangers.OUT: "left out; --strangers keep ranks the others among them, --strangers animals takes the names",
        Strangers.KEEP: "kept in the others' rankings, found for nobody",
    }[strangers]
    plural = "" if count == 1 else "s"
    return names, known, [f"{count:,} photograph{plural} of no known animal ({called}): {what}"]


def _split(
    sides: list[str | None], identities: np.ndarray, known: np.ndarray, by_animal: bool
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the user's own split, or None, and each row's role where queries meet a gallery."""
    given = {side for side, sure in zip(sides, known, strict=True) if sure}
    if None in given or given == {"train"}:
        return None, None
    split = np.array(["train" if side == "train" else "test" for side in sides])
    roles = np.array([side if side in ("query", "gallery") else "" for side in sides])
    animals = set(identities[(split == "train") & known]) & set(identities[(split == "test") & known])
    if by_animal and animals:
        return None, None
    return split, roles if {"query", "gallery"} <= given else None


def _drawn(identities: np.ndarray, known: np.ndarray, seed: int) -> np.ndarray:
    """Return the split, animals held out by seed, all of them where there are few; strangers are on the test side."""
    animals = len(set(identities[known].tolist()))
    held_out = splits.own_held_out_count(animals)
    split = np.full(len(identities), "test", dtype="<U5")
    if held_out < animals:
        split[known] = splits.by_seed(DRAWN_AS, identities[known], seed, held_out)
    return split


def _lone(identities: np.ndarray, known: np.ndarray) -> list[str]:
    _, counts = np.unique(identities[known], return_counts=True)
    if len(counts) < 2 or counts.max() > 1:
        return []
    which = "is that the column, or the folder, of the animal?"
    return [f"every one of the {len(counts):,} animals has a single photograph: {which}"]
