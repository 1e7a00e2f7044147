"""Within-class whitening: what differs among images of one animal is made small; what is left tells them apart."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted

__all__ = ["WithinClassWhitening"]


class WithinClassWhitening(TransformerMixin, BaseEstimator):
    """PCA to ``dim``, then the inverse square root of the covariance within classes, and rows of length one.

    Hatch, Kajarekar & Stolcke 2006. ``shrinkage``: how many times its mean variance is added to that covariance in
    every direction. It is learned from the classes of ``fit`` and means something for classes never seen.
    """

    def __init__(self, dim: int = 150, shrinkage: float = 1.0) -> None:
        self.dim = dim
        self.shrinkage = shrinkage

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        """Learn from X (N, D), y (N,) of any kind; a class of one image says nothing of the covariance within."""
        self.pca_ = PCA(min(self.dim, *X.shape), svd_solver="randomized", random_state=0).fit(X)
        rows = self.pca_.transform(X)
        _, codes = np.unique(y, return_inverse=True)
        means = np.stack([np.bincount(codes, column) for column in rows.T], axis=1) / np.bincount(codes)[:, None]
        within = rows - means[codes]
        covariance = within.T @ within / len(within)
        covariance += self.shrinkage * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        self.whitener_ = np.linalg.inv(np.linalg.cholesky(covariance)).T  # (dim, dim)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return (N, dim) rows of length one."""
        check_is_fitted(self, "whitener_")
        rows = self.pca_.transform(X) @ self.whitener_
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(float).tiny))
