"""Every factor of every experiment reaches something: at another level it changes what is asked for or what is scored.

Images, backbones, networks and codebooks are stand-ins that write down what they were told; no test here trains one.
"""

import functools
from dataclasses import asdict

import numpy as np
import pytest

from reproduce.cache import digest
from reproduce.datasets import Catalogue
from reproduce.experiments.registry import find
from reproduce.running.loading import load_all

pytest.importorskip("keras")

#: Images of each animal; the first six are trained on. No two averages agree.
SIZES = (3, 6, 5, 4, 4, 3, 2, 5, 4, 3)
#: Another level of a factor, for all experiments that have it or for one: what is not here is another number or switch.
OTHERS = {
    "backbone": "DenseNet169",
    "weights": "mine",
    "pooling": "gem",
    "trainable": "full",
    "mining": "batch-hard",
    "rule": "batch-hard",
    "margin": 0.3,
    "learning_rate": 0.02,
    "dtype": "bfloat16",
    "resize": "area",
    "distance": "squared-euclidean",
    "norm_in_training": "fixed",
    "norm_at_test": "batch",
    "trained_on": "all",
    "flip": "both",
    "turn": 0.3,
    "fill": "constant",
    "embedded": "view",
    "objective": "triplet",
    "scaling": "standardised",
    "output": "linear",
    "hidden": (5,),
    "batch_sizes": (8,),
    "learning_rates": (0.05,),
    "encoder": "mean",
    "encoding": "concatenation",
    "channels": "grey",
    "centred_by": "part",
    "seen": "[0, 255]",
    "where": "both",
    "shown": "part",
    "kind": "clustered",
    "precision": "float16",
    "dropped": "first",
    "layer": "other",
    "kinds": ("colour", "local"),
    "held_out": "drawn",
    "at": (0, 3),
    "rows": (14, 14, 2),
    "tolerance": 0.3,
    "buffer": 4,
    "printed": 0.7,
    "embedding": "histogram",
    "labels": "shuffled",
    "size": 24,
    "image": 24,
    "baseline": "histogram",
    "wide.constant.held_out": 4,
    "cues.parts.embedding": "edges",
    "dcnn.range.backbone": "ResNet50V2",
    "mlp.train.labels": "shuffled",
}
#: What makes each run small, beside its rehearsal.
SMALL = {
    "mlp.protocol": {"size": 8},
    "mlp.embed": {"epochs": 2},
    "mlp.layers": {"epochs": 2},
    "baselines.one_example": {"draws": 2},
    "dcnn.one_example": {"draws": 2},
    "dcnn.numbered": {"numberings": 5},
    "dcnn.parts": {"shown": "animal"},
    "dcnn.embed": {"dim": 8},
    "wide.constant": {"held_out": 3},
    "wide.protocol": {"words": 2},
}
#: Readings in which a factor is asked about once more: what reaches a frozen backbone need not reach a whole network.
READINGS = [
    ("dcnn.embed", {"augment": True}),
    ("dcnn.embed", {"trainable": "full", "norm_at_test": "recalibrated"}),
    ("dcnn.steps", {"augment": True}),
    ("dcnn.numbered", {"augment": True}),
    ("dcnn.parts", {"augment": True}),
    ("dcnn.steps", {"trainable": "full"}),
    ("dcnn.order", {"where": "training"}),
    ("mlp.train", {"objective": "triplet"}),
    ("wide.lnbnn", {"everywhere": True}),
    ("wide.pairs", {"stopped": True}),
    ("baselines.one_example", {"embedding": "untrained"}),
    ("baselines.untrained", {"normalise": True}),
    ("baselines.histogram", {"channels": "grey"}),
]
#: (experiment, factor, reading or None for all) -> why it reaches nothing there.
UNREACHED = {
    ("dcnn.range", "bank", None): "no view is drawn of images in another range",
    ("dcnn.order", "bank", None): "no view is drawn where images and labels are out of step",
    ("dcnn.embed", "bank", ""): "a bank is drawn where images are augmented",
    ("dcnn.embed", "bank", "trainable"): "a whole network draws each view anew",
    ("dcnn.embed", "original", ""): "the first of a bank of views, where images are augmented",
    ("dcnn.embed", "original", "trainable"): "a whole network has no bank",
    ("dcnn.steps", "bank", ""): "a bank is drawn where images are augmented",
    ("dcnn.steps", "bank", "trainable"): "a whole network draws each view anew",
    ("dcnn.numbered", "bank", ""): "a bank is drawn where images are augmented",
    ("dcnn.parts", "bank", ""): "a bank is drawn where images are augmented",
    ("baselines.one_example", "hidden", ""): "an untrained layer's alone",
}
#: What cannot be asked for together.
REFUSED = {("dcnn.embed", "embedded", "trainable")}


