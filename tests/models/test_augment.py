"""Views of an image: what is done to it, and what is not."""

import numpy as np

from reproduce.models.dcnn import features
from reproduce.models.dcnn.augment import Augmenter
from reproduce.models.dcnn.recipe import Recipe, Views

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 16, 16, 3), dtype=np.uint8)
STILL = Views(flip=False, turn=0.0)


def drawn(views):
    return np.asarray(Augmenter(views)(IMAGES, 7))


def test_a_view_that_is_not_changed_is_the_image():
    """Neither mirrored nor turned: the pixels themselves."""
    assert np.array_equal(drawn(STILL), IMAGES.astype(np.float32))


def test_views_are_drawn_as_the_recipe_says():
    """Its flips, its turn and what fills the corners of a turned image."""
    assert Recipe(flip="both", turn=0.3, fill="wrap").views == Views("both", 0.3, "wrap")


def test_mirrored_views_are_the_image_or_its_mirror():
    """Without a turn every view is one of the two, and both are drawn."""
    mirrored = [
        np.array_equal(view, image[:, ::-1]) for view, image in zip(drawn(Views(turn=0.0)), IMAGES, strict=True)
    ]
    plain = [np.array_equal(view, image) for view, image in zip(drawn(Views(turn=0.0)), IMAGES, strict=True)]
    assert sorted(set(mirrored)) == [False, True]
    assert all(a != b for a, b in zip(mirrored, plain, strict=True))


def test_the_same_turns_are_drawn_with_flips_and_without():
    """One thing changed at a time: taking the flips away leaves each image its angle."""
    both, turned, flipped = drawn(Views()), drawn(Views(flip=False)), drawn(Views(turn=0.0))
    unflipped = [np.array_equal(view, image) for view, image in zip(flipped, IMAGES, strict=True)]
    assert any(unflipped)
    assert np.array_equal(both[unflipped], turned[unflipped])


class Shades:
    """In place of a backbone: what an image looks like on its left and right, (N, 6)."""

    seen = 0

    def predict_on_batch(self, images):
        self.seen += len(images)
        return np.concatenate(
            [np.asarray(half).mean((1, 2)) for half in np.split(np.asarray(images), 2, axis=2)], axis=1
        )


def test_a_bank_of_copies_has_the_features_of_the_image(tmp_path, monkeypatch):
    """A view that comes again is computed once, and given as often as it came."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    model = Shades()
    monkeypatch.setattr(features, "build", lambda *arguments, **named: model)

    def of(**more):
        return features.features(
            ["0", "1"], lambda rows: IMAGES[rows], backbone="MobileNetV2", weights=None, size=16, **more
        )

    plain, copies = of(), of(views=3, drawn_as=STILL)
    assert np.array_equal(copies, np.repeat(plain[:, None], 3, axis=1))
    assert model.seen == 4
    assert len(np.unique(of(views=8, drawn_as=Views(turn=0.0))[0], axis=0)) == 2
    assert len(np.unique(of(views=8)[0], axis=0)) == 8
