"""One training of the DCNN, scored after several numbers of steps: what a head remembers of its animals, and when."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments import dcnn
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue
    from reproduce.models.dcnn.model import Recipe

__all__ = ["inputs_of", "steps"]

#: Over how many steps before it the cost at a step is averaged.
LAST = 20


def work(factors: Mapping[str, Any]) -> float:
    """What a seed costs, in the unit of ``dcnn.embed``: a training to the last step, and about 50 for each scoring."""
    whole = {**dcnn.embed.defaults, **factors, "steps": max(factors["at"])}
    return dcnn.work(whole) + 50.0 * len(factors["at"])


@experiment(
    "dcnn.steps",
    varies=("initialisation", "order"),
    needs=("pixels", "weights"),
    library="keras",
    seconds=15,
    rehearsal={**{name: value for name, value in dcnn.SMALL.items() if name != "steps"}, "at": [0, 2, 4]},
    work=work,
    tolerance=0.03,
)
def steps(
    catalogue: "Catalogue",
    seed: int,
    *,
    at: Sequence[int] = (0, 300),
    dim: int = 64,
    backbone: str = "ResNet50V2",
    weights: str = "resnet50v2",
    trainable: str = "frozen",
    learning_rate: float = 1e-3,
    animals: int = 16,
    size: int = 224,
    augment: bool = False,
    bank: int = 8,
    flip: bool | str = True,
    turn: float = 0.1,
) -> Result:
    """Train as ``dcnn.embed`` does to the last of the steps ``at``, and score all images after each of them.

    Scores: "map_at_r.300", "map_at_r.300@train", "map_at_r.300@all" and so on, and "loss.300", the mean cost of the
    twenty steps before. Where batch norms train, "map_at_r.300.recalibrated" and its like, after the last step: their
    averages taken anew over the training images. The other factors are those of ``dcnn.embed``.
    """
    from reproduce.models.dcnn.augment import Views
    from reproduce.models.dcnn.model import DCNN, Recipe

    wanted = sorted(set(at))
    if not wanted or wanted[0] < 0:
        raise InvalidInputError(f"dcnn.steps: at is a list of numbers of steps, such as [0, 300], not {list(at)}")
    recipe = Recipe(
        dim=dim, backbone=backbone, weights=None if weights == "none" else weights,
        trainable=trainable, learning_rate=learning_rate,
        animals=animals, steps=wanted[-1], size=size, augment=augment, views=Views(flip, turn),
    )  # fmt: skip
    images, training = inputs_of(catalogue, recipe, seed, bank)
    model, scores = DCNN(recipe, seed), dict[str, float]()

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
    if trainable == "full":
        model.recalibrate(training)
        score(f"{wanted[-1]}.recalibrated")
    costs = model.curves_["loss"]
    scores |= {f"loss.{step}": float(np.mean(costs[max(0, step - LAST) : step])) for step in wanted if step}
    return Result(scores, {"left_out": model.left_out_})


def inputs_of(catalogue: "Catalogue", recipe: "Recipe", seed: int, bank: int) -> tuple[np.ndarray, np.ndarray]:
    """(what all images are embedded from, what the training images are learned from): features, or images (uint8)."""
    if recipe.trainable == "frozen":
        features = dcnn.frozen_features(catalogue, recipe, seed, "bilinear")
        if not recipe.augment:
            return features, features[catalogue.train]
        return features, dcnn.frozen_features(catalogue, recipe, seed, "bilinear", views=bank, rows=catalogue.train)
    from reproduce.datasets import images

    pixels = images(catalogue, (recipe.size, recipe.size), "colour", "linear")
    return pixels, pixels[catalogue.train]
