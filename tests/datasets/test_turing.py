"""The stand-in: generated animals, the same on every call, recognisable and unlike each other."""

import numpy as np
import pytest

from reproduce.datasets import available, images, is_rehearsal, load, turing
from reproduce.determinism import generator


@pytest.fixture(scope="module")
def coats():
    """The coats, grown once for this file."""
    return turing.coats()


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache folder with nothing in it, and no data beside."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("REPRODUCE_DATA", raising=False)
    return tmp_path / "cache"


def test_every_coat_has_a_pattern_and_no_two_are_alike(coats):
    """Between a quarter and three quarters is dark, and any two coats differ over a fifth of the skin."""
    dark = coats > 0.45
    assert np.all((dark.mean(axis=(1, 2)) > 0.25) & (dark.mean(axis=(1, 2)) < 0.75))
    for one in range(len(dark)):
        for other in range(one):
            assert (dark[one] != dark[other]).mean() > 0.2


def test_coats_grow_to_the_same_bits(monkeypatch, grown_once):
    """Growing them twice gives identical floats, over a tenth of the time they are given."""
    monkeypatch.setattr(turing, "STEPS", turing.STEPS // 10)
    assert np.array_equal(grown_once(), grown_once())


def test_photographs_of_a_coat_differ_by_draw_alone(coats):
    """The same draw gives the same photograph, another draw another one."""
    first, again, other = (turing.photograph(coats[0], generator(seed, "pose")) for seed in (1, 1, 2))
    assert first.shape == (turing.SIDE, turing.SIDE, 3)
    assert np.array_equal(first, again)
    assert np.abs(first.astype(int) - other.astype(int)).mean() > 5


def test_the_catalogue_is_like_any_other(own_cache, coats, monkeypatch):
    """Real files, twelve animals with a lone one among them, four held out, another four by another seed."""
    monkeypatch.setattr(turing, "coats", lambda: coats)
    assert available("TuringCattle", pixels=True)
    assert is_rehearsal("TuringCattle")
    first, second = load("TuringCattle", seed=0), load("TuringCattle", seed=1)
    sizes = np.unique(first.identities, return_counts=True)[1]
    assert sorted(sizes.tolist(), reverse=True) == list(turing.CLASS_SIZES)
    assert len(set(first.identities[first.test])) == 4
    assert first.content_hash == second.content_hash
    assert not np.array_equal(first.split, second.split)
    assert images(first, (32, 32), "colour").shape == (59, 32, 32, 3)


def test_what_a_killed_run_left_is_never_taken_for_the_set(own_cache, coats, monkeypatch):
    """A folder with an image missing is drawn afresh, with the same content."""
    monkeypatch.setattr(turing, "coats", lambda: coats)
    whole = load("TuringCattle")
    next(own_cache.glob("generated/*/03/*.png")).unlink()
    assert load("TuringCattle").content_hash == whole.content_hash


def test_the_nearest_image_shows_the_same_animal_more_often_than_chance():
    """Raw pixels find the right animal for a third of the images or more, where chance is a tenth."""
    catalogue = load("TuringCattle")
    flat = images(catalogue, (24, 24)).reshape(len(catalogue), -1).astype(float)
    flat = (flat - flat.mean(axis=1, keepdims=True)) / flat.std(axis=1, keepdims=True)
    similar = flat @ flat.T
    np.fill_diagonal(similar, -np.inf)
    assert (catalogue.identities[similar.argmax(axis=1)] == catalogue.identities).mean() > 1 / 3
