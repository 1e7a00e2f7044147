"""One compiled training step on whichever backend Keras runs: forward, loss, gradients, optimiser."""

from collections.abc import Callable
from typing import Any

from reproduce.models.dcnn.loaded import keras

__all__ = ["compiled_step"]

#: (labels, embeddings) -> named scalars, among them "loss".
Objective = Callable[[Any, Any], dict[str, Any]]


def compiled_step(model: Any, optimizer: Any, objective: Objective) -> Callable[[Any, Any], dict[str, Any]]:
    """Return a function (inputs, labels) -> the objective's scalars that moves the model by one step of the optimiser.

    Scalars come back as the backend's own tensors, so that a GPU need not wait for anybody to read them.
    """
    optimizer.build(model.trainable_variables)
    return {"tensorflow": _tensorflow, "torch": _torch, "jax": _jax}[keras.backend.backend()](
        model, optimizer, objective
    )


def _tensorflow(model: Any, optimizer: Any, objective: Objective) -> Callable[[Any, Any], dict[str, Any]]:
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def step(inputs: Any, labels: Any) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            scalars = objective(labels, model(inputs, training=True))
        variables = [variable.value for variable in model.trainable_variables]
        optimizer.apply(tape.gradient(scalars["loss"], variables), model.trainable_variables)
        return scalars

    return step


def _torch(model: Any, optimizer: Any, objective: Objective) -> Callable[[Any, Any], dict[str, Any]]:
    import torch

    def step(inputs: Any, labels: Any) -> dict[str, Any]:
        model.zero_grad()
        scalars = objective(labels, model(inputs, training=True))
        scalars["loss"].backward()
        with torch.no_grad():
            gradients = [variable.value.grad for variable in model.trainable_variables]
            optimizer.apply(gradients, model.trainable_variables)
        return {name: value.detach() for name, value in scalars.items()}

    return step


def _jax(model: Any, optimizer: Any, objective: Objective) -> Callable[[Any, Any], dict[str, Any]]:
    import jax

    def cost(trainable: Any, other: Any, inputs: Any, labels: Any) -> Any:
        embeddings, other = model.stateless_call(trainable, other, inputs, training=True)
        scalars = objective(labels, embeddings)
        return scalars["loss"], (scalars, other)

    @jax.jit
    def move(trainable: Any, other: Any, state: Any, inputs: Any, labels: Any) -> Any:
        gradient = jax.value_and_grad(cost, has_aux=True)
        (_, (scalars, other)), slopes = gradient(trainable, other, inputs, labels)
        trainable, state = optimizer.stateless_apply(state, slopes, trainable)
        return trainable, other, state, scalars

    def step(inputs: Any, labels: Any) -> dict[str, Any]:
        holders = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
        *values, scalars = move(*([each.value for each in holder] for holder in holders), inputs, labels)
        for holder, new in zip(holders, values, strict=True):
            for variable, value in zip(holder, new, strict=True):
                variable.assign(value)
        return dict(scalars)

    return step
