"""What experiments hand a network and make of its answers; the network is a stand-in, and TensorFlow stays away."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.datasets import Catalogue
from reproduce.determinism import generator
from reproduce.errors import InvalidInputError
from reproduce.experiments import dcnn, registry
from reproduce.experiments.apart import evaluate_apart
from reproduce.experiments.dcnn import Factors, input_range, inputs_of, mining, numbered, of_a_head, order, parts, steps
from reproduce.experiments.evaluate import evaluate, subsets
from reproduce.experiments.file_names import file_order
from reproduce.experiments.registry import Result
from reproduce.metrics import chance_map_at_r, map_at_r

#: Images of each animal; the first four are trained on.
SIZES = (5, 4, 3, 2, 6, 4, 3, 1)


@pytest.fixture
def herd():
    """Eight animals of unequal number in a mixed order, whose files say a body part each, as LionData's do."""
    animals = np.random.default_rng(0).permutation(np.repeat(np.arange(len(SIZES)), SIZES))
    names = np.array([f"Cow{animal}" for animal in animals])
    shown = np.array(["Left_Ear", "Right_Eye", "Nose"])[np.arange(len(names)) ** 2 % 3]
    paths = np.array(
        [f"{name}/{name}_{part}_{row}.png" for row, (name, part) in enumerate(zip(names, shown, strict=True))]
    )
    digests = np.array([f"{row:064d}" for row in range(len(names))])
    return Catalogue("herd", paths, names, np.where(animals < 4, "train", "test"), content_hash="herd", digests=digests)


def features(herd):
    """Six numbers for each image, which say a little of whose it is."""
    codes = np.unique(herd.identities, return_inverse=True)[1]
    return np.eye(8, 6)[codes] + np.random.default_rng(1).normal(size=(len(herd), 6))


def turned(view):
    """By which the numbers of an image are multiplied in a view of it."""
    return 2 + view * np.arange(6)


class Network:
    """It learns nothing, embeds rows turned by as many columns as it has steps, and keeps what it was given."""

    def __init__(self, recipe, seed):
        self.recipe, self.seed, self.at, self.renewed = recipe, seed, 0, 0
        Network.made = self

    def fit(self, inputs, labels, checkpoint=None, every=50, observe=None):
        self.inputs, self.labels, self.checkpoint, self.every = inputs, labels, checkpoint, every
        for step in range(self.recipe.steps):
            self.at = step
            if observe is not None:
                observe(step, np.arange(step % 2, len(labels)))
        self.at = self.steps_ = self.recipe.steps
        self.curves_ = {"loss": [0.123456 + step for step in range(self.at)], "active": [1.0] * self.at}
        self.left_out_ = 3
        return self

    def embed(self, inputs):
        flat = np.asarray(inputs, float).reshape(len(inputs), -1)
        return np.roll(flat, self.at, axis=1)[:, :3] + self.renewed

    def recalibrate(self, inputs):
        self.renewed = np.random.default_rng(5).normal(size=(1, 3)) * (inputs is self.inputs)


