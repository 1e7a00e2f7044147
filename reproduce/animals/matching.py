"""Who is this? New photographs against the animals of a catalogue, calibrated on its own animals, left out in turn."""

from dataclasses import dataclass

import numpy as np

from reproduce.animals.agreement import agreements
from reproduce.animals.calibration import Calibration, Trials, calibrate, without
from reproduce.animals.embedding import joined
from reproduce.animals.ranking import SHORT, Ranked, animals_of, nearest_pictures, ranked
from reproduce.datasets import Catalogue
from reproduce.datasets.encounters import encounter_pairs, encounters
from reproduce.datasets.image_files import copies
from reproduce.datasets.photographs import same_or_copied, within_animal_pairs
from reproduce.errors import InvalidInputError

__all__ = ["TOP", "Matches", "Settings", "catalogue_trials", "match", "scale_of"]

#: Candidates that are named for each photograph.
TOP = 5
#: Pairs of one animal's images up to which shared photographs are sought by keypoints; above, copies alone.
PAIRS = 50_000


@dataclass(frozen=True)
class Settings:
    """``rate``: of photographs of unknown animals, how many may be matched. ``apart``: an encounter's column.

    ``local``: whether keypoints are compared too. ``new_share``: of the new photographs, how many show new animals.
    """

    model: str
    rate: float = 0.1
    apart: str | None = None
    local: bool = True
    new_share: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Matches:
    """For each of Q new photographs its TOP candidates, the likeliest first.

    ``candidates`` (Q, K): numbers of ``animals``; ``probabilities`` (Q, K); ``similarity`` (Q, K): minus the distance
    of the nearest picture, whose row of the catalogue is ``nearest`` (Q, K); ``none`` (Q,) the probability that it is
    none of the catalogue's animals, ``refused`` (Q,) bool whether that is said. ``places[q, k]``: where it agrees.
    ``chances`` (Q, A): the probabilities of all animals.
    """

    animals: np.ndarray
    candidates: np.ndarray
    probabilities: np.ndarray
    similarity: np.ndarray
    nearest: np.ndarray
    none: np.ndarray
    refused: np.ndarray
    places: dict[tuple[int, int], np.ndarray]
    calibration: Calibration
    chances: np.ndarray


def match(new: Catalogue, catalogue: Catalogue, settings: Settings) -> tuple[Matches, Trials]:
    """Return the candidates of every new photograph, and the catalogue's own trials that they are calibrated on.

    Raises InvalidInputError for fewer than three animals, and where none has two photographs apart from each other.
    """
    rows_new, rows = _embedded(new, catalogue, settings)
    trials = catalogue_trials(catalogue, rows, settings)
    calibration = calibrate(trials, settings.rate, settings.new_share)
    animals, codes = animals_of(catalogue.identities)
    least, nearest = nearest_pictures(rows_new, rows, codes, None)
    places = _places(new, catalogue, least, nearest) if settings.local else {}
    found = ranked(
        animals, least, nearest, _counts(places, nearest) if settings.local else None, scale_of(trials.known.distances)
    )
    return _matches(found, calibration, places), trials


def catalogue_trials(catalogue: Catalogue, rows: np.ndarray, settings: Settings, short: int = SHORT) -> Trials:
    """Return every photograph of the catalogue as if it were new, with its animal and without.

    It is compared with no copy of itself, with no image cut from the same photograph, and, with ``apart``, with none
    of its animal's from the same encounter. Of a model that learned only the animals that it did not learn from. Of the
    nearest animals so many (``short``) are compared by keypoints.
    """
    animals, codes = animals_of(catalogue.identities)
    if len(animals) < 3:
        raise InvalidInputError(f"{catalogue.name} has {len(animals)} animals; none of these needs three to be learned")
    own = _own(catalogue, settings.apart)
    queries = _queries(catalogue, settings.model)

    def left_out(places: np.ndarray) -> np.ndarray:
        mask = np.zeros((len(places), len(catalogue)), bool)
        for line, row in enumerate(queries[places].tolist()):
            mask[line, own.get(row, [row])] = True
        return mask

    least, nearest = nearest_pictures(rows[queries], rows, codes, left_out)
    truth = codes[queries]
    if not np.isfinite(least[np.arange(len(queries)), truth]).any():
        raise InvalidInputError(
            f"{catalogue.name}: no animal has two photographs apart from each other: nothing to learn"
        )
    scale = scale_of(least)
    bare = Ranked(animals, np.empty((len(queries), len(animals), 0)), nearest, least)
    agree = None
    if settings.local:
        whole = catalogue.take(queries)
        agree = _counts(_places(whole, catalogue, least, nearest, short + 1), nearest)
    known = ranked(animals, least, nearest, agree, scale)
    return Trials(known, ranked(animals, without(bare, truth), nearest, agree, scale), truth)


