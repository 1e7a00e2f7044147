"""Backbones that timm builds: a small random ViT in a folder, loaded as the published ones are."""

import sys

import numpy as np
import pytest

from reproduce.animals.models import embed
from reproduce.cache import digest
from reproduce.datasets import load
from reproduce.errors import InvalidInputError, WeightsMissingError
from reproduce.models.dcnn import backbones, weights
from reproduce.models.dcnn.features import features

IMAGES = np.random.default_rng(5).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Empty folders of weights and of what is kept."""
    for name in ("REPRODUCE_CACHE", "REPRODUCE_WEIGHTS"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "REPRODUCE_WEIGHTS").mkdir()
    return tmp_path


@pytest.fixture(scope="session")
def torchvision():
    """Where timm has its transforms. Beside torch for the CPU a build for CUDA lacks two operators that nobody asks."""
    torch = pytest.importorskip("torch")
    found = torch.library.Library("torchvision", "FRAGMENT")
    try:
        import torchvision
    except RuntimeError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        for operator in ("nms", "qnms"):
            found.define(f"{operator}(Tensor boxes, Tensor scores, float most) -> Tensor")
        import torchvision
    return torchvision, found


@pytest.fixture
def vit(places, torchvision):
    """(folder, model): a ViT of two blocks with random weights, as timm writes it for the hub."""
    timm = pytest.importorskip("timm", reason="timm is the extra transformers")
    from timm.models import save_for_hf

    args = {"img_size": 32, "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2}
    model = timm.create_model("vit_tiny_patch16_224", num_classes=0, **args)
    model.pretrained_cfg.update(mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4), input_size=(3, 32, 32))
    folder = places / "vit"
    save_for_hf(model, folder, model_args=args)
    return folder, model.eval()


def by_hand(model, images):
    """What the folder's own model gives for images scaled as its config says."""
    import torch

    scaled = (images / 255 - np.array([0.5, 0.4, 0.3])) / np.array([0.2, 0.3, 0.4])
    with torch.inference_mode():
        return model(torch.from_numpy(scaled.transpose(0, 3, 1, 2).astype(np.float32))).numpy()


def features_of(folder):
    keys = [digest(image) for image in IMAGES]
    return features(keys, lambda rows: IMAGES[rows], backbone=str(folder), weights=str(folder), size=32)


def test_a_folder_gives_the_features_of_its_model(vit):
    """Architecture, weights and input range are the folder's own; kept, so that timm is not asked again."""
    folder, model = vit
    found = features_of(folder)
    assert found.shape == (3, 24)
    assert found == pytest.approx(by_hand(model, IMAGES), abs=1e-4)
    assert (features_of(folder) == found).all()


def test_own_animals_are_embedded_by_a_folder(vit):
    """A folder's path is a model of ``reproduce embed``, at 224 px: rows of length one, one for each photograph."""
    folder, _ = vit
    herd = load("TuringCattle")
    rows = embed(herd.take(np.arange(4)), str(folder))
    assert rows.shape == (4, 24)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    (folder / "model.safetensors").write_bytes(b"none")
    with pytest.raises(InvalidInputError, match="timm cannot build it for images of 224 px") as caught:
        embed(herd.take(np.arange(4)), str(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["MegaDescriptor-T-224", "DINOv2-S-14"])
def test_missing_weights_are_one_line(places, name):
    """What is not here, how it is fetched, and where it may be put, before timm is asked for."""
    with pytest.raises(WeightsMissingError, match=rf"{name.lower()} are not here; `reproduce weights --get") as caught:
        weights.find(name.lower())
    assert "config.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_backbone_is_refused_before_its_weights_are_sought(places):
    """EfficientNet's weights could be fetched, and its input range is not known: nothing is."""
    with pytest.raises(InvalidInputError, match="no backbone 'EfficientNetB0' whose input range is known"):
        weights.find("EfficientNetB0")


def test_every_backbone_is_told_by_its_name():
    """In any case of letters, as the factor ``weights`` has it."""
    for name, one in backbones.BACKBONES.items():
        assert backbones.find(name.lower()) is one
