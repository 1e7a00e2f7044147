"""Backend flags: float32 is float32 on every device."""

import os
import sys
import types

from reproduce.determinism import full_precision
from reproduce.running.threads import WORKER_ENVIRONMENT


def test_tf32_is_off_in_whatever_is_imported(monkeypatch):
    """TensorFlow, torch and JAX are told where they are loaded, and the CUDA libraries by their variable."""
    told = {}
    product, convolution = types.SimpleNamespace(allow_tf32=True), types.SimpleNamespace(allow_tf32=True)
    cuda = types.SimpleNamespace(matmul=product)
    torch = types.SimpleNamespace(backends=types.SimpleNamespace(cuda=cuda, cudnn=convolution))
    experimental = types.SimpleNamespace(enable_tensor_float_32_execution=lambda on: told.update(tensorflow=on))
    tensorflow = types.SimpleNamespace(config=types.SimpleNamespace(experimental=experimental))
    jax = types.SimpleNamespace(config=types.SimpleNamespace(update=lambda name, value: told.update({name: value})))
    for name, module in {"torch": torch, "tensorflow": tensorflow, "jax": jax}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delenv("NVIDIA_TF32_OVERRIDE", raising=False)
    full_precision()
    assert told == {"tensorflow": False, "jax_default_matmul_precision": "highest"}
    assert not product.allow_tf32
    assert not convolution.allow_tf32
    assert os.environ["NVIDIA_TF32_OVERRIDE"] == "0"
    monkeypatch.delenv("NVIDIA_TF32_OVERRIDE")


def test_nothing_is_imported_for_it(monkeypatch):
    """What is not loaded is left alone."""
    for name in ("torch", "tensorflow", "jax"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "0")
    full_precision()
    assert not {"torch", "tensorflow", "jax"} & set(sys.modules)


def test_workers_start_without_tf32():
    """The variable is there before a worker imports anything."""
    assert WORKER_ENVIRONMENT["NVIDIA_TF32_OVERRIDE"] == "0"
