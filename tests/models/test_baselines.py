"""Embeddings that learn nothing."""

import numpy as np
import pytest

from reproduce.errors import InvalidInputError
from reproduce.metrics import chance_map_at_r, map_at_r
from reproduce.models.baselines.unlearned import (
    colour_histograms,
    constant,
    grey_histograms,
    grey_pixels,
    l2_normalised,
    oriented_gradients,
    untrained_relu,
)  # fmt: skip

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (12, 8, 8), dtype=np.uint8)


def test_grey_pixels_lie_in_the_unit_interval():
    """0 becomes 0, 255 becomes 1, rows are images."""
    rows = grey_pixels(GREY)
    assert rows.shape == (12, 64)
    assert rows.dtype == np.float32
    assert grey_pixels(np.full((1, 2, 2), 255, np.uint8)).max() == 1


def test_a_histogram_counts_pixels_by_colour():
    """One red and three black pixels: mass 1/4 and 3/4 in two bins, under a square root."""
    image = np.zeros((2, 2, 3), np.uint8)
    image[0, 0] = (255, 0, 0)
    row = colour_histograms([image])[0]
    assert row[0] ** 2 == pytest.approx(3 / 4)
    assert row[7 * 64] ** 2 == pytest.approx(1 / 4)
    assert np.count_nonzero(row) == 2


def test_a_grey_histogram_counts_pixels_by_level():
    """One white and three black pixels: mass 3/4 and 1/4 in the first and the last bin, under a square root."""
    rows = grey_histograms([np.array([[255, 0], [0, 0]], np.uint8)], bins=8)
    assert rows[0] ** 2 == pytest.approx([3 / 4, *[0] * 6, 1 / 4])


def test_oriented_gradients_see_edges_and_not_how_light_it_is():
    """A lighter copy has the same row, the same edge turned has another; flat grey has none."""
    upright = np.zeros((1, 32, 32), np.uint8)
    upright[:, :, 13:] = 100
    lighter, turned = upright + np.uint8(60), upright.transpose(0, 2, 1)
    rows = oriented_gradients(np.concatenate([upright, lighter, turned, np.full((1, 32, 32), 9, np.uint8)]))
    assert rows.shape == (4, 3 * 3 * 4 * 9)
    assert np.abs(rows[0] - rows[1]).max() < 1e-6
    assert np.abs(rows[0] - rows[2]).max() > 0.1
    assert not rows[3].any()


def test_a_histogram_forgets_where_and_how_large():
    """Shuffled pixels and a doubled image have the same histogram: Hellinger distance 0."""
    image = RNG.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    shuffled = RNG.permutation(image.reshape(-1, 3)).reshape(6, 6, 3)
    doubled = image.repeat(2, axis=0).repeat(2, axis=1)
    rows = colour_histograms([image, shuffled, doubled])
    assert np.allclose(rows, rows[0], atol=1e-15)
    assert np.linalg.norm(rows[0]) == pytest.approx(1)


def test_the_untrained_layer_is_its_seed():
    """One seed one layer, another seed another; nothing is negative; the width is the last layer's."""
    pixels = grey_pixels(GREY)
    first, again, other = (
        untrained_relu(pixels, (16,), 0),
        untrained_relu(pixels, (16,), 0),
        untrained_relu(pixels, (16,), 1),
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.min() >= 0
    assert untrained_relu(pixels, (16, 4), 0).shape == (12, 4)


def test_the_constant_embedding_scores_chance():
    """One point for all is exactly the expectation of a random order."""
    labels = RNG.integers(0, 4, 12)
    assert map_at_r(constant(12), labels) == pytest.approx(chance_map_at_r(labels), abs=1e-15)


def test_normalising_keeps_zero_rows():
    """Rows have length one, a dead row stays zero and nothing is NaN."""
    rows = l2_normalised(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert rows.tolist() == [[0.6, 0.8], [0.0, 0.0]]


def test_wrong_images_are_said():
    """Colour where grey is meant, or floats, is one clear error."""
    with pytest.raises(InvalidInputError, match="grey images"):
        grey_pixels(np.zeros((2, 4, 4, 3), np.uint8))
    with pytest.raises(InvalidInputError, match="colour images"):
        colour_histograms([np.zeros((4, 4, 3))])
