"""The MLP on a frozen backbone's features in place of grey pixels: what does its input cost it? (III-A, IV)"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reproduce.experiments import mlp
from reproduce.experiments.mlp import Objective, Output
from reproduce.experiments.registry import Result, experiment

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue

__all__ = ["train"]


@experiment(
    "mlp.features",
    varies=("initialisation", "order"),
    needs=("pixels", "weights"),
    library="keras",
    tolerance=0.06,
    seconds=10,
    rehearsal={"backbone": "MobileNetV2", "weights": "none", "image": 32, "hidden": [8], "epochs": 3},
)
def train(
    catalogue: "Catalogue",
    seed: int,
    *,
    hidden: Sequence[int] = (64,),
    objective: Objective = "cross-entropy",
    batch_size: int = 32,
    learning_rate: float = 3e-4,
    epochs: int = 100,
    output: Output = "relu",
    backbone: str = "ResNet50V2",
    weights: str = "resnet50v2",
    image: int = 224,
) -> Result:
    """Run ``mlp.train`` on a backbone's features, standardised over the training animals' images; scores as there.

    ``image`` in pixels is the side that the backbone sees.
    """
    from reproduce.experiments.dcnn import Factors, frozen_features

    factors = Factors(backbone=backbone, weights=weights, size=image)
    X = mlp.standardised(frozen_features(catalogue, factors, seed), catalogue.train)
    model = mlp.classifier(seed, hidden, objective, epochs)
    model.set_params(batch_size=batch_size, learning_rate=learning_rate, output=output)
    return mlp.fit_and_score(catalogue, model, X, catalogue.identities[catalogue.train])
