"""One training of the DCNN, scored after several numbers of steps: what a head remembers of its animals, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments import dcnn
from reproduce.experiments.dcnn import Factors, inputs_of
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["steps"]

#: Over how many steps before it the cost at a step is averaged.
LAST = 20


def work(factors: Mapping[str, Any]) -> float:
    """Return what a seed costs, in the unit of ``dcnn.embed``: training to the last step, about 50 for each scoring."""
    return dcnn.work({**factors, "steps": max(factors["at"])}) + 50.0 * len(factors["at"])


@experiment(
    "dcnn.steps",
    varies=("initialisation", "order"),
    needs=("pixels", "weights"),
    library="keras",
    seconds=15,
    rehearsal={**{name: value for name, value in dcnn.SMALL.items() if name != "steps"}, "at": [0, 2, 4]},
    work=work,
    tolerance=0.03,
    shared=Factors(),
    of=(
        *("dim", "backbone", "weights", "trainable", "learning_rate"),
        *("animals", "size", "augment", "bank", "flip", "turn"),
    ),
)
def steps(catalogue: "Catalogue", seed: int, factors: Factors, *, at: Sequence[int] = (0, 300)) -> Result:
    """Train as ``dcnn.embed`` does to the last of the steps ``at``, and score all images after each of them.

    Scores: "map_at_r.300", "map_at_r.300@train", "map_at_r.300@all" and so on, and "loss.300", the mean cost of the
    twenty steps before. Where batch norms train, "map_at_r.300.recalibrated" and its like, after the last step: their
    averages taken anew over the training images. The other factors are those of ``dcnn.embed``.
    """
    from reproduce.models.dcnn.model import DCNN

    wanted = sorted(set(at))
    if not wanted or wanted[0] < 0:
        raise InvalidInputError(f"dcnn.steps: at is a list of numbers of steps, such as [0, 300], not {list(at)}")
    images, training = inputs_of(catalogue, factors, seed)
    model, scores = DCNN(replace(factors.recipe, steps=wanted[-1]), seed), dict[str, float]()

    def score(name: str) -> None:
        found = evaluate(catalogue, model.embed(images)).scores
        for which, value in found.items():
            base, _, lions = which.partition("@")
            if base == "map_at_r":
                scores[f"{base}.{name}{'@' + lions if lions else ''}"] = value
            elif base == "chance":
                scores[which] = value

    def watch(step: int, rows: np.ndarray) -> None:
        if step in wanted:
            score(str(step))

    model.fit(training, catalogue.identities[catalogue.train], observe=watch)
    score(str(wanted[-1]))
    if factors.trainable == "full":
        model.recalibrate(training)
        score(f"{wanted[-1]}.recalibrated")
    costs = model.curves_["loss"]
    scores |= {f"loss.{step}": float(np.mean(costs[max(0, step - LAST) : step])) for step in wanted if step}
    return Result(scores, {"left_out": model.left_out_})
