"""Facts about a data set that decide what a score on it can mean."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["chances", "classes", "photographs", "printed_runs", "shared_photographs"]


@experiment("audits.classes", needs=(), exact=True, seconds=0.1)
def classes(catalogue: "Catalogue", seed: int) -> Result:
    """Count animals and images, in all and in each part, and the least and most images of one animal."""
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


@experiment("audits.printed_runs", needs=(), exact=True, seconds=0.1)
def printed_runs(catalogue: "Catalogue", seed: int, *, stated: int = 14, rows: Sequence[int] = (14, 2, 2)) -> Result:
    """Count the rows of a table whose number of runs is the one that the text states; no data enters."""
    return Result({"as_stated": sum(runs == stated for runs in rows), "rows": len(rows)})


@experiment("audits.photographs", library="opencv", exact=True, seconds=15)
def photographs(catalogue: "Catalogue", seed: int) -> Result:
    """Count the pairs of images of one animal, those that share a photograph, and the share of images that do."""
    from reproduce.datasets.photographs import same_photograph

    pairs, shared, strict = shared_photographs(catalogue)
    images = len(np.unique(same_photograph(catalogue))) / len(catalogue)
    return Result({"pairs": pairs, "shared_pairs": shared, "shared_pairs_strict": strict, "images_sharing": images})


def shared_photographs(catalogue: "Catalogue") -> tuple[int, int, int]:
    """Count the pairs of images of one animal, those that share a photograph, and those by the stricter reading."""
    from reproduce.datasets.photographs import INLIERS, within_animal_inliers

    found = within_animal_inliers(catalogue) >= INLIERS
    return len(found), int(found[:, 0].sum()), int(found[:, 1].sum())


def chances(catalogue: "Catalogue") -> dict[str, tuple[float, float]]:
    """Return exact chance MAP@R (per class, per query) of "test", "train" and "all"; NaN where nothing can be scored.

    That is where no animal has two images, and where there is one animal only: every ranking of it is right.
    """
    from reproduce.metrics import chance_map_at_r

    found = {}
    for side, rows in (("test", catalogue.test), ("train", catalogue.train), ("all", slice(None))):
        labels = catalogue.identities[rows]
        sizes = np.unique(labels, return_counts=True)[1]
        if len(sizes) > 1 and sizes.max() > 1:
            found[side] = (chance_map_at_r(labels), chance_map_at_r(labels, average="query"))
        else:
            found[side] = (np.nan, np.nan)
    return found
