"""Images made small for a page: whole, in their shape, never larger than they are."""

import base64
import io

import numpy as np
import pytest
from drawn import encoded
from PIL import Image

from reproduce.datasets.thumbnails import address, small
from reproduce.errors import InvalidInputError


@pytest.mark.parametrize(
    "height, width, shown", [(300, 100, (32, 96)), (100, 300, (96, 32)), (40, 60, (60, 40)), (960, 1, (1, 96))]
)
def test_an_image_keeps_its_shape_within_the_square(tmp_path, height, width, shown):
    """Width and height that it had come with it; what is small stays as it is."""
    path = tmp_path / "lion.png"
    path.write_bytes(encoded(np.full((height, width, 3), 200, np.uint8), ".png"))
    picture, size = small(path, 96)
    assert size == (width, height)
    assert abs(picture.width - shown[0]) <= 1
    assert abs(picture.height - shown[1]) <= 1
    assert max(picture.size) <= 96


def test_an_address_holds_the_picture_whole():
    """Read back from the page it is the same picture, to what JPEG loses."""
    kind, _, content = address(Image.new("RGB", (20, 10), (250, 120, 10))).partition(",")
    assert kind == "data:image/jpeg;base64"
    found = Image.open(io.BytesIO(base64.b64decode(content)))
    assert found.size == (20, 10)
    assert np.abs(np.asarray(found, int) - (250, 120, 10)).max() < 8


def test_what_is_no_image_is_one_line(tmp_path):
    """As wherever images are read."""
    (tmp_path / "lion.png").write_text("no image")
    with pytest.raises(InvalidInputError, match=r"lion\.png"):
        small(tmp_path / "lion.png", 96)
