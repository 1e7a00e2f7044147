"""The audit finds what is wrong with a data set: each fault is planted here and must be counted."""

import cv2
import numpy as np
import pytest

from reproduce.datasets import Catalogue, available, load
from reproduce.datasets.audit import audit
from reproduce.datasets.photographs import affine_inliers, within_animal_inliers, within_animal_pairs
from reproduce.experiments.audits import chances, photographs


def noise(seed, height=60, width=80):
    """A (height, width, 3) uint8 image of random patches."""
    coarse = np.random.default_rng(seed).integers(0, 256, (height // 5, width // 5, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def planted(folder, files, identities, split):
    """A catalogue of files written from (name, bytes) pairs."""
    from reproduce.datasets.pixels import _digests

    for name, content in files:
        (folder / name).write_bytes(content)
    paths = np.array([str(folder / name) for name, _ in files])
    return Catalogue("planted", paths, np.array(identities), np.array(split), digests=_digests(paths))


@pytest.fixture
def faulty(nowhere):
    """Seven files: a copy within an animal, a copy across animals and split, a JPEG called .png, an empty one."""
    png, other, jpeg = (
        cv2.imencode(kind, noise(seed))[1].tobytes() for seed, kind in ((0, ".png"), (1, ".png"), (2, ".jpg"))
    )
    repacked = cv2.imencode(".png", noise(0), [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes()
    files = [
        ("a.png", png),
        ("b.png", png),
        ("c.png", repacked),
        ("d.png", jpeg),
        ("e.png", other),
        ("f.png", b""),
        ("g.png", cv2.imencode(".png", noise(5, 20, 30))[1].tobytes()),
    ]
    return planted(nowhere, files, list("AABBCCD"), ["train", "train", "test", "test", "test", "test", "train"])


def test_duplicates_are_told_by_bytes_and_by_pixels(faulty):
    """A copy of the bytes, and the same pixels packed otherwise under another animal on the other side."""
    found = audit(faulty)
    assert found.same_bytes.groups == ((0, 1),)
    assert found.same_bytes.across_animals == 0
    assert found.same_pixels.groups == ((0, 1, 2),)
    assert (found.same_pixels.across_animals, found.same_pixels.across_split) == (1, 1)


def test_what_cannot_be_read_and_what_is_misnamed_is_counted(faulty):
    """An unreadable file is a finding with its name; it is neither misnamed nor a duplicate."""
    found = audit(faulty)
    assert len(found.unreadable) == 1
    assert "f.png" in found.unreadable[0]
    assert found.formats == {"PNG as .png": 5, "JPEG as .png": 1}
    assert found.misnamed == 1


def test_sizes_lone_animals_and_image_sides_are_counted(faulty):
    """Four animals, one of them lone; heights of the six readable files."""
    found = audit(faulty)
    assert sorted(found.sizes["all"].tolist()) == [1, 2, 2, 2]
    assert (found.lone("all"), found.lone("train"), found.lone("test")) == (1, 1, 0)
    assert found.shared_animals == ()
    assert (found.heights[0], found.heights[-1], found.widths[0]) == (20, 60, 30)


def test_an_animal_on_both_sides_is_a_leak(faulty):
    """Where the split cuts through an animal, the audit names it."""
    leaky = Catalogue(
        "leaky", faulty.paths, faulty.identities, np.array(["train", "test"] * 3 + ["train"]), digests=faulty.digests
    )
    found = audit(leaky)
    assert found.shared_animals == ("A", "B", "C")
    assert found.findings[0] == "3 animals on both sides of the split"


def test_findings_are_what_is_wrong_and_nothing_else(faulty):
    """Copies across animals and across the split, and unreadable files; copies of one animal on one side are none."""
    assert audit(faulty).findings == (
        "1 group of identical images across animals",
        "1 group of identical images across the split",
        "1 file that cannot be read",
    )
    rows = np.array([0, 1, 3, 4, 6])
    fine = Catalogue("fine", faulty.paths[rows], np.array(list("AABBB")), np.full(5, "train"))
    assert audit(fine).findings == ()


def test_identities_alone_can_be_audited(nowhere):
    """FriesianCattle2017 without pixels: 89 animals, five lone, 1 to 47 images."""
    found = audit(load("FriesianCattle2017"))
    assert len(found.sizes["all"]) == 89
    assert found.lone("all") == 5
    assert (found.heights, found.unreadable, found.same_pixels.groups) == ((), (), ())


def test_chance_is_higher_for_fewer_animals(nowhere):
    """Nine held-out cattle score more by chance than all 89, and chance per class is the lower of the two."""
    chance = chances(load("FriesianCattle2017", seed=3))
    assert 0 < chance["all"][0] < chance["all"][1] < chance["test"][1] < 1


def test_animals_that_are_all_lone_have_no_chance(nowhere):
    """With one image of each there is no query, and chance is not a number rather than an error."""
    names = np.array(["a", "b", "c"])
    lone = Catalogue("lone", np.full(3, ""), names, np.array(["train", "test", "test"]))
    assert np.isnan(chances(lone)["test"]).all()


def test_one_animal_alone_has_no_chance(nowhere):
    """Every ranking of one animal is right: not a number either, instead of 100 per cent."""
    names, split = np.array(["a", "a", "b", "b"]), np.array(["train", "train", "test", "test"])
    chance = chances(Catalogue("two", np.full(4, ""), names, split))
    assert np.isnan(chance["train"]).all()
    assert np.isfinite(chance["all"]).all()


def test_pairs_within_an_animal_are_all_of_them_once():
    """Three images of one animal and two of another make four pairs, in order."""
    pairs = within_animal_pairs(np.array(["b", "a", "b", "a", "b"]))
    assert pairs.tolist() == [[0, 2], [0, 4], [1, 3], [2, 4]]


def test_two_crops_of_one_photograph_are_found_and_two_photographs_are_not(nowhere):
    """Overlapping crops agree on a map; another scene of the same animal does not; again gives the same counts."""
    scene, elsewhere = noise(11, 200, 260), noise(12, 200, 260)
    crops = [scene[10:140, 10:170], scene[30:160, 40:200], elsewhere[10:140, 10:170]]
    files = [(f"{row}.png", cv2.imencode(".png", crop)[1].tobytes()) for row, crop in enumerate(crops)]
    catalogue = planted(nowhere, files, ["A"] * 3, ["test"] * 3)
    inliers = within_animal_inliers(catalogue)
    assert inliers.shape == (3, 2)
    assert np.all(inliers[0] >= 10)
    assert np.all(inliers[1:] < 10)
    scores = photographs(catalogue, 0).scores
    assert (scores["pairs"], scores["shared_pairs"]) == (3, 1)
    assert scores["images_sharing"] == pytest.approx(2 / 3)


def test_an_image_without_keypoints_shares_nothing():
    """A blank image has no feature, which is no error."""
    blank = (np.empty((0, 2), np.float32), np.empty((0, 128), np.float32))
    assert affine_inliers(blank, blank) == (0, 0)


def test_the_lions_have_no_copies_and_a_third_share_a_photograph():
    """LionData: 740 JPEGs called .png, no duplicate; 159 of 2,661 pairs and 34 % of images share a photograph."""
    if not available("LionData", pixels=True):
        pytest.skip("LionData is not at hand")
    lions = load("LionData")
    found = audit(lions)
    assert (found.misnamed, found.unreadable) == (740, ())
    assert (found.same_bytes.groups, found.same_pixels.groups) == ((), ())
    scores = photographs(lions, 0).scores
    assert scores["pairs"] == 2661
    assert scores["shared_pairs"] == pytest.approx(156, rel=0.1)
    assert scores["images_sharing"] == pytest.approx(0.34, abs=0.01)
