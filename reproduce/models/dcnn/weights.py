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
from reproduce.models.dcnn import backbones
from reproduce.models.dcnn.transformers import FILES, weights_file

__all__ = ["doubt", "find", "fingerprint", "load_into"]


def find(name: str) -> Path:
    """Return the weights file that ``name`` stands for: a backbone ("densenet169", in any case) or a path.

    Raises WeightsMissingError, which says where it was sought and how to get it.
    """
    if backbones.of_folder(name):
        if found := weights_file(Path(name)):
            return found.resolve()
        raise WeightsMissingError(f"weights: {name} holds no {' or '.join(FILES)} beside its config.json")
    if os.sep in name or name.endswith(".h5"):
        path = Path(name)
        if not path.is_file():
            raise WeightsMissingError(f"weights: no file {name}; give the path of a Keras .weights.h5 file")
        return path.resolve()
    folder = os.environ.get("REPRODUCE_WEIGHTS")
    known = backbones.find(name)
    for place in ([Path(folder)] if folder else []) + [cache_dir("weights"), _keras_downloads()]:
        for one in filter(None, (known.local, known.file)):
            found = place / one if known.builder == "keras" else weights_file(place / one)
            if found is not None and found.is_file():
                return found.resolve()
    what, where = "ImageNet weights", known.local
    if known.builder == "timm":
        what, where = "pretrained weights", f"the folder {known.local} (config.json and {' or '.join(FILES)})"
    raise WeightsMissingError(
        f"{what} of {name} are not here; `reproduce weights --get {name}` fetches them, "
        f"or put {where} into the folder that REPRODUCE_WEIGHTS names"
    )


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a weights file, 64 hex digits; read once per process while the file does not change."""
    status = path.stat()
    return _hash(path, status.st_size, status.st_mtime_ns)


def doubt(path: Path) -> str:
    """Say why these weights need not be what Keras publishes; "" where their digest says that they are."""
    known = backbones.known_digests()
    if f"sha256:{fingerprint(path)}" in known:
        return ""
    status = path.stat()
    # Of some files no digest is published: of one that this suite fetched, the first download is what it is told by.
    unchecked = [one for one in backbones.published().values() if not any(d.startswith("md5:") for d in one.digests)]
    places = {cache_dir("weights").resolve() / (one.file or one.local) for one in unchecked}
    fetched = path in places or path.parent in places
    if fetched or f"md5:{_hash(path, status.st_size, status.st_mtime_ns, 'md5')}" in known:
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
