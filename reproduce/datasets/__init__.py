"""A data set becomes a Catalogue of image paths, identities and a split; images become arrays, kept."""

from reproduce.datasets.catalogue import Catalogue
from reproduce.datasets.friesian import class_sizes
from reproduce.datasets.kinds import is_proxy, is_rehearsal, is_seeded, names
from reproduce.datasets.loading import available, load
from reproduce.datasets.pixels import images, raw_image
from reproduce.datasets.proxies import origin

__all__ = [
    "Catalogue",
    "available",
    "class_sizes",
    "images",
    "is_proxy",
    "is_rehearsal",
    "is_seeded",
    "load",
    "names",
    "origin",
    "raw_image",
]
