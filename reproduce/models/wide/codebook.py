"""Many descriptors become one vector: VLAD, Fisher vector, bag of words, or their plain mean.

Each encoder learns from training images only (`fit`), then turns a list of (n, D) descriptor arrays into
(N, size) float32 rows (`transform`); an image without a descriptor becomes a row of zeros.

References: VLAD, Jégou et al. 2010; Fisher vector, Perronnin, Sánchez & Mensink 2010; bag of visual words,
Sivic & Zisserman 2003; the power normalisation sign(x) sqrt|x| is Perronnin's.
"""

from collections.abc import Sequence
from typing import Any, Literal, Protocol, get_args

import numpy as np

from reproduce.determinism import generator, single_thread
from reproduce.errors import InvalidInputError

__all__ = ["ENCODERS", "BagOfWords", "Encoder", "EncoderName", "FisherVector", "MeanDescriptor", "Vlad", "power_l2"]

Descriptors = Sequence[np.ndarray]  # one (n, D) array per image, n may be 0

#: Descriptors a codebook is learned from: enough for some hundred words, and seconds instead of minutes.
SAMPLE = 20_000


class Encoder(Protocol):
    """Learns from training images, then makes one row per image."""

    def fit(self, images: Descriptors) -> "Encoder":
        """Learn from the training images' descriptors."""
        ...

    def transform(self, images: Descriptors) -> np.ndarray:
        """Return (N, size) float32, a row of zeros where an image has no descriptor."""
        ...