@pytest.fixture(autouse=True)
def network(herd, tmp_path, monkeypatch):
    """Stand-ins in the places of the network and of what makes features; ``asked`` is what features were asked for."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, "reproduce.models.dcnn.model", SimpleNamespace(DCNN=Network))
    asked = []

    def frozen_features(catalogue, factors, seed, views=0, rows=None):
        asked.append((seed, views, None if rows is None else rows.tolist()))
        made = features(herd) if rows is None else features(herd)[rows]
        return np.stack([made * turned(view) for view in range(views)], axis=1) if views else made

    for module in (dcnn, mining):
        monkeypatch.setattr(module, "frozen_features", frozen_features)
    return asked


@pytest.mark.parametrize(
    "chosen, refused",
    [
        ({"embedded": "view", "bank": 2}, False),
        ({"embedded": "view", "bank": 1}, True),
        ({"embedded": "view", "trainable": "full"}, True),
        ({"trainable": "full", "bank": 0}, False),
        ({"bank": 0}, False),
    ],
)
def test_a_view_needs_a_bank_of_a_frozen_backbone(chosen, refused):
    """Of two or more; an image as it is needs none."""
    if not refused:
        assert Factors(**chosen)
    else:
        with pytest.raises(InvalidInputError, match="a view is embedded from a bank of two or more"):
            Factors(**chosen)


@pytest.mark.parametrize("same_photo", [True, False])
def test_the_scores_are_those_of_the_embedding(herd, same_photo, monkeypatch):
    """By the whole ranking or without the photograph, each animal left out; the last costs and thirty points beside."""
    monkeypatch.setattr("reproduce.datasets.photographs.same_photograph", lambda _: np.array([[0, 5], [1, 9]]))
    found = dcnn.embed(herd, 2, steps=65, same_photo=same_photo)
    rows = np.roll(features(herd), 65, axis=1)[:, :3]
    expected = (evaluate if same_photo else evaluate_apart)(herd, rows, resample=True)
    last = {"last_loss": pytest.approx(np.mean(np.arange(45, 65)) + 0.123456), "last_active": 1.0}
    assert found.scores == {**expected.scores, **last}
    assert found.leave_one_out == expected.leave_one_out
    assert found.details["curves"]["loss"] == [round(step + 0.1235, 4) for step in range(0, 65, 2)]
    assert found.details["left_out"] == 3
    assert found.details["input"] == "[-1, 1]"
    assert expected.details.items() <= found.details.items()


@pytest.mark.parametrize("count, every", [(5, 1), (59, 1), (60, 2), (90, 3)])
def test_a_curve_keeps_some_thirty_points(herd, count, every):
    """Every step of a short training, the first among them; none after no step."""
    assert dcnn.embed(herd, 0, steps=count).details["curves"]["active"] == [1.0] * len(range(0, count, every))
    none = dcnn.embed(herd, 0, steps=0)
    assert none.details["curves"] == {"loss": [], "active": []}
    assert not [name for name in none.scores if name.startswith("last_")]


def test_a_view_is_the_second_of_the_bank(herd, network):
    """What is scored is not what was trained on, where the images as they are were."""
    found = dcnn.embed(herd, 4, steps=1, embedded="view", bank=3)
    assert network[-1] == (4, 3, None)
    rows = np.roll(features(herd) * turned(1), 1, axis=1)[:, :3]
    assert found.scores["map_at_r"] == evaluate(herd, rows).scores["map_at_r"]
    np.testing.assert_array_equal(Network.made.inputs, features(herd)[herd.train])


def test_a_training_is_given_whose_images_they_are(herd):
    """The training animals', or all; their own labels, or one permutation of them by seed; kept every 100 steps."""
    names = herd.identities
    for trained_on, rows in (("train", herd.train), ("all", np.arange(len(herd)))):
        for shuffled in (False, True):
            model, images = dcnn.trained(herd, 6, Factors(steps=1, trained_on=trained_on, shuffled=shuffled))
            own = names[rows]
            expected = generator(6, "shuffled labels").permutation(own) if shuffled else own
            assert model.labels.tolist() == expected.tolist()
            np.testing.assert_array_equal(model.inputs, features(herd)[rows])
            np.testing.assert_array_equal(images, features(herd))
            assert (model.seed, model.every) == (6, 100)
            assert model.checkpoint.parent.name == "training"
            assert len(model.checkpoint.name) == len(".npz") + 32


