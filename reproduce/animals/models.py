"""Any model of the suite by a short name, as embeddings of anyone's animals: what ``reproduce embed`` writes."""

from typing import TYPE_CHECKING

import numpy as np

from reproduce.errors import InvalidInputError, did_you_mean
from reproduce.models.dcnn import backbones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reproduce.datasets import Catalogue

__all__ = ["LEARNED", "YARDSTICKS", "embed", "models_of"]

#: What learns nothing: a trained model's score means something above these.
YARDSTICKS = ("pixels", "histogram", "untrained")
#: What learns from the training animals: only a score on the animals held out speaks of animals never seen.
LEARNED = ("mlp", "wide", "dcnn")


def models_of(name: str) -> tuple[str, ...]:
    """Return the models of ``--model NAME``: for "none" the unlearned yardsticks, for any other itself; else an error.

    "pixels" (grey, 64 px), "histogram" (RGB, Hellinger), "untrained" (a 64-unit ReLU layer), "mlp" (Table I's network
    of 64), "wide" (VLAD of ORB, SIFT and BRISK), a backbone such as "MobileNetV2" (frozen, ImageNet) and
    "dcnn:MobileNetV2" (a head of 64 trained on it by triplets); "dcnn" alone is the paper's, on ResNet50V2.
    """
    if name == "none":
        return YARDSTICKS
    kind, _, backbone = name.partition(":")
    if (
        name in (*YARDSTICKS, *LEARNED)
        or (kind == "dcnn" and backbone)
        or name[:1].isupper()
        or backbones.of_folder(name)
    ):
        return (name,)
    known = ("none", *YARDSTICKS, *LEARNED, *backbones.BACKBONES)
    raise InvalidInputError(f"no model {name!r}; {did_you_mean(name, known, 'there are: ' + ', '.join(known))}")


def embed(catalogue: "Catalogue", model: str = "histogram", seed: int = 0) -> np.ndarray:
    """Return (N, D) embeddings of every image of the catalogue, in its order, by one of ``models_of``'s models.

    A learned one is trained on the images of the catalogue's training animals. Raises InvalidInputError for an unknown
    model and for too few animals to train on, WeightsMissingError where a backbone's weights are not here.
    """
    from reproduce.datasets.pixels import rows_of
    from reproduce.models.baselines import unlearned

    (model,) = models_of(model) if model != "none" else (YARDSTICKS[1],)
    kind, _, backbone = model.partition(":")
    if kind in LEARNED:
        _enough(catalogue, model)
    if model == "histogram":
        return rows_of(catalogue, "histogram 8", lambda image: unlearned.colour_histograms([image])[0])
    if model == "wide":
        from reproduce.experiments.wide import image_vectors

        return image_vectors(catalogue, seed, encoder="vlad", words=None, dim=192, height=256, most=300)[0]
    if model in ("pixels", "untrained"):
        pixels = unlearned.grey_pixels(rows_of(catalogue, "grey 64", _small, "grey"))
        return pixels if model == "pixels" else unlearned.untrained_relu(pixels, seed=seed)
    if model == "mlp":
        return _mlp(catalogue, seed)
    if kind == "dcnn":
        return _dcnn(catalogue, backbone or "ResNet50V2", seed)
    return _frozen(catalogue, model, seed)


def _small(image: np.ndarray) -> np.ndarray:
    """Return a grey image (H, W) as the networks on pixels see it, (64, 64)."""
    import cv2

    return cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA)


def _enough(catalogue: "Catalogue", model: str) -> None:
    several = _several(catalogue.identities[catalogue.train])
    if len(several) < 2:
        raise InvalidInputError(
            f"{model} is trained on two or more animals with two images each, and the training side has {len(several)}"
            "; choose a model that learns nothing (--model none) or a frozen backbone (--model MobileNetV2)"
        )


def _several(identities: "Sequence[str] | np.ndarray") -> np.ndarray:
    animals, counts = np.unique(identities, return_counts=True)
    return animals[counts > 1]


def _mlp(catalogue: "Catalogue", seed: int) -> np.ndarray:
    from reproduce.determinism import single_thread
    from reproduce.experiments.mlp import classifier, inputs

    X = inputs(catalogue)
    model = classifier(seed).set_params(batch_size=32, learning_rate=3e-4)
    with single_thread():
        return model.fit(X[catalogue.train], catalogue.identities[catalogue.train]).embed(X)


def _weights(backbone: str) -> str:
    """Return the name of its weights: of an unknown backbone an error before its weights are missed."""
    backbones.find(backbone)
    return backbone if backbones.of_folder(backbone) else backbone.lower()


def _frozen(catalogue: "Catalogue", backbone: str, seed: int) -> np.ndarray:
    from reproduce.experiments.dcnn import Factors, frozen_features
    from reproduce.models.baselines.unlearned import l2_normalised

    factors = Factors(backbone=backbone, weights=_weights(backbone))
    return l2_normalised(frozen_features(catalogue, factors, seed))


def _dcnn(catalogue: "Catalogue", backbone: str, seed: int) -> np.ndarray:
    from reproduce.experiments.dcnn import Factors, trained

    animals = min(16, len(_several(catalogue.identities[catalogue.train])))
    factors = Factors(backbone=backbone, weights=_weights(backbone), animals=animals)
    model, inputs = trained(catalogue, seed, factors)
    return model.embed(inputs)
