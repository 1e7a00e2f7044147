"""What the light core leaves out: a library that is not installed is named in one line, with the extra that has it."""

from functools import cache
from importlib.util import find_spec

from reproduce.errors import ReproduceError

__all__ = ["DISTRIBUTION", "ExtraMissingError", "lacking", "needed"]

#: The package's name on an index, where another project is called as its command is.
DISTRIBUTION = "paper-claims"
#: Modules by the extra that brings them.
EXTRAS = {
    "animals": ("wildlife_datasets", "cv2", "PIL", "matplotlib", "sklearn", "joblib", "pandas"),
    "paper": ("keras", "tensorflow", "lightgbm", "h5py"),
    "transformers": ("timm", "torchvision"),
    "cluster": ("dask", "distributed"),
    "crate": ("rocrate",),
}


class ExtraMissingError(ReproduceError, ModuleNotFoundError):
    """A library of an extra is not installed. The message names both, and the command that installs them."""


@cache
def lacking(module: str) -> str:
    """Say that a library is not installed and which extra brings it; "" where it is installed."""
    return "" if find_spec(module) else _line(module)


def needed(error: ModuleNotFoundError) -> ExtraMissingError | None:
    """Return the error that a user is shown if a library of an extra could not be imported; None for any other."""
    module = (error.name or "").partition(".")[0].replace("-", "_")  # importlib.metadata names the distribution
    return ExtraMissingError(_line(module), name=module) if any(module in names for names in EXTRAS.values()) else None


def _line(module: str) -> str:
    extra = next(extra for extra, names in EXTRAS.items() if module in names)
    return f"{module.replace('_', '-')} is not installed; `python -m pip install '{DISTRIBUTION}[{extra}]'` brings it"
