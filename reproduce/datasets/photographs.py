"""Images of one animal that were cut from one photograph: easy matches that say nothing about the animal.

Two images share a photograph when SIFT matches (Lowe's ratio 0.8) agree on an affine map with at least ten inliers
of RANSAC: then the scene itself is the same, not only the animal. That leaves open at what scale keypoints are
sought and how far an inlier may lie. Here: height 256 and the 300 strongest keypoints, as for the pair model, and
5 pixels; on LionData the count moves with both, and a stricter 3 pixels stands beside.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from reproduce.cache import arrays, digest
from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.pixels import BLOCK, blocks_of, seen
from reproduce.progress import track

__all__ = [
    "HEIGHT", "INLIERS", "RATIO", "REPROJECTION", "Features", "affine_inliers", "keypoints_of", "same_or_copied",
    "same_photograph", "within_animal_inliers", "within_animal_pairs",
]  # fmt: skip

HEIGHT, KEYPOINTS, RATIO, INLIERS = 256, 300, 0.8, 10
#: Bytes of a keypoint as it is kept.
ROW = 136
#: Pixels at HEIGHT that an inlier may lie off: ours, and a stricter reading beside it.
REPROJECTION, STRICT = 5.0, 3.0
#: Raised when the same images would match otherwise.
VERSION = 1

Features = tuple[np.ndarray, np.ndarray]


def within_animal_pairs(identities: np.ndarray) -> np.ndarray:
    """Return (P, 2) int: rows i < j that show the same animal, in lexicographic order."""
    pairs = []
    for animal in np.unique(identities):
        rows = np.flatnonzero(identities == animal)
        first, second = np.triu_indices(len(rows), 1)
        pairs.append(np.stack([rows[first], rows[second]], axis=1))
    found = np.concatenate(pairs) if pairs else np.empty((0, 2), int)
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def within_animal_inliers(catalogue: Catalogue) -> np.ndarray:
    """Return (P, 2) int: inliers of each of ``within_animal_pairs``, at REPROJECTION and at STRICT; kept by content."""
    pairs = within_animal_pairs(catalogue.identities)
    key = digest("photographs", VERSION, seen(catalogue), catalogue.identities.tolist())

    def compute() -> np.ndarray:
        features = keypoints_of(catalogue)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = pool.map(lambda pair: affine_inliers(features[pair[0]], features[pair[1]]), pairs.tolist())
            return np.array(list(track(found, len(pairs), "matching photographs")), dtype=int).reshape(-1, 2)

    return arrays("photographs", key, compute)


class Keypoints(Sequence[Features]):
    """Each image's `Features`, read from the files that keep them when asked for: none is held in memory."""

    def __init__(self, blocks: Sequence[np.ndarray]) -> None:
        # A mapped block would count as memory once it was read.
        self._files = [(block.filename, block.offset) for block in blocks if isinstance(block, np.memmap)]
        self._count = sum(map(len, blocks))

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: Any) -> Any:
        path, start = self._files[row // BLOCK]
        packed = np.fromfile(path, np.uint8, KEYPOINTS * ROW, offset=start + row % BLOCK * KEYPOINTS * ROW)
        return _unpacked(packed.reshape(KEYPOINTS, ROW))


def keypoints_of(catalogue: Catalogue) -> Keypoints:
    """Return each image's positions (n, 2) and SIFT descriptors (n, 128), float32, at HEIGHT; kept by content."""
    return Keypoints(blocks_of(catalogue, f"SIFT {HEIGHT} {KEYPOINTS}", _packed, "grey"))


def same_photograph(catalogue: Catalogue) -> np.ndarray:
    """Return (P, 2) int: pairs of images of one animal that share a photograph, rows i < j."""
    shared = within_animal_inliers(catalogue)[:, 0] >= INLIERS
    return within_animal_pairs(catalogue.identities)[shared]


def same_or_copied(catalogue: Catalogue, near: np.ndarray) -> np.ndarray:
    """Return (P, 2) int: pairs of images of one animal that share a photograph or are copies of each other, rows i < j.

    ``near`` (Q, 2): pairs that are nearly identical or more; a copy shows the same photograph, whatever SIFT finds.
    """
    near = np.asarray(near, int).reshape(-1, 2)
    near = near[catalogue.identities[near[:, 0]] == catalogue.identities[near[:, 1]]]
    return np.unique(np.concatenate([same_photograph(catalogue), near]), axis=0)


def affine_inliers(one: Features, other: Features) -> tuple[int, int]:
    """Return how many matches of two images agree on an affine map, at REPROJECTION and at STRICT pixels."""
    import cv2

    if len(one[0]) == 0 or len(other[0]) < 2:
        return 0, 0
    nearest = cv2.BFMatcher(cv2.NORM_L2).knnMatch(one[1], other[1], k=2)
    kept = [best for best, second in nearest if best.distance < RATIO * second.distance]
    if len(kept) < INLIERS:
        return 0, 0
    source = one[0][[match.queryIdx for match in kept]]
    target = other[0][[match.trainIdx for match in kept]]
    counts = []
    for tolerance in (REPROJECTION, STRICT):
        cv2.setRNGSeed(0)  # each thread has its own generator: seeded for every pair, the order of pairs plays no part
        _, inside = cv2.estimateAffine2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=tolerance)
        counts.append(0 if inside is None else int(inside.sum()))
    return counts[0], counts[1]


def _features(grey: np.ndarray) -> Features:
    """Return positions (n, 2) float32 and descriptors (n, 128) float32 of an image scaled to HEIGHT."""
    import cv2

    scale = HEIGHT / grey.shape[0]
    width = max(1, round(grey.shape[1] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(np.ascontiguousarray(grey), (width, HEIGHT), interpolation=how)
    found: Any = cv2.SIFT.create(KEYPOINTS).detectAndCompute(scaled, None)
    points, vectors = found
    if vectors is None:
        return np.empty((0, 2), np.float32), np.empty((0, 128), np.float32)
    return np.array([point.pt for point in points], np.float32), vectors


def _packed(grey: np.ndarray) -> np.ndarray:
    """Return an image as (KEYPOINTS, ROW) uint8: two float32 of place, 128 of descriptor; NaN where it has fewer."""
    points, vectors = _features(grey)
    row = np.zeros((KEYPOINTS, ROW), np.uint8)
    row[:, :8] = np.full((KEYPOINTS, 2), np.nan, np.float32).view(np.uint8)
    count = min(len(points), KEYPOINTS)
    row[:count, :8] = np.ascontiguousarray(points[:count]).view(np.uint8)
    row[:count, 8:] = vectors[:count]
    return row


def _unpacked(row: np.ndarray) -> Features:
    points = np.ascontiguousarray(row[:, :8]).view(np.float32)
    there = ~np.isnan(points[:, 0])
    return points[there], row[there, 8:].astype(np.float32)
