"""The DCNN: repeatable to the bit, resumable after a kill, the same on every backend, and clear about bad input."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import reproduce
from reproduce.errors import InvalidInputError
from reproduce.models.dcnn.model import DCNN, Recipe

BACKENDS = ("tensorflow", "torch", "jax")


def _train(folder, backend, *trainings):
    """Run ``dcnn_on_backend.py`` with (name, checkpoint, step to be killed at); their arrays, None of a killed one."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    root = str(Path(reproduce.__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join([root, environment.get("PYTHONPATH", "")])
    script = Path(__file__).with_name("dcnn_on_backend.py")
    told = [str(word) for name, point, step in trainings for word in (folder / f"{name}.npz", folder / point, step)]
    done = subprocess.run([sys.executable, script, *told], env=environment, capture_output=True, text=True, timeout=300)
    if trainings[-1][2] >= 0:
        assert done.returncode == -signal.SIGKILL
        return None
    assert done.returncode == 0, done.stderr[-2000:]
    found = []
    for name, *_ in trainings:
        with np.load(folder / f"{name}.npz") as kept:
            found.append(dict(kept))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("dcnn")


@pytest.fixture(scope="module")
def killed(folder):
    """On each backend, made when first asked for: a run that was killed at step 150 and went on, and one that was not.

    To import a backend takes longer than to train: whoever goes on trains the other as well, after it.
    """
    kept = {}

    def of(backend):
        if backend != "tensorflow":
            pytest.importorskip(backend)
        if backend not in kept:
            point = f"killed-{backend}.npz"
            _train(folder, backend, ("killed", point, 150))
            assert (folder / point).exists()
            resumed, whole = (f"resumed-{backend}", point, -1), (f"whole-{backend}", "none.npz", -1)
            kept[backend] = _train(folder, backend, resumed, whole)
            assert not (folder / point).exists()
        return kept[backend]

    return of


def test_same_seed_same_bits(folder, killed):
    """A second process with the same seed ends with the same embedding and curves, bit for bit."""
    (_, first), (again,) = killed("tensorflow"), _train(folder, "tensorflow", ("again", "none.npz", -1))
    assert all(np.array_equal(first[name], again[name]) for name in first)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_killed_at_step_150_ends_the_same(killed, backend):
    """Killed at step 150 (checkpoint of step 150 kept) and resumed, a run ends with the bits of one never killed."""
    resumed, whole = killed(backend)
    assert len(resumed["loss"]) == 300
    assert all(np.array_equal(whole[name], resumed[name]) for name in whole)


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_backends_agree(killed, backend):
    """All backends draw the same start and the same batches, so they end near each other."""
    ours, theirs = killed("tensorflow")[1], killed(backend)[1]
    assert ours["loss"][0] == pytest.approx(theirs["loss"][0], abs=1e-5)
    assert np.abs(ours["embedding"] - theirs["embedding"]).max() < 0.05


def test_it_learns(killed):
    """On separable features the loss falls below its start and the embeddings stay apart and at unit length."""
    found = killed("tensorflow")[1]
    assert found["loss"][-20:].mean() < found["loss"][:20].mean() - 0.05
    assert found["spread"][-1] > 0.5
    assert np.allclose(np.linalg.norm(found["embedding"], axis=1), 1, atol=1e-5)


def _small(**changes):
    plain = {"backbone": "MobileNetV2", "weights": None, "size": 32, "dim": 4, "animals": 3, "images": 2, "steps": 3}
    return Recipe(**{**plain, **changes})


def _images(seed=0):
    rng = np.random.default_rng(seed)
    labels = np.repeat(["a", "b", "c", "d"], 3)
    return rng.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8), labels


def test_the_whole_network_trains_repeatably_from_images():
    """Trained whole, augmented, with GeM in bfloat16: finite unit rows, twice the same bits."""
    images, labels = _images()
    recipe = _small(trainable="full", augment=True, pooling="gem", dtype="bfloat16", steps=2)
    first, again = (DCNN(recipe, seed=1).fit(images, labels).embed(images) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-3)


@pytest.mark.parametrize(("trainable", "moves"), [("frozen", "embedding"), ("last", "block_16|Conv_1|embedding")])
def test_only_what_trains_moves(trainable, moves):
    """Frozen, only the head has trainable parameters; "last" adds the last block, batch norms stay."""
    import re

    images, labels = _images()
    model = DCNN(_small(trainable=trainable, steps=1), seed=1).fit(images, labels)
    paths = [variable.path for variable in model.network.trainable_variables]
    assert paths
    assert all(re.search(moves, path) and "BN" not in path for path in paths)


def test_a_bank_of_views_is_drawn_from():
    """With a bank (N, V, C) each step draws a view for each image: other views give another embedding."""
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(6), 4)
    bank = rng.standard_normal((24, 3, 10)).astype("float32")
    recipe = _small(animals=4, steps=5)
    drawn = DCNN(recipe, seed=0).fit(bank, labels).embed(bank[:, 0])
    same = DCNN(recipe, seed=0).fit(np.repeat(bank[:, :1], 3, axis=1), labels).embed(bank[:, 0])
    plain = DCNN(recipe, seed=0).fit(bank[:, 0], labels).embed(bank[:, 0])
    assert np.array_equal(same, plain)
    assert not np.array_equal(drawn, plain)


def test_a_collapse_is_said_out_loud(caplog):
    """Features that are all alike collapse every batch: ln 2 in the curve, and one warning in the log."""
    with caplog.at_level(logging.WARNING, logger="reproduce.dcnn"):
        model = DCNN(_small(steps=2), seed=0).fit(np.ones((12, 5), "float32"), np.repeat(np.arange(4), 3))
    assert model.curves_["loss"][0] == pytest.approx(np.log(2), abs=1e-5)
    assert len([record for record in caplog.records if "collapsed" in record.message]) == 1


def test_nan_stops_training_with_one_line():
    """A feature that is not a number ends the run, naming the step and a cure."""
    features = np.full((12, 5), np.nan, "float32")
    with pytest.raises(InvalidInputError, match=r"loss at step 0 is nan; lower the learning rate"):
        DCNN(_small(), seed=0).fit(features, np.repeat(np.arange(4), 3))


def test_one_animal_is_one_clear_error():
    """A folder of one animal cannot train a triplet loss, and is told so before anything is computed."""
    with pytest.raises(InvalidInputError, match="images of 1 animal"):
        DCNN(_small(), seed=0).fit(np.ones((12, 5), "float32"), np.zeros(12))


def test_features_cannot_train_a_backbone():
    """Features are what a frozen backbone gave: asking for more is an error."""
    with pytest.raises(InvalidInputError, match="needs images"):
        DCNN(_small(trainable="full"), seed=0).fit(np.ones((12, 5), "float32"), np.repeat(np.arange(4), 3))


def test_recalibrated_norms_are_those_of_the_training_images():
    """Averages taken anew are the training images' own under the final weights, and a moving average is not."""
    images, labels = _images()
    gap = {}
    for how in ("moving", "recalibrated"):
        model = DCNN(_small(trainable="full", steps=5, norm_at_test=how), seed=1).fit(images, labels)
        found = model.embed(images)
        by_their_own = np.asarray(model.network(images.astype("float32"), training=True))
        gap[how] = np.abs(found - by_their_own).max()
    assert gap["recalibrated"] < 1e-3 < 0.1 < gap["moving"]
