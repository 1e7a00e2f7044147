"""The DCNN of II-B.2: an embedding per catalogue and seed, and what the running training shows of its protocol."""

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from reproduce.errors import InvalidInputError
from reproduce.experiments.apart import evaluate_apart
from reproduce.experiments.evaluate import evaluate
from reproduce.experiments.registry import Experiment, Result, experiment
from reproduce.models.dcnn import backbones
from reproduce.models.dcnn.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reproduce.datasets import Catalogue
    from reproduce.models.dcnn.model import DCNN, Observer

__all__ = [
    "FROZEN",
    "Factors",
    "embed",
    "frozen_features",
    "inputs_of",
    "of_a_head",
    "protocol",
    "trained",
    "untrained",
]

#: What makes a run small on stand-in images, without weights.
SMALL: dict[str, Any] = {
    "backbone": "MobileNetV2", "weights": "none", "size": 32, "steps": 4, "animals": 4, "bank": 2,
}  # fmt: skip
#: How images are resized, by the name that Keras and the paper's readers use -> by OpenCV's.
RESIZES = {"bilinear": "linear", "area": "area", "nearest": "nearest", "cubic": "cubic"}
#: Steps between two checkpoints.
EVERY = 100


@dataclass(frozen=True, kw_only=True)
class Factors(Recipe):
    """The recipe, and what else a training on a catalogue depends on; the factors that experiments of the DCNN share.

    ``weights``: the name of the pretrained file (``models.weights.find``), "none" for random ones. ``bank``: how many
    views of an image are kept for a frozen backbone, whose features are kept (0: fresh draws); ``original``: the first
    of them is the image as it is. ``shuffled``: labels in random order. ``resize``: how images come to ``size``,
    "bilinear" (Keras' own loader), "area", "nearest" or "cubic". ``trained_on``: the training animals, or "all" of
    them, the test animals too. ``embedded``: what is scored, each "image" as it is, or a "view" of each, the second of
    the bank. ``same_photo=False``: no ranking holds what was cut from the query's photograph.
    """

    weights: str = "resnet50v2"
    bank: int = 8
    shuffled: bool = False
    resize: Literal["bilinear", "area", "nearest", "cubic"] = "bilinear"
    trained_on: Literal["train", "all"] = "train"
    original: bool = False
    embedded: Literal["image", "view"] = "image"
    same_photo: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.embedded == "view" and (self.trainable != "frozen" or self.bank < 2):
            raise InvalidInputError("a view is embedded from a bank of two or more, of a frozen backbone")

    @property
    def recipe(self) -> Recipe:
        """What the network depends on."""
        return Recipe(**{one.name: getattr(self, one.name) for one in fields(Recipe)})


#: The factors of a frozen backbone's features.
FROZEN = ("backbone", "weights", "pooling", "size", "resize")


def work(factors: "Mapping[str, Any]") -> float:
    """Return what a seed of ``embed`` costs, in steps of a head on 16 x 2 kept features: about 0.01 s on a core each.

    A frozen backbone's features are kept, so a step costs its head alone; else every image of a batch goes through
    the backbone, forward, and backward through what trains: about one such step for an image of MobileNetV2.
    """
    factors = {**embed.defaults, **factors}
    drawn = factors["steps"] * factors["animals"] * factors["images"]
    least = 200 + drawn / 32
    if factors["trainable"] == "frozen" and (factors["bank"] or not factors["augment"]):
        return float(least)
    passes = {"frozen": 1.0, "last": 1.2}.get(factors["trainable"], 3.0)
    return float(least + (drawn * passes + 500) * _forward(factors))


def makes(factors: "Mapping[str, Any]") -> float:
    """Return what one seed of ``embed`` makes for all: features of some 800 images and 600 banks of views; in steps."""
    if factors["trainable"] != "frozen":
        return 0.0
    return (800 + 600 * factors["bank"] * factors["augment"]) * _forward(factors)


