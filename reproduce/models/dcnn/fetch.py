"""Fetching the ImageNet weights of a backbone: what ``reproduce weights --get NAME`` does."""

from pathlib import Path

from reproduce.cache import cache_dir
from reproduce.downloads import DownloadError, get
from reproduce.errors import WeightsMissingError
from reproduce.models.dcnn import backbones
from reproduce.models.dcnn.transformers import FILES
from reproduce.models.dcnn.weights import find

__all__ = ["fetch"]


def fetch(backbone: str) -> Path:
    """Download the ImageNet weights that Keras publishes of a backbone into the cache, and return the file.

    Raises WeightsMissingError where they cannot be had, with what to fetch by hand and where to put it.
    """
    known = backbones.find(backbone)
    if not known.url:
        have = ", ".join(backbones.published())
        raise WeightsMissingError(
            f"no address of ImageNet weights of {backbone} is known here ({have} are); put "
            f"{backbone.lower()}_imagenet_notop.weights.h5 into the folder REPRODUCE_WEIGHTS names"
        )
    if known.builder == "timm":
        _fetch_folder(known)
        return find(backbone)
    digest = next((digest for digest in known.digests if digest.startswith("md5:")), "")
    try:
        get(known.url, cache_dir("weights") / known.file, digest)
    except DownloadError as error:
        raise WeightsMissingError(
            f"ImageNet weights of {backbone} cannot be fetched: {error}; put {known.file} by hand into "
            f"{cache_dir('weights')} or the folder that REPRODUCE_WEIGHTS names"
        ) from None
    return find(backbone)


def _fetch_folder(known: backbones.Backbone) -> None:
    """Download the weights from the Hugging Face hub, and then config.json: with it the folder is one."""
    folder, source = cache_dir("weights") / known.local, f"https://huggingface.co/{known.url.removeprefix('hf-hub:')}"
    for last, name in ((False, FILES[0]), (True, FILES[1])):
        try:
            get(f"{source}/resolve/main/{name}", folder / name)
            get(f"{source}/resolve/main/config.json", folder / "config.json")
        except DownloadError as error:
            if last:
                raise WeightsMissingError(
                    f"weights of {known.name} cannot be fetched: {error}; put config.json and {' or '.join(FILES)} of "
                    f"{source} by hand into {folder}, or into {known.local} in the folder that REPRODUCE_WEIGHTS names"
                ) from None
        else:
            return
