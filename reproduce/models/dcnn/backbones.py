"""The backbones that this suite knows, one entry each: where its weights are, their digests, its input range, its cost.

A backbone is added here, and to a setting that judges on it; what is not here has no known input range.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reproduce.errors import InvalidInputError, did_you_mean

__all__ = ["BACKBONES", "Backbone", "InputRange", "find", "known_digests", "of_folder", "published"]

BASE = "https://storage.googleapis.com/tensorflow/keras-applications"
#: "signed" is x / 127.5 - 1, the paper's "between -1 and 1" (II-B.2); "imagenet" ImageNet's channel means and
#: deviations of x / 255; "own" is what the folder's config.json says.
InputRange = Literal["signed", "imagenet", "own"]


@dataclass(frozen=True)
class Backbone:
    """A network to features, without its classifier.

    ``url``: its ImageNet weights at the publisher's, "hf-hub:OWNER/NAME" for a folder of the Hugging Face hub, "" where
    no address is known. ``digests``: of the publisher's file ("md5:..."), and of the files that the record was made
    with ("sha256:..."). ``cost``: billions of multiplications for one image of 224 x 224, forward. ``builder``: the
    library that builds it; what timm builds is frozen.
    """

    name: str
    url: str = ""
    megabytes: int = 0
    digests: tuple[str, ...] = ()
    input_range: InputRange = "imagenet"
    cost: float = 4.0
    builder: Literal["keras", "timm"] = "keras"

    @property
    def file(self) -> str:
        """The file's name at the publisher's, "" of a folder."""
        return self.url.rsplit("/", 1)[-1] if self.builder == "keras" else ""

    @property
    def local(self) -> str:
        """The file or folder that is sought in the folder of weights."""
        return f"{self.name.lower()}_imagenet_notop.weights.h5" if self.builder == "keras" else self.name.lower()


BACKBONES = {
    one.name: one
    for one in (
        Backbone(
            "ResNet50V2",
            f"{BASE}/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
            95,
            ("md5:fac2f116257151a9d068a22e544a4917",),
            "signed",
            3.5,
        ),
        Backbone(
            "DenseNet169",
            f"{BASE}/densenet/densenet169_weights_tf_dim_ordering_tf_kernels_notop.h5",
            52,
            (
                "md5:b8c4d4c20dd625c148057b9ff1c1176b",
                # The same parameters, saved again by a later Keras.
                "sha256:9a86dbd90a8c7b8fed933603c1c07ad74a786e206cc373c83c8e81e370473977",
            ),
            "imagenet",
            3.4,
        ),
        Backbone(
            "MobileNetV2",
            f"{BASE}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
            9,
            ("sha256:6714965a05ee6d8568343664bb9cda7456c6eb1fa190a6f5eb39bf087068b100",),
            "signed",
            0.3,
        ),
        Backbone("DenseNet121", cost=2.9),
        Backbone("DenseNet201"),
        Backbone("ResNet101V2", input_range="signed"),
        Backbone("ResNet152V2", input_range="signed"),
        Backbone("MobileNet", input_range="signed"),
        Backbone("InceptionV3", input_range="signed"),
        Backbone("Xception", input_range="signed"),
        Backbone(
            "MegaDescriptor-T-224", "hf-hub:BVRA/MegaDescriptor-T-224", 113, input_range="own", cost=4.5, builder="timm"
        ),
        Backbone(
            "DINOv2-S-14",
            "hf-hub:timm/vit_small_patch14_dinov2.lvd142m",
            88,
            input_range="own",
            cost=5.5,
            builder="timm",
        ),
    )
}
_BY_LOWER_CASE = {name.lower(): one for name, one in BACKBONES.items()}


def published() -> dict[str, Backbone]:
    """Return the backbones whose weights this suite fetches, by the names that the record has them under."""
    return {name: one for name, one in _BY_LOWER_CASE.items() if one.url}


def find(name: str) -> Backbone:
    """Return the backbone of that name, in any case, or a folder of timm's; InvalidInputError for any other."""
    if of_folder(name):
        return Backbone(name, input_range="own", builder="timm")
    if name.lower() in _BY_LOWER_CASE:
        return _BY_LOWER_CASE[name.lower()]
    near = did_you_mean(name, list(BACKBONES), "there are: " + ", ".join(BACKBONES))
    raise InvalidInputError(f"no backbone {name!r} whose input range is known; {near}")


def of_folder(name: str) -> bool:
    """Return whether a name is a folder as timm and the Hugging Face hub write it, config.json and the weights."""
    return (Path(name) / "config.json").is_file()


def known_digests() -> frozenset[str]:
    """Return all digests of weights that are what their publisher's are."""
    return frozenset(digest for one in BACKBONES.values() for digest in one.digests)
