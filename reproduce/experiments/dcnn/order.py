"""Images and labels out of step: images drawn through a shuffle buffer, labels left in the order of the files.

Two faults that look alike in a table: out of step in training, where a network learns the wrong names and is scored by
the right ones, and out of step at scoring, where what was learned is held against the wrong names.
"""

from typing import TYPE_CHECKING, Literal

import numpy as np

from reproduce.determinism import generator
from reproduce.errors import InvalidInputError
from reproduce.experiments.dcnn import Factors, inputs_of, of_a_head
from reproduce.experiments.evaluate import subsets
from reproduce.experiments.file_names import file_order
from reproduce.experiments.registry import Result

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["order", "shuffled"]


@of_a_head(
    "dcnn.order", of=("steps", "dim", "backbone", "weights", "size", "animals", "bank"), rehearsal={"where": "scoring"}
)
def order(
    catalogue: "Catalogue",
    seed: int,
    factors: Factors,
    *,
    buffer: int = 32,
    where: Literal["training", "scoring", "both"] = "training",
) -> Result:
    """Train and score a head as ``dcnn.embed`` does, images and labels out of step by a shuffle ``buffer``.

    ``buffer=0`` is any order at all, as of a folder's listing that is not sorted as the labels are. ``bank`` counts for
    nothing: no view is drawn.
    """
    from reproduce.metrics import chance_map_at_r, map_at_r
    from reproduce.models.dcnn.model import DCNN

    if buffer < 0:
        raise InvalidInputError(f"dcnn.order: buffer is 0 or more, not {buffer}")
    images, _ = inputs_of(catalogue, factors, seed)
    rng = generator(seed, "shuffle buffer")
    learned = file_order(catalogue, catalogue.train)
    given = learned[shuffled(len(learned), buffer, rng)] if where != "scoring" else learned
    rows = DCNN(factors.recipe, seed).fit(images[given], catalogue.identities[learned]).embed(images)
    scores = {}
    for suffix, indices in subsets(catalogue).items():
        asked = file_order(catalogue, indices)
        seen = asked[shuffled(len(asked), buffer, rng)] if where != "training" else asked
        scores[f"map_at_r{suffix}"] = float(map_at_r(rows[seen], catalogue.identities[asked]))
        scores[f"chance{suffix}"] = float(chance_map_at_r(catalogue.identities[asked]))
    return Result(scores)


def shuffled(count: int, buffer: int, rng: np.random.Generator) -> np.ndarray:
    """Return (count,), the places 0 .. count - 1 in the order that a shuffle buffer gives them, as ``tf.data`` does.

    The buffer is filled in order; each draw takes one of it at random, and the next in order takes its place. 0 is a
    buffer of all: any order.
    """
    if not buffer:
        return rng.permutation(count)
    held, found = list(range(min(buffer, count))), []
    for coming in range(len(held), count + len(held)):
        at = int(rng.integers(len(held)))
        found.append(held[at])
        if coming < count:
            held[at] = coming
        else:
            held.pop(at)
    return np.array(found)
