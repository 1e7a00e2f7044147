"""Facts about a data set that decide what a score on it can mean."""

from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["classes"]


@experiment("audits.classes", needs=(), exact=True, seconds=0.1)
def classes(catalogue: "Catalogue", seed: int) -> Result:
    """How many animals and images there are, in all and in each part, and the least and most images of one animal."""
    animals, counts = np.unique(catalogue.identities, return_counts=True)
    return Result(
        {
            "images": len(catalogue),
            "classes": len(animals),
            "train_classes": len(np.unique(catalogue.identities[catalogue.train])),
            "test_classes": len(np.unique(catalogue.identities[catalogue.test])),
            "train_images": len(catalogue.train),
            "test_images": len(catalogue.test),
            "smallest_class": int(counts.min()),
            "median_class": float(np.median(counts)),
            "largest_class": int(counts.max()),
            "lone_classes": int((counts == 1).sum()),
            "classes_under_five": int((counts < 5).sum()),
        }
    )
