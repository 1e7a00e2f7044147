"""Images that no publisher's digest vouches for: the first that are measured for the record are kept in mind."""

from collections.abc import Iterable
from pathlib import Path

from reproduce.record import first_sets
from reproduce.running.inputs import Inputs

__all__ = ["keep_first"]


def keep_first(record: Path, many: Iterable[Inputs]) -> list[str]:
    """Keep the digest of such images, against which later ones are held.

    Returns the line to say where a set is the first that was seen.
    """
    said = []
    for data in dict.fromkeys(one.data for one in many if one.data is not None):
        found = data.first_set()
        if found is not None and first_sets.keep(record, data.name, found):
            said.append(
                f"{data.name}: the first images seen; their publisher gives no digest, so theirs ({found.digest[:12]}) "
                f"is kept in {record / first_sets.FILE}, and later ones are held against it"
            )
    return said