@pytest.fixture(scope="module")
def herd():
    """Ten animals of unequal number in a mixed order, whose files say a body part each, as LionData's do."""
    rng = np.random.default_rng(0)
    animals = rng.permutation(np.repeat(np.arange(len(SIZES)), SIZES))
    names = np.array([f"Cow{animal}" for animal in animals])
    parts = np.array(["Left_Ear", "Right_Eye", "Nose"])[np.arange(len(names)) % 3]
    paths = np.array([f"{name}_{part}_{row}.png" for row, (name, part) in enumerate(zip(names, parts, strict=True))])
    split = np.where(animals < 6, "train", "test")
    digests = np.array([f"{row:064d}" for row in range(len(names))])
    return Catalogue("herd", paths, names, split, content_hash="herd", digests=digests)


class Told:
    """What the stand-ins were told, in the order in which they were."""

    def __init__(self):
        self.events = []

    def __call__(self, what, *said):
        self.events.append((what, repr(said)))


def drawn(shape, *of):
    """The same normal numbers each time for the same words."""
    return np.random.default_rng(int(digest(*of)[:12], 16)).normal(size=shape).astype(np.float32)


def stand_ins(patch, told):
    """Put them in the places of what reads images and of what learns from them."""
    from reproduce.models import MLPClassifier, PairClassifier
    from reproduce.models.dcnn import balanced

    @functools.cache
    def picture(path):
        animal = path.partition("_")[0]
        base = np.random.default_rng(int(digest(animal)[:8], 16)).integers(100, 130, 3)
        return np.uint8(base + np.random.default_rng(int(digest(path)[:8], 16)).integers(-60, 60, (40, 40, 3)))

    def images(catalogue, size=(64, 64), mode="grey", resize="area"):
        told("images", catalogue.paths.tolist(), size, mode, resize)
        shown = [picture(path) for path in catalogue.paths.tolist()]
        shown = [one.mean(axis=2).astype(np.uint8) for one in shown] if mode == "grey" else shown
        if size is None:
            return shown
        rows, columns = (np.arange(side) * 40 // side for side in size)
        return np.stack(shown)[:, rows][:, :, columns]

    def features(keys, pixels, **how):
        told("features", list(keys), digest(pixels(np.arange(len(keys)))), how)
        views = how.get("views", 0)
        return np.stack([drawn((views, 12) if views else 12, key, repr(sorted(how.items()))) for key in keys])

    def of_layer(shown, *how):
        told("layer", how)
        return np.stack([drawn(12, one, how) for one in shown])

    def local_matching(shown, **how):
        told("matching", [digest(one) for one in shown], how)
        return np.abs(drawn((len(shown), len(shown)), repr(sorted(how.items()))))

    class Network:
        """A DCNN that learns nothing, and looks at its batches as the real one does."""

        def __init__(self, recipe=None, seed=0):
            self.recipe, self.seed, self.at = recipe, seed, 0

        def fit(self, inputs, labels, checkpoint=None, every=50, observe=None):
            told("fit", asdict(self.recipe), self.seed, digest(np.asarray(inputs)), labels.tolist())
            batches = balanced.BalancedBatches(labels, self.recipe.animals, self.recipe.images, self.seed, "leave out")
            for step in range(self.recipe.steps if observe is not None else 0):
                self.at = step
                observe(step, batches.batch(step))
            self.at = self.steps_ = self.recipe.steps
            curve = np.abs(drawn(self.recipe.steps, repr(self.recipe), self.seed)).tolist()
            self.curves_, self.left_out_ = {"loss": curve, "active": curve, "spread": curve}, batches.left_out
            return self

        def embed(self, inputs, batch=64):
            told("embed", digest(np.asarray(inputs)), self.at)
            flat = np.asarray(inputs, np.float32).reshape(len(inputs), -1)
            rows = flat @ drawn((flat.shape[1], self.recipe.dim), repr(self.recipe), self.seed, self.at)
            return rows / np.linalg.norm(rows, axis=1, keepdims=True)

        def recalibrate(self, inputs, batch=64):
            told("recalibrate", digest(np.asarray(inputs)))

    def learns(owner):
        """What is trained as it is: how it was set, and on what."""
        fit = owner.fit

        def told_fit(model, X, y):
            told(
                owner.__name__,
                sorted((name, value) for name, value in vars(model).items() if name[-1:] != "_"),
                digest(np.asarray(X)),
                y.tolist(),
            )
            return fit(model, X, y)

        patch.setattr(owner, "fit", told_fit)

    class Vectors:
        """Descriptors of images in a few numbers each, drawn from their pixels and from all that was asked."""

        def __init__(self, seed=0, **how):
            self.how, self.empty_ = (seed, sorted(how.items())), {"ORB": 0, "SIFT": 0, "BRISK": 0}

        def fit(self, shown):
            told("vectors", self.how, [digest(one) for one in shown])
            return self

        def transform(self, shown, blank=()):
            return np.stack([drawn(6, one, self.how, blank) for one in shown])

    def same_photograph(catalogue):
        rows = np.arange(len(catalogue) - 1)
        alike = catalogue.identities[:-1] == catalogue.identities[1:]
        return np.stack([rows, rows + 1], axis=1)[alike]

    learns(MLPClassifier)
    learns(PairClassifier)
    patch.setattr("reproduce.datasets.images", images)
    patch.setattr("reproduce.models.dcnn.features.features", features)
    patch.setattr("reproduce.models.dcnn.features.of_layer", of_layer)
    patch.setattr("reproduce.models.dcnn.model.DCNN", Network)
    patch.setattr("reproduce.models.wide.descriptors.ImageVectors", Vectors)
    patch.setattr("reproduce.models.baselines.local.local_matching", local_matching)
    patch.setattr("reproduce.datasets.photographs.same_photograph", same_photograph)
    patch.setattr("reproduce.datasets.photographs.within_animal_inliers", lambda one: np.array([[12, 3], [0, 0]]))
    for name in ("without_each_animal", "without_each_animal_from_distances"):  # no factor is asked for there
        patch.setattr(f"reproduce.metrics.leave_out.{name}", lambda *_: [])
    patch.setattr("reproduce.experiments.metric.library_map_at_r", lambda rows, *_: float(np.abs(rows).mean() % 1))


@pytest.fixture(scope="module")
def measured(herd, tmp_path_factory):
    """``measured(name, factors)``: what the experiment asked for, and what it scored; each run once."""
    load_all()
    folder, kept = tmp_path_factory.mktemp("cache"), {}

    def run(name, **factors):
        key = name, repr(sorted(factors.items()))
        if key not in kept:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("REPRODUCE_CACHE", str(folder))
                told = Told()
                stand_ins(patch, told)
                experiment = find(name)
                found = experiment(herd, 3, **{**experiment.rehearsal, **SMALL.get(name, {}), **factors})
            kept[key] = sorted(told.events), dict(found.scores)
        return kept[key]

    return run


def another(name, factor, level):
    """Another level of a factor than the one it has."""
    if (found := OTHERS.get(f"{name}.{factor}", OTHERS.get(factor))) is not None and found != level:
        return found
    if isinstance(level, bool):
        return not level
    if isinstance(level, int):
        return level + 1
    raise AssertionError(f"{name}: {factor}={level!r} has no other level in OTHERS; add one")


def cases():
    """Every experiment as it is rehearsed, and the further readings."""
    every = {name for name in load_all() if not name.startswith("toy.")}
    return [(name, {}) for name in sorted(every)] + READINGS


@pytest.mark.parametrize("name, reading", cases(), ids=lambda one: one if isinstance(one, str) else "-".join(one))
def test_every_factor_reaches_something(measured, name, reading):
    """One factor at a time at another level; those that reach nothing are listed, and reach nothing indeed."""
    experiment, which = find(name), next(iter(reading), "")
    base = measured(name, **reading)
    for factor, default in experiment.defaults.items():
        if factor in reading or (name, factor, which) in REFUSED:
            continue
        level = {**experiment.rehearsal, **SMALL.get(name, {})}.get(factor, default)
        found = measured(name, **reading, **{factor: another(name, factor, level)})
        silent = any((name, factor, where) in UNREACHED for where in (which, None))
        assert (found == base) == silent, f"{name}: {factor} reaches {'something' if silent else 'nothing'}"


def test_the_list_of_what_reaches_nothing_names_factors():
    """An entry of an experiment or factor that is gone goes too."""
    for name, factor, _ in UNREACHED:
        assert factor in find(name).defaults
