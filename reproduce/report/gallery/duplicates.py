"""Contact sheets of what the audit found to be the same: copies, near copies, images cut from one photograph."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue
    from reproduce.datasets.audit import Audit

__all__ = ["Sheet", "sheets"]

#: What is sought, by the audit's name of it, and groups of each that are shown.
KINDS = {
    "same_pixels": "Identical to the pixel",
    "near": "Nearly identical",
    "photographs": "Of one animal, cut from one photograph",
}
SHOWN = 24


@dataclass(frozen=True)
class Sheet:
    """A kind of sameness: its name, how often it was found, and the first groups, each image as (animal, thumbnail)."""

    title: str
    says: str
    groups: tuple[tuple[tuple[str, str], ...], ...]


def sheets(catalogue: "Catalogue", found: "Audit", shown: Callable[[str], str]) -> tuple[Sheet, ...]:
    """Return a sheet for each kind that was sought; ``shown(path)`` is the address of an image's thumbnail."""
    made = []
    for kind, title in KINDS.items():
        duplicates = getattr(found, kind)
        if duplicates is None:
            continue
        count = len(duplicates.groups)
        said = f"{count:,} group{'s' if count != 1 else ''}, {duplicates.across_animals} of them across animals and "
        said += f"{duplicates.across_split} across the split"
        more = f"; the first {SHOWN}:" if count > SHOWN else ":"
        groups = tuple(
            tuple((str(catalogue.identities[row]), shown(str(catalogue.paths[row]))) for row in group)
            for group in duplicates.groups[:SHOWN]
        )
        made.append(Sheet(title, said + more if count else "none.", groups))
    return tuple(made)
