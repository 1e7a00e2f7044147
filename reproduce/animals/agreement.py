"""Where two photographs agree: SIFT keypoints that one affine map takes from one onto the other."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np

from reproduce.datasets import Catalogue
from reproduce.datasets.photographs import RATIO, REPROJECTION, Features, keypoints_of
from reproduce.progress import track

__all__ = ["agreeing", "agreements"]

#: Fewer matches than these say nothing: an affine map has three by itself.
LEAST = 5


def agreeing(one: Features, other: Features) -> np.ndarray:
    """Return (n, 4) float32: x and y of the places that agree, on one image and on the other, at ``HEIGHT`` pixels."""
    import cv2

    nothing = np.empty((0, 4), np.float32)
    if len(one[0]) < LEAST or len(other[0]) < LEAST:
        return nothing
    nearest = cv2.BFMatcher(cv2.NORM_L2).knnMatch(one[1], other[1], k=2)
    kept = [pair[0] for pair in nearest if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]
    if len(kept) < LEAST:
        return nothing
    source = one[0][[match.queryIdx for match in kept]]
    target = other[0][[match.trainIdx for match in kept]]
    cv2.setRNGSeed(0)  # each thread has its own: the order of pairs plays no part
    _, inside = cv2.estimateAffine2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=REPROJECTION)
    if inside is None or int(inside.sum()) < LEAST:
        return nothing
    agree = inside.ravel().astype(bool)
    return np.hstack([source[agree], target[agree]])


def agreements(
    one: Catalogue, other: Catalogue, pairs: Sequence[tuple[int, int]], what: str
) -> dict[tuple[int, int], np.ndarray]:
    """Return the places that agree of each pair (row of one, row of other), as `agreeing` gives them, each once."""
    mine, others = keypoints_of(one), keypoints_of(other) if other is not one else None
    others = mine if others is None else others
    wanted = sorted(set(pairs))
    with ThreadPoolExecutor(cpu_count()) as pool:
        found = pool.map(lambda pair: agreeing(mine[pair[0]], others[pair[1]]), wanted)
        return dict(zip(wanted, track(found, len(wanted), what), strict=True))
