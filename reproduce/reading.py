"""How own animals are to be read where their folder or table does not say it itself; the command line has it too."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["DEFAULT", "Reading", "Strangers"]


class Strangers(StrEnum):
    """What becomes of photographs of no known animal: left out, kept in the rankings, or animals of those names."""

    OUT = "out"
    KEEP = "keep"
    ANIMALS = "animals"


@dataclass(frozen=True)
class Reading:
    """``identity`` and ``path``: a table's columns by name; ``level``: how many folders down the animals' lie."""

    identity: str | None = None
    path: str | None = None
    level: int | None = None
    strangers: Strangers = Strangers.OUT


#: As a folder or a table says it itself.
DEFAULT = Reading()
