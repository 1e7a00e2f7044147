"""Backbones by name, their weights and their kept features."""

import random

import keras
import numpy as np
import pytest
from spy import small_backbone

from reproduce import downloads
from reproduce.determinism import seed_keras
from reproduce.errors import InvalidInputError, WeightsMissingError
from reproduce.models.dcnn import backbone, features, fetch, weights


def test_input_ranges_are_those_of_keras():
    """What the scaler does to pixels is each backbone's own ``preprocess_input``."""
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3)).astype("float32")
    for name, module in [
        ("ResNet50V2", keras.applications.resnet_v2),
        ("MobileNetV2", keras.applications.mobilenet_v2),
        ("DenseNet169", keras.applications.densenet),
    ]:
        ours = np.asarray(backbone.scaler(name)(pixels))
        assert np.abs(ours - module.preprocess_input(pixels.copy())).max() < 1e-5, name


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: backbone.build("ResNet51", None), "no backbone 'ResNet51'.*ResNet50V2"),
        (lambda: backbone.build("DINOv2-S-14", None), "built by timm, and only its frozen features"),
        (lambda: backbone.build("VGG16", None), "no backbone 'VGG16' whose input range is known"),
        (lambda: backbone.build("MobileNetV2", None, 32, pooling="max"), "no pooling 'max'"),
        (lambda: backbone.build("MobileNetV2", None, 32, dtype="float8"), "float32 or bfloat16"),
    ],
)
def test_unknown_choices_name_the_known_ones(call, message):
    """An unknown backbone, pooling or dtype is one clear error."""
    with pytest.raises(InvalidInputError, match=message):
        call()


def test_gem_is_the_generalised_mean():
    """GeM at p = 3 is the cube root of the mean cube."""
    from reproduce.models.dcnn.layers import GeM

    x = np.random.default_rng(1).random((2, 3, 4, 5)).astype("float32")
    assert np.allclose(
        np.asarray(GeM(3.0, dtype="float32")(x)), np.cbrt((x.astype(float) ** 3).mean(axis=(1, 2))), atol=1e-5
    )


def test_missing_weights_say_where_and_how(tmp_path, monkeypatch):
    """Weights that are nowhere: the error names the command that fetches them, and the file to put where."""
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    with pytest.raises(WeightsMissingError, match=r"resnet50v2.*reproduce weights --get resnet50v2") as found:
        weights.find("resnet50v2")
    assert "resnet50v2_imagenet_notop.weights.h5 into the folder that REPRODUCE_WEIGHTS names" in str(found.value)
    assert "\n" not in str(found.value)


def test_offline_is_noticed_at_once(monkeypatch):
    """Without a network a download is refused in seconds, with what to do instead."""

    def refuse(*args, **kwargs):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(downloads.socket, "create_connection", refuse)
    with pytest.raises(WeightsMissingError, match=r"offline.*by hand into .*REPRODUCE_WEIGHTS"):
        fetch.fetch("ResNet50V2")


def test_weights_of_another_model_are_refused(tmp_path, monkeypatch):
    """A file saved from another architecture, or no weights file at all, is one clear error."""
    monkeypatch.setattr(backbone, "constructor", lambda _: small_backbone)
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    path = tmp_path / "other.weights.h5"
    other.save_weights(path)
    with pytest.raises(InvalidInputError, match=r"other\.weights\.h5: not the weights of small"):
        backbone.build("MobileNetV2", str(path), 32)
    with pytest.raises(InvalidInputError, match=r"holds 8 parameters, the model has 318"):
        backbone.build("MobileNetV2", str(path), 32)
    broken = tmp_path / "broken.weights.h5"
    broken.write_bytes(b"not a file of weights")
    with pytest.raises(InvalidInputError, match=r"broken\.weights\.h5: not the weights"):
        backbone.build("MobileNetV2", str(broken), 32)


def test_features_are_computed_once_per_image(tmp_path, monkeypatch):
    """A second call decodes nothing; a new image alone is computed; views are drawn by image, not by place."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    monkeypatch.setattr(backbone, "constructor", lambda _: small_backbone)
    images = np.random.default_rng(3).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    asked = []

    def pixels(rows):
        asked.append(list(rows))
        return images[rows]

    def of(keys, **more):
        rows = {key: int(key) for key in keys}
        return features.features(
            keys, lambda missing: pixels([rows[keys[i]] for i in missing]), backbone="MobileNetV2", weights=None,
            size=32, **more
        )  # fmt: skip

    first = of(["0", "1", "2"])
    assert first.shape == (3, 6)
    assert np.array_equal(of(["2", "0", "1"]), first[[2, 0, 1]])
    assert asked == [[0, 1, 2]]
    more = of(["1", "3", "1"])
    assert asked[1:] == [[3]]
    assert np.array_equal(more[0], first[1])
    assert np.array_equal(more[2], first[1])
    assert not np.array_equal(of(["0"], seed=1), first[:1])
    bank = of(["0", "1", "4"], views=2)
    assert bank.shape == (3, 2, 6)
    assert not np.array_equal(bank[0, 0], bank[0, 1])
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "fresh"))
    assert np.allclose(of(["4"], views=2)[0], bank[2], atol=1e-5)


def test_a_layer_is_averaged_over_the_image(monkeypatch):
    """The last one is what the backbone gives; an earlier one has its own channels, an unknown one is named."""
    monkeypatch.setattr(backbone, "constructor", lambda _: small_backbone)
    pixels = np.random.default_rng(1).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    seed_keras(0)
    whole = backbone.build("MobileNetV2", None, 16)
    last = features.of_layer(pixels, "MobileNetV2", None, "block_1_project_BN")
    assert last.tobytes() == np.asarray(whole.predict_on_batch(pixels)).tobytes()
    body = whole.get_layer("small")
    scaled = backbone.scaler("MobileNetV2")(pixels.astype("float32"))
    by_hand = np.asarray(body.get_layer("block_1_conv")(scaled)).mean(axis=(1, 2))
    assert np.abs(features.of_layer(pixels, "MobileNetV2", None, "block_1_conv") - by_hand).max() < 1e-6
    with pytest.raises(InvalidInputError, match=r"no layer 'block_2'; it has .*block_1_project_BN"):
        features.of_layer(pixels, "MobileNetV2", None, "block_2")


def test_another_thread_does_not_change_what_a_seed_draws():
    """A Dask worker's own thread draws from Python's global generator between two layers."""

    def drawn(disturb):
        seed_keras(3)
        values = []
        for _ in range(3):
            values.append(keras.ops.convert_to_numpy(keras.initializers.GlorotUniform()((2, 2))))
            disturb()
        return np.stack(values)

    np.testing.assert_array_equal(drawn(random.random), drawn(lambda: None))
