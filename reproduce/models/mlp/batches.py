"""Which images a step sees: shuffled batches, batches of a few animals each, and the tenth held out."""

from collections.abc import Iterator

import numpy as np

from reproduce.errors import InvalidInputError

__all__ = ["held_out", "of_classes", "shuffled"]


def shuffled(labels: np.ndarray, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield every image once in random order, ``size`` at a time; the last batch holds what is left."""
    order = rng.permutation(len(labels))
    for start in range(0, len(order), size):
        yield order[start : start + size]


def of_classes(labels: np.ndarray, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield ceil(N / size) batches of size // 2 random classes with two random images each.

    With fewer classes than that, all of them with size // classes images each, as far as a class has them.
    Classes with a single image have no positive and are never drawn.
    """
    members = [found for k in np.unique(labels) if len(found := np.flatnonzero(labels == k)) > 1]
    if len(members) < 2:
        raise InvalidInputError(
            "the triplet objective needs two or more classes of at least two images each; "
            "use objective='cross-entropy' or give more images per class"
        )
    drawn = min(max(size // 2, 2), len(members))
    each = max(size // drawn, 2)
    for _ in range(-(-len(labels) // size)):
        chosen = rng.choice(len(members), drawn, replace=False)
        yield np.concatenate([rng.permutation(members[k])[:each] for k in chosen])


def held_out(labels: np.ndarray, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Return sorted indices of a random ``fraction`` of the images that leaves every class one to train on.

    The first image of each class in a random order stays; the held-out ones, at least one, are drawn from the
    rest. Where the classes leave fewer than asked for, as many as they do: none if every class has one image.
    """
    order = rng.permutation(len(labels))
    stays = order[np.unique(labels[order], return_index=True)[1]]
    free = order[~np.isin(order, stays)]
    return np.sort(free[: max(1, round(fraction * len(labels)))])
