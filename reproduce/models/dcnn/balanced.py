"""Balanced batches: P animals, K images of each, drawn by seed and step, so that a run resumes anywhere."""

import numpy as np

from reproduce.determinism import generator
from reproduce.errors import InvalidInputError

__all__ = ["BalancedBatches"]


class BalancedBatches:
    """Batch ``step`` is a function of (labels, seed, step) alone: nothing is consumed, nothing need be saved.

    labels: (N,) of any kind. A batch holds ``animals`` different animals and ``images`` different images of each,
    grouped by animal (P x K, as Hermans et al. 2017). An animal with fewer than ``images`` images cannot give a
    positive pair that is not a copy: an error, or left out of every batch with ``small="leave out"``; ``left_out``
    counts those animals.
    """

    def __init__(
        self, labels: np.ndarray, animals: int = 16, images: int = 2, seed: int = 0, small: str = "error"
    ) -> None:
        names, codes, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
        if animals < 2 or images < 2:
            raise InvalidInputError(f"a batch of {animals} x {images} has no triplet; take at least 2 x 2")
        if len(names) < 2:
            raise InvalidInputError(
                f"training images of {len(names)} animal: a triplet needs two; add images of another animal"
            )
        enough = np.flatnonzero(counts >= images)
        if small != "leave out" and len(enough) < len(names):
            first = np.flatnonzero(counts < images)[0]
            raise InvalidInputError(
                f"{names[first]!s} has {counts[first]} image(s), a batch takes {images} of an animal "
                f"({len(names) - len(enough)} such animals): remove them, take fewer, or pass small='leave out'"
            )
        if len(enough) < animals:
            raise InvalidInputError(
                f"{len(enough)} animals have {images} images or more, a batch takes {animals}; take fewer animals"
            )
        self.animals, self.images, self.seed = animals, images, seed
        self.left_out = len(names) - len(enough)
        self._rows = [np.flatnonzero(codes == code) for code in enough]

    def batch(self, step: int) -> np.ndarray:
        """Return (P * K,) rows of the labels for one step, counted from 0."""
        rng = generator(self.seed, f"batch {step}")
        chosen = rng.choice(len(self._rows), self.animals, replace=False)
        return np.concatenate([rng.choice(self._rows[code], self.images, replace=False) for code in chosen])
