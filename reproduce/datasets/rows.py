"""What a folder or a table of own animals says, before anything is made of it."""

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Rows"]


@dataclass
class Rows:
    """Photographs in the order of their paths, all lists of one length N.

    ``paths``: relative to ``root`` or absolute; ``labels``: the side of the split as written, None where there is
    none; ``digests``: SHA-256 of the files. ``notes``: what is odd, one line each. ``columns``: a table's other
    columns by their name, as text.
    """

    root: Path
    paths: list[str]
    identities: list[str]
    labels: list[str | None]
    digests: list[str]
    notes: list[str]
    columns: dict[str, list[str]] = field(default_factory=dict)