@pytest.mark.parametrize(
    "chosen, kind",
    [
        ({}, "features"),
        ({"bank": 0}, "features"),
        ({"augment": True, "bank": 3}, "views"),
        ({"augment": True, "bank": 3, "original": True}, "views and the image"),
        ({"augment": True, "bank": 0}, "images"),
        ({"trainable": "full"}, "images"),
        ({"trainable": "last", "augment": True}, "images"),
    ],
)
@pytest.mark.parametrize("learned", [None, np.array([3, 1, 7])], ids=["train", "rows"])
def test_what_a_network_is_trained_from(herd, monkeypatch, network, chosen, kind, learned):
    """Features of a frozen backbone, or a bank of views of them; images where it trains or each view is drawn anew."""
    shown = np.arange(len(herd))[:, None] + np.zeros((1, 2))
    monkeypatch.setattr("reproduce.datasets.images", lambda one, size, mode, how: shown if size == (32, 32) else None)
    inputs, training = inputs_of(herd, Factors(size=32, **chosen), 3, learned)
    rows = herd.train if learned is None else learned
    own = features(herd)
    bank = np.stack([own[rows] * turned(view) for view in range(3)], axis=1)
    expected = {
        "features": (own, own[rows]),
        "views": (own, bank),
        "views and the image": (own, np.concatenate([own[rows][:, None], bank[:, 1:]], axis=1)),
        "images": (shown, shown[rows]),
    }[kind]
    np.testing.assert_array_equal(inputs, expected[0])
    np.testing.assert_array_equal(training, expected[1])
    assert ((3, 3, rows.tolist()) in network) == kind.startswith("views")


def test_features_are_of_the_rows_that_are_asked_for(herd, monkeypatch):
    """Each under a key of its pixels; of all images where none are named."""
    monkeypatch.undo()
    pixels, told = np.arange(len(herd))[:, None, None, None] + np.zeros((1, 2, 2, 3), np.uint8), {}

    def made(keys, pixels_of, **how):
        told.update(how, keys=keys, shown=pixels_of(np.array([1, 0]))[:, 0, 0, 0].tolist())
        return np.zeros((len(keys), 2))

    monkeypatch.setattr("reproduce.datasets.images", lambda one, size, mode, how: pixels)
    monkeypatch.setitem(sys.modules, "reproduce.models.dcnn.features", SimpleNamespace(features=made))
    dcnn.frozen_features(herd, Factors(), 7)
    every = told["keys"]
    assert (len(every), len(set(every)), told["shown"], told["views"]) == (len(herd), len(herd), [1, 0], 0)
    dcnn.frozen_features(herd, Factors(), 7, 2, np.array([5, 3]))
    assert (told["keys"], told["shown"], told["views"], told["seed"]) == ([every[5], every[3]], [3, 5], 2, 7)


def test_a_protocol_is_read_off_a_training(herd, monkeypatch):
    """Steps, mean batch and animals, the inputs' range, and the cost of a batch at one point: 16 animals of two."""
    told = {}

    def triplet_loss(labels, rows):
        told.update(labels=labels.tolist(), rows=rows)
        return 0.69

    shown = np.zeros((len(herd), 64, 64, 3), np.uint8)
    shown[0], shown[1] = 255, 51
    monkeypatch.setattr("reproduce.datasets.images", lambda one, size, mode: shown if size == (64, 64) else None)
    stand_ins = {"triplet": SimpleNamespace(triplet_loss=triplet_loss)}
    stand_ins["backbone"] = SimpleNamespace(scaler=lambda name: lambda x: x / 127.5 - 1 if name == "MobileNetV2" else x)
    for name, module in stand_ins.items():
        monkeypatch.setitem(sys.modules, f"reproduce.models.dcnn.{name}", module)
        monkeypatch.setattr(f"reproduce.models.dcnn.{name}", module, raising=False)
    found = dcnn.protocol(herd, 0, backbone="MobileNetV2", weights="none", steps=3)
    count, labels = len(herd.train), herd.identities[herd.train]
    batches = [labels, labels[1:], labels]
    assert found.scores == pytest.approx({
        "steps": 3, "batch": (3 * count - 1) / 3, "animals_per_batch": np.mean([len(set(one)) for one in batches]),
        "input_low": -1, "input_high": 1, "collapsed_loss": 0.69,
    })  # fmt: skip
    assert told["labels"] == [animal for animal in range(16) for _ in range(2)]
    np.testing.assert_array_equal(told["rows"], np.tile([1.0] + [0.0] * 7, (32, 1)))
    assert found.details == {"left_out": 3}


