"""Photographs on the page, where they are asked for and at hand: what two unlearned models find, and every animal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from reproduce.metrics.definition import ap_at_r
from reproduce.report.drawing import Drawn
from reproduce.report.figures.animals import distances, plane
from reproduce.report.gallery.duplicates import Sheet, sheets

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["Found", "Model", "Pictures", "Query", "look", "queries", "thumbnail"]

DATA = "LionData"
NOT_ASKED = (
    f"No photographs here: {DATA} states no licence, so they are on the page only by the option "
    "`reproduce report --pictures`, where the data is at hand."
)
#: Queries shown from either end, images beside each, pixels of a thumbnail's longer side.
SHOWN, BESIDE, SIDE = 4, 6, 144


@dataclass(frozen=True)
class Found:
    """An image that was found: its animal, and whether it is the query's."""

    animal: str
    right: bool
    thumbnail: str


@dataclass(frozen=True)
class Query:
    """A query with its AP@R (a fraction) and the images nearest to it, nearest first."""

    animal: str
    score: float
    thumbnail: str
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Model:
    """What a model answers best and worst, and its distances and a map of its embedding as drawings."""

    title: str
    says: str
    best: tuple[Query, ...]
    worst: tuple[Query, ...]
    drawings: tuple[Drawn, ...] = ()


@dataclass(frozen=True)
class Pictures:
    """All that is shown; or ``why_not``. ``sheet``: (animal, its number of images, thumbnail) for each animal."""

    why_not: str = ""
    models: tuple[Model, ...] = ()
    sheet: tuple[tuple[str, int, str], ...] = ()
    copies: tuple[Sheet, ...] = ()


def look(asked: bool, data: str = DATA) -> Pictures:
    """Return the photographs of a data set, read now; nothing is fetched."""
    from reproduce.datasets import available, images, load
    from reproduce.datasets.audit import audit
    from reproduce.models.baselines.unlearned import colour_histograms, grey_pixels

    if not asked:
        return Pictures(NOT_ASKED)
    if not available(data, pixels=True):
        return Pictures(f"No photographs here: {data} is not at hand; `reproduce datasets --get {data}` gets it.")
    whole = load(data)
    held_out = whole.take(whole.test)
    embeddings = {
        "a colour histogram": colour_histograms(images(held_out, None, "colour")),
        "grey pixels": grey_pixels(images(held_out, (64, 64), "grey")),
    }
    models = tuple(_model(name, rows, held_out) for name, rows in embeddings.items())
    names, first, counts = np.unique(whole.identities, return_index=True, return_counts=True)
    sheet = tuple(
        (str(name), int(count), thumbnail(str(whole.paths[at])))
        for name, at, count in zip(names, first, counts, strict=True)
    )
    return Pictures(models=models, sheet=sheet, copies=sheets(whole, audit(whole), thumbnail))


def queries(
    rows: np.ndarray, identities: Sequence[str], shown: Callable[[int], str], count: int = SHOWN
) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """Return the ``count`` queries of highest and of lowest AP@R, of embeddings (N, D) by Euclidean distance.

    One of each animal, so that no animal fills the list; one with a single image is no query. ``shown(i)`` is the
    address of image i's thumbnail.
    """
    from scipy.spatial.distance import cdist

    animals = np.asarray(identities)
    order = np.argsort(cdist(rows, rows) + np.diag(np.full(len(rows), np.inf)), axis=1, kind="stable")[:, :-1]
    scored = []
    for query, others in enumerate(order):
        hits = [bool(hit) for hit in animals[others] == animals[query]]
        if any(hits):
            scored.append((ap_at_r(hits), query))
    ranked = [query for _, query in sorted(scored, key=lambda one: (-one[0], one[1]))]
    score = {query: value for value, query in scored}

    def told(query: int) -> Query:
        found = tuple(
            Found(str(animals[other]), bool(animals[other] == animals[query]), shown(other))
            for other in order[query][:BESIDE].tolist()
        )
        return Query(str(animals[query]), score[query], shown(query), found)

    def of_each(order: Sequence[int]) -> list[int]:
        first: dict[str, int] = {}
        for query in order:
            first.setdefault(animals[query], query)
        return list(first.values())

    best, worst = of_each(ranked)[:count], of_each(ranked[::-1])[:count][::-1]
    return tuple(map(told, best)), tuple(map(told, worst))


def _model(name: str, rows: np.ndarray, held_out: "Catalogue") -> Model:
    paths = [str(path) for path in held_out.paths]
    best, worst = queries(rows, held_out.identities.tolist(), lambda at: thumbnail(paths[at]))
    says = (
        f"{len(rows)} images of the {len(set(held_out.identities.tolist()))} animals held out; beside each query the "
        f"{BESIDE} images nearest to it, of each animal one query at most. Nothing is learned."
    )
    key = name.replace(" ", "-")
    drawings = (distances(key, rows, held_out.identities), plane(key, rows, held_out.identities, paths))
    return Model(f"Found by {name}", says, best, worst, drawings)


@cache
def thumbnail(path: str) -> str:
    """Return the image within ``SIDE`` x ``SIDE`` pixels, as an address that holds it whole (JPEG)."""
    from reproduce.datasets.thumbnails import address, small

    return address(small(path, SIDE)[0])
