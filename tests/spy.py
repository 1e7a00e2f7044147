"""A spy on an experiment: which rows, labels, seeds and augmented views reach whatever learns or embeds.

Rows are told by their content, from the decoded image on through every step that keeps one row for one image, so
that it does not matter which variable of the experiment held them.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from reproduce.cache import digest


@dataclass(frozen=True)
class Event:
    """One call: ``rows`` of the catalogue (-1 where a row is no image of it), whether they were augmented ``views``.

    ``labels`` as given, ``seed`` the model's own, ``content`` a digest of everything that entered.
    """

    what: str
    rows: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    seed: object = None
    views: bool = False
    content: str = ""

    @property
    def learns(self):
        return self.what.partition(".")[2] in ("fit", "partial_fit", "fit_transform", "recalibrate")


@dataclass
class Spy:
    """Watches one run of an experiment on a catalogue; ``events`` in the order in which they happened."""

    catalogue: object
    patch: object
    events: list = field(default_factory=list)
    known: dict = field(default_factory=dict)

    def learned(self, *names):
        """The calls that learned, of these classes or all."""
        return [one for one in self.events if one.learns and (not names or one.what.split(".")[0] in names)]

    def contents(self):
        """What all that learns was given, by content, in whatever order threads came to it."""
        return Counter((one.what, one.labels, one.content) for one in self.learned())

    def seeds(self):
        """The seeds of what learned."""
        return Counter((one.what, one.seed) for one in self.learned())

    def watch(self):
        """Wrap what makes rows of images, what learns from them and what embeds them."""
        from sklearn.cluster import KMeans
        from sklearn.decomposition import PCA
        from sklearn.mixture import GaussianMixture

        from reproduce import datasets
        from reproduce.experiments import mlp
        from reproduce.experiments.dcnn import input_range
        from reproduce.models.baselines import unlearned
        from reproduce.models.dcnn import augment, features, model
        from reproduce.models.mlp.classifier import MLPClassifier
        from reproduce.models.wide.classifier import PairClassifier
        from reproduce.models.wide.descriptors import ImageVectors

        where = {path: row for row, path in enumerate(self.catalogue.paths.tolist())}
        self._makes(datasets, "images", lambda catalogue, *_, **__: [where[path] for path in catalogue.paths])
        self._makes(mlp, "inputs", lambda catalogue, *_, **__: [where[path] for path in catalogue.paths])
        self._makes(mlp, "standardised", lambda X, *_: self.rows(X))
        self._makes(unlearned, "grey_pixels", self.rows)
        self._makes(input_range, "as_seen", lambda pixels, *_: self.rows(pixels))
        self._makes(ImageVectors, "transform", lambda _, images, *__: self.rows(images))
        self.patch.setattr(features, "features", self._pooled)
        self.patch.setattr("reproduce.models.dcnn.backbone.constructor", lambda _: small_backbone)
        for owner in (MLPClassifier, PairClassifier, ImageVectors, model.DCNN):
            for method in (
                *("fit", "partial_fit", "fit_transform", "recalibrate"),
                *("embed", "predict_proba", "transform", "distances"),
            ):
                if hasattr(owner, method):
                    self._sees(owner, method)
        for owner in (KMeans, PCA, GaussianMixture):  # of descriptors: no row is an image
            self._sees(owner, "fit", inside=True)
        self._sees(augment.Augmenter, "__call__")
        return self

    def rows(self, array):
        """The rows of the catalogue that these are, -1 for what is none of its images."""
        return [self.known.get(_key(row), (-1, False))[0] for row in array]

    def _know(self, made, rows, views=False):
        for row, one in zip(rows, made, strict=True):
            if row >= 0:
                self.known[_key(one)] = (row, views)

    def _makes(self, owner, name, rows_of):
        """What ``owner.name`` gives is one row for each of ``rows_of`` its arguments."""
        real = getattr(owner, name)

        def made(*given, **options):
            found = real(*given, **options)
            self._know(found, rows_of(*given, **options))
            return found

        self.patch.setattr(owner, name, made)

    def _pooled(self, keys, pixels, *, views=0, **_):
        """Stands for a backbone: each image in 4 x 4 means of its colours, or some views of it under noise."""
        images = pixels(np.arange(len(keys)))
        side = images.shape[1] // 4
        pooled = images.reshape(len(images), 4, side, 4, side, 3).mean(axis=(2, 4)).reshape(len(images), -1) / 128 - 1
        rows = self.rows(images)
        if views:
            pooled = pooled[:, None] + np.random.default_rng(0).normal(0, 0.1, (len(images), views, pooled.shape[1]))
        pooled = pooled.astype(np.float32)
        self._know(pooled, rows, bool(views))
        return pooled

    def _sees(self, owner, method, inside=False):
        real = getattr(owner, method)

        def seen(model, X, *given, **options):
            y = given[0] if given and method in ("fit", "partial_fit") and not inside else None
            kinds = [self.known.get(_key(row), (-1, False)) for row in X] if not inside else []
            self.events.append(
                Event(
                    f"{owner.__name__}.{method}",
                    tuple(row for row, _ in kinds),
                    () if y is None else tuple(map(str, y)),
                    _seed(model),
                    any(view for _, view in kinds),
                    digest(*(np.asarray(row) for row in X)),
                )
            )
            return real(model, X, *given, **options)

        self.patch.setattr(owner, method, seen)


def _seed(model):
    """The model's own seed, where it is a number and not a generator that another model hands down."""
    found = getattr(model, "random_state", getattr(model, "seed", None))
    return found if isinstance(found, int) else None


def _key(row):
    array = np.ascontiguousarray(row)
    return array.shape, array.tobytes()


def small_backbone(include_top, weights, input_shape):
    """In place of one of ``keras.applications``: two layers of six channels, built and traced in no time."""
    import keras

    image = keras.Input(input_shape)
    x = keras.layers.Conv2D(6, 4, strides=4, name="block_1_conv")(image)
    return keras.Model(image, keras.layers.BatchNormalization(name="block_1_project_BN")(x), name="small")
