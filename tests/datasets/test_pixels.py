"""Images become arrays: right pixels, kept by content, and one error for a file that is no whole image."""

import cv2
import numpy as np
import pytest

from reproduce.datasets import Catalogue, images, load, pixels, raw_image
from reproduce.errors import InvalidInputError


def picture(seed, height=40, width=60):
    """A smooth (height, width, 3) uint8 image unlike that of any other seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)


def encoded(image, kind):
    return cv2.imencode(kind, image)[1].tobytes()


def catalogue_of(paths):
    """A catalogue made by hand, without digests."""
    paths = np.array([str(path) for path in paths])
    return Catalogue("by hand", paths, paths, np.full(len(paths), "train"))


@pytest.fixture
def png(nowhere):
    """One PNG file and the pixels in it, BGR."""
    path = nowhere / "one.png"
    path.write_bytes(encoded(picture(0), ".png"))
    return path, picture(0)


def test_colour_is_rgb_and_grey_is_opencvs(png):
    """Colour is RGB as the file holds it; grey weighs BGR as OpenCV does."""
    path, bgr = png
    assert np.array_equal(raw_image(path), bgr[:, :, ::-1])
    assert np.array_equal(raw_image(path, "grey"), cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY))


def test_grey_is_weighed_before_it_is_averaged_over_areas(png):
    """The default: 64 x 64, area-resized from the grey image; height comes first in a size."""
    path, bgr = png
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    assert np.array_equal(images(catalogue_of([path]))[0], cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA))
    assert images(catalogue_of([path]), (8, 12), "colour").shape == (1, 8, 12, 3)


def test_shrinking_by_area_is_the_mean_of_the_pixels_covered(png):
    """Halved in both directions, each pixel is the rounded mean of four."""
    path, bgr = png
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY).astype(float)
    means = grey.reshape(20, 2, 30, 2).mean(axis=(1, 3))
    assert np.abs(images(catalogue_of([path]), (20, 30))[0] - means).max() <= 0.5


def test_what_was_computed_of_pixels_is_not_kept_when_they_change(nowhere, monkeypatch):
    """A version that sees the same files otherwise: every by-product is of what is seen now, none of what was."""
    from reproduce.datasets.decoding import Decoded
    from reproduce.datasets.image_files import examined
    from reproduce.datasets.photographs import keypoints_of, within_animal_inliers
    from reproduce.experiments.fusion import _local

    textured = [np.random.default_rng(row).integers(0, 256, (40, 60, 3), dtype=np.uint8) for row in range(2)]
    for row, image in enumerate([textured[0], textured[0][:, 2:], textured[1]]):
        (nowhere / f"{row}.png").write_bytes(encoded(cv2.resize(image, (300, 200)), ".png"))
    own = catalogue_of([nowhere / f"{row}.png" for row in range(3)])
    own = Catalogue(own.name, own.paths, np.array(list("aab")), own.split, digests=np.array(["1", "2", "3"]))

    def all_of_it():
        vectors = keypoints_of(own)[0][1]
        examination = [(file.pixels, file.levels) for file in examined(own)[0]]
        return [images(own), vectors, within_animal_inliers(own), _local(own, 300), np.array(examination)]

    first, again = all_of_it(), all_of_it()
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert first[2][0, 0] > 10
    monkeypatch.setattr(pixels, "VERSION", pixels.VERSION + 1)
    other = {str(path): cv2.resize(255 - picture(row, 30, 20), (300, 200)) for row, path in enumerate(own.paths)}
    monkeypatch.setattr(pixels, "decode", lambda _, path: Decoded(other[str(path)]))
    assert not any(np.array_equal(one, other) for one, other in zip(first, all_of_it(), strict=True))


def test_jpeg_under_a_png_name_decodes(nowhere):
    """The bytes tell the type: LionData's JPEGs are called .png."""
    (nowhere / "lion.png").write_bytes(encoded(picture(1), ".jpg"))
    assert raw_image(nowhere / "lion.png").shape == (40, 60, 3)


