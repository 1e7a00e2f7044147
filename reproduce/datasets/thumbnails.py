"""Images made small, to be looked at: as pictures, and as addresses that hold them whole."""

import base64
import io
import os
from typing import TYPE_CHECKING

from reproduce.datasets.pixels import raw_image

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["address", "small"]


def small(path: str | os.PathLike, side: int) -> tuple["Image.Image", tuple[int, int]]:
    """Return an image within ``side`` x ``side`` pixels, and its (width, height) before; a smaller one stays as it is.

    Errors are those of ``raw_image``.
    """
    from PIL import Image

    picture = Image.fromarray(raw_image(path))
    size = picture.size
    picture.thumbnail((side, side))
    return picture, size


def address(picture: "Image.Image") -> str:
    """Return the address of a picture for a page: "data:image/jpeg;base64,..."."""
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"
