"""What every experiment feeds to whatever learns: training animals only, their own labels, a seed of its own."""

from collections import Counter
from dataclasses import replace

import cv2
import keras
import numpy as np
import pytest
from spy import Spy

from reproduce.datasets import Catalogue
from reproduce.datasets.turing import GRID, photograph
from reproduce.experiments.registry import find
from reproduce.running.loading import load_all

#: Images of each animal: no two averages agree. One training animal and one test animal have one image alone.
TRAIN, TEST = (9, 7, 6, 5, 4, 1), (6, 5, 3, 2, 1)
HERD = len(TRAIN + TEST)

MLP, WIDE, DCNN = ("MLPClassifier",), ("ImageVectors", "PairClassifier", "KMeans", "PCA"), ("DCNN",)
#: Every experiment of the registry, and what in it learns from images.
LEARNERS = {
    "audits.classes": (),
    "audits.photographs": (),
    "audits.printed_runs": (),
    "baselines.constant": (),
    "baselines.histogram": (),
    "baselines.one_example": (),
    "baselines.pixels": (),
    "baselines.untrained": (),
    "cues.edges": (),
    "cues.layer": (),
    "cues.parts": (),
    "dcnn.embed": DCNN,
    "dcnn.mining": DCNN,
    "dcnn.numbered": DCNN,
    "dcnn.one_example": (),
    "dcnn.order": DCNN,
    "dcnn.parts": DCNN,
    "dcnn.protocol": DCNN,
    "dcnn.range": DCNN,
    "dcnn.steps": DCNN,
    "dcnn.untrained": (),
    "metric.averaging": (),
    "metric.lion_parity": (),
    "metric.parity": (),
    "metric.protocol": (),
    "metric.rounding": (),
    "metric.ties": (),
    "mlp.adam": MLP,
    "mlp.embed": MLP,
    "mlp.features": MLP,
    "mlp.layers": MLP,
    "mlp.protocol": MLP,
    "mlp.train": MLP,
    "wide.constant": (),
    "wide.counting": WIDE,
    "wide.features": ("ImageVectors", "KMeans", "PCA"),
    "wide.lnbnn": (),
    "wide.pairs": WIDE,
    "wide.protocol": WIDE,
}
#: Chooses by class-disjoint folds: `test_disjoint` hands it a catalogue whose test identities raise when looked at.
GUARDED = {"fusion.fused"}
#: Beside each experiment's rehearsal: the readings that change what is fed.
READINGS = [
    ("dcnn.embed", {"augment": True}),
    ("dcnn.embed", {"augment": True, "bank": 0}),
    ("dcnn.embed", {"trainable": "full"}),
    ("dcnn.embed", {"trainable": "full", "augment": True}),
    ("dcnn.embed", {"trainable": "full", "norm_at_test": "recalibrated"}),
    ("dcnn.embed", {"shuffled": True}),
    ("dcnn.order", {"where": "training"}),
    ("dcnn.range", {"seen": "[0, 255]"}),
    ("dcnn.steps", {"trainable": "full"}),
    ("mlp.train", {"labels": "shuffled"}),
    ("mlp.train", {"scaling": "standardised"}),
    ("mlp.train", {"objective": "triplet"}),
    ("mlp.train", {"learning_rate": "chosen"}),
    ("wide.pairs", {"shuffle": True}),
    ("wide.pairs", {"encoder": "fisher"}),
    ("wide.pairs", {"encoder": "bag-of-words"}),
    ("baselines.one_example", {"embedding": "untrained"}),
]
CASES = [(name, {}) for name in LEARNERS] + READINGS


#: Its facts are held of a layer that the seed draws, though its seed counts as one.
DRAWN = ("metric.protocol",)


def out_of_step(factors):
    """Whether the images change places before they are learned from, and the labels stay in theirs."""
    return factors.get("where") == "training"


def shuffles(factors):
    labels = factors.get("labels") == "shuffled" or factors.get("shuffled") or factors.get("shuffle")
    return labels or out_of_step(factors)


