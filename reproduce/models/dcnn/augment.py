"""Random flips and rotations by Keras layers (Table III's "Augmentation"), from a key, never from hidden state."""

from typing import Any

import keras
import numpy as np

__all__ = ["TURN", "Augmenter"]

#: The largest rotation to either side, in turns; the paper gives none.
TURN = 0.1


class Augmenter:
    """Horizontal flips and rotations of up to 0.1 turn. The same key gives the same draw on the same backend."""

    def __init__(self) -> None:
        self._layers = [
            keras.layers.RandomFlip("horizontal", seed=0),
            keras.layers.RandomRotation(TURN, fill_mode="reflect", seed=1),
        ]

    def __call__(self, images: np.ndarray, *key: int) -> Any:
        """(N, H, W, 3) in [0, 255] -> float32 of the same shape, each image under its own draw."""
        x = keras.ops.convert_to_tensor(np.asarray(images, np.float32))
        rng = np.random.default_rng(np.random.SeedSequence(key))
        for layer in self._layers:
            state = layer.generator.state
            drawn = rng.integers(2**31, size=state.shape)
            state.assign(drawn.astype(keras.backend.standardize_dtype(state.dtype)))
            x = layer(x, training=True)
        return x
