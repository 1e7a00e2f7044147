"""What a seed of the network costs beside another, before any was timed; and who is left out in turn."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.experiments import dcnn
from reproduce.experiments.registry import Result
from reproduce.experiments.unlearned import baselines, cues

FEATURES = {"backbone": "MobileNetV2", "size": 224, "steps": 10, "animals": 16, "images": 2}


def test_a_step_on_kept_features_is_the_unit():
    """A head's step of 32 images; as many again for twice the images, beside what every run takes."""
    assert dcnn.work(FEATURES) == 200 + 10
    assert dcnn.work(FEATURES | {"images": 4}) == 200 + 20
    assert dcnn.work(FEATURES | {"size": 448, "backbone": "ResNet50V2"}) == dcnn.work(FEATURES)
    assert dcnn.work(FEATURES | {"augment": True, "bank": 8}) == dcnn.work(FEATURES)


@pytest.mark.parametrize(
    "factors, passes",
    [({"trainable": "full"}, 3.0), ({"trainable": "last"}, 1.2), ({"augment": True, "bank": 0}, 1.0)],
)
def test_through_the_backbone_every_image_counts(factors, passes):
    """Forward and back through what trains, and some 500 images embedded at the end; by the image's area."""
    small, large = dcnn.work(FEATURES | factors), dcnn.work(FEATURES | factors | {"size": 448})
    assert small == pytest.approx(200 + 10 + 320 * passes + 500)
    assert large - 210 == pytest.approx(4 * (small - 210))


def test_a_backbone_costs_what_it_multiplies():
    """ResNet50V2's 3.5 billion beside MobileNetV2's 0.3."""
    full = FEATURES | {"trainable": "full"}
    light, heavy = (dcnn.work(full | {"backbone": name}) - 210 for name in ("MobileNetV2", "ResNet50V2"))
    assert heavy / light == pytest.approx(3.5 / 0.3)


def test_features_are_made_once_for_all():
    """Of some 800 images, and of a bank's views of 600; a network that trains keeps none."""
    every = dcnn.embed.defaults
    assert dcnn.makes(every | FEATURES) == pytest.approx(800)
    assert dcnn.makes(every | FEATURES | {"augment": True, "bank": 2}) == pytest.approx(2000)
    assert dcnn.makes(every | FEATURES | {"size": 112}) == pytest.approx(200)
    assert dcnn.makes(every | FEATURES | {"trainable": "full"}) == 0


@pytest.mark.parametrize(
    "measured, module",
    [
        (dcnn.untrained, "reproduce.experiments.dcnn"),
        (baselines.pixels, "reproduce.experiments.unlearned.baselines"),
        (baselines.histogram, "reproduce.experiments.unlearned.baselines"),
        (baselines.untrained, "reproduce.experiments.unlearned.baselines"),
        (cues.edges, "reproduce.experiments.unlearned.cues"),
        (cues.layer, "reproduce.experiments.unlearned.cues"),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_animals_are_left_out_in_turn(measured, module, monkeypatch):
    """What is held against other animals is asked for its scores without each of them."""
    told = []

    def evaluated(catalogue, rows, resample=False):
        told.append(resample)
        return Result({"map_at_r": 0.5})

    images = np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3), dtype=np.uint8)
    monkeypatch.setattr(f"{module}.evaluate", evaluated)
    monkeypatch.setattr("reproduce.experiments.dcnn.frozen_features", lambda *_, **__: images[:, 0, :, 0].astype(float))
    features = SimpleNamespace(of_layer=lambda *_: images[:, 0, :, 0].astype(float))  # in place of TensorFlow's
    monkeypatch.setitem(sys.modules, "reproduce.models.dcnn.features", features)
    monkeypatch.setattr(
        "reproduce.datasets.images", lambda one, size, mode, *_: images if mode == "colour" else images[..., 0]
    )
    catalogue = Catalogue("herd", np.full(6, ""), np.repeat(["a", "b", "c"], 2), np.full(6, "test"))
    measured(catalogue, 0)
    assert told == [True]