@pytest.fixture(scope="session")
def herd(tmp_path_factory):
    """``herd("first")``: a catalogue of painted animals in a mixed order; "second" has other test images and names."""
    folder = tmp_path_factory.mktemp("herd")
    animals = np.repeat(np.arange(HERD), TRAIN + TEST)
    order = np.random.default_rng(5).permutation(len(animals))
    tested = animals >= len(TRAIN)
    names = np.array([f"cow {animal}" for animal in animals])
    made = {}
    for version, first in (("first", 0), ("second", 100)):
        paths = []
        for number, animal in enumerate(animals):
            kind = animal + first * tested[number]
            coat = cv2.resize(np.random.default_rng([kind, 1]).random((9, 9)), (GRID, GRID)).clip(0, 1)
            paths.append(str(folder / f"{kind}-{number}.png"))
            cv2.imwrite(paths[-1], photograph(coat, np.random.default_rng([kind, number])))
        called = names.copy()
        if first:
            called[tested] = np.random.default_rng(6).permutation(names[tested])
        split = np.where(tested, "test", "train")
        made[version] = Catalogue(
            "herd", np.array(paths)[order], called[order], split[order], content_hash=f"herd {version}"
        )
    return made.__getitem__


@pytest.fixture(scope="module")
def uncompiled():
    """TensorFlow's steps as they are written: each training here is of a few, and to compile one takes longer."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def spied(herd, tmp_path_factory, uncompiled):
    """``spied(name, factors, seed, version)``: a spy that saw the experiment run, and its scores; each run once."""
    load_all()
    folder, kept = tmp_path_factory.mktemp("cache"), {}

    def run(name, factors, seed=0, version="first"):
        asked = (name, repr(sorted(factors.items())), seed, version)
        if asked not in kept:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("REPRODUCE_CACHE", str(folder / version))
                patch.setattr("reproduce.experiments.metric.library_map_at_r", lambda *_: 0.5)
                spy = Spy(herd(version), patch).watch()
                experiment = find(name)
                scores = experiment(spy.catalogue, seed, **{**experiment.rehearsal, **factors}).scores
            kept[asked] = spy, scores
        return kept[asked]

    return run


def case(value):
    return ", ".join(f"{name}={chosen}" for name, chosen in value.items()) if isinstance(value, dict) else value


cases = pytest.mark.parametrize("name, factors", CASES, ids=case)
learners = pytest.mark.parametrize("name, factors", [one for one in CASES if LEARNERS[one[0]]], ids=case)


def test_every_experiment_is_spied_on():
    """An experiment that is new to the registry is in the list above, with what learns in it."""
    assert {name for name in load_all() if not name.startswith("toy.")} - GUARDED == set(
        LEARNERS
    )  # toys are other tests'


@cases
def test_what_learns_is_as_listed(spied, name, factors):
    """Nothing learns unseen, and the spy is not blind."""
    spy, _ = spied(name, factors)
    seen = {one.what.split(".")[0] for one in spy.learned()}
    mixture = {"GaussianMixture"} if factors.get("encoder") == "fisher" else set()
    assert seen == {*LEARNERS[name], *mixture}


@learners
def test_only_training_animals_are_learned_from_and_all_of_them(spied, name, factors):
    """Every row that reaches a fit is an image of a training animal, and some fit gets every one of them."""
    spy, _ = spied(name, factors)
    train = set(spy.catalogue.train)
    told = [set(one.rows) for one in spy.learned() if one.rows]
    assert told
    for rows in told:
        assert rows <= train, f"rows {sorted(rows - train)} are no training images"
    assert any(rows == train for rows in told) or name == "mlp.adam"


@learners
def test_labels_are_the_rows_own_or_truly_shuffled(spied, name, factors):
    """A row's label is its animal; under the control the labels change rows, as many of each animal as before."""
    spy, _ = spied(name, factors)
    for one in spy.learned():
        if one.labels:
            own = tuple(spy.catalogue.identities[list(one.rows)])
            if not shuffles(factors):
                assert one.labels == own
            elif len(own) == len(spy.catalogue.train):
                assert Counter(one.labels) == Counter(own)
                assert np.mean(np.array(one.labels) == own) < 0.6, "shuffled labels are where they were"


@learners
def test_nothing_that_learns_depends_on_the_test_animals(spied, name, factors):
    """Other test photographs under other names: every fit gets the same, bit for bit, and nothing is chosen by them.

    What was chosen by the test animals would show in the scores of the training animals.
    """
    (first, scores), (second, others) = (spied(name, factors, version=version) for version in ("first", "second"))
    assert first.contents() == second.contents()
    assert first.seeds() == second.seeds()
    for score in (score for score in scores if score.endswith("@train")):
        assert scores[score] == pytest.approx(others[score], abs=1e-9), score


