"""Images as arrays, decoded once and kept by content: the second call is a memory map."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Literal, overload

import numpy as np

from reproduce.cache import arrays, digest
from reproduce.datasets.boxes import reaches_out
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.decoding import Decoded, decode
from reproduce.errors import DataMissingError, InvalidInputError
from reproduce.parts import whole
from reproduce.progress import track

__all__ = ["BLOCK", "blocks_of", "decoded_file", "images", "raw_image", "rows_of", "seen"]

Mode = Literal["grey", "colour"]
#: Names of OpenCV's interpolations. "area" averages the pixels it covers when shrinking.
RESIZES = {"nearest": "INTER_NEAREST", "linear": "INTER_LINEAR", "area": "INTER_AREA", "cubic": "INTER_CUBIC"}
#: Raised when the same file would give other pixels.
VERSION = 3
#: Images between two writes of what is computed of each: what a kill can lose.
BLOCK = 64


@overload
def images(catalogue: Catalogue, size: tuple[int, int] = ..., mode: Mode = ..., resize: str = ...) -> np.ndarray: ...
@overload
def images(catalogue: Catalogue, size: None, mode: Mode = ..., resize: str = ...) -> list[np.ndarray]: ...
def images(
    catalogue: Catalogue, size: tuple[int, int] | None = (64, 64), mode: Mode = "grey", resize: str = "area"
) -> np.ndarray | list[np.ndarray]:
    """Return the images of a catalogue, in its order.

    size: (height, width) to which every image is resized, whatever its proportions; None keeps each as it is and
    returns a list. mode: "grey" gives (N, H, W) uint8, OpenCV's BGR-to-grey weights applied before resizing;
    "colour" gives (N, H, W, 3) uint8, RGB. resize: "area", "linear", "cubic" or "nearest".

    Arrays are read-only. A set drawn from a larger one is decoded with it, once for all seeds.
    Raises DataMissingError where the catalogue has no pixels, InvalidInputError naming the file that is not a whole
    image.
    """
    if not catalogue.has_pixels:
        raise DataMissingError(
            f"{catalogue.name} has no images here, only identities; get them: reproduce datasets --get {catalogue.name}"
        )
    _check(size, mode, resize)
    if catalogue.source is not None and catalogue.rows is not None:
        if size is None:
            everything = images(catalogue.source, None, mode, resize)
            return [everything[row] for row in catalogue.rows]
        return images(catalogue.source, size, mode, resize)[catalogue.rows]
    key = digest("images", VERSION, _contents(catalogue), size, mode, resize)
    if size is None:
        return _ragged(catalogue, key, mode)
    return arrays("images", key, lambda: _stacked(catalogue, size, mode, resize))


def raw_image(path: str | os.PathLike, mode: Mode = "colour") -> np.ndarray:
    """Return one image as its file holds it, turned as its EXIF says: (H, W, 3) uint8 RGB, or (H, W) uint8 for "grey".

    The type is told from the bytes, never from the ending: LionData's JPEGs are called .png.
    Raises InvalidInputError naming a file that is absent, empty, cut off or no image.
    """
    import cv2

    _check(None, mode, "area")
    return cv2.cvtColor(decoded_file(path).pixels, cv2.COLOR_BGR2GRAY if mode == "grey" else cv2.COLOR_BGR2RGB)


def decoded_file(path: str | os.PathLike) -> Decoded:
    """Return what an image file, or the part of it that `parts.part` names, shows and what was done to its values.

    Errors are those of ``raw_image``.
    """
    file_path, box = whole(path)
    try:
        with open(file_path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read ({error.strerror})") from None
    if not content:
        raise InvalidInputError(f"{path}: an empty file, not an image; fetch it again")
    found = decode(content, file_path)
    if box is None:
        return found
    height, width = found.pixels.shape[:2]
    if reaches_out(box, (width, height)):
        raise InvalidInputError(f"{path}: the box reaches out of the picture, {width} pixels wide and {height} high")
    x, y, across, down = box
    return replace(found, pixels=found.pixels[y : y + down, x : x + across].copy())


def rows_of(
    catalogue: Catalogue, name: str, row: Callable[[np.ndarray], np.ndarray], mode: Mode = "colour"
) -> np.ndarray:
    """Return (N, ...), one row for each image, as `blocks_of` computes and keeps them."""
    return np.concatenate(blocks_of(catalogue, name, row, mode))


def blocks_of(
    catalogue: Catalogue, name: str, row: Callable[[np.ndarray], np.ndarray], mode: Mode = "colour"
) -> list[np.ndarray]:
    """Return the rows of each BLOCK images, mapped from files, computed where an image is decoded.

    A thread holds no more than one image. ``row(image)`` is called with an image as `raw_image` gives it; ``name`` says
    what it computes, all settings included. Kept under the images' contents: what was computed before a kill is not
    computed again.
    """
    contents, paths = _contents(catalogue), catalogue.paths.tolist()
    starts = range(0, len(paths), BLOCK)
    missing = track(range(len(paths)), len(paths), f"reading {len(paths):,} images")
    blocks = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in starts:
            some = slice(start, start + BLOCK)
            key = digest("rows", VERSION, name, mode, contents[some])

            def computed(some: slice = some) -> np.ndarray:
                return np.stack(list(pool.map(lambda path: row(raw_image(path, mode)), paths[some])))

            blocks.append(arrays("rows", key, computed))
            for _ in range(len(paths[some])):
                next(missing)
    return blocks


def seen(catalogue: Catalogue) -> str:
    """Return a digest of what the images show: their files' contents and how files become pixels.

    By it is kept what was computed of pixels: the same file may be seen otherwise by another version of this software.
    """
    return digest("seen", VERSION, _contents(catalogue))


def _check(size: tuple[int, int] | None, mode: str, resize: str) -> None:
    if mode not in ("grey", "colour"):
        raise InvalidInputError(f'images: mode is "grey" or "colour", not {mode!r}')
    if resize not in RESIZES:
        raise InvalidInputError(f"images: resize is one of {', '.join(RESIZES)}, not {resize!r}")
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise InvalidInputError(f"images: size is (height, width) in whole pixels or None, not {size!r}")


def _resized(path: str, size: tuple[int, int], mode: Mode, resize: str) -> np.ndarray:
    import cv2

    height, width = size
    return cv2.resize(raw_image(path, mode), (width, height), interpolation=getattr(cv2, RESIZES[resize]))


def _decode(catalogue: Catalogue, size: tuple[int, int] | None, mode: Mode, resize: str) -> Iterator[np.ndarray]:
    """Decode in threads: both decoders release Python's lock, and nothing is forked."""

    def one(path: str) -> np.ndarray:
        return raw_image(path, mode) if size is None else _resized(path, size, mode, resize)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        decoded: Iterable[np.ndarray] = pool.map(one, catalogue.paths.tolist())
        yield from track(decoded, len(catalogue), f"decoding {catalogue.name}")


