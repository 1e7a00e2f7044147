"""Arrays become embeddings or pair probabilities. A name is imported when first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reproduce.models.adam import Adam
    from reproduce.models.dcnn import DCNN, Recipe
    from reproduce.models.mlp import MLPClassifier
    from reproduce.models.output import softmax
    from reproduce.models.triplet import TripletLoss, triplet_loss
    from reproduce.models.wide import PairClassifier

__all__ = ["DCNN", "Adam", "MLPClassifier", "PairClassifier", "Recipe", "TripletLoss", "softmax", "triplet_loss"]

_HOMES = {
    "Adam": "reproduce.models.adam",
    "DCNN": "reproduce.models.dcnn",
    "MLPClassifier": "reproduce.models.mlp",
    "PairClassifier": "reproduce.models.wide",
    "Recipe": "reproduce.models.dcnn",
    "TripletLoss": "reproduce.models.triplet",
    "softmax": "reproduce.models.output",
    "triplet_loss": "reproduce.models.triplet",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