@learners
def test_a_seed_is_passed_on_and_another_is_another(spied, name, factors):
    """No fit under seed 1 has a seed that one under seed 0 had; the grid search, made once for all, was kept."""
    (first, scores), (second, others) = (spied(name, factors, seed) for seed in (0, 1))
    seeds = [{one.seed for one in spy.learned()} - {None} for spy in (first, second)]
    assert seeds[0]
    assert seeds[1]
    assert not seeds[0] & seeds[1]
    if find(name).varies and name != "wide.counting":  # a count of right answers can be the same twice
        assert scores != others
    if shuffles(factors):
        moved = "rows" if out_of_step(factors) else "labels"
        one, other = ([getattr(fit, moved) for fit in spy.learned() if fit.labels] for spy in (first, second))
        assert one != other


@pytest.mark.parametrize("name, factors", [one for one in CASES if not LEARNERS[one[0]]], ids=case)
def test_where_nothing_learns_the_seed_changes_what_is_declared(spied, name, factors):
    """Scores differ between seeds where the experiment says that its seed varies something, and nowhere else."""
    (_, first), (_, second) = (spied(name, factors, seed) for seed in (0, 1))
    if name not in DRAWN:
        assert (first != second) == bool(find(name).varies)


@cases
def test_all_images_are_embedded_as_they_are_and_in_order(spied, name, factors):
    """What is embedded is a known, unaugmented image; a whole catalogue comes in its own order."""
    spy, _ = spied(name, factors)
    for one in spy.events:
        if one.what.split(".")[1] in ("embed", "transform", "distances", "predict_proba"):
            assert -1 not in one.rows, f"{one.what} was given what is no image of the catalogue"
            assert not one.views, f"{one.what} was given augmented views"
            if len(one.rows) == len(spy.catalogue):
                assert one.rows == tuple(range(len(spy.catalogue)))
    embeds = [one for one in spy.events if one.what in ("DCNN.embed", "MLPClassifier.embed")]
    if name in ("dcnn.embed", "mlp.embed", "mlp.features", "mlp.train"):
        assert any(len(one.rows) == len(spy.catalogue) for one in embeds)


@pytest.mark.parametrize("name, factors", [one for one in CASES if one[0].startswith("dcnn")], ids=case)
def test_augmentation_is_in_training_alone(spied, name, factors):
    """Views of the training images where the frozen features are kept, fresh draws for each batch else, or nothing."""
    spy, _ = spied(name, factors)
    drawn = [at for at, one in enumerate(spy.events) if one.what == "Augmenter.__call__"]
    fitted = [at for at, one in enumerate(spy.events) if one.what == "DCNN.fit"]
    fresh = factors.get("augment") and (factors.get("trainable") == "full" or factors.get("bank") == 0)
    assert len(drawn) == (find(name).rehearsal["steps"] if fresh else 0)
    if fresh:
        embedded = min(at for at, one in enumerate(spy.events) if one.what == "DCNN.embed")
        assert fitted[0] < drawn[0] <= drawn[-1] < embedded
        assert all(set(spy.events[at].rows) <= set(spy.catalogue.train) for at in drawn)
    # What it is fitted to and, where its batch norms take their averages anew, what these are taken over.
    views = [one.views for one in spy.learned("DCNN")]
    assert len(views) >= len(fitted)
    assert set(views) <= {bool(factors.get("augment") and not fresh)}


# The spy itself can fail.


def test_training_on_all_animals_is_seen_as_a_leak(spied):
    """The reading that trains on the test animals, too, is what the tests above would report."""
    factors = {"trained_on": "all"}
    spy, _ = spied("dcnn.embed", factors)
    assert {row for one in spy.learned() for row in one.rows} == set(range(len(spy.catalogue)))
    assert spy.contents() != spied("dcnn.embed", factors, version="second")[0].contents()


def test_a_split_that_calls_a_test_animal_training_is_seen(herd, monkeypatch, tmp_path):
    """An experiment that is handed another split than it is held to learns from rows that are not the training's."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    load_all()
    told = herd("first")
    spy = Spy(told, monkeypatch).watch()
    leaky = replace(told, split=np.where(told.identities == told.identities[told.test[0]], "train", told.split))
    train = find("mlp.train")
    train(leaky, 0, **train.rehearsal)
    assert {row for one in spy.learned() for row in one.rows} > set(told.train)
