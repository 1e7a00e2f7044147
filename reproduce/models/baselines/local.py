"""The classical yardstick that learns nothing: SIFT local matching, LNBNN one against many, checked in space.

HotSpotter (Crall et al. 2013): every keypoint of a query votes for the images of its k nearest descriptors among all
other images' at once; a vote weighs by how much nearer it is than the next, (k+1)-th, neighbour: the local naive
Bayes nearest neighbour of McCann & Lowe 2012. Votes count only where they agree in space: each matched keypoint pair
proposes a similarity (its positions, scales and angles), and the proposal with the most weight keeps its inliers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reproduce.determinism import single_thread
from reproduce.errors import InvalidInputError
from reproduce.models.wide.keypoints import keypoints

__all__ = ["lnbnn_votes", "local_matching", "verified_scores"]

#: Of the distance matrix at a time, per thread.
BLOCK_BYTES = 64 * 2**20
#: The nearest are sought among columns first, each the minimum of so many distances: a partition of 1/32 the length.
STRIDE = 32
#: Pairs of votes checked in space at a time.
CHECKS = 2**21


def local_matching(
    images: Sequence[Any],
    *,
    neighbours: int = 4,
    most: int = 300,
    height: int = 256,
    tolerance: float = 0.1,
    n_jobs: int = -1,
) -> np.ndarray:
    """Return similarities (N, N) float64 of every image, a row's own view, to every other.

    Larger is more alike, 0 is no vote.

    ``images``: grey (H, W) uint8 arrays or paths. ``neighbours``: k. ``tolerance``: how far an inlier may lie from
    where the proposal puts it, as a fraction of the image's height. The diagonal is 0. Nothing is learned or drawn:
    squared distances of SIFT bytes are whole numbers, exact in float32, whatever the threads and the BLAS.
    """
    found = keypoints(images, "SIFT", height=height, most=most, n_jobs=n_jobs)
    owner, query, match, weight = lnbnn_votes([points["descriptor"] for points in found], neighbours, n_jobs)
    points = np.concatenate(found)
    return verified_scores(points, owner, query, match, weight, len(images), tolerance * height)


def lnbnn_votes(
    descriptors: Sequence[np.ndarray], neighbours: int = 4, n_jobs: int = -1
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return every keypoint's votes: (owner (M,), query (V,), match (V,), weight (V,)).

    ``descriptors``: (n, 128) uint8 per image, M in all. A vote of keypoint ``query`` goes to keypoint ``match`` of
    another image, among its nearest; its weight is the (k+1)-th squared distance less its own, >= 0.
    """
    from joblib import Parallel, cpu_count, delayed

    sizes = [len(values) for values in descriptors]
    owner = np.repeat(np.arange(len(sizes)), sizes)
    if neighbours < 1 or sum(sizes) - max(sizes, default=0) <= neighbours:
        raise InvalidInputError(f"{sum(sizes)} keypoints in {len(sizes)} images: too few for {neighbours} neighbours")
    stack = np.concatenate(descriptors).astype(np.float32)  # (M, 128)
    squared = np.einsum("md,md->m", stack, stack)
    rows = max(1, BLOCK_BYTES // (4 * len(stack)))
    starts = range(0, len(stack), rows)
    jobs = cpu_count() if n_jobs == -1 else n_jobs
    with single_thread():
        parts = Parallel(n_jobs=jobs, prefer="threads")(
            delayed(_nearest)(stack, squared, owner, start, start + rows, neighbours + 1) for start in starts
        )
    match = np.concatenate([index for index, _ in parts])  # (M, k + 1), nearest first
    distance = np.concatenate([values for _, values in parts])
    weight = distance[:, -1:] - distance[:, :-1]
    query = np.repeat(np.arange(len(stack)), neighbours)
    return owner, query, match[:, :-1].ravel(), weight.ravel().astype(np.float64)


def _nearest(
    stack: np.ndarray, squared: np.ndarray, owner: np.ndarray, start: int, stop: int, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ``count`` nearest keypoints of other images, of keypoints start to stop: index, squared distance."""
    total = len(stack)
    width = -(-total // STRIDE)  # columns in STRIDE strips: the nearest lie in the strips' columns of least minimum
    block = np.full((min(stop, total) - start, STRIDE * width), np.inf, np.float32)
    distance = block[:, :total]
    np.matmul(stack[start:stop], stack.T, out=distance)
    distance *= -2
    distance += squared
    distance += squared[start:stop, None]
    own = owner[start:stop]
    for image in np.unique(own):
        low, high = np.searchsorted(owner, [image, image + 1])
        distance[own == image, low:high] = np.inf
    strips = block.reshape(len(block), STRIDE, width)
    take = min(count, width)
    columns = np.argpartition(strips.min(axis=1), take - 1, axis=1)[:, :take]  # (rows, take)
    candidates = (columns[:, None, :] + width * np.arange(STRIDE)[:, None]).reshape(len(block), -1)
    values = np.take_along_axis(block, candidates, axis=1)
    # By distance, then by number: ties never depend on how the search was cut into blocks.
    order = np.lexsort((candidates, values), axis=1)[:, :count]
    return np.take_along_axis(candidates, order, axis=1), np.take_along_axis(values, order, axis=1)


def verified_scores(
    points: np.ndarray,
    owner: np.ndarray,
    query: np.ndarray,
    match: np.ndarray,
    weight: np.ndarray,
    images: int,
    reach: float,
) -> np.ndarray:
    """Return (images, images) float64: the weight of the votes from row to column that one similarity explains.

    ``points`` (M,) with x, y, size, angle; votes as from `lnbnn_votes`; ``reach`` in pixels. An inlier lies within
    reach of its place, its scale within a factor of two and its angle within 90 degrees of the proposal's.
    """
    pair = owner[query] * images + owner[match]
    order = np.argsort(pair, kind="stable")
    pair, query, match, weight = pair[order], query[order], match[order], weight[order]
    groups, first, size = np.unique(pair, return_index=True, return_counts=True)
    geometry = _Geometry(points, query, match, weight, reach)
    best = np.zeros(len(groups))
    ends = np.cumsum(size**2)
    start = 0
    while start < len(groups):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + CHECKS, side="right")))
        best[start:stop] = geometry.best(first[start:stop], size[start:stop])
        start = stop
    scores = np.zeros((images, images))
    scores.flat[groups] = best
    return scores


class _Geometry:
    """Votes as positions, log scales and angles on both images."""

    def __init__(
        self, points: np.ndarray, query: np.ndarray, match: np.ndarray, weight: np.ndarray, reach: float
    ) -> None:
        a, b = points[query], points[match]
        self.from_place = a["x"] + 1j * a["y"]
        self.to_place = b["x"] + 1j * b["y"]
        # A similarity is z -> to + turn * (z - from) in the complex plane.
        self.scale = np.log2(b["size"] / a["size"])
        self.angle = np.deg2rad(b["angle"] - a["angle"])
        self.turn = (2.0**self.scale) * np.exp(1j * self.angle)
        self.weight = weight
        self.reach = reach

    def best(self, first: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Return the heaviest set of votes that one of the group's own proposals explains, per group."""
        # Every (proposal u, vote v) within a group, laid out flat: no loop over pairs of images.
        checks = size**2
        group = np.repeat(np.arange(len(size)), checks)
        inside = np.arange(checks.sum()) - np.repeat(np.cumsum(checks) - checks, checks)
        u, v = first[group] + inside // size[group], first[group] + inside % size[group]
        expected = self.to_place[u] + self.turn[u] * (self.from_place[v] - self.from_place[u])
        fits = np.abs(expected - self.to_place[v]) <= self.reach
        fits &= np.abs(self.scale[v] - self.scale[u]) <= 1
        fits &= np.cos(self.angle[v] - self.angle[u]) >= 0
        proposals = np.repeat(np.arange(len(size)), size)
        starts = np.cumsum(size) - size
        of_proposal = starts[group] + inside // size[group]
        total = np.bincount(of_proposal, self.weight[v] * fits, len(proposals))
        return np.asarray(np.maximum.reduceat(total, starts))
