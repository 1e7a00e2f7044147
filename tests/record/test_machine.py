"""What the record says of the machine, read without importing a backend."""

import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from reproduce.record import machine


@pytest.mark.parametrize(
    "name, kind",
    [
        ("NVIDIA H200", "h200"),
        ("NVIDIA A100-SXM4-80GB", "a100"),
        ("NVIDIA GeForce RTX 4090", "4090"),
        ("Tesla T4", "t4"),
        ("NVIDIA TITAN", "titan"),
        ("", "cpu"),
    ],
)
def test_the_class_of_a_device(name, kind):
    """A device's class is the word of its name that tells it from others; no device is a CPU."""
    assert machine._device_class(name) == kind


def test_the_backend_is_read_without_importing_it(monkeypatch, tmp_path):
    """KERAS_BACKEND names it, else Keras's own file, else TensorFlow; other libraries are their own backend."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert machine.backend("keras") == "tensorflow"
    (tmp_path / "keras.json").write_text('{"floatx": "float32", "backend": "jax"}')
    assert machine.backend("keras") == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert machine.backend("keras") == "torch"
    assert machine.backend("lightgbm") == "lightgbm"


def test_keras_s_own_file_lies_in_the_home_folder_unless_it_is_said(monkeypatch, tmp_path):
    """As Keras itself looks for it."""
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"backend": "torch"}')
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setattr(machine.Path, "home", lambda: tmp_path)
    assert machine.backend("keras") == "torch"


def test_a_gpu_counts_only_for_a_backend_that_can_use_it(monkeypatch):
    """NumPy computes on the CPU of a machine with a GPU, and so does a backend built without CUDA."""
    monkeypatch.setattr(machine, "gpu", lambda: {"name": "NVIDIA H200", "driver": "1"})
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert machine.machine_class("numpy").endswith("-cpu")
    monkeypatch.setattr(machine, "_may_use_gpu", lambda library: False)
    assert machine.machine_class("keras").endswith("-cpu")
    monkeypatch.setattr(machine, "_may_use_gpu", lambda library: True)
    assert machine.machine_class("keras").endswith("-h200")


def test_a_gpu_without_nvidia_smi_is_no_cpu(monkeypatch):
    """In a container that lacks it the backend says what it computes on: its results are not a CPU's."""
    tensorflow = types.SimpleNamespace(
        config=types.SimpleNamespace(
            list_physical_devices=lambda kind: [kind],
            experimental=types.SimpleNamespace(get_device_details=lambda found: {"device_name": "NVIDIA L4"}),
        )
    )
    torch = types.SimpleNamespace(
        cuda=types.SimpleNamespace(is_available=lambda: True, get_device_name=("Tesla T4", "NVIDIA L4").__getitem__)
    )
    monkeypatch.setattr(machine, "gpu", lambda: {"name": "", "driver": ""})
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)
    monkeypatch.setitem(sys.modules, "torch", torch)
    for backend, kind in (("tensorflow", "l4"), ("torch", "t4")):
        monkeypatch.setenv("KERAS_BACKEND", backend)
        assert machine.machine_class("keras").endswith(f"-{kind}")
    assert machine.machine_class("numpy").endswith("-cpu")


@pytest.mark.parametrize("tensorflow, torch", [(True, False), (False, True)])
def test_each_backend_is_asked_for_its_own_gpu(monkeypatch, tensorflow, torch):
    """Whatever another that is loaded beside it says; of one that was not loaded no name is known."""
    config = types.SimpleNamespace(list_physical_devices=lambda kind: [kind] * tensorflow)
    monkeypatch.setitem(sys.modules, "tensorflow", types.SimpleNamespace(config=config))
    cuda = types.SimpleNamespace(is_available=lambda: torch, get_device_name=lambda number: "Tesla T4")
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    for name, has_one in (("tensorflow", tensorflow), ("torch", torch)):
        monkeypatch.setenv("KERAS_BACKEND", name)
        assert machine._may_use_gpu("keras") == has_one
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert machine._name_by_backend("keras") == ""
    for name in ("tensorflow", "torch"):
        monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setenv("KERAS_BACKEND", name)
        assert machine._name_by_backend("keras") == ""


def test_dtype():
    """The factor says the precision; without one the library's default."""
    assert machine.dtype("numpy", {"dtype": "float32"}) == "float32"
    assert machine.dtype("numpy", {}) == "float64"
    assert machine.dtype("keras", {}) == "float32"


