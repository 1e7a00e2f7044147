"""What an experiment needs: a data set, pretrained weights. Is it here, is it what its name says, how is it fetched?

The one file of the harness that knows data sets and models.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reproduce import extras
from reproduce.errors import DataMissingError, ReproduceError, WeightsMissingError
from reproduce.experiments.registry import Experiment
from reproduce.models.dcnn.recipe import NO_FILE
from reproduce.record import first_sets
from reproduce.record.store import default_folder

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue
    from reproduce.datasets.wildlife import SetClass

__all__ = [
    "NO_FILE",
    "Data",
    "Inputs",
    "Weights",
    "catalogue",
    "each_once",
    "fetch_unasked",
    "inputs_of",
    "lacking",
    "sizes",
    "stand_in",
]


@dataclass(frozen=True)
class Data:
    """A data set by name: with ``pixels`` its images, without them whose they are."""

    name: str
    pixels: bool = True

    def check(self) -> None:
        """Raise InvalidInputError, with names close to it, where no data set has the name."""
        from reproduce.datasets import kinds

        kinds.check(self.name)

    def here(self) -> bool:
        """Return whether it can be read without a download, by libraries that are installed."""
        from reproduce.datasets import available

        return not extras.lacking("wildlife_datasets") and available(self.name, pixels=self.pixels)

    def missing(self) -> str:
        """Say that it is not here and how to get it; "" where it is here."""
        if without := extras.lacking("wildlife_datasets"):
            return without
        return "" if self.here() else f"{self.name} is not here; `reproduce datasets --get {self.name}` gets it"

    def load(self, seed: int = 0) -> "Catalogue":
        """Return the data set, its split drawn by the seed; DataMissingError where it is not here.

        Nothing is downloaded: a run must not wait for a network that it did not ask for.
        """
        if missing := self.missing():
            raise DataMissingError(missing)
        found = _loaded(self.name, seed)
        return found if found.seed == seed else replace(found, seed=seed)

    def hash(self) -> str:
        """Return the hash of its content; DataMissingError where it is not here."""
        return self.load().hash_for(self.pixels)

    def doubt(self) -> str:
        """Say why the images here are not what their name says; "" where nothing speaks against them.

        FriesianCattle2017's are held against the identities that ship with the package, 940 of 89 animals, and against
        the first images seen, whose digest is kept beside the record.
        """
        return _doubt(self.name) if self.pixels else ""

    def first_set(self) -> first_sets.FirstSet | None:
        """Return the digest of images that no publisher's digest vouches for, and whose they are; None of all else."""
        from reproduce.datasets import friesian, kinds

        if self.name != kinds.CATTLE or not self.pixels or not self.here():
            return None
        found = self.load()
        return first_sets.FirstSet(friesian.images_digest(found), len(found), len(set(found.identities.tolist())))

    @property
    def origin(self) -> str:
        """Return the data set whose animals it takes, which is also what is fetched."""
        from reproduce.datasets import origin

        return origin(self.name)

    @property
    def label(self) -> str:
        """Return what is fetched, in words."""
        return f"{self.origin}'s images"

    @property
    def megabytes(self) -> float | None:
        """Return the download's size as its publisher says: of LionData with what is thrown away, as of the others.

        None where the library that knows it is not installed.
        """
        published = _published(self.origin)
        return published.megabytes if published else None

    @property
    def url(self) -> str:
        """Return where its publisher has it; "" where that, or the library that knows it, is missing."""
        published = _published(self.origin)
        return published.urls[0] if published and published.urls else ""

    @property
    def licence(self) -> str:
        """Return its publisher's licence; "" where none is stated, or the library that knows it is not installed."""
        published = _published(self.origin)
        return (published.licence or "") if published else ""

    @property
    def unasked(self) -> bool:
        """Return whether every command that needs it fetches it without being asked to."""
        from reproduce.datasets import kinds

        return self.origin == kinds.LIONS

    def fetch(self) -> None:
        """Download it, or what it is drawn from; DataMissingError where it cannot be had."""
        from reproduce.datasets import load

        load(self.origin, download=True)


