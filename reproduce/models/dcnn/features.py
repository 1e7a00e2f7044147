"""A frozen backbone's features, computed once per image and kept, so that every seed and row shares one pass."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from typing import Any

import numpy as np
from filelock import FileLock

from reproduce.cache import by_products, digest, write_atomically
from reproduce.determinism import seed_keras
from reproduce.errors import InvalidInputError
from reproduce.models.dcnn import backbones
from reproduce.models.dcnn import weights as weights_files
from reproduce.models.dcnn.augment import Augmenter
from reproduce.models.dcnn.backbone import build, scaler
from reproduce.models.dcnn.loaded import keras
from reproduce.models.dcnn.recipe import NO_FILE, VIEWS, Views
from reproduce.progress import track

__all__ = ["VERSION", "features", "of_layer"]

#: Raised when the same image would give other features.
VERSION = 2
#: Images computed between two writes: what a kill can lose.
BLOCK = 32


def features(
    keys: Sequence[str],
    pixels: Callable[[np.ndarray], np.ndarray],
    *,
    backbone: str,
    weights: str | None = "imagenet",
    size: int = 224,
    pooling: str = "average",
    views: int = 0,
    drawn_as: Views = VIEWS,
    dtype: str = "float32",
    seed: int = 0,
) -> np.ndarray:
    """Return (N, C) float32 features of N images, or (N, views, C) of that many augmented views of each.

    keys: content hash of each image; ``pixels(rows)`` gives (len(rows), size, size, 3) uint8 RGB for those that are
    not kept yet. A view is drawn from (image, view) alone: the bank is one for all seeds. ``seed`` draws the
    weights where ``weights`` is in ``NO_FILE``, and counts only then. Two processes asking at once compute it once.
    """
    known = backbones.find(backbone)  # an unknown one is refused before its weights are sought
    drawn = weights in NO_FILE
    if drawn and known.builder == "timm":
        raise InvalidInputError(f"{backbone} has no random weights here: it is what its folder says; give its weights")
    if known.builder == "timm" and pooling != "average":
        raise InvalidInputError(f"{backbone} pools by itself; pooling is 'average' for it, not {pooling!r}")
    file = None if drawn else weights_files.find(backbone if weights == "imagenet" else str(weights))
    source = f"random {seed}" if file is None else weights_files.fingerprint(file)
    made_by = (keras.backend.backend(), keras.__version__, dtype)
    if known.builder == "timm":
        made_by = ("timm", metadata.version("timm"), "float32")
    how = (VIEWS.turn,) if drawn_as == VIEWS else drawn_as  # as banks were kept before there was a choice
    augmented = (views, *how) if views else ()
    kind = digest("features", VERSION, backbone, source, known.input_range, size, pooling, made_by, augmented)
    folder = by_products("features", kind[:32])
    # Who asks for the same images waits for them; other images by the same backbone are computed meanwhile.
    with FileLock(folder / f"{digest(sorted(set(keys)))[:32]}.lock"):
        kept = _kept(folder)
        first = {key: row for row, key in reversed(list(enumerate(keys)))}
        missing = np.array(sorted(row for key, row in first.items() if key not in kept), dtype=int)
        if len(missing):
            if drawn:
                seed_keras(seed)
            if known.builder == "timm" and file is not None:
                from reproduce.models.dcnn.transformers import Features

                model: Any = Features(file, size)
            else:
                model = build(backbone, None if drawn else str(file), size, pooling, dtype=dtype)
            for rows in _blocks(missing):
                made = _compute(model, pixels(rows), [keys[row] for row in rows], views, drawn_as)
                kept.update(zip([keys[row] for row in rows], made, strict=True))
                _keep(folder, [keys[row] for row in rows], made)
    return np.stack([kept[key] for key in keys])


def of_layer(images: np.ndarray, backbone: str, weights: str | None, layer: str) -> np.ndarray:
    """Return (N, C) float32: a named layer of a backbone, averaged over each image of (N, size, size, 3) uint8 RGB.

    ``weights`` as `features` has them, random ones the same each time; nothing is kept. Raises InvalidInputError
    for an unknown layer.
    """
    if weights in NO_FILE:
        seed_keras(0)
    whole = build(backbone, weights, images.shape[1])
    body = next(part for part in whole.layers if isinstance(part, keras.Model))
    names = [part.name for part in body.layers]
    if layer not in names:
        raise InvalidInputError(f"{backbone} has no layer {layer!r}; it has {', '.join(names[:3])} ... {names[-1]}")
    pooled = keras.layers.GlobalAveragePooling2D()(body.get_layer(layer).output)
    model = keras.Sequential([scaler(backbone), keras.Model(body.inputs, pooled)])
    return np.concatenate([_forward(model, images[rows]) for rows in _blocks(np.arange(len(images)))])


def _compute(model: Any, images: np.ndarray, keys: Sequence[str], views: int, drawn_as: Views) -> np.ndarray:
    if not views:
        return _forward(model, images)
    augment, made = Augmenter(drawn_as), []
    for image, key in zip(images, keys, strict=True):
        drawn = np.asarray(augment(np.repeat(image[None], views, axis=0), int(digest(key)[:15], 16)))
        names = [view.tobytes() for view in drawn]
        first = [names.index(name) for name in names]  # a view that comes again is computed once
        distinct = sorted(set(first))
        made.append(_forward(model, drawn[distinct])[np.searchsorted(distinct, first)])
    return np.stack(made)


def _forward(model: Any, images: Any) -> np.ndarray:
    found = np.asarray(model.predict_on_batch(images), np.float32)
    return found


def _blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    starts = range(0, len(rows), BLOCK)
    return track((rows[start : start + BLOCK] for start in starts), len(starts), "features")


def _keep(folder: Any, keys: Sequence[str], rows: np.ndarray) -> None:
    file = io.BytesIO()
    np.savez(file, keys=np.array(keys), rows=rows, digest=np.array(digest(list(keys), rows)))
    write_atomically(folder / f"{digest(list(keys))[:32]}.npz", file.getvalue())


def _kept(folder: Any) -> dict[str, np.ndarray]:
    """Return what is kept there, by key; a block that a disk or a hand has changed since is computed anew."""
    found: dict[str, np.ndarray] = {}
    for path in sorted(folder.glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as block:
                keys, rows, own = block["keys"].tolist(), block["rows"], str(block["digest"])
        except (zipfile.BadZipFile, EOFError, KeyError, ValueError):
            continue
        if own == digest(keys, rows):
            found.update(zip(keys, rows, strict=True))
    return found
