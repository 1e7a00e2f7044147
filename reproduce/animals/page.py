"""A user's own animals on one page: how well they are found beside chance, and what lies nearest, as pictures."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reproduce import outputs
from reproduce.animals.neighbours import Neighbours, nearest
from reproduce.animals.per_animal import OneAnimal, per_animal
from reproduce.datasets import Catalogue
from reproduce.datasets.audit import Audit, audit
from reproduce.datasets.encounters import encounter_pairs, encounters
from reproduce.datasets.image_files import copies, readable
from reproduce.datasets.loading import published
from reproduce.datasets.own import title
from reproduce.datasets.photographs import same_or_copied
from reproduce.datasets.thumbnails import address, small
from reproduce.errors import InvalidInputError
from reproduce.reading import DEFAULT, Reading
from reproduce.report.templating import environment
from reproduce.text import many

__all__ = ["Report", "Row", "as_json", "scored", "write"]

#: Pixels along a picture's longer side.
SIDE = 120
#: Animals that are listed, the worst found first.
WORST = 20
#: The yardstick beside models that are none.
BESIDE = "histogram"


@dataclass(frozen=True)
class Row:
    """One model on one set of animals, fractions of 1. ``interval`` over animals is None where there are too few.

    ``apart``: MAP@R and its chance with images of one photograph in no ranking of each other, None where not sought.
    """

    model: str
    side: str
    animals: int
    images: int
    map_at_r: float
    interval: tuple[float, float] | None
    chance: float
    precision_at_1: float
    apart: tuple[float, float] | None


@dataclass(frozen=True)
class Report:
    """The page that was written, its rows, the audit, and every animal as the ``best`` model finds it, worst first."""

    page: Path
    rows: list[Row]
    audit: Audit
    best: str
    animals: list[OneAnimal]


def scored(
    catalogue: Catalogue, embeddings: dict[str, np.ndarray], learned: Sequence[str], pairs: np.ndarray | None
) -> list[Row]:
    """Return every model's rows: on the animals held out, and, for those that learned from none of them, on all."""
    from reproduce.experiments.apart import within
    from reproduce.experiments.evaluate import subsets
    from reproduce.metrics import retrieval_scores_from_distances
    from reproduce.metrics.leave_out import scores_apart

    names = {"": "held out", "@all": "all"}
    sets = {names[suffix]: rows for suffix, rows in subsets(catalogue).items() if suffix in names}
    if len(catalogue.test) == len(catalogue):
        sets.pop("held out", None)
    found = []
    for model, matrix in embeddings.items():
        if catalogue.roles is not None and not (model in learned and len(catalogue.train)):
            found.append(_against_gallery(catalogue, model, matrix))
        distances = _distances(matrix)
        for side, rows in sets.items():
            if side == "all" and model in learned and "held out" in sets:
                continue
            among, animals = distances[np.ix_(rows, rows)], catalogue.identities[rows]
            scores = retrieval_scores_from_distances(among, animals)
            apart = None
            if pairs is not None:
                whole, _ = scores_apart(among, animals, within(pairs, rows, len(catalogue)))
                apart = (math.nan, math.nan) if whole is None else (whole.map_at_r, whole.chance)
            found.append(
                Row(
                    model, side, len(np.unique(animals)), len(rows), scores.map_at_r,
                    _interval(among, animals, scores.map_at_r), scores.chance, scores.precision_at_1, apart,
                )
            )  # fmt: skip
    if not found:
        raise InvalidInputError(
            f"{title(catalogue.name)}: nothing can be scored: it takes two animals, one of them with two photographs"
        )
    return found


def _against_gallery(catalogue: Catalogue, model: str, matrix: np.ndarray) -> Row:
    """Rank the user's queries against the user's gallery."""
    from reproduce.metrics import retrieval_scores

    assert catalogue.roles is not None
    sides = [np.flatnonzero(catalogue.roles == role) for role in ("query", "gallery")]
    (queries, gallery), (animals, others) = sides, (catalogue.identities[rows] for rows in sides)
    scores = retrieval_scores(matrix[queries], animals, reference=matrix[gallery], reference_labels=others)
    return Row(
        model, "query in gallery", len(np.unique(animals)), len(queries),
        scores.map_at_r, None, scores.chance, scores.precision_at_1, None,
    )  # fmt: skip


