"""Two images of one animal that were cut from one photograph: found by the real rule, on painted photographs."""

import cv2
import numpy as np
import pytest

from reproduce.datasets import Catalogue, photographs
from reproduce.datasets.photographs import (
    affine_inliers,
    same_photograph,
    within_animal_inliers,
    within_animal_pairs,
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """By-products of a test go into a folder of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))


def scene(seed):
    """A photograph full of corners."""
    rng = np.random.default_rng(seed)
    picture = cv2.resize(rng.integers(0, 256, (24, 24), dtype=np.uint8), (480, 480), interpolation=cv2.INTER_CUBIC)
    for x, y, radius, grey in rng.integers((0, 0, 4, 0), (480, 480, 16, 256), (150, 4)).tolist():
        cv2.circle(picture, (x, y), radius, grey, -1)
    return picture


def test_two_crops_of_one_photograph_are_found_and_nothing_else(tmp_path):
    """Whichever part and size they have; not two photographs of one animal, nor two animals on one photograph."""
    first, other = scene(1), scene(2)
    whole = cv2.resize(first[40:400, 40:400], (256, 256), interpolation=cv2.INTER_AREA)
    crops = [first[:380, :380], other[:380, :380], whole, other[60:440, 60:440], first[60:440, 60:440]]
    paths = [str(tmp_path / f"{number}.png") for number in range(5)]
    for path, crop in zip(paths, crops, strict=True):
        cv2.imwrite(path, crop)
    animals = np.array(["Ada", "Ada", "Ada", "Bo", "Bo"])
    herd = Catalogue("herd", np.array(paths), animals, np.full(5, "test"))
    assert within_animal_pairs(animals).tolist() == [[0, 1], [0, 2], [1, 2], [3, 4]]
    assert same_photograph(herd).tolist() == [[0, 2]]


def matched(count, off=(), repeated=0):
    """Keypoints of two images that agree on one map, ``off`` pixels more each for some of them.

    The descriptors of so many are there twice in the other image, so that none of them says which it is.
    """
    rng = np.random.default_rng(0)
    points = rng.uniform(20, 230, (count + len(off), 2)).astype(np.float32)
    moved = points @ np.float32([[0.9, 0.1], [-0.1, 0.9]]) + np.float32([12, -7])
    for row, distance in enumerate(off):
        moved[count + row, 0] += distance
    descriptors = (rng.integers(0, 2, (len(points), 128)) * 100).astype(np.float32)
    copies = np.concatenate([moved, moved[:repeated]]), np.concatenate([descriptors, descriptors[:repeated]])
    return (points, descriptors), copies


@pytest.mark.parametrize(
    "matches, inliers",
    [
        (matched(10), (10, 10)),
        (matched(9), (0, 0)),
        (matched(12, off=[4.2, 4.2, 40]), (14, 12)),
        (matched(13, repeated=3), (10, 10)),
        (matched(12, repeated=3), (0, 0)),
    ],
    ids=["ten agree", "nine are too few", "five pixels or three", "the like of it is none", "too few are left"],
)
def test_inliers_are_matches_that_one_map_explains(matches, inliers):
    """By Lowe's ratio, within five pixels and within three."""
    assert affine_inliers(*matches) == inliers


def test_ten_inliers_at_five_pixels_make_one_photograph(monkeypatch):
    """The stricter count stands beside and decides nothing."""
    counts = np.array([[10, 0], [9, 9], [11, 12]])
    monkeypatch.setattr(photographs, "within_animal_inliers", lambda catalogue: counts)
    herd = Catalogue("herd", np.full(3, ""), np.full(3, "Ada"), np.full(3, "test"))
    assert same_photograph(herd).tolist() == [[0, 1], [1, 2]]


def test_what_is_kept_is_kept_of_these_images_and_these_animals(monkeypatch):
    """The same images under other names have other pairs, and other images under the same names other keypoints."""
    monkeypatch.setattr(photographs, "keypoints_of", lambda catalogue: catalogue.digests.tolist())
    monkeypatch.setattr(photographs, "affine_inliers", lambda one, other: (int(one), int(other)))

    def found(animals, digests):
        herd = Catalogue("herd", np.full(4, ""), np.array(list(animals)), np.full(4, "test"), digests=np.array(digests))
        return within_animal_inliers(herd).tolist()

    assert found("AABB", ["1", "2", "3", "4"]) == [[1, 2], [3, 4]]
    assert found("ABAB", ["1", "2", "3", "4"]) == [[1, 3], [2, 4]]
    assert found("AABB", ["1", "2", "3", "5"]) == [[1, 2], [3, 5]]
