"""Drawn images as files: what data sets, pages and commands are tested on."""

import cv2
import numpy as np


def picture(seed, side=40):
    """A (side, side, 3) uint8 image unlike that of any other seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_LINEAR)


def encoded(image, kind=".jpg"):
    """The bytes of an image file of that kind."""
    return cv2.imencode(kind, image)[1].tobytes()


def write_files(root, files):
    """Write the files in an order of their own, backwards, and return the folder."""
    for relative, content in reversed(files.items()):
        path = root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root
