"""Where a result was computed: machine class, device, driver, flags, package versions and commit."""

import os
import platform
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reproduce import __version__
from reproduce.record.revision import revision

__all__ = ["backend", "commit", "cpu", "dtype", "environment", "machine_class"]

_PACKAGES = (
    *("numpy", "scipy", "scikit-learn", "keras", "tensorflow", "torch", "jax", "lightgbm"),
    *("opencv-python", "pillow", "wildlife-datasets"),
)
#: Environment variables that can change the bits of a result.
_FLAGS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"),
    *("TF_DETERMINISTIC_OPS", "TF_ENABLE_ONEDNN_OPTS", "TF_XLA_FLAGS", "XLA_FLAGS"),
    *("CUBLAS_WORKSPACE_CONFIG", "NVIDIA_TF32_OVERRIDE"),
)

#: Lines of /proc/cpuinfo.
CPU_FIELDS = ("model name", "cpu family", "model", "stepping")


def backend(library: str) -> str:
    """Return the backend that an experiment's library computes with: Keras names its own, read without importing it."""
    if library != "keras":
        return library
    if name := os.environ.get("KERAS_BACKEND"):
        return name
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        found = re.search(r'"backend"\s*:\s*"(\w+)"', (home / "keras.json").read_text())
    except OSError:
        found = None
    return found[1] if found else "tensorflow"


def dtype(library: str, factors: dict[str, Any]) -> str:
    """Return the precision of the arithmetic: the factor of that name, or the library's default."""
    return str(factors.get("dtype") or ("float64" if library in ("numpy", "lightgbm") else "float32"))


def machine_class(library: str = "numpy") -> str:
    """Return the class of the device that does a library's arithmetic: "x86_64-cpu", "x86_64-h200", "arm64-cpu"."""
    name = ""
    if backend(library) in ("tensorflow", "torch", "jax") and _may_use_gpu(library):
        name = gpu()["name"] or _name_by_backend(library)
    return f"{platform.machine().lower()}-{_device_class(name)}"


def _may_use_gpu(library: str) -> bool:
    """Return what the installed backend is built for, as far as told without importing it; asked of it if it runs."""
    name = backend(library)
    if (tensorflow := sys.modules.get("tensorflow")) and name == "tensorflow":
        return bool(tensorflow.config.list_physical_devices("GPU"))
    if (torch := sys.modules.get("torch")) and name == "torch":
        return bool(torch.cuda.is_available())
    try:
        return "+cpu" not in version(name) and (name != "tensorflow" or bool(find_spec("nvidia.cudnn")))
    except (PackageNotFoundError, ModuleNotFoundError):
        return False


def _name_by_backend(library: str) -> str:
    """Return the GPU's name as an imported backend says it: a container can have the driver without nvidia-smi."""
    tensorflow, torch = sys.modules.get("tensorflow"), sys.modules.get("torch")
    if tensorflow and backend(library) == "tensorflow":
        found = tensorflow.config.list_physical_devices("GPU")
        return str(tensorflow.config.experimental.get_device_details(found[0]).get("device_name", "gpu0"))
    if torch and backend(library) == "torch":
        return str(torch.cuda.get_device_name(0))
    return ""


def _device_class(name: str) -> str:
    """Return the word that tells: "NVIDIA H200" gives "h200", "NVIDIA A100-SXM4-80GB" "a100", none "cpu"."""
    words = re.findall(r"[a-z0-9]+", name.lower().replace("nvidia", "").replace("geforce", ""))
    return next((word for word in words if any(letter.isdigit() for letter in word)), "".join(words)) or "cpu"


@cache
def gpu() -> dict[str, str]:
    """Name and driver of the first NVIDIA GPU that processes may use; empty strings where there is none."""
    none = {"name": "", "driver": ""}
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    if hidden or not shutil.which("nvidia-smi"):
        return none
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        lines = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return none
    name, _, driver = lines[0].partition(",") if lines else ("", "", "")
    return {"name": name.strip(), "driver": driver.strip()}


@cache
def cpu() -> str:
    """Name, family, model and stepping: clouds call very different processors by one name ("AMD EPYC")."""
    try:
        said = Path("/proc/cpuinfo").read_text()
    except OSError:
        said = ""
    lines = [re.search(rf"^{key}\s*:\s*(.+)$", said, re.MULTILINE) for key in CPU_FIELDS]
    name, *numbers = [line[1].strip() if line else "" for line in lines]
    return f"{name} {'.'.join(numbers)}".strip(" .") or platform.processor()


@cache
def blas() -> str:
    """Return NumPy's own BLAS, its version and the kernel it chose for this processor: "openblas 0.3.31 SkylakeX".

    Other libraries bring others, which are loaded or not by what ran before; "" where it is none that is known.
    """
    import numpy as np
    from threadpoolctl import threadpool_info

    libraries = Path(np.__file__).parent.with_name("numpy.libs")
    for one in threadpool_info():
        if one["user_api"] == "blas" and Path(one["filepath"]).is_relative_to(libraries):
            return " ".join(str(one.get(name) or "") for name in ("internal_api", "version", "architecture")).strip()
    return ""


@cache
def environment(library: str = "numpy") -> dict[str, Any]:
    """Return what a result's bits may depend on: device, driver, flags, Python and the packages' versions.

    Read once in each process, before an experiment can set a flag, so that the order of cells changes nothing.
    """
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    packages["reproduce"] = __version__
    flags = {name: os.environ[name] for name in _FLAGS if name in os.environ}
    return {
        "machine": machine_class(library),
        "backend": backend(library),
        "cpu": cpu(),
        "blas": blas(),
        "gpu": gpu()["name"],
        "driver": gpu()["driver"],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "flags": flags,
        "packages": packages,
    }


@cache
def commit() -> str:
    """Return the commit of the package that runs, as `reproduce.record.revision` finds it, wherever it is called.

    Asked once in each process: what was imported stays what it was, whatever is committed meanwhile.
    """
    return revision(Path(__file__).resolve().parent.parent)
