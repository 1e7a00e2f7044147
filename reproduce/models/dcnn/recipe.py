"""What of a DCNN a seed does not vary, and what each of it may be. Nothing heavy is imported to say it."""

from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

from reproduce import choices
from reproduce.models.dcnn import backbones

__all__ = ["NO_FILE", "VIEWS", "Distance", "Dtype", "Mining", "Pooling", "Recipe", "Trainable", "Views"]

Pooling = Literal["average", "gem"]
Trainable = Literal["frozen", "last", "full"]
Mining = Literal["tfsim-semi-hard", "facenet-semi-hard", "batch-hard"]
Distance = Literal["cosine", "squared-euclidean"]
Dtype = Literal["float32", "bfloat16"]
Fill = Literal["reflect", "constant", "wrap", "nearest"]
#: Weights that are no file: the network begins at random.
NO_FILE = (None, "", "none", "random")


class Views(NamedTuple):
    """What may happen to an image: a horizontal flip, and a rotation of up to ``turn`` turns to either side.

    The paper gives no angle, nor which flips: ``flip="both"`` flips upside down too. ``fill``: what stands where a
    turned image has no pixel, as Keras calls it.
    """

    flip: bool | Literal["both"] = True
    turn: float = 0.1
    fill: Fill = "reflect"


#: As the rows of Table III are read here.
VIEWS = Views()


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything a seed does not vary. ``size`` in pixels, ``margin`` "soft" or a number in units of ``distance``.

    ``weights``: "imagenet" (the backbone's own), the name or path of a file, or one of ``NO_FILE`` for random ones.
    ``norm_in_training``: whether batch norms keep moving averages while the network trains ("updated") or stand still
    as they were ("fixed"). ``norm_at_test``: whether embeddings are normalised by those averages ("moving"), by the
    batch they are computed in ("batch"), or by averages taken anew over the training images once the weights are final
    ("recalibrated"; Wu & Johnson 2021, precise batch norm): a moving average lags behind the weights that it was taken
    under. None touches a frozen backbone. ``flip``, ``turn`` and ``fill``: what ``augment`` does, as in `Views`.
    Raises InvalidInputError for a value that is not taken, or a backbone that is not known.
    """

    dim: int = 64
    backbone: str = "ResNet50V2"
    weights: str | None = "imagenet"
    pooling: Pooling = "average"
    trainable: Trainable = "frozen"
    mining: Mining = "tfsim-semi-hard"
    margin: Literal["soft"] | float = "soft"
    learning_rate: float = 1e-3
    animals: int = 16
    images: int = 2
    steps: int = 300
    size: int = 224
    augment: bool = False
    dtype: Dtype = "float32"
    distance: Distance = "cosine"
    norm_in_training: Literal["updated", "fixed"] = "updated"
    norm_at_test: Literal["moving", "batch", "recalibrated"] = "moving"
    flip: bool | Literal["both"] = VIEWS.flip
    turn: float = VIEWS.turn
    fill: Fill = VIEWS.fill

    def __post_init__(self) -> None:
        choices.check("dcnn", {one.name: one.type for one in fields(self)}, vars(self))
        backbones.find(self.backbone)

    @property
    def views(self) -> Views:
        """What ``augment`` does to an image."""
        return Views(self.flip, self.turn, self.fill)