def test_an_experiment_of_a_head_is_registered_as_the_network_s_own(monkeypatch):
    """It costs and moves as ``dcnn.embed`` does, and is rehearsed as small, beside what it adds."""
    monkeypatch.setattr(registry, "_REGISTRY", {})

    def measured(catalogue, seed, factors, *, where: str = "x"):
        return Result({})

    plain = of_a_head("toy.plain", of=("steps",))(measured)
    more = of_a_head("toy.more", of=("steps", "dim"), rehearsal={"where": "y", "steps": 9})(measured)
    assert (plain.rehearsal, more.rehearsal) == (dcnn.SMALL, {**dcnn.SMALL, "where": "y", "steps": 9})
    assert (plain.tolerance, plain.work, plain.seconds) == (dcnn.embed.tolerance, dcnn.embed.work, 15)
    assert list(more.defaults) == ["steps", "dim", "where"]


def test_a_training_is_looked_at_on_its_way(herd):
    """After each number of steps the scores of the embedding as it is then, and the mean cost of the twenty before."""
    found = steps.steps(herd, 3, at=(30, 0, 2), augment=True, bank=2)
    rows = features(herd)
    expected = {}
    for count in (0, 2, 30):
        scores = evaluate(herd, np.roll(rows, count, axis=1)[:, :3]).scores
        for suffix in ("", "@train", "@all"):
            expected |= {
                f"map_at_r.{count}{suffix}": scores[f"map_at_r{suffix}"],
                f"chance{suffix}": scores[f"chance{suffix}"],
            }
    costs = {"loss.2": 0.5 + 0.123456, "loss.30": np.mean(np.arange(10, 30)) + 0.123456}
    assert found.scores == pytest.approx({**expected, **costs})
    assert (Network.made.recipe.steps, Network.made.seed, found.details) == (30, 3, {"left_out": 3})
    assert Network.made.inputs.shape == (len(herd.train), 2, 6)


@pytest.mark.parametrize("trainable", ["full", "last", "frozen"])
def test_batch_norms_that_train_are_taken_anew_at_the_end(herd, monkeypatch, trainable):
    """Over the training images, after the last step; of a backbone that is held there is nothing to take."""
    shown = features(herd)
    monkeypatch.setattr("reproduce.datasets.images", lambda *_: shown)
    found = steps.steps(herd, 0, at=[4], trainable=trainable).scores
    again = [name for name in found if name.endswith("recalibrated")]
    assert again == (["map_at_r.4.recalibrated"] if trainable == "full" else [])
    assert np.any(Network.made.renewed) == (trainable == "full")


@pytest.mark.parametrize("at", [(), (-1, 3)])
def test_steps_are_numbers_of_steps(herd, at):
    """One line, before anything is trained."""
    with pytest.raises(InvalidInputError, match=r"dcnn.steps: at is a list of numbers of steps, such as \[0, 300\]"):
        steps.steps(herd, 0, at=at)


def test_looking_costs_fifty_steps_of_a_head():
    """Beside a training to the last step."""
    factors = {**steps.steps.defaults, "backbone": "MobileNetV2"}
    assert steps.work({**factors, "at": (0, 300)}) == dcnn.work({**factors, "steps": 300}) + 100
    assert steps.work({**factors, "at": (500, 7, 3)}) == dcnn.work({**factors, "steps": 500}) + 150


