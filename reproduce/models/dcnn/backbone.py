"""A ``keras.applications`` backbone by name: its weights, its input range, its pooling, and what of it trains."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, get_args

from reproduce.determinism import full_precision
from reproduce.errors import InvalidInputError
from reproduce.models.dcnn import backbones
from reproduce.models.dcnn import weights as weights_files
from reproduce.models.dcnn.layers import GeM
from reproduce.models.dcnn.loaded import keras
from reproduce.models.dcnn.recipe import NO_FILE, Pooling, Trainable

__all__ = ["POOLINGS", "TRAINABLE", "build", "constructor", "freeze", "norms", "precision", "scaler"]

POOLINGS = get_args(Pooling)
TRAINABLE = get_args(Trainable)
#: ImageNet's channel means and deviations, which DenseNet's ``preprocess_input`` applies to x / 255.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def constructor(name: str) -> Callable[..., Any]:
    """Return the function of ``keras.applications`` that builds a backbone; InvalidInputError for any other."""
    known = backbones.find(name)
    if known.builder != "keras":
        raise InvalidInputError(
            f"{name} is built by timm, and only its frozen features are to be had: trainable='frozen'"
        )
    built: Callable[..., Any] = getattr(keras.applications, known.name)
    return built


def build(
    name: str,
    weights: str | None = "imagenet",
    size: int = 224,
    pooling: str = "average",
    learned_pooling: bool = False,
    dtype: str = "float32",
) -> Any:
    """Return a model from (N, size, size, 3) RGB in [0, 255] to (N, C) float32 features.

    weights: "imagenet" (this backbone's), another name or a path for ``weights.find``, or random ones (``NO_FILE``).
    dtype: "float32", or "bfloat16" for Keras' mixed precision. Raises WeightsMissingError, InvalidInputError.
    """
    if pooling not in POOLINGS:
        raise InvalidInputError(f"no pooling {pooling!r}; there are: {', '.join(POOLINGS)}")
    construct = constructor(name)
    found = weights_files.find(name if weights == "imagenet" else weights) if weights not in NO_FILE else None
    full_precision()
    with precision(dtype):
        body = construct(include_top=False, weights=None, input_shape=(size, size, 3))
        if found is not None:
            weights_files.load_into(body, found)
        image = keras.Input((size, size, 3), name="image")
        x = scaler(name)(image)
        x = body(x)
        pool = GeM(learned=learned_pooling, dtype="float32") if pooling == "gem" else None
        pool = pool or keras.layers.GlobalAveragePooling2D(dtype="float32")
        return keras.Model(image, pool(x), name=f"{name}_features")


def norms(model: Any) -> Iterator[Any]:
    """Return every batch norm of a model, and of the models in it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from norms(layer)
        elif isinstance(layer, keras.layers.BatchNormalization):
            yield layer


def freeze(features: Any, trainable: str, hold: str = "updated") -> None:
    """Set what trains: nothing ("frozen"), the last block without its batch norms ("last"), everything ("full").

    ``hold="fixed"`` holds every batch norm still, its averages too.
    """
    if trainable not in TRAINABLE:
        raise InvalidInputError(f"trainable is one of {', '.join(TRAINABLE)}, not {trainable!r}")
    features.trainable = trainable != "frozen"
    body = next(layer for layer in features.layers if isinstance(layer, keras.Model))
    if hold == "fixed":
        for layer in norms(body):
            layer.trainable = False  # in Keras this also holds its averages, and normalises by them
    if trainable != "last":
        return
    blocks = [match and match.group() for match in (re.match(r"conv\d+|block_\d+", x.name) for x in body.layers)]
    named = [block for block in blocks if block]
    if not named:
        raise InvalidInputError(f"{body.name} does not name its blocks; train it 'frozen' or 'full'")
    first = blocks.index(named[-1])
    for position, layer in enumerate(body.layers):
        layer.trainable = position >= first and not isinstance(layer, keras.layers.BatchNormalization)


def scaler(name: str) -> Any:
    """Return the layer that takes RGB in [0, 255] to what the backbone was trained on."""
    if backbones.find(name).input_range == "signed":
        return keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="to_signed")
    scale = [1 / (255 * d) for d in DEVIATION]
    offset = [-m / d for m, d in zip(MEAN, DEVIATION, strict=True)]
    return keras.layers.Rescaling(scale, offset=offset, name="to_imagenet")


@contextmanager
def precision(dtype: str) -> Iterator[None]:
    """Set Keras' global dtype policy while a model is built: "float32", or "bfloat16" with float32 parameters."""
    policies = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
    if dtype not in policies:
        raise InvalidInputError(f"dtype is float32 or bfloat16, not {dtype!r}")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policies[dtype])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