def scale_of(distances: np.ndarray) -> float:
    """Return a distance of the catalogue's own, by which others are measured: the median of those that are finite."""
    return float(np.median(distances[np.isfinite(distances)])) or 1.0


def _queries(catalogue: Catalogue, model: str) -> np.ndarray:
    from reproduce.animals.models import LEARNED

    learned = model.partition(":")[0] in LEARNED and len(catalogue.train) > 0
    return catalogue.test if learned else np.arange(len(catalogue))


def _own(catalogue: Catalogue, apart: str | None) -> dict[int, list[int]]:
    """Return for each row the pictures that it is not compared with, itself among them."""
    near = copies(catalogue)
    few = len(within_animal_pairs(catalogue.identities)) <= PAIRS
    pairs = np.concatenate([near, same_or_copied(catalogue, near)]) if few else near
    own: dict[int, set[int]] = {row: {row} for row in range(len(catalogue))}
    for one, other in pairs.tolist():
        own[one].add(other)
        own[other].add(one)
    if apart is not None:
        for one, other in encounter_pairs(catalogue.identities, encounters(catalogue, apart)).tolist():
            own[one].add(other)
            own[other].add(one)
    return {row: sorted(others) for row, others in own.items()}


def _embedded(new: Catalogue, catalogue: Catalogue, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of the new photographs and of the catalogue, in one space."""
    from reproduce.animals.models import embed

    rows = embed(joined(catalogue, new), settings.model, settings.seed)
    return rows[len(catalogue) :], rows[: len(catalogue)]


def _places(
    queries: Catalogue, catalogue: Catalogue, least: np.ndarray, nearest: np.ndarray, most: int = SHORT
) -> dict[tuple[int, int], np.ndarray]:
    """Return where each query agrees with the nearest picture of its ``most`` nearest animals, by (query, picture)."""
    short = np.argsort(least, axis=1, kind="stable")[:, :most]
    pairs = [
        (query, int(nearest[query, animal]))
        for query in range(len(queries))
        for animal in short[query].tolist()
        if nearest[query, animal] >= 0
    ]
    return agreements(queries, catalogue, pairs, "comparing keypoints")


def _counts(places: dict[tuple[int, int], np.ndarray], nearest: np.ndarray) -> np.ndarray:
    """Return (Q, A): places that agree with each animal's nearest picture, 0 where they were not sought."""
    counts = np.zeros(nearest.shape)
    for query in range(len(nearest)):
        for animal, picture in enumerate(nearest[query].tolist()):
            found = places.get((query, picture))
            counts[query, animal] = 0 if found is None else len(found)
    return counts


def _matches(found: Ranked, calibration: Calibration, places: dict[tuple[int, int], np.ndarray]) -> Matches:
    chances = calibration.probabilities(found)
    top = np.argsort(-chances, axis=1, kind="stable")[:, :TOP]
    line = np.arange(len(chances))[:, None]
    probabilities, nearest = chances[line, top], found.nearest[line, top]
    return Matches(
        found.animals,
        top,
        probabilities,
        -found.distances[line, top],
        nearest,
        1 - chances.sum(axis=1),
        probabilities[:, 0] < calibration.threshold,
        {
            (query, place): places[query, int(nearest[query, place])]
            for query in range(len(top))
            for place in range(top.shape[1])
            if (query, int(nearest[query, place])) in places
        },
        calibration,
        chances,
    )