@pytest.mark.parametrize("shown", ["part", "animal"])
def test_neighbours_alike_are_counted_on_every_set(herd, shown):
    """Written out for the nearest of each image and for any other one; of the test images without each animal too."""
    found = parts.parts(herd, 1, shown=shown, steps=2)
    rows = np.roll(features(herd), 2, axis=1)[:, :3]
    spoken = {"Left_Ear": "ear", "Right_Eye": "eye", "Nose": "nose"}
    labels = np.array([spoken[path.partition("_")[2].rpartition("_")[0]] for path in herd.paths.tolist()])
    labels = labels if shown == "part" else herd.identities

    def alike(indices):
        nearest = [
            labels[min((j for j in indices if j != i), key=lambda j: np.linalg.norm(rows[i] - rows[j]))] == labels[i]
            for i in indices
        ]
        any_other = [labels[i] == labels[j] for i in indices for j in indices if i != j]
        return np.mean(nearest), np.mean(any_other)

    scores = evaluate(herd, rows).scores
    for suffix, indices in subsets(herd).items():
        share, chance = alike(indices)
        got = [found.scores[f"{name}{suffix}"] for name in ("alike", "chance_alike", "map_at_r", "chance")]
        assert got == pytest.approx([share, chance, scores[f"map_at_r{suffix}"], scores[f"chance{suffix}"]])
    assert found.animals == {"": [f"Cow{animal}" for animal in range(4, 8)]}
    without = [alike([row for row in herd.test if herd.identities[row] != one])[0] for one in found.animals[""]]
    assert found.leave_one_out == {"alike": pytest.approx(without)}


@pytest.mark.parametrize("embedding", list(parts.UNLEARNED))
def test_what_learns_nothing_is_asked_for_parts_too(herd, monkeypatch, embedding):
    """From grey images of 64 pixels."""
    shown = np.random.default_rng(2).integers(0, 256, (len(herd), 64, 64)).astype(np.uint8)
    monkeypatch.setattr("reproduce.datasets.images", lambda *asked: {((64, 64), "grey"): shown}[asked[1:]])
    rows = parts.UNLEARNED[embedding](shown)
    found = parts.unlearned_parts(herd, 0, embedding=embedding, shown="animal").scores
    assert found["alike"] == parts.share_alike(rows[herd.test], herd.identities[herd.test])[0]


@pytest.mark.parametrize("where", ["training", "scoring", "both"])
@pytest.mark.parametrize("buffer", [0, 4])
def test_images_and_labels_are_out_of_step_where_it_is_said(herd, where, buffer):
    """The one draw of a seed, in the order of the files: at first the training, then each set as it is scored."""
    found = order.order(herd, 5, buffer=buffer, where=where, steps=1).scores
    rng, own = generator(5, "shuffle buffer"), features(herd)
    learned = file_order(herd, herd.train)
    given = learned[order.shuffled(len(learned), buffer, rng)] if where in ("training", "both") else learned
    np.testing.assert_array_equal(Network.made.inputs, own[given])
    assert Network.made.labels.tolist() == herd.identities[learned].tolist()
    rows = np.roll(own, 1, axis=1)[:, :3]
    for suffix, indices in subsets(herd).items():
        asked = file_order(herd, indices)
        seen = asked[order.shuffled(len(asked), buffer, rng)] if where in ("scoring", "both") else asked
        assert found[f"map_at_r{suffix}"] == map_at_r(rows[seen], herd.identities[asked])
        assert found[f"chance{suffix}"] == chance_map_at_r(herd.identities[asked])


def test_a_shuffle_buffer_gives_what_its_draws_say():
    """The place that is drawn leaves, the next in order takes it; at the end the buffer empties."""
    draws = iter([1, 0, 1, 2, 1, 0, 0])
    widths = []
    rng = SimpleNamespace(integers=lambda high: widths.append(high) or next(draws))
    # Held 0 1 2, out 1; 0 3 2, out 0; 4 3 2, out 3; 4 5 2, out 2; 4 5 6, out 5; 4 6, out 4; 6.
    assert order.shuffled(7, 3, rng).tolist() == [1, 0, 3, 2, 5, 4, 6]
    assert widths == [3, 3, 3, 3, 3, 2, 1]
    any_order = order.shuffled(50, 0, np.random.default_rng(0)).tolist()
    assert any_order == np.random.default_rng(0).permutation(50).tolist()


