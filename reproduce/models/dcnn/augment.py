"""Random flips and rotations by Keras layers (Table III's "Augmentation"), from a key, never from hidden state."""

from typing import Any

import numpy as np

from reproduce.models.dcnn.loaded import keras
from reproduce.models.dcnn.recipe import VIEWS, Views

__all__ = ["Augmenter"]


class Augmenter:
    """Draws views of images. The same key gives the same draw on the same backend, whichever of the two is done."""

    def __init__(self, views: Views = VIEWS) -> None:
        mirrors = "horizontal_and_vertical" if views.flip == "both" else "horizontal"
        self._layers = [
            (bool(views.flip), keras.layers.RandomFlip(mirrors, seed=0)),
            (views.turn > 0, keras.layers.RandomRotation(views.turn, fill_mode=views.fill, seed=1)),
        ]

    def __call__(self, images: np.ndarray, *key: int) -> Any:
        """Turn (N, H, W, 3) in [0, 255] into float32 of the same shape, each image under its own draw."""
        x = keras.ops.convert_to_tensor(np.asarray(images, np.float32))
        rng = np.random.default_rng(np.random.SeedSequence(key))
        for done, layer in self._layers:
            state = layer.generator.state
            drawn = rng.integers(2**31, size=state.shape)
            state.assign(drawn.astype(keras.backend.standardize_dtype(state.dtype)))
            x = layer(x, training=True) if done else x
        return x
