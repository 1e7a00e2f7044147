"""Which animals are found worst, and whom they are taken for."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

__all__ = ["OneAnimal", "per_animal"]


@dataclass(frozen=True)
class OneAnimal:
    """An animal's MAP@R (NaN where it has one image), and the other that is nearest most often, with how often."""

    animal: str
    images: int
    map_at_r: float
    taken_for: str
    times: int


def per_animal(matrix: np.ndarray, identities: np.ndarray) -> list[OneAnimal]:
    """Return every animal of embeddings (N, D) and identities (N,), the worst found first, the lone ones last."""
    from scipy.spatial.distance import cdist

    from reproduce.metrics import retrieval_scores

    scores = retrieval_scores(matrix, identities).per_class
    nearest = np.empty(len(identities), int)
    for row in range(len(identities)):
        distances = cdist(matrix[[row]], matrix)[0]
        distances[row] = np.inf
        nearest[row] = distances.argmin()
    found = []
    for animal in np.unique(identities).tolist():
        rows = np.flatnonzero(identities == animal)
        wrong = Counter(other for other in identities[nearest[rows]].tolist() if other != animal)
        taken, times = min(wrong.items(), key=lambda item: (-item[1], item[0])) if wrong else ("", 0)
        found.append(OneAnimal(animal, len(rows), float(scores.get(animal, float("nan"))), taken, times))
    return sorted(found, key=lambda one: (np.isnan(one.map_at_r), one.map_at_r, one.animal))
