"""The first images seen of a set whose publisher gives no digest, kept beside the record of what was measured on them.

Later ones are held against them. ``first_sets.toml`` goes with the record; a first set that was not the publisher's
is forgotten by deleting its table there.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from reproduce.cache import write_atomically
from reproduce.text import shaped, toml

__all__ = ["FILE", "FirstSet", "first", "keep"]

FILE = "first_sets.toml"
HEAD = "# The first images seen of a set whose publisher gives no digest; later ones are held against them.\n"


@dataclass(frozen=True)
class FirstSet:
    """``digest`` of the images and whose they are; ``seen``: the day, UTC."""

    digest: str
    images: int
    animals: int
    seen: str = ""


def first(folder: Path, name: str) -> FirstSet | None:
    """Return what a record's folder knows of the set, None if never seen; InvalidInputError for a damaged file."""
    return _read(folder / FILE).get(name)


def keep(folder: Path, name: str, found: FirstSet) -> bool:
    """Keep a set as the first that was seen, with today's date; False where there was one before."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        known = _read(folder / FILE)
        if name in known:
            return False
        known[name] = FirstSet(found.digest, found.images, found.animals, datetime.now(UTC).strftime("%Y-%m-%d"))
        tables = [
            "".join([f"\n[{name}]\n", *(f"{key} = {json.dumps(value)}\n" for key, value in asdict(one).items())])
            for name, one in sorted(known.items())
        ]
        write_atomically(folder / FILE, (HEAD + "".join(tables)).encode())
    return True


def _read(path: Path) -> dict[str, FirstSet]:
    tables = toml(path) if path.is_file() else {}
    return {name: shaped(FirstSet, table, f"{path}: [{name}]") for name, table in tables.items()}
