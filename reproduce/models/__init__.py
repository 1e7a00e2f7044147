"""Arrays become embeddings or pair probabilities. A name is imported when first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reproduce.models.adam import Adam
    from reproduce.models.mlp import MLPClassifier
    from reproduce.models.output import softmax
    from reproduce.models.wide import PairClassifier

__all__ = ["Adam", "MLPClassifier", "PairClassifier", "softmax"]

_HOMES = {
    "Adam": "reproduce.models.adam",
    "MLPClassifier": "reproduce.models.mlp",
    "PairClassifier": "reproduce.models.wide",
    "softmax": "reproduce.models.output",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
