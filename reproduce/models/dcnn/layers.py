"""The two layers that ``keras.applications`` lacks: GeM pooling and unit length."""

from typing import Any

from reproduce.models.dcnn.loaded import keras, ops

__all__ = ["GeM", "UnitLength"]


@keras.saving.register_keras_serializable(package="reproduce")
class GeM(keras.layers.Layer):
    """Generalised mean over the image (Radenovic et al. 2018): (N, H, W, C) -> (N, C), mean(x**p) ** (1/p).

    p = 1 is average pooling, large p nears the maximum. ``learned``: p is a parameter, else it stays as given.
    """

    def __init__(self, p: float = 3.0, learned: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start, self.learned = p, learned

    def build(self, input_shape: Any) -> None:
        self.p = self.add_weight(
            name="p", shape=(), initializer=keras.initializers.Constant(self.start), trainable=self.learned
        )

    def call(self, x: Any) -> Any:
        x = ops.maximum(ops.cast(x, "float32"), 1e-6)
        return ops.power(ops.mean(ops.power(x, self.p), axis=(1, 2)), 1.0 / self.p)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "p": self.start, "learned": self.learned}


@keras.saving.register_keras_serializable(package="reproduce")
class UnitLength(keras.layers.Layer):
    """Each row at L2 length 1: (N, D) -> (N, D), in float32. A row of zeros stays zero, and so does its gradient."""

    def call(self, x: Any) -> Any:
        x = ops.cast(x, "float32")
        return x * ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axis=-1, keepdims=True), 1e-12))
