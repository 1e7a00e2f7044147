"""Keypoints of ORB, SIFT and BRISK: counts, shapes, what is kept and what is refused."""

import cv2
import numpy as np
import pytest

from reproduce.errors import InvalidInputError
from reproduce.models.wide import keypoints as module
from reproduce.models.wide.keypoints import BYTES, DETECTORS, descriptors, keypoints


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Every test has a cache of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))


def textured(seed, shape=(128, 160)):
    """A grey image of blurred noise, full of corners."""
    noise = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2), None, 0, 255, cv2.NORM_MINMAX)


@pytest.mark.parametrize("detector", DETECTORS)
def test_the_strongest_keypoints_of_a_textured_image_are_found(detector):
    """At most the asked number, in falling strength, inside the image scaled to 256 pixels in height."""
    (found,) = keypoints([textured(0)], detector, most=50)
    assert 20 <= len(found) <= 50
    assert np.all(np.diff(found["response"]) <= 0)
    assert found["y"].max() < 256
    assert 160 < found["x"].max() < 320
    assert found["descriptor"].shape == (len(found), BYTES[detector])


def test_sift_loses_nothing_as_bytes():
    """OpenCV's SIFT values are whole numbers in [0, 255], the same that are kept."""
    image = textured(1, (256, 256))
    (found,) = keypoints([image], "SIFT", most=40)
    engine = cv2.SIFT_create(nfeatures=40)
    points = sorted(engine.detect(image, None), key=lambda point: -point.response)[:40]
    assert np.array_equal(found["descriptor"], engine.compute(image, points)[1])


@pytest.mark.parametrize("detector, width", [("ORB", 256), ("SIFT", 128), ("BRISK", 512)])
def test_binary_descriptors_come_as_bits(detector, width):
    """ORB is 256 bits and BRISK 512, each zero or one; SIFT stays 128 numbers."""
    (values,) = descriptors(keypoints([textured(2)], detector), detector)
    assert values.shape[1] == width
    assert (values.max() <= 1) == (detector != "SIFT")


@pytest.mark.parametrize("detector", DETECTORS)
def test_an_image_without_a_keypoint_is_an_empty_array(detector):
    """A blank image yields no row, and says so by its length."""
    (found,) = keypoints([np.full((64, 64), 128, np.uint8)], detector)
    assert len(found) == 0
    (values,) = descriptors([found], detector)
    assert len(values) == 0


def test_the_second_look_computes_nothing(monkeypatch):
    """The same pixels are found again by content, from an array and under any other order."""
    images = [textured(3), textured(4)]
    first = keypoints(images, "ORB")
    monkeypatch.setattr(module, "_detect", lambda *_: pytest.fail("computed again"))
    again = keypoints(images[::-1], "ORB")[::-1]
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))


def test_settings_are_part_of_what_is_kept():
    """Another height or number of keypoints is another result, not the kept one."""
    image = textured(5)
    assert len(keypoints([image], "ORB", most=20)[0]) <= 20 < len(keypoints([image], "ORB", most=60)[0])
    assert keypoints([image], "ORB", height=64)[0]["y"].max() < 64


def test_a_file_and_its_pixels_agree(tmp_path):
    """A path is decoded to the grey pixels it holds; the number of cores changes nothing."""
    path = tmp_path / "image.png"
    cv2.imwrite(str(path), textured(6))
    (one,) = keypoints([path], "ORB", n_jobs=1)
    (two,) = keypoints([textured(6)], "ORB", n_jobs=2)
    assert np.array_equal(one, two)


def test_what_is_no_image_is_one_line_that_names_it(tmp_path):
    """Missing, empty or broken files, colour arrays, unknown detectors: each says what is wrong."""
    (tmp_path / "broken.png").write_bytes(b"no image")
    (tmp_path / "empty.png").write_bytes(b"")
    for image, named in [
        (tmp_path / "absent.png", "absent.png"),
        (tmp_path / "broken.png", "broken.png"),
        (tmp_path / "empty.png", "empty.png"),
        (np.zeros((8, 8, 3), np.uint8), "(8, 8, 3)"),
    ]:
        with pytest.raises(InvalidInputError) as caught:
            keypoints([image], "ORB")
        assert named in str(caught.value)
    with pytest.raises(InvalidInputError, match="ORB, SIFT, BRISK"):
        keypoints([textured(0)], "SURF")
