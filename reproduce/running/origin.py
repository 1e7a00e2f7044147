"""What lies here under a name of the paper's and is something else: it is measured, and never kept in the record."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reproduce.errors import WeightsMissingError
from reproduce.experiments.registry import Experiment
from reproduce.record import first_sets
from reproduce.record.store import default_folder

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["doubt", "keep_first"]


def doubt(experiment: Experiment, data: str, factors: Mapping[str, Any]) -> str:
    """Why a cell's data or weights here are not what their names say, in words; "" where nothing speaks against them.

    FriesianCattle2017's images are held against the identities that ship with the package, 940 of 89 animals, and
    against the first images seen, whose digest is kept beside the record; weights against the digests of what Keras
    publishes. What is not here at all is no doubt: it waits.
    """
    doubts = [_of_data(data) if "pixels" in experiment.needs else ""]
    name = experiment.factors(**factors).get("weights")
    if "weights" in experiment.needs and name not in (None, "", "none", "random"):
        doubts.append(_of_weights(str(name)))
    return "; ".join(filter(None, doubts))


@lru_cache
def _of_data(data: str) -> str:
    from reproduce.datasets import friesian

    catalogue = _cattle(data)
    if catalogue is None:
        return ""
    if why := friesian.unlike(catalogue):
        return why
    record = default_folder()
    known = first_sets.first(record, data)
    if known is None or known.digest == friesian.images_digest(catalogue):
        return ""
    return f"{data} here are other images than the first seen, on {known.seen}, which {record / first_sets.FILE} keeps"


def keep_first(record: Path, requests: Iterable[tuple[Experiment, str]]) -> list[str]:
    """Keep the digest of images that are measured for the record and that no publisher's digest vouches for.

    Returns the line to say where a set is the first that was seen.
    """
    from reproduce.datasets import friesian

    said = []
    for data in dict.fromkeys(data for experiment, data in requests if "pixels" in experiment.needs):
        if (catalogue := _cattle(data)) is None:
            continue
        found = first_sets.FirstSet(
            friesian.images_digest(catalogue), len(catalogue), len(set(catalogue.identities.tolist()))
        )
        if first_sets.keep(record, data, found):
            digest = found.digest[:12]
            said.append(
                f"{data}: the first images seen; their publisher gives no digest, so theirs ({digest}) is kept in "
                f"{record / first_sets.FILE}, and later ones are held against it"
            )
    return said


def _cattle(data: str) -> "Catalogue | None":
    """FriesianCattle2017 with its images, the one set here without a publisher's digest; None for all else."""
    from reproduce.datasets import available, kinds, load

    return load(data) if data == kinds.CATTLE and available(data, pixels=True) else None


@lru_cache
def _of_weights(name: str) -> str:
    from reproduce.models.dcnn import weights

    try:
        return weights.doubt(weights.find(name))
    except WeightsMissingError:
        return ""
