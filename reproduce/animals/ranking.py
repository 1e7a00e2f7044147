"""Animals ranked for a photograph: by their nearest picture, then by what the first few of them agree on locally."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["SHORT", "Ranked", "animals_of", "nearest_pictures", "ranked"]

#: Animals that are looked at closely, for each photograph.
SHORT = 10
#: Rows of distances at a time.
BLOCK = 256


@dataclass(frozen=True)
class Ranked:
    """Q photographs against A animals.

    ``animals`` (A,) str. ``features`` (Q, A, F) float32: what speaks for each animal, -inf in the first where it is not
    among the candidates. ``nearest`` (Q, A) int: the row of the animal's nearest picture. ``distances`` (Q, A).
    """

    animals: np.ndarray
    features: np.ndarray
    nearest: np.ndarray
    distances: np.ndarray

    def take(self, rows: np.ndarray) -> "Ranked":
        """Return the same of these photographs alone."""
        return Ranked(self.animals, self.features[rows], self.nearest[rows], self.distances[rows])


def animals_of(identities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct animals (A,) and the number of each row's (N,)."""
    animals, codes = np.unique(identities, return_inverse=True)
    return animals, codes


def nearest_pictures(
    queries: np.ndarray, gallery: np.ndarray, codes: np.ndarray, left_out: Callable[[np.ndarray], np.ndarray] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return each animal's least distance (Q, A) and the row of that picture; inf and -1 where none is left.

    queries (Q, D), gallery (N, D); codes (N,) the animal of each picture, 0 .. A - 1. ``left_out(rows)`` gives (len,
    N) bool of those queries: pictures that they are not compared with.
    """
    from scipy.spatial.distance import cdist

    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(codes.max() + 1))
    least = np.empty((len(queries), len(starts)))
    which = np.empty((len(queries), len(starts)), int)
    columns = gallery[order].astype(np.float64)
    for first in range(0, len(queries), BLOCK):
        rows = np.arange(first, min(first + BLOCK, len(queries)))
        distances = cdist(queries[rows].astype(np.float64), columns)
        if left_out is not None:
            distances[left_out(rows)[:, order]] = np.inf
        least[rows] = np.minimum.reduceat(distances, starts, axis=1)
        for animal, (low, high) in enumerate(zip(starts, [*starts[1:], len(order)], strict=True)):
            which[rows, animal] = order[low + np.argmin(distances[:, low:high], axis=1)]
    return least, np.where(np.isinf(least), -1, which)


def ranked(
    animals: np.ndarray, least: np.ndarray, nearest: np.ndarray, agree: np.ndarray | None, scale: float
) -> Ranked:
    """Return what speaks for each animal: how near it is among the others, how near at all, and local agreement.

    least (Q, A) distances, inf for no candidate; ``agree`` (Q, A) counts of agreeing places, 0 where not sought;
    ``scale``: a distance of the catalogue's own, by which the second is measured.
    """
    there = np.isfinite(least)
    filled = np.where(there, least, np.nan)
    with np.errstate(invalid="ignore"):
        middle = np.nanmean(filled, axis=1, keepdims=True)
        spread = np.nanstd(filled, axis=1, keepdims=True)
    among = (middle - least) / np.where(spread > 0, spread, 1)
    parts = [among, -least / (scale or 1)]
    if agree is not None:
        parts.append(np.log1p(agree))
    features = np.stack([np.where(there, part, -np.inf if number == 0 else 0) for number, part in enumerate(parts)], -1)
    return Ranked(animals, features.astype(np.float32), nearest, least)
