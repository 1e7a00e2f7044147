"""Features are kept by all that they depend on, and computed anew where what is kept was changed."""

import threading

import numpy as np
import pytest

pytest.importorskip("keras")

from reproduce.cache import cache_dir
from reproduce.models.dcnn import features as room
from reproduce.models.dcnn.features import features
from reproduce.models.dcnn.recipe import Views

KEYS = ["a", "b", "c"]
PLAIN = {"backbone": "MobileNetV2", "weights": None, "size": 32, "seed": 1}
OTHERS = [
    {"backbone": "ResNet50V2"}, {"weights": "mine"}, {"weights": "others"}, {"size": 48}, {"pooling": "max"},
    {"seed": 2}, {"dtype": "bfloat16"}, {"views": 2}, {"views": 3}, {"views": 2, "drawn_as": Views(flip=False)},
    {"views": 2, "drawn_as": Views(turn=0.2)}, {"views": 2, "drawn_as": Views(fill="constant")},
]  # fmt: skip


@pytest.fixture
def computed(monkeypatch, tmp_path):
    """The keys of each block that was computed; features are how many blocks there were before."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    told = []

    def compute(model, images, keys, views, drawn_as):
        told.append(list(keys))
        return np.full((len(keys), views, 2) if views else (len(keys), 2), len(told), np.float32)

    monkeypatch.setattr(room, "build", lambda *_, **__: None)
    monkeypatch.setattr(room, "_compute", compute)
    monkeypatch.setattr(room.weights_files, "find", lambda name: name)
    monkeypatch.setattr(room.weights_files, "fingerprint", lambda name: f"fingerprint of {name}")
    return told


def asked(**changes):
    return features(KEYS, lambda rows: np.zeros((len(rows), 4, 4, 3), np.uint8), **{**PLAIN, **changes})


def test_another_way_of_making_them_is_another_set(computed):
    """Backbone, weights, size, pooling, dtype, views, how they are drawn, and the seed of random weights."""
    for _ in range(2):
        for number, changes in enumerate([{}, *OTHERS], 1):
            assert (asked(**changes) == number).all()
    assert len(computed) == len(OTHERS) + 1
    assert (asked(weights="mine", seed=7) == asked(weights="mine", seed=8)).all()


def test_an_image_is_computed_once(computed):
    """Of the keys asked for those that are new, each once, and the rest as they were."""
    asked()
    found = features(["d", "a", "d"], lambda rows: np.zeros((len(rows), 4, 4, 3), np.uint8), **PLAIN)
    assert computed == [KEYS, ["d"]]
    assert found[:, 0].tolist() == [2, 1, 2]


def test_other_images_are_not_waited_for(computed, monkeypatch):
    """Cattle are computed while lions are, by the same backbone; who asks for the same images waits for them."""
    plain, zeros = room._compute, lambda rows: np.zeros((len(rows), 4, 4, 3), np.uint8)
    other = threading.Thread(target=lambda: features(["d"], zeros, **PLAIN), daemon=True)

    def compute(model, images, keys, *rest):
        if keys == KEYS:
            other.start()
            other.join(timeout=20)
        return plain(model, images, keys, *rest)

    monkeypatch.setattr(room, "_compute", compute)
    asked()
    assert computed == [["d"], KEYS]


@pytest.mark.parametrize("how", ["one value", "other keys", "no digest", "cut off"])
def test_what_was_changed_by_hand_is_computed_anew(computed, how):
    """And whole afterwards."""
    asked()
    (path,) = cache_dir("features").glob("*/*.npz")
    with np.load(path) as block:
        kept = dict(block)
    if how == "one value":
        kept["rows"][1, 1] = 5
    if how == "other keys":
        kept["keys"] = kept["keys"][::-1]
    if how == "no digest":
        del kept["digest"]
    np.savez(path, **kept)
    if how == "cut off":
        path.write_bytes(path.read_bytes()[:200])
    assert (asked() == 2).all()
    assert (asked() == 2).all()
    assert computed == [KEYS, KEYS]
