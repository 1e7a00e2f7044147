"""Seeds, threads and backend flags in one place: the same seed on the same machine gives the same bits."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from threadpoolctl import threadpool_limits

__all__ = ["full_precision", "generator", "integer_seed", "keras_deterministic", "seed_keras", "single_thread"]


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return a NumPy generator for one named purpose under a seed; other purposes under it are independent."""
    words = [int.from_bytes(name.encode(), "little") for name in names]
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


def integer_seed(seed: int, *names: str) -> int:
    """Return a 31-bit seed for libraries that want one integer, independent across named purposes."""
    return int(generator(seed, *names).integers(2**31 - 1))


@contextmanager
def single_thread() -> Iterator[None]:
    """Keep BLAS and OpenMP on one thread: two that spin on a busy machine can be 45 times slower than one."""
    with threadpool_limits(limits=1):
        yield


def seed_keras(seed: int) -> None:
    """Seed Python, NumPy and Keras, whose initialisers then draw from a generator that no other thread shares.

    They take their seeds from Python's global generator, of which a Dask worker's own thread draws in between.
    """
    import keras
    from keras.src.random import seed_generator

    keras.utils.set_random_seed(seed)
    seed_generator.python_random = random.Random(seed)


def keras_deterministic(seed: int) -> None:
    """Seed Python, NumPy and the Keras backend, and ask the backend for its deterministic kernels.

    Sets ``TF_DETERMINISTIC_OPS`` for TensorFlow and ``torch.use_deterministic_algorithms`` for torch, and switches
    TF32 off.
    """
    import keras

    seed_keras(seed)
    full_precision()
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    elif backend == "torch":
        import torch

        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)


def full_precision() -> None:
    """Switch TF32 off: float32 products keep their 24 bits on a GPU too, in whichever backends are imported.

    An NVIDIA GPU rounds the factors of a float32 product to 11 bits unless told otherwise, which moves distances
    by a thousandth and flips ranks. ``NVIDIA_TF32_OVERRIDE`` says the same to libraries that are not asked here.
    """
    os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    if torch := sys.modules.get("torch"):
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    if jax := sys.modules.get("jax"):
        jax.config.update("jax_default_matmul_precision", "highest")
