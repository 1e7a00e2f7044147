"""What can be loaded by name, and what kind of thing each name is. Answers without importing anything heavy."""

import os
from pathlib import Path

from reproduce.datasets.wildlife import classes
from reproduce.errors import InvalidInputError, did_you_mean

__all__ = [
    "AS_LIONS",
    "BARN",
    "CATTLE",
    "COWS",
    "FEWER_LIONS",
    "LIONS",
    "OURS",
    "PROXY",
    "STAND_IN",
    "check",
    "check_named",
    "is_own",
    "is_proxy",
    "is_rehearsal",
    "is_seeded",
    "names",
]

LIONS = "LionData"
CATTLE = "FriesianCattle2017"
COWS = "OpenCows2020"
#: OpenCows2020 with FriesianCattle2017's long tail, and the same of the animals seen in the barn alone.
PROXY, BARN = "OpenCows2020-thinned", "OpenCows2020-barn"
#: The thinned herd with each animal's images as unlike each other as they come; and the animals outside the barn.
SPACED, OUTSIDE = "OpenCows2020-spaced", "OpenCows2020-outside"
#: Of both species 45 animals with as many images as 45 lions have: numbers are no difference between the two.
AS_LIONS, FEWER_LIONS = "OpenCows2020-as-lions", "LionData-45"
#: Animals drawn by a reaction-diffusion system.
STAND_IN = "TuringCattle"
#: The names that ``load`` knows without a look into wildlife-datasets' source.
OURS = (LIONS, CATTLE, COWS, PROXY, BARN, SPACED, OUTSIDE, AS_LIONS, FEWER_LIONS, STAND_IN)


def names() -> list[str]:
    """Return every name that ``load`` knows: our own first, then the classes of wildlife-datasets by alphabet."""
    return [*OURS, *sorted(set(classes()) - set(OURS), key=str.lower)]


def _is_known(name: str) -> bool:
    return name in OURS or name in classes()


def is_own(name: str) -> bool:
    """Return whether the name is no known set's but a folder or a table of photographs: the user's own animals."""
    if _is_known(name):
        return False
    return os.sep in name or name.lower().endswith((".csv", ".tsv")) or Path(name).exists()


def check_named(name: str) -> None:
    """Raise InvalidInputError for an empty name, as a shell's variable that was never set is: it is no folder."""
    if not str(name).strip():
        raise InvalidInputError("a name is empty; give a data set, a folder or a table; . is the folder you are in")


def check(name: str) -> None:
    """Raise InvalidInputError, with close matches, if no data set has that name and no folder or table lies there."""
    check_named(name)
    if _is_known(name) or is_own(name):
        return
    hint = did_you_mean(str(name), names(), "`reproduce datasets --all` lists the names")
    raise InvalidInputError(f"no data set is called {name!r}; {hint}")


def is_seeded(name: str) -> bool:
    """Return whether the seed draws the images or the split.

    False for LionData, whose split is its folders. A set that brings its own split by identity is found out only
    when it is read: True here means "may", and ``Catalogue.seeded`` knows.
    """
    return name != LIONS


def is_proxy(name: str) -> bool:
    """Return whether the set stands for one of the paper's: real animals, named as a proxy in every verdict."""
    return name not in (LIONS, CATTLE) and not is_rehearsal(name)


def is_rehearsal(name: str) -> bool:
    """Return whether the images are generated: such a set shows that the code runs and never yields a verdict."""
    return name == STAND_IN
