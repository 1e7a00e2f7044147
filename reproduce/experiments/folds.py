"""What is chosen on the training animals alone: by folds that share no animal, as the test set shares none."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from reproduce.errors import InvalidInputError

__all__ = ["best", "class_folds"]


def class_folds(identities: np.ndarray, folds: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (rows to learn from, rows held out) for each fold: animals are dealt by seed, each is held out once."""
    from sklearn.model_selection import KFold

    from reproduce.determinism import integer_seed

    animals = np.unique(identities)
    if len(animals) < 2 * folds:
        raise InvalidInputError(f"{len(animals)} training animals make no {folds} folds of two or more; take fewer")
    for _, held in KFold(folds, shuffle=True, random_state=integer_seed(seed, "class folds")).split(animals):
        out = np.isin(identities, animals[held])
        yield np.flatnonzero(~out), np.flatnonzero(out)


def best(candidates: Iterable[Any], score: Callable[[Any], float]) -> tuple[Any, list[list[Any]]]:
    """Return the candidate of the highest score, the first of equals, and every one with its score, for the record."""
    scored = [[candidate, float(score(candidate))] for candidate in candidates]
    return max(scored, key=lambda pair: pair[1])[0], scored
