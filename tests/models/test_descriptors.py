"""Encoders against their definitions written out, and image vectors end to end."""

import cv2
import numpy as np
import pytest

from reproduce.errors import InvalidInputError
from reproduce.models.wide.codebook import ENCODERS, BagOfWords, FisherVector, MeanDescriptor, Vlad, power_l2
from reproduce.models.wide.descriptors import ImageVectors

RANDOM = np.random.default_rng(0)
DESCRIPTORS = [RANDOM.integers(0, 256, (n, 12), dtype=np.uint8) for n in (40, 3, 25, 60, 1)]
EMPTY = np.zeros((0, 12), np.uint8)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Every test has a cache of its own."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))


def drawn(seed):
    """A grey image of random boxes."""
    random = np.random.default_rng(seed)
    image = np.full((96, 96), 128, np.uint8)
    for x, y, w, h, grey in random.integers(0, (80, 80, 30, 30, 255), (25, 5)).tolist():
        cv2.rectangle(image, (x, y), (x + w, y + h), grey, -1)
    return image


def test_vlad_is_the_sum_of_residuals_per_word():
    """Against two nested loops."""
    encoder = Vlad(words=4, seed=1).fit(DESCRIPTORS)
    expected = np.zeros((len(DESCRIPTORS), 4, 12))
    for row, image in zip(expected, DESCRIPTORS, strict=True):
        for descriptor in image.astype(float):
            word = np.argmin(np.linalg.norm(encoder.centres_ - descriptor, axis=1))
            row[word] += descriptor - encoder.centres_[word]
    expected = power_l2(expected.reshape(len(DESCRIPTORS), -1))
    assert np.allclose(encoder.transform(DESCRIPTORS), expected, atol=1e-4)


def test_bag_of_words_counts_nearest_words():
    """Squared back from Hellinger's root, the histogram of nearest words."""
    encoder = BagOfWords(words=5, seed=1).fit(DESCRIPTORS)
    rows = encoder.transform(DESCRIPTORS)
    for row, image in zip(rows, DESCRIPTORS, strict=True):
        nearest = [np.argmin(np.linalg.norm(encoder.centres_ - d, axis=1)) for d in image.astype(float)]
        assert np.allclose(row**2, np.bincount(nearest, minlength=5) / len(image), atol=1e-6)


def test_fisher_vector_is_the_gradient_of_the_log_likelihood():
    """By finite differences of the mixture's own score, scaled by the Fisher information's diagonal."""
    encoder = FisherVector(words=2, seed=0, dim=3).fit(DESCRIPTORS)
    image = DESCRIPTORS[0]
    mixture, x = encoder.mixture_, encoder.pca_.transform(image.astype(np.float32)).astype(float)
    means, deviations, weights = mixture.means_.copy(), np.sqrt(mixture.covariances_), mixture.weights_

    def likelihood(mean, deviation):
        density = -0.5 * (((x[:, None] - mean) / deviation) ** 2).sum(2) - np.log(deviation).sum(1)
        return np.log((weights * np.exp(density)).sum(1)).mean()

    step, expected = 1e-3, np.zeros((2, 2, 3))
    for k in range(2):
        for d in range(3):
            shift = np.zeros_like(means)
            shift[k, d] = step
            by_mean = (likelihood(means + shift, deviations) - likelihood(means - shift, deviations)) / (2 * step)
            by_dev = (likelihood(means, deviations + shift) - likelihood(means, deviations - shift)) / (2 * step)
            expected[0, k, d] = by_mean * deviations[k, d] / np.sqrt(weights[k])
            expected[1, k, d] = by_dev * deviations[k, d] / np.sqrt(2 * weights[k])
    # Squared, as the root of the power normalisation magnifies what is near zero.
    found, expected = encoder.transform([image])[0], power_l2(expected.reshape(1, -1))[0]
    assert np.allclose(found * np.abs(found), expected * np.abs(expected), atol=1e-3)


def test_the_mean_is_the_mean():
    """No word, no normalisation: the students' reading."""
    encoder = MeanDescriptor().fit(DESCRIPTORS)
    assert np.allclose(encoder.transform(DESCRIPTORS), [d.mean(axis=0) for d in DESCRIPTORS])


@pytest.mark.parametrize("make", [lambda: Vlad(3), lambda: BagOfWords(3), lambda: FisherVector(2), MeanDescriptor])
def test_no_descriptor_gives_a_row_of_zeros(make):
    """Every encoder, beside rows that are not."""
    rows = make().fit(DESCRIPTORS).transform([EMPTY, DESCRIPTORS[0]])
    assert not rows[0].any()
    assert rows[1].any()


@pytest.mark.parametrize("encoder, width", [("vlad", 7), ("fisher", 7), ("bag-of-words", 7), ("mean", 224)])
def test_images_become_vectors_learned_from_training_images_only(encoder, width):
    """Test images change nothing that was learned; a blank one is zeros and counted; a seed repeats bit for bit."""
    train, test = [drawn(seed) for seed in range(8)], [drawn(99), np.full((64, 64), 9, np.uint8)]
    model = ImageVectors(encoder, words=None if encoder == "mean" else 3, seed=5)
    fitted = model.fit_transform(train)
    rows = model.transform(test)
    assert fitted.shape == (8, width)
    assert rows.shape == (2, width)
    assert not rows[1].any()
    assert rows[0].any()
    assert model.empty_ == {"ORB": 1, "SIFT": 1, "BRISK": 1, "all": 1}
    again = ImageVectors(encoder, words=None if encoder == "mean" else 3, seed=5).fit(train)
    assert np.array_equal(again.transform(test), rows)
    assert np.allclose(model.transform(train), fitted, atol=1e-5)


def test_another_seed_learns_another_codebook():
    """The seed varies the words, as the experiment declares."""
    images = [drawn(seed) for seed in range(8)]
    one, two = (ImageVectors(words=3, seed=seed).fit_transform(images) for seed in (0, 1))
    assert not np.allclose(np.abs(one), np.abs(two))


def test_too_little_to_learn_from_is_one_clear_error():
    """No image, no descriptors for the words, one training image, an unknown encoder."""
    with pytest.raises(InvalidInputError, match="no image"):
        ImageVectors().fit([])
    with pytest.raises(InvalidInputError, match="cannot give 3 words"):
        Vlad(3).fit([DESCRIPTORS[4]])
    with pytest.raises(InvalidInputError, match="too few"):
        ImageVectors(words=2).fit([drawn(0)])
    with pytest.raises(InvalidInputError, match=", ".join(ENCODERS)):
        ImageVectors("neural").fit([drawn(0), drawn(1)])
