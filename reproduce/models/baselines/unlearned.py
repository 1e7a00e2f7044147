"""Embeddings that learn nothing: what any trained model has to beat before its score means something."""

from collections.abc import Sequence

import numpy as np

from reproduce.determinism import generator
from reproduce.errors import InvalidInputError

__all__ = [
    "colour_histograms",
    "colour_space_histograms",
    "constant",
    "glorot_uniform",
    "grey_histograms",
    "grey_pixels",
    "l2_normalised",
    "oriented_gradients",
    "untrained_relu",
]

#: Pixels counted at a time: of a large photograph all at once take ten times its size.
PIXELS = 2**18
#: Colour space -> OpenCV's conversion from RGB, the channels counted, their bins and their ranges.
SPACES: dict[str, tuple[str, list[int], list[int], list[float]]] = {
    "HSV": ("COLOR_RGB2HSV", [0, 1, 2], [16, 8, 8], [0, 180, 0, 256, 0, 256]),
    "Lab": ("COLOR_RGB2LAB", [0, 1, 2], [8, 24, 24], [0, 256, 64, 192, 64, 192]),
    "ab": ("COLOR_RGB2LAB", [1, 2], [32, 32], [96, 160, 96, 192]),
}


def grey_pixels(images: np.ndarray) -> np.ndarray:
    """Return grey images (N, H, W) uint8 as rows (N, H*W) float32 in [0, 1], as the paper's MLP sees them (II-B.1)."""
    if images.ndim != 3 or images.dtype != np.uint8:
        raise InvalidInputError(f"grey images are (N, H, W) uint8, not {images.shape} {images.dtype}")
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def colour_histograms(images: Sequence[np.ndarray], bins: int = 8) -> np.ndarray:
    """Return RGB histograms (N, bins**3) float64 under the Hellinger map, of images (H, W, 3) uint8 of any sizes.

    Each histogram sums to one before its square root is taken, so Euclidean distance is Hellinger distance
    (times sqrt 2) and every row has length one.
    """
    rows = []
    for image in images:
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise InvalidInputError(f"colour images are (H, W, 3) uint8, not {image.shape} {image.dtype}")
        flat, counts = image.reshape(-1, 3), np.zeros(bins**3, np.int64)
        for start in range(0, len(flat), PIXELS):
            level = (flat[start : start + PIXELS].astype(np.int64) * bins) >> 8  # (P, 3) in 0 .. bins - 1
            counts += np.bincount((level[:, 0] * bins + level[:, 1]) * bins + level[:, 2], minlength=bins**3)
        rows.append(np.sqrt(counts / counts.sum()))
    return np.stack(rows) if rows else np.empty((0, bins**3))


def grey_histograms(images: Sequence[np.ndarray], bins: int = 8) -> np.ndarray:
    """Return histograms (N, bins) float64 of grey images (H, W) uint8 of any sizes, under the Hellinger map."""
    if not len(images):
        return np.empty((0, bins))
    levels = ((np.asarray(image, np.int64) * bins) >> 8 for image in images)
    counts = np.stack([np.bincount(level.reshape(-1), minlength=bins) for level in levels])
    return np.asarray(np.sqrt(counts / counts.sum(axis=1, keepdims=True)))


def oriented_gradients(images: np.ndarray) -> np.ndarray:
    """Return rows (N, D) float32 of histograms of oriented gradients, from grey (N, H, W) uint8.

    Source: Dalal & Triggs 2005.

    OpenCV's: nine directions, cells of 8 x 8 pixels, blocks of 2 x 2 cells, each block at unit length.
    """
    import cv2

    height, width = images.shape[1:]
    described = cv2.HOGDescriptor((width, height), (16, 16), (8, 8), (8, 8), 9)
    return np.stack([np.asarray(described.compute(np.ascontiguousarray(image))).ravel() for image in images])


def colour_space_histograms(images: Sequence[np.ndarray], space: str) -> np.ndarray:
    """Return Hellinger-mapped histograms in another colour space, "HSV", "Lab" or "ab", of RGB images (H, W, 3) uint8.

    "HSV" has 16 x 8 x 8 bins, "Lab" 8 x 24 x 24 and "ab" 32 x 32 over the chromas that
    earth, grass and fur have.
    """
    import cv2

    convert, channels, bins, ranges = SPACES[space]
    rows = []
    for image in images:
        turned = cv2.cvtColor(np.ascontiguousarray(image), getattr(cv2, convert))
        counts = cv2.calcHist([turned], channels, None, bins, ranges).ravel().astype(np.float64)
        rows.append(np.sqrt(counts / max(counts.sum(), 1)))
    return np.stack(rows) if rows else np.empty((0, int(np.prod(bins))))


def glorot_uniform(rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Return weights (fan_in, fan_out) float64, uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010)."""
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out))


def untrained_relu(inputs: np.ndarray, hidden: Sequence[int] = (64,), seed: int = 0) -> np.ndarray:
    """Return (N, hidden[-1]) float32 of ReLU layers before any training: Glorot uniform weights, zero biases."""
    rng = generator(seed, "untrained")
    rows = inputs.astype(np.float32)
    for width in hidden:
        weights = glorot_uniform(rng, rows.shape[1], width).astype(np.float32)
        rows = np.maximum(rows @ weights, 0)  # (N, width)
    return rows


def constant(count: int, width: int = 1) -> np.ndarray:
    """Return the embedding that cannot tell anything apart, (count, width) zeros: its score is exactly chance."""
    return np.zeros((count, width), np.float32)


def l2_normalised(rows: np.ndarray) -> np.ndarray:
    """Return rows (N, D) divided by their length; a row of zeros stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)