def test_a_buffer_is_no_less_than_none(herd):
    """One line; 0 is any order."""
    with pytest.raises(InvalidInputError, match=r"^dcnn\.order: buffer is 0 or more, not -1$"):
        order.order(herd, 0, buffer=-1)


def test_strangers_are_numbered_by_their_folders(herd):
    """Each query by the reference animal of its number; of random numberings nine in ten lie between low and high."""
    found = numbered.numbered(herd, 2, steps=1, numberings=60)
    rows = np.roll(features(herd), 1, axis=1)[:, :3]
    query, reference = (np.unique(herd.identities[rows_], return_inverse=True)[1] for rows_ in (herd.test, herd.train))
    rng = generator(2, "numberings")

    def score(numbers):
        return map_at_r(rows[herd.test], query, reference=rows[herd.train], reference_labels=numbers)

    others = [score(rng.permutation(4)[reference]) for _ in range(60)]
    assert found.scores == pytest.approx({
        "map_at_r": score(reference), "map_at_r.random": np.mean(others),
        "map_at_r.random.low": np.quantile(others, 0.05), "map_at_r.random.high": np.quantile(others, 0.95),
        "chance": chance_map_at_r(query, reference_labels=reference),
    })  # fmt: skip
    assert found.details == {"queries": len(herd.test), "reference": len(herd.train)}


@pytest.mark.parametrize("seen", list(input_range.RANGES))
def test_a_backbone_sees_the_range_that_is_asked_for(herd, monkeypatch, seen):
    """The features are of those pixels, under a key that says it; a backbone of another scaling is refused."""
    pixels = np.random.default_rng(0).integers(0, 256, (len(herd), 4, 4, 3)).astype(np.uint8)
    told = {}

    def made(keys, pixels_of, **how):
        told.update(how, keys=tuple(keys), shown=pixels_of(np.arange(len(keys))))
        return features(herd)

    monkeypatch.setattr("reproduce.datasets.images", lambda one, *how: pixels)
    monkeypatch.setitem(sys.modules, "reproduce.models.dcnn.features", SimpleNamespace(features=made))
    found = input_range.input_range(herd, 4, seen=seen, steps=1, size=48)
    np.testing.assert_array_equal(told["shown"], input_range.as_seen(pixels, seen))
    assert (told["size"], told["seed"], len(set(told["keys"]))) == (48, 4, len(herd))
    expected = evaluate(herd, np.roll(features(herd), 1, axis=1)[:, :3])
    assert (found.scores, found.details) == (expected.scores, expected.details)
    assert Network.made.labels.tolist() == herd.identities[herd.train].tolist()
    with pytest.raises(InvalidInputError, match=r"seen by a backbone that takes \[-1, 1\], not by DenseNet121"):
        input_range.input_range(herd, 4, seen=seen, backbone="DenseNet121")


