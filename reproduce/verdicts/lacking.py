"""What the claims need and is not here: how large it is, and how it is fetched."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.running.request import Request

__all__ = ["Lacking", "lacking"]


@dataclass(frozen=True)
class Lacking:
    """A data set or weights. ``megabytes`` of the download as its publisher says, None where that is not known."""

    name: str
    megabytes: float | None
    fetch: Callable[[], Any]

    def __str__(self) -> str:
        return f"{self.name} ({f'{self.megabytes:,.0f} MB' if self.megabytes else 'size unknown'})"


def lacking(requests: Iterable[Request]) -> list[Lacking]:
    """What the requests need and is not here, each once: data sets first."""
    from reproduce.datasets import available
    from reproduce.errors import WeightsMissingError
    from reproduce.models.dcnn import weights

    data: dict[str, Lacking] = {}
    files: dict[str, Lacking] = {}
    for one in requests:
        needs, name = one.experiment.needs, one.chosen.get("weights")
        if one.data and not available(one.data, pixels="pixels" in needs):
            found = _data(one.data)
            data.setdefault(found.name, found)
        if "weights" in needs and name not in (None, "", "none", "random") and name not in files:
            try:
                weights.find(name)
            except WeightsMissingError:
                files[name] = _weights(name)
    return [*data.values(), *files.values()]


def _data(name: str) -> Lacking:
    from reproduce.datasets import load, origin, wildlife

    source = origin(name)
    # LionData's publisher counts the archive with what is thrown away, as the others do.
    return Lacking(f"{source}'s images", wildlife.classes()[source].megabytes, lambda: load(source, download=True))


def _weights(name: str) -> Lacking:
    from reproduce.models.dcnn.fetch import fetch
    from reproduce.models.dcnn.published import PUBLISHED

    known = PUBLISHED.get(name.lower())

    def get() -> Path:
        return fetch(name)

    return Lacking(f"ImageNet weights of {name}", known.megabytes if known else None, get)