class MeanDescriptor:
    """The mean of an image's raw descriptors, not normalised: nothing is learned."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, images: Descriptors) -> "MeanDescriptor":
        """Note the width of a descriptor."""
        self.width_ = _width(images)
        return self

    def transform(self, images: Descriptors) -> np.ndarray:
        """Return (N, D) float32."""
        rows = [np.mean(d, axis=0, dtype=np.float64) if len(d) else np.zeros(self.width_) for d in images]
        return np.array(rows, np.float32).reshape(len(images), self.width_)


class _KMeansEncoder:
    """The shared part of the encoders that learn words by k-means."""

    def __init__(self, words: int, seed: int = 0) -> None:
        self.words = words
        self.seed = seed

    def fit(self, images: Descriptors) -> Any:
        """Learn the words, ``centres_`` (words, D), from a seeded sample of at most 20,000 descriptors."""
        from sklearn.cluster import KMeans

        data = _sample(images, self.seed, self.words)
        state = int(generator(self.seed, "words").integers(2**31 - 1))
        with single_thread():
            learned = KMeans(self.words, n_init=1, random_state=state).fit(data)
        self.centres_ = learned.cluster_centers_.astype(np.float32)
        return self

    def _nearest(self, descriptors: np.ndarray) -> np.ndarray:
        # argmin |x - c|^2 = argmin |c|^2 - 2 x.c, since |x|^2 is the same for every word
        squared = np.einsum("kd,kd->k", self.centres_, self.centres_)
        return np.asarray(np.argmin(squared - 2 * descriptors @ self.centres_.T, axis=1))


class Vlad(_KMeansEncoder):
    """Sum, per word, of the residuals of the descriptors nearest to it; power and L2 normalised: words * D wide."""

    def __init__(self, words: int = 8, seed: int = 0) -> None:
        super().__init__(words, seed)

    def transform(self, images: Descriptors) -> np.ndarray:
        """Return (N, words * D) float32, rows of unit length or zero."""
        words, width = self.centres_.shape
        rows = np.zeros((len(images), words, width), np.float32)
        with single_thread():
            for row, found in zip(rows, images, strict=True):
                if len(found):
                    x = found.astype(np.float32)
                    member = np.eye(words, dtype=np.float32)[self._nearest(x)]  # (n, words)
                    row[:] = member.T @ x - member.sum(axis=0)[:, None] * self.centres_
        return power_l2(rows.reshape(len(images), words * width))


class BagOfWords(_KMeansEncoder):
    """How often each word is the nearest, power and L2 normalised (the Hellinger histogram): words wide."""

    def __init__(self, words: int = 128, seed: int = 0) -> None:
        super().__init__(words, seed)

    def transform(self, images: Descriptors) -> np.ndarray:
        """Return (N, words) float32, rows of unit length or zero."""
        rows = np.zeros((len(images), len(self.centres_)), np.float32)
        with single_thread():
            for row, found in zip(rows, images, strict=True):
                if len(found):
                    row[:] = np.bincount(self._nearest(found.astype(np.float32)), minlength=len(row))
        return power_l2(rows)


class FisherVector:
    """Gradient of a diagonal Gaussian mixture's log likelihood by means and deviations: 2 * words * dim wide.

    Descriptors are first reduced to ``dim`` principal components, as the mixture's diagonal wants; power and L2
    normalised.
    """

    def __init__(self, words: int = 8, seed: int = 0, dim: int = 64) -> None:
        self.words = words
        self.seed = seed
        self.dim = dim

    def fit(self, images: Descriptors) -> "FisherVector":
        """Learn the projection and the mixture from a seeded sample of at most 20,000 descriptors."""
        from sklearn.decomposition import PCA
        from sklearn.mixture import GaussianMixture

        data = _sample(images, self.seed, self.words)
        state = int(generator(self.seed, "words").integers(2**31 - 1))
        with single_thread():
            self.pca_ = PCA(min(self.dim, *data.shape), random_state=state).fit(data)
            # In double precision, as the second moments below cancel.
            reduced = self.pca_.transform(data).astype(np.float64)
            self.mixture_ = GaussianMixture(
                self.words, covariance_type="diag", random_state=state, reg_covar=1e-3, max_iter=200
            ).fit(reduced)
        return self

    def transform(self, images: Descriptors) -> np.ndarray:
        """Return (N, 2 * words * dim) float32, rows of unit length or zero."""
        mean, deviation = self.mixture_.means_, np.sqrt(self.mixture_.covariances_)  # (words, dim)
        weight = self.mixture_.weights_[:, None]  # (words, 1)
        rows = np.zeros((len(images), 2 * mean.size), np.float32)
        with single_thread():
            for row, found in zip(rows, images, strict=True):
                if len(found):
                    x = self.pca_.transform(found.astype(np.float32)).astype(np.float64)
                    share = self.mixture_.predict_proba(x)  # (n, words)
                    total, first, second = share.sum(axis=0)[:, None], share.T @ x, share.T @ (x * x)
                    by_mean = (first - total * mean) / deviation
                    spread = (second - 2 * mean * first + total * mean**2) / deviation**2
                    by_deviation = (spread - total) / np.sqrt(2)
                    gradient = np.stack([by_mean, by_deviation]) / (len(x) * np.sqrt(weight))
                    row[:] = gradient.ravel()
        return power_l2(rows)


EncoderName = Literal["vlad", "fisher", "bag-of-words", "mean"]
ENCODERS = get_args(EncoderName)


def power_l2(rows: np.ndarray) -> np.ndarray:
    """Return rows (N, D) as sign(x) sqrt|x|, then of unit length; a row of zeros stays so."""
    powered = np.sign(rows) * np.sqrt(np.abs(rows))
    length = np.linalg.norm(powered, axis=1, keepdims=True)
    return np.asarray(np.divide(powered, length, out=np.zeros_like(powered), where=length > 0), np.float32)


def _width(images: Descriptors) -> int:
    widths = {np.shape(found)[1] for found in images if np.ndim(found) == 2}
    if len(widths) != 1:
        raise InvalidInputError(f"descriptors must be (n, D) arrays of one width, not of {sorted(widths)}")
    return int(widths.pop())


def _sample(images: Descriptors, seed: int, words: int) -> np.ndarray:
    _width(images)
    sizes = np.array([len(found) for found in images])
    total = int(sizes.sum())
    if total < words:
        raise InvalidInputError(
            f"{total} descriptors in {len(images)} training images cannot give {words} words; dark or even "
            "images show no keypoints: choose another model (--model histogram)"
        )
    if total <= SAMPLE:
        return np.concatenate([np.asarray(found, np.float32) for found in images])
    chosen = np.sort(generator(seed, "descriptors").choice(total, SAMPLE, replace=False))
    cuts = np.searchsorted(chosen, np.concatenate([[0], np.cumsum(sizes)]))
    starts = np.cumsum(sizes) - sizes
    picked = [
        np.asarray(found, np.float32)[chosen[low:high] - start]
        for found, low, high, start in zip(images, cuts[:-1], cuts[1:], starts, strict=True)
    ]
    return np.concatenate(picked)