class Mined(Network):
    """A network whose costs are those of what it embeds, less ``off`` in the last of three steps."""

    off = 0.0

    def fit(self, inputs, labels, observe):
        self.left_out_, losses, active = 2, [], []
        for step in range(3):
            rows = np.arange(step, len(labels))
            batch = mining.anchors(self.embed(inputs[rows]), labels[rows])
            gaps = [one["positive"] - one["negative"] for one in batch]
            losses.append(np.mean([np.log1p(np.exp(gap)) for gap in gaps]) + self.off * (step == 2))
            active.append(np.mean([gap > 0 for gap in gaps]) + self.off * (step == 2))
            observe(step, rows)
        self.curves_ = {"loss": losses, "active": active}
        Mined.batches = [mining.anchors(self.embed(inputs[step:]), labels[step:]) for step in range(3)]
        return self

    def embed(self, inputs):
        rows = inputs[:, 4:]
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("off", [0.0, 0.25, -0.25])
def test_what_a_training_reports_is_held_against_its_triplets(herd, monkeypatch, off):
    """The largest distance over the batches of cost and share; how far other rules and margins would lie."""
    monkeypatch.setitem(sys.modules, "reproduce.models.dcnn.model", SimpleNamespace(DCNN=Mined))
    monkeypatch.setattr(Mined, "off", off)
    found = mining.mining(herd, 0)
    batches = Mined.batches
    losses = Mined.made.curves_["loss"]
    gaps = [[one["positive"] - one["negative"] for one in batch] for batch in batches]
    nearest = [[one["positive"] - one["nearest"] for one in batch] for batch in batches]
    hard = [abs(loss - np.mean(np.log1p(np.exp(one)))) for loss, one in zip(losses, nearest, strict=True)]
    fixed = [abs(loss - np.mean(np.maximum(np.array(one) + 0.2, 0))) for loss, one in zip(losses, gaps, strict=True)]
    semi_hard = [one["case"] == "semi-hard" for batch in batches for one in batch]
    assert found.scores == pytest.approx({
        "loss_difference": abs(off), "active_difference": abs(off), "semi_hard_share": np.mean(semi_hard),
        "batch_hard_distance": max(hard), "fixed_margin_distance": max(fixed), "batches": 3,
    }, abs=1e-12)  # fmt: skip
    assert 0 < found.scores["semi_hard_share"] < 1
    assert found.details["loss"] == [round(loss, 4) for loss in losses]
    assert (found.details["anchors"], found.details["left_out"]) == (3 * len(herd.train) - 3, 2)


def test_a_batch_that_no_one_saw_is_an_error(herd, monkeypatch):
    """What is reported of more batches than were looked at cannot be held against them."""

    class Silent(Mined):
        def fit(self, inputs, labels, observe):
            return super().fit(inputs, labels, lambda step, rows: observe(step, rows) if step else None)

    monkeypatch.setitem(sys.modules, "reproduce.models.dcnn.model", SimpleNamespace(DCNN=Silent))
    with pytest.raises(ValueError, match="zip"):
        mining.mining(herd, 0)


def test_a_triplet_is_picked_by_the_rule():
    """The farthest positive; the nearest negative beyond it, else the farthest; no distance below 0 or of itself."""
    angles = np.radians([0, 30, 40, 90])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 1.00001
    found = mining.anchors(rows, np.array(["a", "a", "b", "b"]))

    def apart(degrees):
        return pytest.approx(1 - np.cos(np.radians(degrees)), abs=1e-4)

    assert [(one["positive"], one["negative"], one["nearest"], one["case"]) for one in found] == [
        (apart(30), apart(40), apart(40), "semi-hard"),
        (apart(30), apart(60), apart(10), "semi-hard"),
        (apart(50), apart(40), apart(10), "farthest"),
        (apart(50), apart(60), apart(60), "semi-hard"),
    ]
    same = mining.anchors(np.repeat([[1.1, 0.0]], 4, axis=0), np.array(["a", "a", "b", "b"]))
    assert same == [{"positive": 0.0, "negative": 0.0, "case": "farthest", "nearest": 0.0}] * 4


@pytest.mark.parametrize("active, off", [(0.25, 0), (0.5, 0), (0.75, 0.25), (0, 0.25), (1, 0.5)])
def test_a_gap_within_rounding_counts_as_either(active, off):
    """Of four one is active, one is too close to tell, and two are not."""
    for close in (1e-9, -1e-9):
        assert mining.off_share(active, [0.5, close, -0.5, -0.1]) == pytest.approx(off)
    assert mining.off_share(0.5, [0.5, mining.ROUNDING]) == 0  # exactly as far is no farther than that
    assert mining.off_share(1.0, [0.5, -mining.ROUNDING]) == 0.5
