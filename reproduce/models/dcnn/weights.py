"""Pretrained weights of a backbone: where they are, what they hash to, and one clear error where they are not.

Sought in this order: the folder ``REPRODUCE_WEIGHTS``, as ``<backbone>_imagenet_notop.weights.h5`` or under Keras' own
name; what this suite fetched; then Keras' own downloads. A path of a file is taken as it is.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from reproduce.cache import cache_dir
from reproduce.errors import InvalidInputError, WeightsMissingError
from reproduce.models.dcnn.published import KNOWN, PUBLISHED

__all__ = ["doubt", "find", "fingerprint", "load_into"]


def find(name: str) -> Path:
    """The weights file that ``name`` stands for: a backbone ("densenet169", in any case) or a path.

    Raises WeightsMissingError, which says where it was sought and how to get it.
    """
    if os.sep in name or name.endswith(".h5"):
        path = Path(name)
        if not path.is_file():
            raise WeightsMissingError(f"weights: no file {name}; give the path of a Keras .weights.h5 file")
        return path.resolve()
    folder = os.environ.get("REPRODUCE_WEIGHTS")
    file = f"{name.lower()}_imagenet_notop.weights.h5"
    published = PUBLISHED.get(name.lower())
    files = [file, *([published.file] if published else [])]
    for place in ([Path(folder)] if folder else []) + [cache_dir("weights"), _keras_downloads()]:
        for one in files:
            if (place / one).is_file():
                return (place / one).resolve()
    raise WeightsMissingError(
        f"ImageNet weights of {name} are not here; `reproduce weights --get {name}` fetches them, "
        f"or put {file} into the folder that REPRODUCE_WEIGHTS names"
    )


def fingerprint(path: Path) -> str:
    """SHA-256 of a weights file, 64 hex digits; read once per process while the file does not change."""
    status = path.stat()
    return _hash(path, status.st_size, status.st_mtime_ns)


def doubt(path: Path) -> str:
    """Why these weights need not be what Keras publishes, in words; "" where their digest says that they are."""
    if fingerprint(path) in KNOWN:
        return ""
    status = path.stat()
    published = {one.digest for one in PUBLISHED.values() if one.digest}
    # Keras checks no digest of a file that this suite fetched: then the first download is what it is told by.
    unchecked = {one.file for one in PUBLISHED.values() if not one.digest}
    fetched = path.name in unchecked and path.parent == cache_dir("weights").resolve()
    if fetched or f"md5:{_hash(path, status.st_size, status.st_mtime_ns, 'md5')}" in published:
        return ""
    return f"{path.name} is none of the weights that Keras publishes"


@lru_cache
def _hash(path: Path, size: int, changed: int, kind: str = "sha256") -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def load_into(model: Any, path: Path) -> None:
    """Fill every parameter of a Keras model from a file; InvalidInputError where it is another model's.

    Counted first: Keras fills what it finds by name, and can leave the rest as it was with no more than a warning.
    """
    try:
        held = _parameters(path)
        if held != model.count_params():
            raise ValueError(f"it holds {held} parameters, the model has {model.count_params()}")
        model.load_weights(path)
    except (ValueError, KeyError, OSError, IndexError) as error:
        why = " ".join(str(error).split())[:160]
        raise InvalidInputError(
            f"{path}: not the weights of {model.name} without its classifier ({why}); "
            f"give a file saved from keras.applications' own {model.name}"
        ) from None


def _parameters(path: Path) -> int:
    import h5py

    sizes = []
    with h5py.File(path) as file:
        file.visititems(lambda _, found: sizes.append(found.size) if isinstance(found, h5py.Dataset) else None)
    return sum(sizes)


def _keras_downloads() -> Path:
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models"