def _forward(factors: "Mapping[str, Any]") -> float:
    """Return what one image through the backbone costs, in steps of a head: one for MobileNetV2 at 224 pixels."""
    cost = backbones.find(factors["backbone"]).cost / backbones.find("MobileNetV2").cost
    return float(cost * (factors["size"] / 224) ** 2)


@experiment(
    "dcnn.embed",
    varies=("initialisation", "order"),
    needs=("pixels", "weights"),
    library="keras",
    seconds=3,
    rehearsal=SMALL,
    work=work,
    makes=makes,
    # The most that a score of 28 results moved on another machine; 25 were the same to the bit, and all are twice here.
    tolerance=0.03,
    later=("flip", "turn", "fill", "original", "embedded", "same_photo"),
    shared=Factors(),
)
def embed(catalogue: "Catalogue", seed: int, factors: Factors) -> Result:
    """Train on the catalogue's training animals and score the embeddings of all its images; factors as in `Factors`.

    A frozen backbone's features are kept; ``augment`` then draws from a bank of views per image (a deviation from fresh
    draws). Animals with fewer than ``images`` training images are in no batch; details count them. What survives
    ``shuffled`` labels was not learned from who is who. A "view" is trained on where ``augment`` is, else never seen.
    """
    model, inputs = trained(catalogue, seed, factors)
    if factors.embedded == "view":
        inputs = frozen_features(catalogue, factors, seed, views=factors.bank)[:, 1]
    rows = model.embed(inputs)
    found = (evaluate if factors.same_photo else evaluate_apart)(catalogue, rows, resample=True)
    last = {name: curve[-20:] for name, curve in model.curves_.items() if len(curve)}  # none after no step
    tail = {f"last_{name}": float(sum(curve) / len(curve)) for name, curve in last.items()}
    curves = {name: [round(x, 4) for x in curve[:: max(1, len(curve) // 30)]] for name, curve in model.curves_.items()}
    details = {**found.details, "left_out": model.left_out_, "curves": curves, "input": _range(factors.backbone)}
    return replace(found, scores={**found.scores, **tail}, details=details)


@experiment("dcnn.untrained", needs=("pixels", "weights"), library="keras", seconds=15, rehearsal={
    "backbone": "MobileNetV2", "weights": "none", "size": 32,
}, shared=Factors(), of=FROZEN)  # fmt: skip
def untrained(catalogue: "Catalogue", seed: int, factors: Factors) -> Result:
    """Score the frozen backbone's features at unit length, nothing learned here: the bar a trained head must clear."""
    from reproduce.models.baselines.unlearned import l2_normalised

    found = evaluate(catalogue, l2_normalised(frozen_features(catalogue, factors, seed)), resample=True)
    return replace(found, details={**found.details, "input": _range(factors.backbone)})


@experiment("dcnn.protocol", needs=("pixels", "weights"), library="keras", seconds=20, exact=True, rehearsal={
    "backbone": "MobileNetV2", "weights": "none", "size": 32, "steps": 4, "animals": 4,
}, shared=Factors(bank=0), of=("backbone", "weights", "size", "steps", "animals", "resize"))  # fmt: skip
def protocol(catalogue: "Catalogue", seed: int, factors: Factors) -> Result:
    """Watch a training under the defaults and say what it does: steps, batches, input range, cost of a collapse."""
    from reproduce.datasets import images as decoded
    from reproduce.models.dcnn import triplet
    from reproduce.models.dcnn.backbone import scaler

    seen: list[np.ndarray] = []
    model, _ = trained(catalogue, seed, factors, lambda step, rows: seen.append(rows))
    labels = catalogue.identities[catalogue.train]
    lengths = [len(rows) for rows in seen]
    scaled = np.asarray(scaler(factors.backbone)(decoded(catalogue, (64, 64), "colour").astype("float32")))
    collapsed = triplet.triplet_loss(np.repeat(np.arange(16), 2), np.eye(1, 8, dtype="float32").repeat(32, axis=0))
    scores = {
        "steps": float(model.steps_),
        "batch": float(np.mean(lengths)),
        "animals_per_batch": float(np.mean([len(np.unique(labels[rows])) for rows in seen])),
        "input_low": float(scaled.min()),
        "input_high": float(scaled.max()),
        "collapsed_loss": float(collapsed),
    }
    return Result(scores, {"left_out": model.left_out_})


def trained(
    catalogue: "Catalogue", seed: int, factors: Factors, observe: "Observer | None" = None
) -> tuple["DCNN", np.ndarray]:
    """Return a trained model and what it embeds the catalogue from: features if the backbone is frozen, else images."""
    from reproduce.cache import by_products, digest
    from reproduce.datasets.pixels import seen
    from reproduce.determinism import generator
    from reproduce.models.dcnn.model import DCNN

    learned = catalogue.train if factors.trained_on == "train" else np.arange(len(catalogue))
    labels = catalogue.identities[learned]
    if factors.shuffled:
        labels = generator(seed, "shuffled labels").permutation(labels)
    inputs, training = inputs_of(catalogue, factors, seed, learned)
    run = digest(asdict(factors), catalogue.name, catalogue.content_hash, seen(catalogue), seed)
    model = DCNN(factors.recipe, seed).fit(
        training, labels, by_products("training") / f"{run[:32]}.npz", EVERY, observe
    )
    return model, inputs


def inputs_of(
    catalogue: "Catalogue", factors: Factors, seed: int, learned: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return what all images are embedded from and what the ``learned`` ones are trained from: features, or images.

    ``learned``: rows of the catalogue, None for the training images.
    """
    rows = catalogue.train if learned is None else learned
    if factors.trainable == "frozen" and (factors.bank or not factors.augment):
        inputs = frozen_features(catalogue, factors, seed)
        if not factors.augment:
            return inputs, inputs[rows]
        views = frozen_features(catalogue, factors, seed, views=factors.bank, rows=rows)
        return inputs, np.concatenate([inputs[rows][:, None], views[:, 1:]], axis=1) if factors.original else views
    from reproduce.datasets import images as decoded

    inputs = decoded(catalogue, (factors.size, factors.size), "colour", RESIZES[factors.resize])
    return inputs, inputs[rows]


def frozen_features(
    catalogue: "Catalogue", factors: Factors, seed: int, views: int = 0, rows: np.ndarray | None = None
) -> np.ndarray:
    """Return features of the catalogue's images, or of its ``rows``, by its backbone: (N, C), or (N, views, C)."""
    from reproduce.cache import digest
    from reproduce.datasets import images as decoded
    from reproduce.models.dcnn.features import features

    chosen = np.arange(len(catalogue)) if rows is None else rows
    pixels = decoded(catalogue, (factors.size, factors.size), "colour", RESIZES[factors.resize])
    return features(
        [digest(pixels[row]) for row in chosen],
        lambda missing: pixels[chosen[missing]],
        backbone=factors.backbone,
        weights=factors.weights,
        size=factors.size,
        pooling=factors.pooling,
        views=views,
        drawn_as=factors.views,
        dtype=factors.dtype,
        seed=seed,
    )


def of_a_head(
    name: str, of: tuple[str, ...], rehearsal: "Mapping[str, Any] | None" = None
) -> "Callable[[Callable[..., Result]], Experiment]":
    """Register an experiment that trains a head as ``dcnn.embed`` does and asks something else of it."""
    return experiment(
        name,
        varies=("initialisation", "order"),
        needs=("pixels", "weights"),
        library="keras",
        seconds=15,
        rehearsal=SMALL | dict(rehearsal or {}),
        work=work,
        tolerance=0.03,
        shared=Factors(),
        of=of,
    )


def _range(backbone: str) -> str:
    words = {"signed": "[-1, 1]", "imagenet": "ImageNet mean and deviation", "own": "as its config.json says"}
    return words[backbones.find(backbone).input_range]