def test_images_of_all_sizes_come_as_a_list(nowhere):
    """With no size each image keeps its own."""
    for seed, (height, width) in enumerate([(10, 20), (30, 15), (7, 7)]):
        (nowhere / f"{seed}.png").write_bytes(encoded(picture(seed, height, width), ".png"))
    whole = images(catalogue_of(sorted(nowhere.glob("*.png"))), None, "colour")
    assert [image.shape for image in whole] == [(10, 20, 3), (30, 15, 3), (7, 7, 3)]
    assert np.array_equal(whole[1], picture(1, 30, 15)[:, :, ::-1])


@pytest.mark.parametrize("size", [(16, 16), None])
def test_the_second_call_decodes_nothing(lions, monkeypatch, size):
    """Arrays are kept by content: the same images elsewhere are found, and given read-only."""
    first = images(load("LionData", root=lions), size, "colour")
    monkeypatch.setattr(pixels, "raw_image", lambda *_: pytest.fail("decoded again"))
    second = images(load("LionData", root=lions), size, "colour")
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert not second[0].flags.writeable


def test_other_pixels_are_other_arrays(lions):
    """A file that changes is decoded afresh."""
    before = np.array(images(load("LionData", root=lions), (16, 16)))
    path = next(lions.rglob("Ayo_0.png"))
    path.write_bytes(encoded(np.zeros((9, 9, 3), np.uint8), ".jpg"))
    after = images(load("LionData", root=lions), (16, 16))
    assert not np.array_equal(before, after)


def test_a_drawn_set_is_rows_of_its_source(lions, monkeypatch):
    """Images of a set drawn from a larger one are taken from the larger one's arrays."""
    source = load("LionData", root=lions)
    rows = np.array([7, 2])
    everything = images(source, (16, 16))
    drawn = Catalogue(
        "drawn", source.paths[rows], source.identities[rows], source.split[rows], source=source, rows=rows
    )
    monkeypatch.setattr(pixels, "raw_image", lambda *_: pytest.fail("decoded again"))
    assert np.array_equal(images(drawn, (16, 16)), everything[[7, 2]])


@pytest.mark.parametrize("kind", [".jpg", ".png", ".bmp"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.9])
def test_a_cut_off_image_is_an_error_that_names_it(nowhere, kind, share):
    """However much is left of it, what is not whole is not decoded."""
    whole = encoded(picture(3), kind)
    path = nowhere / f"cut{kind}"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InvalidInputError, match=f"cut{kind}") as raised:
        raw_image(path)
    assert "\n" not in str(raised.value)


def test_a_cut_off_jpeg_is_an_error_whatever_opencv_makes_of_it(nowhere, monkeypatch):
    """OpenCV 4.10 hands out half a picture without a word; the check does not depend on its release."""
    whole = encoded(picture(3, 200, 300), ".jpg")
    (nowhere / "half.jpg").write_bytes(whole[: len(whole) // 2])
    monkeypatch.setattr(cv2, "imdecode", lambda *_: np.full((200, 300, 3), 128, np.uint8))
    with pytest.raises(InvalidInputError, match=r"half\.jpg: a damaged image"):
        raw_image(nowhere / "half.jpg")


@pytest.mark.parametrize("content, said", [(b"", "empty file"), (b"<html>no lion</html>" * 9, "not an image")])
def test_an_empty_file_and_a_page_are_errors(lions, content, said):
    """One error names the file, also out of the threads that decode many."""
    bad = next(lions.rglob("Zuri_0.png"))
    bad.write_bytes(content)
    with pytest.raises(InvalidInputError, match=rf"Zuri_0\.png.*{said}") as raised:
        images(load("LionData", root=lions))
    assert "\n" not in str(raised.value)


def test_an_absent_file_is_an_error(nowhere):
    """A catalogue made by hand may name a file that is not there."""
    for call in (lambda: raw_image(nowhere / "gone.png"), lambda: images(catalogue_of([nowhere / "gone.png"]))):
        with pytest.raises(InvalidInputError, match=r"gone\.png.*cannot be read"):
            call()


@pytest.mark.parametrize("wrong", [{"mode": "gray"}, {"resize": "sinc"}, {"size": (64,)}, {"size": (0, 5)}])
def test_a_wrong_option_is_an_error_that_names_the_right_ones(png, wrong):
    """Options are checked before anything is decoded."""
    with pytest.raises(InvalidInputError, match=r"^images: "):
        images(catalogue_of([png[0]]), **wrong)
