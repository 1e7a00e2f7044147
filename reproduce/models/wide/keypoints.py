"""Keypoints and descriptors of ORB, SIFT and BRISK by OpenCV, kept by the content of each image (section II-B.3).

The paper names the three detectors and nothing else. Ours, for all three: the image is scaled to 256 pixels in
height, and the 300 keypoints of strongest response are kept.

References: ORB, Rublee et al. 2011; SIFT, Lowe 2004; BRISK, Leutenegger et al. 2011.
"""

import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reproduce import cache
from reproduce.errors import InvalidInputError
from reproduce.progress import track

__all__ = ["BINARY", "BYTES", "DETECTORS", "descriptors", "keypoints"]

DETECTORS = ("ORB", "SIFT", "BRISK")
#: Bytes of one descriptor. SIFT's 128 values are whole numbers in [0, 255] and lose nothing as bytes.
BYTES = {"ORB": 32, "SIFT": 128, "BRISK": 64}
BINARY = ("ORB", "BRISK")
#: Raised when what is kept changes its meaning.
VERSION = 1
_ENGINES = threading.local()


def keypoints(
    images: Sequence[Any],
    detector: str,
    *,
    height: int = 256,
    most: int = 300,
    n_jobs: int = -1,
) -> list[np.ndarray]:
    """Return the keypoints of every image, strongest first; none is an empty array.

    ``images``: grey uint8 arrays (H, W), or paths of image files, decoded to grey here. Each answer is a structured
    array (n,), n <= ``most``, with fields x, y, size (pixels of the image at ``height``), angle (degrees),
    response and ``descriptor`` (BYTES[detector],) uint8. ``n_jobs`` -1 uses all cores. Kept under
    ``REPRODUCE_CACHE`` by image content, detector and settings.
    """
    if detector not in DETECTORS:
        raise InvalidInputError(f"no detector {detector!r}: there are {', '.join(DETECTORS)}")
    if height < 32 or most < 1:
        raise InvalidInputError(f"keypoints: height {height} must be >= 32 and most {most} must be >= 1")
    from joblib import Parallel, cpu_count, delayed

    # Threads suffice: OpenCV lets go of the interpreter's lock, and nothing is copied between processes.
    jobs = cpu_count() if n_jobs == -1 else n_jobs
    work = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")
    found = work(delayed(_kept)(image, detector, height, most) for image in images)
    return list(track(found, len(images), f"{detector} keypoints"))


def descriptors(found: Iterable[np.ndarray], detector: str, *, bits: bool = True) -> list[np.ndarray]:
    """Return the descriptors alone, (n, D) uint8: SIFT D = 128; ORB 256 and BRISK 512 as bits, or 32 and 64 bytes."""
    plain = [np.ascontiguousarray(points["descriptor"]) for points in found]
    if bits and detector in BINARY:
        return [np.unpackbits(values, axis=1) for values in plain]
    return plain


def _kept(image: Any, detector: str, height: int, most: int) -> np.ndarray:
    import cv2

    is_path = isinstance(image, str | os.PathLike)
    content = _read(Path(image)) if is_path else _checked(image)
    key = cache.digest("keypoints", VERSION, cv2.__version__, detector, height, most, content)

    def found() -> np.ndarray:
        grey = _decode(content, image) if isinstance(content, bytes) else content
        return _detect(grey, detector, height, most)

    # A copy: a memory map per image and detector would exhaust the process's open files.
    return np.array(cache.arrays("keypoints", key, found))


def _detect(grey: np.ndarray, detector: str, height: int, most: int) -> np.ndarray:
    import cv2

    cv2.setNumThreads(1)
    scale = height / grey.shape[0]
    width = max(32, round(grey.shape[1] * scale))
    shrink = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    grey = cv2.resize(grey, (width, height), interpolation=shrink)
    engine: Any
    if detector == "ORB":
        engine = cv2.ORB.create(nfeatures=most)
    elif detector == "SIFT":
        engine = cv2.SIFT.create(nfeatures=most)
    else:
        engine = _brisk()
    points = sorted(engine.detect(grey, None), key=lambda point: -point.response)[:most]
    points, values = engine.compute(grey, points)
    kind = np.dtype(
        [(name, np.float32) for name in ("x", "y", "size", "angle", "response")]
        + [("descriptor", np.uint8, (BYTES[detector],))]
    )
    table = np.zeros(len(points), kind)
    if len(points):
        rows = [(*point.pt, point.size, point.angle, point.response) for point in points]
        for name, column in zip(kind.names or (), zip(*rows, strict=True), strict=False):
            table[name] = column
        table["descriptor"] = values
    # ORB computes octave by octave and gives its keypoints back in that order.
    return table[np.argsort(-table["response"], kind="stable")]


def _brisk() -> Any:
    """Return BRISK, one for each thread: to make one takes 36 ms, its keypoints on an image 6."""
    import cv2

    if not hasattr(_ENGINES, "brisk"):
        _ENGINES.brisk = cv2.BRISK.create()
    return _ENGINES.brisk


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read ({error.strerror}); give the path of an image") from None


def _decode(content: bytes, path: Any) -> np.ndarray:
    import cv2

    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None
    if grey is None:
        raise InvalidInputError(f"{path}: not a readable image; replace or leave out the file")
    return np.asarray(grey)


def _checked(image: Any) -> np.ndarray:
    grey = np.ascontiguousarray(image)
    if grey.ndim != 2 or grey.dtype != np.uint8 or not grey.size:
        raise InvalidInputError(
            f"keypoints: an image must be a path or a grey (H, W) uint8 array, not {grey.dtype} {grey.shape}"
        )
    return grey
