"""One fixed-length vector per image from ORB, SIFT and BRISK: what the wide model compares (section II-B.3).

Primary reading: VLAD with 8 words per detector, power and L2 normalised, side by side, reduced to 192 dimensions by
PCA. The likely student's reading, ``encoder="mean"``: the mean of each detector's raw descriptors, 32 + 128 + 64 =
224 wide, no PCA. Codebooks and PCA are learned on training images only.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reproduce.determinism import integer_seed, single_thread
from reproduce.errors import InvalidInputError
from reproduce.models.wide.codebook import ENCODERS, BagOfWords, Encoder, FisherVector, MeanDescriptor, Vlad
from reproduce.models.wide.keypoints import DETECTORS, descriptors, keypoints

__all__ = ["ImageVectors"]


class ImageVectors:
    """Images to vectors; scikit-learn's manners: the constructor stores, `fit` learns, `transform` answers.

    ``encoder``: "vlad", "fisher", "bag-of-words" or "mean". ``words``: size of each detector's codebook, None for
    the encoder's own (8, 8, 128). ``dim``: PCA to so many dimensions, or to as many as the training images allow;
    None leaves the vectors as they are, and so does "mean" whatever ``dim``. ``height`` and ``most`` go to
    `keypoints`. ``seed`` draws the codebooks. Learned: ``encoders_``, ``pca_``, ``empty_``: images of the last
    `transform` without a keypoint, by detector and "all" for those that none of the detectors found anything on.
    """

    def __init__(
        self,
        encoder: str = "vlad",
        words: int | None = None,
        dim: int | None = 192,
        detectors: Sequence[str] = DETECTORS,
        height: int = 256,
        most: int = 300,
        seed: int = 0,
        n_jobs: int = -1,
    ) -> None:
        self.encoder = encoder
        self.words = words
        self.dim = dim
        self.detectors = detectors
        self.height = height
        self.most = most
        self.seed = seed
        self.n_jobs = n_jobs

    def fit(self, images: Sequence[Any]) -> "ImageVectors":
        """Learn codebooks and PCA from training images: grey (H, W) uint8 arrays, or paths."""
        self.fit_transform(images)
        return self

    def fit_transform(self, images: Sequence[Any]) -> np.ndarray:
        """Learn from the training images and return their (N, dim) float32 vectors."""
        from sklearn.decomposition import PCA

        found = self._found(images)
        self.encoders_ = {name: self._encoder(name).fit(found[name]) for name in self.detectors}
        wide = self._encode(found)
        self.pca_ = None
        if self.dim is not None and self.encoder != "mean":
            # PCA of n centred rows has n - 1 directions at most.
            most = min(self.dim, len(wide) - 1, wide.shape[1])
            if most < 1:
                raise InvalidInputError(f"{len(wide)} training image(s) are too few for a PCA")
            with single_thread():
                self.pca_ = PCA(most, random_state=integer_seed(self.seed, "pca")).fit(wide)
        return self._reduce(wide, found)

    def transform(self, images: Sequence[Any], blank: Sequence[str] = ()) -> np.ndarray:
        """Return (N, dim) float32; an image with no keypoint at all is a row of zeros, counted in ``empty_``.

        Of the detectors in ``blank`` the descriptors are taken away, as if they had found nothing on any image.
        """
        found = self._found(images)
        found |= {name: [one[:0] for one in found[name]] for name in self.detectors if name in blank}
        return self._reduce(self._encode(found), found)

    def _encoder(self, detector: str) -> Encoder:
        seed = integer_seed(self.seed, "codebook", detector)
        size = {} if self.words is None else {"words": self.words}
        if self.encoder == "vlad":
            return Vlad(seed=seed, **size)
        if self.encoder == "fisher":
            return FisherVector(seed=seed, **size)
        if self.encoder == "bag-of-words":
            return BagOfWords(seed=seed, **size)
        if self.encoder == "mean":
            return MeanDescriptor(seed)
        raise InvalidInputError(f"no encoder {self.encoder!r}: there are {', '.join(ENCODERS)}")

    def _found(self, images: Sequence[Any]) -> dict[str, list[np.ndarray]]:
        if not len(images):
            raise InvalidInputError("ImageVectors: no image was given")
        bits = self.encoder != "mean"

        def of(name: str) -> list[np.ndarray]:
            found = keypoints(images, name, height=self.height, most=self.most, n_jobs=self.n_jobs)
            return descriptors(found, name, bits=bits)

        return {name: of(name) for name in self.detectors}

    def _encode(self, found: dict[str, list[np.ndarray]]) -> np.ndarray:
        return np.hstack([self.encoders_[name].transform(found[name]) for name in self.detectors])

    def _reduce(self, wide: np.ndarray, found: dict[str, list[np.ndarray]]) -> np.ndarray:
        bare = {name: np.array([not len(d) for d in found[name]]) for name in self.detectors}
        nothing = np.all(list(bare.values()), axis=0)
        self.empty_ = {name: int(which.sum()) for name, which in bare.items()} | {"all": int(nothing.sum())}
        if self.pca_ is None:
            return wide
        with single_thread():
            reduced = np.asarray(self.pca_.transform(wide), np.float32)
        # The PCA's centre would give an image without a keypoint a place of its own: it stays at zero.
        reduced[nothing] = 0
        return reduced
