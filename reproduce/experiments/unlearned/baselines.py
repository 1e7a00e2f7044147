"""Scores that need no learning: pixels, colours, an untrained layer, and an embedding that knows nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from reproduce.experiments.apart import evaluate_apart
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.file_names import body_parts
from reproduce.experiments.registry import Result, experiment
from reproduce.models.baselines import unlearned as baselines

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["constant", "histogram", "pixels", "untrained"]


@experiment("baselines.pixels", seconds=10)
def pixels(catalogue: "Catalogue", seed: int, *, size: int = 64, normalise: bool = False) -> Result:
    """Score raw grey pixels in [0, 1] as the embedding, as given or L2-normalised."""
    from reproduce.datasets import images

    rows = baselines.grey_pixels(images(catalogue, (size, size), "grey"))
    return _scored(catalogue, baselines.l2_normalised(rows) if normalise else rows)


@experiment("baselines.histogram", seconds=15, later=("same_photo", "channels", "centred_by"))
def histogram(
    catalogue: "Catalogue",
    seed: int,
    *,
    bins: int = 8,
    same_photo: bool = True,
    channels: Literal["colour", "grey"] = "colour",
    centred_by: Literal["nothing", "part"] = "nothing",
) -> Result:
    """Score histograms of the whole images at their own size, of RGB or of "grey" alone, by Hellinger distance.

    ``same_photo=False`` leaves out of each ranking the images that were cut from the query's photograph.
    ``centred_by="part"`` takes the mean row of an image's body part from it, over all images of that part, so that no
    ranking is led by what the parts look like. No animal's name is used; which part an image shows, its file says.
    """
    from reproduce.datasets import images

    if channels == "colour":
        rows = baselines.colour_histograms(images(catalogue, None, "colour"), bins)
    else:
        rows = baselines.grey_histograms(images(catalogue, None, "grey"), bins)
    if centred_by == "part":
        parts = body_parts(catalogue)
        for part in np.unique(parts):
            rows[parts == part] -= rows[parts == part].mean(axis=0)
    return _scored(catalogue, rows, same_photo)


@experiment("baselines.untrained", varies=("initialisation",), seconds=3, rehearsal={"size": 16})
def untrained(
    catalogue: "Catalogue", seed: int, *, hidden: Sequence[int] = (64,), size: int = 64, normalise: bool = False
) -> Result:
    """Score the last hidden layer of an MLP that was never trained, on grey pixels in [0, 1] (III-A)."""
    from reproduce.datasets import images

    rows = baselines.untrained_relu(baselines.grey_pixels(images(catalogue, (size, size), "grey")), hidden, seed)
    found = evaluate(catalogue, baselines.l2_normalised(rows) if normalise else rows, resample=True)
    dead = int((rows.max(axis=0) == 0).sum())
    return replace(found, details={**found.details, "dead_units": dead})


@experiment("baselines.constant", needs=(), exact=True, seconds=1)
def constant(catalogue: "Catalogue", seed: int) -> Result:
    """Score one point for every image: exactly the chance level, from the identities alone."""
    return _scored(catalogue, baselines.constant(len(catalogue)))


def _scored(catalogue: "Catalogue", rows: np.ndarray, same_photo: bool = True) -> Result:
    return (evaluate if same_photo else evaluate_apart)(catalogue, rows, resample=True)