def _distances(matrix: np.ndarray) -> np.ndarray:
    """Return (N, N) float64 Euclidean distances, once for every score."""
    from scipy.spatial.distance import pdist, squareform

    return squareform(pdist(matrix.astype(np.float64)))


def _interval(distances: np.ndarray, identities: np.ndarray, score: float) -> tuple[float, float] | None:
    """Return the 90 % interval over animals, each left out in turn; None of too few animals."""
    from reproduce.metrics.leave_out import without_each_animal_from_distances
    from reproduce.verdicts.judging.scatter import over_animals

    rest = without_each_animal_from_distances(distances, identities)
    ends = over_animals(score, [one.map_at_r for one in rest]) if rest else None
    return None if ends is None else (max(0.0, ends[0]), min(1.0, ends[1]))


def write(
    name: str,
    models: Sequence[str],
    output: Path,
    seed: int = 0,
    reading: Reading = DEFAULT,
    apart: str | None = None,
) -> Report:
    """Audit, embed and score the animals, and write ``output/NAME.html``, whole or not at all.

    Images that cannot be read are left out and named on the page. Beside a network stands a colour histogram.
    ``apart``: an encounter's column; its photographs of an animal are told apart as those of one photograph are.
    Raises InvalidInputError for one animal alone.
    """
    from reproduce.animals.models import LEARNED, YARDSTICKS, embed

    whole = published(name, seed=seed, reading=reading)
    path = output / f"{title(name)}.html"
    outputs.check(path, [whole.name, *whole.paths.tolist()])
    found = audit(whole)
    catalogue, _ = readable(whole)
    if len(found.sizes["all"]) < 2:
        raise InvalidInputError(
            f"{name} shows one animal only ({str(whole.identities[0])!r}): nothing can be told apart. A score needs "
            "two or more; are the animals' folders one level further down? Then give that folder"
        )
    pairs = None if found.photographs is None else same_or_copied(catalogue, copies(catalogue))
    if apart is not None:
        within = encounter_pairs(catalogue.identities, encounters(catalogue, apart))
        pairs = within if pairs is None else np.unique(np.concatenate([pairs, within]), axis=0)
    # Beside a network stands a yardstick, which learns nothing: without it no score and no picture says much.
    beside = [] if set(models) & set(YARDSTICKS) else [BESIDE]
    embeddings = {model: embed(catalogue, model, seed) for model in (*models, *beside)}
    learned = [model for model in models if model.partition(":")[0] in LEARNED]
    rows = scored(catalogue, embeddings, learned, pairs)
    own = [row for row in rows if row.model in models]
    best = max(
        [row for row in own if row.side != "query in gallery"] or own,
        key=lambda row: (row.side == "all", row.map_at_r - row.chance),
    )
    among = catalogue.test if best.side == "held out" else np.arange(len(catalogue))
    worst = per_animal(embeddings[best.model][among], catalogue.identities[among])
    compared = [best.model, *beside]
    shown = nearest(catalogue, [embeddings[model] for model in compared], among, pairs)
    outputs.write(path, _page(catalogue, found, rows, best, compared, shown, worst).encode())
    return Report(path, rows, found, best.model, worst)


def as_json(report: Report) -> dict[str, Any]:
    """Return plain JSON values: the page's path, its rows as fractions of 1, every animal's, and the audit."""
    animals = [asdict(one) for one in report.animals]
    scores = [asdict(row) for row in report.rows]
    of_best = {"model": report.best, "animals": animals}
    return {"page": str(report.page), "scores": scores, "per animal": of_best, "audit": report.audit.to_json()}


def _page(
    catalogue: Catalogue,
    found: Audit,
    rows: list[Row],
    best: Row,
    models: Sequence[str],
    shown: list[list[Neighbours]],
    worst: list[OneAnimal],
) -> str:
    made = environment("reproduce.animals", many=many, percent=_percent)
    return made.get_template("animals.html").render(
        title=title(catalogue.name),
        made_by=outputs.MADE_BY,
        audit=found,
        rows=rows,
        best=best,
        worst=worst[:WORST],
        catalogue=catalogue,
        models=models,
        shown=[
            (
                several[0].query,
                _picture(catalogue, several[0].query),
                [
                    (model, one.score, [(row, how, _picture(catalogue, row)) for row, how in one.nearest])
                    for model, one in zip(models, several, strict=True)
                ],
            )
            for several in shown
        ],
    )


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f}"


def _picture(catalogue: Catalogue, row: int) -> str:
    return address(small(str(catalogue.paths[row]), SIDE)[0])
