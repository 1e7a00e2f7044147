"""Scores with each animal left out in turn: what an interval over animals is computed from."""

from collections.abc import Sequence

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.metrics.retrieval import Retrieval, retrieval_scores
from reproduce.metrics.scoring import Precision

__all__ = ["without_each_animal"]


def without_each_animal(
    embeddings: np.ndarray,
    labels: Sequence[str],
    dtype: Precision = "float64",
    reference: np.ndarray | None = None,
    reference_labels: Sequence[str] | None = None,
) -> list[Retrieval]:
    """``retrieval_scores`` of the rest, one for each animal (C of them, sorted) with all its images taken out.

    embeddings (N, D) and labels (N,), with ``reference`` (M, D) and its labels an animal leaves both sets. Lone
    animals are left out in turn too: they stand in the others' rankings.
    Raises InvalidInputError where so few animals are left without one that nothing can be scored.
    """
    own = np.asarray(labels)
    other = own if reference_labels is None else np.asarray(reference_labels)
    found = []
    for animal in np.unique(np.concatenate([own, other])).tolist():
        kept, kept_other = own != animal, other != animal
        if not _scorable(own[kept], other[kept_other], apart=reference is not None):
            raise InvalidInputError(
                f"an interval over animals leaves each out in turn, and without {animal!r} nothing can be scored; "
                "it needs three animals that can be found"
            )
        if reference is None:
            found.append(retrieval_scores(embeddings[kept], own[kept], dtype))
        else:
            sides = reference[kept_other], other[kept_other]
            found.append(retrieval_scores(embeddings[kept], own[kept], dtype, *sides))
    return found


def _scorable(queries: np.ndarray, columns: np.ndarray, apart: bool) -> bool:
    animals, counts = np.unique(columns, return_counts=True)
    return len(animals) > 1 and bool(np.isin(queries, animals if apart else animals[counts > 1]).any())