def _stacked(catalogue: Catalogue, size: tuple[int, int], mode: Mode, resize: str) -> np.ndarray:
    stack = np.empty((len(catalogue), *size, *([3] if mode == "colour" else [])), np.uint8)
    for row, image in enumerate(_decode(catalogue, size, mode, resize)):
        stack[row] = image
    return stack


def _ragged(catalogue: Catalogue, key: str, mode: Mode) -> list[np.ndarray]:
    """Return images of all sizes: kept end to end as one flat array, beside their shapes."""
    kept: list[np.ndarray] = []

    def decoded() -> list[np.ndarray]:
        if not kept:
            kept.extend(_decode(catalogue, None, mode, "area"))
        return kept

    shapes = arrays("images", f"{key}-shapes", lambda: np.array([image.shape for image in decoded()]))
    flat = arrays("images", f"{key}-pixels", lambda: np.concatenate([image.ravel() for image in decoded()]))
    ends = np.cumsum(shapes.prod(axis=1))
    return [
        flat[end - size : end].reshape(shape)
        for end, size, shape in zip(ends, shapes.prod(axis=1), shapes, strict=True)
    ]


def _contents(catalogue: Catalogue) -> list[str]:
    """Return the SHA-256 of each image's file."""
    found = _digests(catalogue.paths) if catalogue.digests is None else catalogue.digests
    return list(found.tolist())


def _digests(paths: np.ndarray) -> np.ndarray:
    """Return the digests of a catalogue made by hand: hashed at every call."""
    import hashlib

    found = []
    for path in paths.tolist():
        try:
            with open(path, "rb") as file:
                found.append(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            raise InvalidInputError(f"{path}: cannot be read ({error.strerror})") from None
    return np.array(found)
