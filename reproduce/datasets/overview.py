"""What is here, what is missing and how to get it; without a download, and without reading an image."""

from dataclasses import dataclass

from reproduce.datasets import friesian, kinds, places, proxies, survey, turing
from reproduce.datasets.wildlife import classes

__all__ = ["Entry", "overview"]

PAPERS = (kinds.LIONS, kinds.CATTLE)


@dataclass(frozen=True)
class Entry:
    """One data set. ``where`` is its folder, or what is missing; counts are as read here, else as its authors say."""

    name: str
    role: str
    images: int | None
    animals: int | None
    counted: bool
    here: bool
    where: str


def overview(everything: bool = False) -> list[Entry]:
    """Return the sets this suite speaks of and any other that is here; with ``everything`` all of wildlife-datasets."""
    others = kinds.names()[len(kinds.OURS) :]
    return [_entry(name) for name in kinds.OURS] + [entry for entry in map(_entry, others) if everything or entry.here]


def _entry(name: str) -> Entry:
    role = "paper's" if name in PAPERS else "proxy" if kinds.COWS in name or name in proxies.RULES else ""
    if name == kinds.STAND_IN:
        return Entry(name, "stand-in", sum(turing.CLASS_SIZES), len(turing.CLASS_SIZES), True, True, "generated")
    if name in proxies.RULES:
        source = proxies.origin(name)
        found = places.find(source) is not None
        where = f"drawn from {source}" if found else f"missing: needs {source}"
        return Entry(name, role, None, proxies.RULES[name].animals, True, found, where)
    folder = places.find(name)
    archive = None if folder else places.archive(name)
    counts = survey.counted(name, folder) if folder else None
    if folder is None and name == kinds.CATTLE:
        counts = len(friesian.identities()), len(friesian.class_sizes())
    reported = classes()[name]
    images, animals = counts or (reported.images, reported.animals)
    return Entry(
        name, role, images, animals, counts is not None, bool(folder or archive), str(folder or archive or _lack(name))
    )


def _lack(name: str) -> str:
    what = "images missing, identities ship" if name == kinds.CATTLE else "missing"
    ways = {"kaggle": "--get, with a Kaggle account", "hand": "by hand only"}
    return f"{what} ({ways.get(classes()[name].via, '--get')})"