@dataclass(frozen=True)
class Weights:
    """Pretrained weights: a backbone's name, or the path of a file."""

    name: str
    #: They are fetched by a command that asks first.
    unasked = False

    def here(self) -> bool:
        """Return whether the file is here."""
        return not self.missing()

    def missing(self) -> str:
        """Say that they are not here and how to get them; "" where they are here."""
        if without := extras.lacking("keras"):
            return without
        try:
            self._path()
        except WeightsMissingError as error:
            return str(error)
        return ""

    def hash(self) -> str:
        """Return the file's SHA-256; WeightsMissingError where it is not here."""
        from reproduce.models.dcnn import weights

        return weights.fingerprint(self._path())

    def doubt(self) -> str:
        """Say why they need not be what Keras publishes; "" where their digest says that they are."""
        from reproduce.models.dcnn import weights

        return weights.doubt(self._path()) if self.here() else ""

    @property
    def label(self) -> str:
        """Return what is fetched, in words."""
        return f"ImageNet weights of {self.name}"

    @property
    def megabytes(self) -> float | None:
        """Return the size of the download as its publisher says, None where that is not known."""
        from reproduce.models.dcnn.backbones import published

        known = published().get(self.name.lower())
        return known.megabytes if known else None

    def fetch(self) -> None:
        """Download them; WeightsMissingError where they cannot be had."""
        from reproduce.models.dcnn.fetch import fetch

        fetch(self.name)

    def _path(self) -> Path:
        from reproduce.models.dcnn import weights

        return weights.find(self.name)


@dataclass(frozen=True)
class Inputs:
    """What one experiment needs; None for what does not enter."""

    data: Data | None = None
    weights: Weights | None = None

    def __iter__(self) -> Iterator[Data | Weights]:
        return (one for one in (self.data, self.weights) if one is not None)

    def missing(self) -> str:
        """Say all that is not here, and how to get it."""
        return "; ".join(filter(None, (one.missing() for one in self)))

    def doubt(self) -> str:
        """Say why what is here is not what its name says; "" for files that are missing, whose cells wait."""
        return "; ".join(filter(None, (one.doubt() for one in self)))

    def hashes(self) -> dict[str, str | None]:
        """Return the cell's ``data_hash`` and ``weights_hash``, without that of what is not here."""
        found: dict[str, str | None] = {}
        if self.data is None or self.data.here():
            found["data_hash"] = self.data.hash() if self.data else ""
        if self.weights is None or self.weights.here():
            found["weights_hash"] = self.weights.hash() if self.weights else None
        return found


def inputs_of(experiment: Experiment, data: str, factors: Mapping[str, Any]) -> Inputs:
    """Return what the experiment needs on a data set ("" for none) under factors."""
    name = experiment.factors(**factors).get("weights")
    weights = Weights(str(name)) if "weights" in experiment.needs and name not in NO_FILE else None
    return Inputs(Data(data, "pixels" in experiment.needs) if data else None, weights)


def catalogue(inputs: Inputs, seed: int) -> "Catalogue":
    """Return the data set for a seed, an empty one where none enters; DataMissingError where it is not here."""
    import numpy as np

    from reproduce.datasets import Catalogue

    if inputs.data is not None:
        return inputs.data.load(seed)
    nothing = np.empty(0, dtype=str)
    return Catalogue("", nothing, nothing, nothing, seed=seed)


def lacking(many: Iterable[Inputs]) -> list[Data | Weights]:
    """Return all that is not here, each download once: data sets first."""
    return each_once(one for one in dict.fromkeys(one for inputs in many for one in inputs) if not one.here())


def each_once(many: Iterable[Data | Weights]) -> list[Data | Weights]:
    """Return each download once, whichever of its sets are asked for: data sets first."""
    found = {one.label: one for one in many}
    return sorted(found.values(), key=lambda one: isinstance(one, Weights))


def sizes(many: Iterable[Data | Weights]) -> str:
    """Say what is to be fetched and how large it is."""
    return ", ".join(f"{one.label} ({f'{one.megabytes:,.0f} MB' if one.megabytes else 'size unknown'})" for one in many)


def fetch_unasked(many: Iterable[Inputs]) -> None:
    """Fetch the data sets that are small enough to be had without being asked for; offline they wait."""
    from reproduce.datasets import load

    for one in dict.fromkeys(inputs.data for inputs in many if inputs.data is not None):
        if not one.here():
            with suppress(ReproduceError):
                load(one.name)


def stand_in() -> str:
    """Return the name of the generated data set that rehearses every experiment."""
    from reproduce.datasets import kinds

    return kinds.STAND_IN


def _published(name: str) -> "SetClass | None":
    """Return what a data set's publisher says of it; None where the library that knows it is not installed."""
    from reproduce.datasets import wildlife

    return None if extras.lacking("wildlife_datasets") else wildlife.classes().get(name)


@lru_cache(maxsize=64)
def _loaded(name: str, seed: int) -> "Catalogue":
    from reproduce.datasets import load

    return load(name, seed=seed)


@lru_cache
def _doubt(name: str) -> str:
    from reproduce.datasets import friesian

    data = Data(name)
    if (found := data.first_set()) is None:
        return ""
    if why := friesian.unlike(data.load()):
        return why
    record = default_folder()
    known = first_sets.first(record, name)
    if known is None or known.digest == found.digest:
        return ""
    return f"{name} here are other images than the first seen, on {known.seen}, which {record / first_sets.FILE} keeps"
