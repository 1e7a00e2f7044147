"""Fetching the ImageNet weights of a backbone: what ``reproduce weights --get NAME`` does."""

from pathlib import Path

from reproduce.cache import cache_dir
from reproduce.downloads import DownloadError, get
from reproduce.errors import WeightsMissingError
from reproduce.models.dcnn.published import PUBLISHED
from reproduce.models.dcnn.weights import find

__all__ = ["fetch"]


def fetch(backbone: str) -> Path:
    """Download the ImageNet weights that Keras publishes of a backbone into the cache, and return the file.

    Raises WeightsMissingError where they cannot be had, with what to fetch by hand and where to put it.
    """
    known = PUBLISHED.get(backbone.lower())
    if known is None:
        have = ", ".join(PUBLISHED)
        raise WeightsMissingError(
            f"no address of ImageNet weights of {backbone} is known here ({have} are); put "
            f"{backbone.lower()}_imagenet_notop.weights.h5 into the folder REPRODUCE_WEIGHTS names"
        )
    try:
        get(known.url, cache_dir("weights") / known.file, known.digest)
    except DownloadError as error:
        raise WeightsMissingError(
            f"ImageNet weights of {backbone} cannot be fetched: {error}; put {known.file} by hand into "
            f"{cache_dir('weights')} or the folder that REPRODUCE_WEIGHTS names"
        ) from None
    return find(backbone)
