"""One thread for each cell, and float32 in full: the order of a threaded sum is not reproducible, nor is TF32."""

import os
import sys
from collections.abc import Mapping

__all__ = ["WORKER_ENVIRONMENT", "pin"]

#: Set before a worker imports anything: libraries read these once.
WORKER_ENVIRONMENT: Mapping[str, str] = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "1",  # as `reproduce.models.dcnn.loaded` sets it, so that every record names it
    # Several workers may share one GPU: none may take all of its memory.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    # float32 on a GPU keeps its 24 bits, as on a CPU (`reproduce.determinism.full_precision`).
    "NVIDIA_TF32_OVERRIDE": "0",
}


def pin() -> None:
    """Pin this process, as far as it is not too late: what was set is kept, what was imported is limited."""
    for name, value in WORKER_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    if cv2 := sys.modules.get("cv2"):
        cv2.setNumThreads(1)
