"""Arrays become embeddings or pair probabilities: the paper's three models, mlp, dcnn and wide, beside baselines.

A name is imported when first asked for, so that looking at one model does not load another's library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reproduce.models.dcnn.model import DCNN
    from reproduce.models.dcnn.recipe import Recipe
    from reproduce.models.dcnn.triplet import TripletLoss, triplet_loss
    from reproduce.models.mlp.adam import Adam
    from reproduce.models.mlp.classifier import MLPClassifier
    from reproduce.models.mlp.output import softmax
    from reproduce.models.wide.classifier import PairClassifier

__all__ = ["DCNN", "Adam", "MLPClassifier", "PairClassifier", "Recipe", "TripletLoss", "softmax", "triplet_loss"]

_HOMES = {
    "Adam": "reproduce.models.mlp.adam",
    "DCNN": "reproduce.models.dcnn.model",
    "MLPClassifier": "reproduce.models.mlp.classifier",
    "PairClassifier": "reproduce.models.wide.classifier",
    "Recipe": "reproduce.models.dcnn.recipe",
    "TripletLoss": "reproduce.models.dcnn.triplet",
    "softmax": "reproduce.models.mlp.output",
    "triplet_loss": "reproduce.models.dcnn.triplet",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
