"""Fetching the ImageNet weights of a backbone: ``python -m reproduce.models.dcnn.fetch ResNet50V2``."""

import socket
from pathlib import Path

from reproduce.errors import WeightsMissingError
from reproduce.models.dcnn.backbone import constructor
from reproduce.models.dcnn.weights import find

__all__ = ["fetch"]

#: Where Keras keeps ImageNet weights; asked once, for two seconds, before a download is begun.
HOST = ("storage.googleapis.com", 443)
PATIENCE = 2.0


def fetch(backbone: str) -> Path:
    """Download the ImageNet weights of a ``keras.applications`` backbone and return the file.

    Raises WeightsMissingError within seconds where there is no network.
    """
    try:
        with socket.create_connection(HOST, timeout=PATIENCE):
            pass
    except OSError as error:
        raise WeightsMissingError(
            f"ImageNet weights of {backbone} cannot be fetched: no network ({HOST[0]}: {error}); put "
            f"{backbone.lower()}_imagenet_notop.weights.h5 into the folder REPRODUCE_WEIGHTS names"
        ) from None
    constructor(backbone)(include_top=False, weights="imagenet", input_shape=(224, 224, 3))
    return find(backbone)


if __name__ == "__main__":
    import sys

    from reproduce.errors import ReproduceError

    try:
        for asked in sys.argv[1:] or ["ResNet50V2"]:
            print(fetch(asked))
    except ReproduceError as problem:
        sys.exit(f"reproduce: {problem}")
