"""A backbone, Dense(d) and unit length, trained by triplet loss on balanced batches (II-B.2).

The paper names ResNet50V2, the loss, batches of 32, 3 epochs of 100 steps and inputs in [-1, 1]. The rest is read
as TensorFlow Similarity's defaults: average pooling, a frozen backbone. Adam at 1e-3, 16 animals x 2 images.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.determinism import generator, keras_deterministic
from reproduce.errors import InvalidInputError
from reproduce.models.dcnn import backbone as backbones
from reproduce.models.dcnn.augment import Augmenter
from reproduce.models.dcnn.balanced import BalancedBatches
from reproduce.models.dcnn.layers import UnitLength
from reproduce.models.dcnn.loaded import keras
from reproduce.models.dcnn.recipe import Recipe
from reproduce.models.dcnn.step import compiled_step
from reproduce.models.dcnn.training import Training, training_key
from reproduce.models.dcnn.triplet import summary

__all__ = ["DCNN", "Observer"]

#: Told of every batch before the step: the step's number and the rows of the inputs in it.
Observer = Callable[[int, np.ndarray], None]


class DCNN:
    """``fit(inputs, labels)`` then ``embed(inputs) -> (N, dim)``, rows of unit length.

    Inputs: images (N, size, size, 3) uint8 RGB, which the whole network sees; or, for a frozen backbone, its features
    (N, C), or a bank of them (N, V, C), one of V augmented views drawn for each image and step. The same seed gives
    the same bits on the same machine. After ``fit``: ``curves_`` (loss, active, spread per step), ``steps_``,
    ``left_out_`` (animals with too few images for a batch).
    """

    def __init__(self, recipe: Recipe | None = None, seed: int = 0) -> None:
        self.recipe, self.seed = recipe or Recipe(), seed
        self.network: Any = None

    def fit(
        self,
        inputs: np.ndarray,
        labels: np.ndarray,
        checkpoint: Path | None = None,
        every: int = 50,
        observe: Observer | None = None,
    ) -> "DCNN":
        """Train on ``inputs`` and labels (N,) of any kind; with ``checkpoint`` a killed run goes on where it was.

        ``observe`` sees the rows of each batch; it changes nothing.
        """
        recipe = self.recipe
        if len(inputs) != len(labels):
            raise InvalidInputError(f"dcnn: {len(inputs)} inputs for {len(labels)} labels")
        if inputs.ndim < 4 and recipe.trainable != "frozen":
            raise InvalidInputError(f"dcnn: trainable={recipe.trainable!r} needs images, not features")
        batches = BalancedBatches(labels, recipe.animals, recipe.images, self.seed, small="leave out")
        codes = np.unique(labels, return_inverse=True)[1].astype(np.int32)
        keras_deterministic(self.seed)
        self.network = self._build(inputs)
        optimizer = keras.optimizers.Adam(recipe.learning_rate, epsilon=1e-8)

        def objective(y: Any, embeddings: Any) -> dict[str, Any]:
            return summary(y, embeddings, recipe.mining, recipe.margin, recipe.distance)

        augment = Augmenter(recipe.views) if recipe.augment and inputs.ndim == 4 else None

        def batch(step: int) -> tuple[Any, np.ndarray]:
            rows = batches.batch(step)
            if observe is not None:
                observe(step, rows)
            return self._take(inputs, rows, step, augment), codes[rows]

        step = compiled_step(self.network, optimizer, objective)
        key = training_key(asdict(recipe), self.seed, inputs.shape, codes, _sketch(inputs))
        training = Training(step, self.network, optimizer, key, checkpoint)
        self.curves_ = training.run(batch, recipe.steps, every)
        self.steps_ = int(keras.ops.convert_to_numpy(optimizer.iterations.value))
        self.left_out_ = batches.left_out
        if recipe.norm_at_test == "recalibrated":
            self.recalibrate(inputs)
        return self

    def embed(self, inputs: np.ndarray, batch: int = 64) -> np.ndarray:
        """Return (N, dim) float32 embeddings of images, or of features (N, C)."""
        if self.network is None:
            raise InvalidInputError("dcnn: not trained yet; call fit first")
        if self.recipe.norm_at_test == "batch":
            return self._embed_by_batch(inputs, batch)
        rows = [inputs[start : start + batch] for start in range(0, len(inputs), batch)]
        return np.concatenate([keras.ops.convert_to_numpy(self.network(_float(x), training=False)) for x in rows])

    def recalibrate(self, inputs: np.ndarray, batch: int = 64) -> None:
        """Set each batch norm's averages to the plain mean over batches of the inputs, under the final weights."""
        norms = list(backbones.norms(self.network))
        order = generator(self.seed, "order of recalibration").permutation(len(inputs))
        for number, rows in enumerate(np.array_split(order, max(1, round(len(order) / batch)))):
            for norm in norms:
                norm.momentum = number / (number + 1)
            self.network(_float(inputs[rows]), training=True)

    def _embed_by_batch(self, inputs: np.ndarray, batch: int) -> np.ndarray:
        # In an order drawn by seed: batches of neighbouring rows would be batches of one animal, and tell it apart.
        order = generator(self.seed, "order at test").permutation(len(inputs))
        kept = [keras.ops.convert_to_numpy(variable.value) for variable in self.network.non_trainable_variables]
        found = np.empty((len(inputs), self.recipe.dim), np.float32)
        for rows in np.array_split(order, max(1, round(len(order) / batch))):
            found[rows] = keras.ops.convert_to_numpy(self.network(_float(inputs[rows]), training=True))
        for variable, value in zip(self.network.non_trainable_variables, kept, strict=True):
            variable.assign(value)
        return found

    def _take(self, inputs: np.ndarray, rows: np.ndarray, step: int, augment: Augmenter | None) -> Any:
        if inputs.ndim == 3:
            view = generator(self.seed, f"view {step}").integers(inputs.shape[1], size=len(rows))
            return inputs[rows, view]
        if augment is not None:
            return augment(inputs[rows], self.seed, step)
        return _float(inputs[rows])

    def _build(self, inputs: np.ndarray) -> Any:
        recipe = self.recipe
        if inputs.ndim < 4:
            start = x = keras.Input((inputs.shape[-1],), name="features")
        else:
            body = backbones.build(
                recipe.backbone,
                recipe.weights,
                recipe.size,
                recipe.pooling,
                learned_pooling=recipe.trainable == "full",
                dtype=recipe.dtype,
            )
            backbones.freeze(body, recipe.trainable, hold=recipe.norm_in_training)
            start, x = body.inputs[0], body.outputs[0]
        head = keras.layers.Dense(recipe.dim, name="embedding", dtype="float32")
        network = keras.Model(start, UnitLength(dtype="float32", name="unit_length")(head(x)), name="dcnn")
        # Glorot uniform, drawn by NumPy: the same start on every backend.
        limit = np.sqrt(6.0 / (x.shape[-1] + recipe.dim))
        kernel = generator(self.seed, "head").uniform(-limit, limit, (x.shape[-1], recipe.dim))
        head.set_weights([kernel.astype(np.float32), np.zeros(recipe.dim, np.float32)])
        return network


def _float(x: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(x, dtype=np.float32)


def _sketch(inputs: np.ndarray) -> np.ndarray:
    """Return enough of the inputs to tell another data set's checkpoint, without reading them all."""
    return np.ascontiguousarray(inputs[:: max(1, len(inputs) // 8)])