def test_nothing_heavy_is_imported():
    """The environment is known without importing a backend."""
    code = (
        "import sys; from reproduce.record import machine; machine.environment('keras');"
        "print([name for name in ('keras', 'tensorflow', 'torch', 'cv2', 'lightgbm', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_blas_is_numpys_whatever_else_is_loaded():
    """SciPy brings one of its own: the environment must not hang on which cell came first."""
    code = "{}\nfrom reproduce.record import machine; print(machine.environment('numpy')['blas'])"
    runs = [[sys.executable, "-c", code.format(first)] for first in ("", "import scipy.linalg")]
    first, second = (subprocess.run(run, capture_output=True, text=True, check=True).stdout for run in runs)
    assert first == second
    wheel = Path(np.__file__).parent.with_name("numpy.libs").is_dir()
    assert first.split() or not wheel


def test_the_blas_of_numpys_wheel_is_named_in_three_words(monkeypatch):
    """What is not known of it is left out; its threads and another library's BLAS are not it."""
    own = Path(np.__file__).parent.with_name("numpy.libs")
    known = [
        {"user_api": "openmp", "filepath": str(own / "libgomp.so"), "internal_api": "openmp"},
        {"user_api": "blas", "filepath": "/scipy.libs/libopenblas.so", "internal_api": "openblas", "version": "0.1"},
        {"user_api": "blas", "filepath": str(own / "lib.so"), "internal_api": "openblas", "version": "0.3",
         "architecture": None},
    ]  # fmt: skip
    monkeypatch.setattr("threadpoolctl.threadpool_info", lambda: known)
    assert machine.blas.__wrapped__() == "openblas 0.3"
    known.pop()
    assert machine.blas.__wrapped__() == ""


def test_the_environment_names_the_flags_that_are_set(monkeypatch):
    """And no others; what stands beside them is there whatever it is."""
    for name in machine._FLAGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = machine.environment.__wrapped__("lightgbm")
    assert (found["flags"], found["backend"]) == ({"OMP_NUM_THREADS": "3"}, "lightgbm")
    assert {"numpy", "scipy", "reproduce"} <= set(found["packages"])


def test_the_commit_is_the_packages_own_wherever_it_is_called(tmp_path, monkeypatch):
    """A command called inside somebody else's repository names this package's commit, not that repository's."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    here = machine.commit.__wrapped__()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert machine.commit.__wrapped__() == here != ""
    assert machine.revision(Path(machine.__file__).parent.parent) == here


def test_processors_of_one_name_are_told_apart(monkeypatch):
    """Clouds call very different processors "AMD EPYC": family, model and stepping stand beside the name."""
    said = "model name\t: AMD EPYC\ncpu family\t: {}\nmodel\t\t: 1\nstepping\t: 2\n"
    found = set()
    for family in (23, 25):
        monkeypatch.setattr(machine.Path, "read_text", lambda path, family=family: said.format(family))
        found.add(machine.cpu.__wrapped__())
    assert found == {"AMD EPYC 23.1.2", "AMD EPYC 25.1.2"}


@pytest.mark.parametrize("name, torch", [("tensorflow", None), ("torch", None), ("jax", None), ("tensorflow", "there")])
def test_what_is_installed_says_whether_a_gpu_may_be_used(monkeypatch, name, torch):
    """Where the backend is not imported yet: by its build; another backend that is there says nothing of it."""
    monkeypatch.setenv("KERAS_BACKEND", name)
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    there = torch and types.SimpleNamespace(cuda=types.SimpleNamespace(is_available=lambda: True))
    monkeypatch.setitem(sys.modules, "torch", there)
    monkeypatch.setattr(machine, "find_spec", lambda _: None)
    for version, may in (("2.0+cpu", False), ("2.0", name != "tensorflow")):
        monkeypatch.setattr(machine, "version", lambda _, version=version: version)
        assert machine._may_use_gpu("keras") == may
    monkeypatch.setattr(machine, "find_spec", lambda _: "cudnn")
    assert machine._may_use_gpu("keras")

    def nothing(_):
        raise machine.PackageNotFoundError

    monkeypatch.setattr(machine, "version", nothing)
    assert not machine._may_use_gpu("keras")


@pytest.mark.parametrize("script", ["echo broken; exit 9", "exit 0", "sleep 60"])
def test_a_driver_that_does_not_answer_is_no_gpu(monkeypatch, tmp_path, script):
    """nvidia-smi that fails, says nothing or hangs: the names are empty, and nothing is taken for one."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    run, waited = subprocess.run, []

    def hurried(*words, timeout, **how):
        waited.append(timeout)
        return run(*words, timeout=1, **how)

    monkeypatch.setattr(machine.subprocess, "run", hurried)
    assert machine.gpu.__wrapped__() == {"name": "", "driver": ""}
    assert waited == [20]


def test_a_driver_names_its_gpu(monkeypatch, tmp_path):
    """The first, and the driver's version; a process that may see none has none."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H200, 550.1'\necho 'NVIDIA T4, 550.1'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert machine.gpu.__wrapped__() == {"name": "NVIDIA H200", "driver": "550.1"}
    for hidden in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert machine.gpu.__wrapped__()["name"] == ""
