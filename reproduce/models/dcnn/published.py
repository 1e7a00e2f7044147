"""The ImageNet weights that this suite knows: where Keras publishes them, how large they are, and their digests."""

from dataclasses import dataclass

__all__ = ["KNOWN", "PUBLISHED", "Published"]

BASE = "https://storage.googleapis.com/tensorflow/keras-applications"


@dataclass(frozen=True)
class Published:
    """One file without the classifier. ``digest`` as keras.applications checks it, "" where it checks none."""

    url: str
    megabytes: int
    digest: str = ""

    @property
    def file(self) -> str:
        """Its name at the publisher's."""
        return self.url.rsplit("/", 1)[-1]


PUBLISHED = {
    "resnet50v2": Published(
        f"{BASE}/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
        95,
        "md5:fac2f116257151a9d068a22e544a4917",
    ),
    "densenet169": Published(
        f"{BASE}/densenet/densenet169_weights_tf_dim_ordering_tf_kernels_notop.h5",
        52,
        "md5:b8c4d4c20dd625c148057b9ff1c1176b",
    ),
    "mobilenetv2": Published(
        f"{BASE}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5", 9
    ),
}
#: SHA-256 of the files that the record was made with: the same parameters, saved again by a later Keras.
KNOWN = frozenset(
    [
        "9a86dbd90a8c7b8fed933603c1c07ad74a786e206cc373c83c8e81e370473977",  # DenseNet169
        "6714965a05ee6d8568343664bb9cda7456c6eb1fa190a6f5eb39bf087068b100",  # MobileNetV2
    ]
)
