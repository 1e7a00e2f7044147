"""LNBNN votes against a brute force, and the spatial check on scenes moved by a known similarity."""

import cv2
import numpy as np
import pytest

from reproduce.errors import InvalidInputError
from reproduce.models.baselines import local
from reproduce.models.baselines.local import lnbnn_votes, local_matching, verified_scores


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Every test has a cache of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))


def described(sizes, seed=0, top=256):
    """Random SIFT-like bytes per image."""
    random = np.random.default_rng(seed)
    return [random.integers(0, top, (size, 128), dtype=np.uint8) for size in sizes]


@pytest.mark.parametrize("sizes", [(5, 7, 9), (40, 0, 3, 25, 1), (1, 30, 60)])
@pytest.mark.parametrize("neighbours", [1, 3])
def test_votes_are_those_of_a_brute_force(sizes, neighbours):
    """Nearest keypoints of other images in whole-number arithmetic, weight by the next neighbour."""
    images = described(sizes)
    owner, query, match, weight = lnbnn_votes(images, neighbours)
    stack = np.concatenate(images).astype(np.int64)
    votes = {}
    for q, m, w in zip(query.tolist(), match.tolist(), weight.tolist(), strict=True):
        votes.setdefault(q, []).append((m, w))
    assert set(votes) == set(range(sum(sizes)))
    for q, found in votes.items():
        others = np.flatnonzero(owner != owner[q])
        distance = ((stack[others] - stack[q]) ** 2).sum(axis=1)
        order = np.argsort(distance, kind="stable")[: neighbours + 1]
        expected = [(others[i], distance[order[-1]] - distance[i]) for i in order[:-1]]
        assert found == expected


def test_blocks_and_threads_change_nothing(monkeypatch):
    """Cut into other blocks, on one thread or two, with many ties: the same votes to the last bit."""
    images = described((30, 40, 50), top=2)
    whole = lnbnn_votes(images, 2, n_jobs=1)
    monkeypatch.setattr(local, "BLOCK_BYTES", 4 * 120 * 7)
    cut = lnbnn_votes(images, 2, n_jobs=2)
    assert all(np.array_equal(one, two) for one, two in zip(whole, cut, strict=True))


def points(places, size=4.0, angle=0.0):
    """Keypoints at complex places."""
    kind = [("x", "f4"), ("y", "f4"), ("size", "f4"), ("angle", "f4")]
    return np.array([(z.real, z.imag, size, angle) for z in places], kind)


def test_votes_that_one_similarity_explains_count_and_others_do_not():
    """Six matches turned by 30 degrees and doubled in scale agree; two strays and their weight are left out."""
    random = np.random.default_rng(1)
    places = random.uniform(0, 100, 8) + 1j * random.uniform(0, 100, 8)
    moved = 2 * np.exp(1j * np.pi / 6) * places + (5 + 7j)
    moved[6:] += 500
    table = np.concatenate([points(places), points(moved, size=8.0, angle=30.0)])
    owner = np.repeat([0, 1], 8)
    weight = np.arange(1.0, 9)
    scores = verified_scores(table, owner, np.arange(8), np.arange(8, 16), weight, 2, reach=2.0)
    # The strays moved together: they agree with each other, but weigh less.
    assert scores[0, 1] == pytest.approx(weight[:6].sum())
    assert scores[1, 0] == 0


@pytest.mark.parametrize("size, angle", [(1.5, 0.0), (4.0, 120.0)])
def test_a_match_of_another_scale_or_angle_is_no_inlier(size, angle):
    """In its place, but more than twice smaller or turned by more than 90 degrees: it stands alone."""
    places = np.array([10 + 10j, 50 + 10j, 10 + 60j])
    other = np.concatenate([points(places[:2]), points(places[2:], size=size, angle=angle)])
    table = np.concatenate([points(places), other])
    scores = verified_scores(table, np.repeat([0, 1], 3), np.arange(3), np.arange(3, 6), np.ones(3), 2, reach=1.0)
    assert scores[0, 1] == 2


def test_checking_in_pieces_changes_nothing(monkeypatch):
    """The pairs of votes are checked a part at a time; any cut gives the same scores."""
    images = described((30, 40, 50, 3))
    owner, query, match, weight = lnbnn_votes(images, 4)
    random = np.random.default_rng(2)
    table = points(random.uniform(0, 50, len(owner)) + 1j * random.uniform(0, 50, len(owner)))
    whole = verified_scores(table, owner, query, match, weight, 4, reach=20.0)
    monkeypatch.setattr(local, "CHECKS", 500)
    assert np.array_equal(verified_scores(table, owner, query, match, weight, 4, reach=20.0), whole)


def test_two_views_of_a_scene_find_each_other():
    """Of four scenes, each shown twice, once turned and shrunk, every image's best match is its other view."""
    views = []
    for seed in range(4):
        noise = np.random.default_rng(seed).integers(0, 256, (200, 200), dtype=np.uint8)
        scene = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3), None, 0, 255, cv2.NORM_MINMAX)
        turn = cv2.getRotationMatrix2D((100, 100), 20, 0.9)
        views += [scene, cv2.warpAffine(scene, turn, (200, 200), borderValue=128)]
    scores = local_matching(views)
    assert not np.diag(scores).any()
    assert np.argmax(scores, axis=1).tolist() == [1, 0, 3, 2, 5, 4, 7, 6]


def test_too_few_keypoints_is_one_clear_error():
    """No image, blank images, or fewer keypoints than neighbours."""
    for images in ([], [np.zeros((64, 64), np.uint8)] * 3):
        with pytest.raises(InvalidInputError, match="too few"):
            local_matching(images)
