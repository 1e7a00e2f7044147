"""Other readings of "every pair": both orders of each, and every image beside itself (reading 9 of III-C)."""

from typing import TYPE_CHECKING

import numpy as np

from reproduce.experiments.registry import Result, experiment
from reproduce.experiments.wide import image_vectors
from reproduce.metrics.constant import constant_pair_accuracy
from reproduce.metrics.leave_out import each_animal
from reproduce.models.wide.pairs import Encoding

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["counting"]


@experiment(
    "wide.counting",
    varies=("codebook", "sampling"),
    seconds=40,
    library="lightgbm",
    tolerance=0.02,
    rehearsal={"dim": 8, "words": 2, "rounds": 10},
)
def counting(
    catalogue: "Catalogue",
    seed: int,
    *,
    ordered: bool = False,
    self_pairs: bool = True,
    encoding: Encoding = "difference-product",
    words: int | None = None,
    dim: int | None = 192,
    rounds: int = 100,
) -> Result:
    """Train and test the wide model on pairs counted otherwise; score the constant model on the same pairs beside."""
    from reproduce.models.wide.classifier import PairClassifier

    vectors, _ = image_vectors(catalogue, seed, encoder="vlad", words=words, dim=dim)
    model = PairClassifier(encoding, rounds=rounds, random_state=seed, ordered=ordered, self_pairs=self_pairs).fit(
        vectors[catalogue.train], catalogue.identities[catalogue.train]
    )
    tested, animals = vectors[catalogue.test], catalogue.identities[catalogue.test]
    i, j = np.triu_indices(len(tested), 1)
    same = animals[i] == animals[j]
    right, shown = [(model.probability(tested[i], tested[j]) > 0.5) == same], [np.array([i, j])]
    if ordered:
        right.append((model.probability(tested[j], tested[i]) > 0.5) == same)
        shown.append(np.array([j, i]))
    if self_pairs:
        right.append(model.probability(tested, tested) > 0.5)
        shown.append(np.tile(np.arange(len(tested)), (2, 1)))
    answered, (first, second) = np.concatenate(right), animals[np.concatenate(shown, axis=1)]
    names, sizes = np.unique(animals, return_counts=True)

    def scored(kept: np.ndarray) -> dict[str, float]:
        constant = constant_pair_accuracy(sizes[kept], self_pairs=self_pairs, ordered=ordered)
        among = np.isin(first, names[kept]) & np.isin(second, names[kept])
        accuracy = float(answered[among].mean())
        return {"accuracy": accuracy, "constant": constant, "gain": accuracy - constant, "chance_accuracy": constant}

    without = [(animal, scored(names != animal)) for animal, _ in each_animal(animals)]
    return Result(
        scored(np.full(len(names), True)),
        {"pairs": model.pairs_, "test_pairs": len(answered)},
        {name: [left[name] for _, left in without] for name in ("accuracy", "gain")},
        {"": [animal for animal, _ in without]},
    )
