"""What must hold on every Keras backend: the triplet loss and its gradient, and a training that is killed."""

import importlib.util
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from models.on_backend import train

import reproduce

BACKENDS = ("tensorflow", "torch", "jax")
#: What Keras imports where it is installed, for uses that no job has: together they take longer than Keras itself.
UNASKED = ("cv2", "matplotlib", "pandas", "sklearn")
#: Makes what is named as good as not installed.
START = "import sys; sys.modules.update(dict.fromkeys(sys.argv[1:])); from models import on_backend; on_backend.main()"


class Backend:
    """A process that has imported a backend, and forks itself for each job: the import takes longer than the jobs."""

    def __init__(self, name, folder):
        roots = Path(reproduce.__file__).parents[1], Path(__file__).parents[1]
        paths = os.pathsep.join([*map(str, roots), os.environ.get("PYTHONPATH", "")])
        others = {*BACKENDS} - {name}
        environment = {**os.environ, "KERAS_BACKEND": name, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": paths}
        environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"  # to compile takes longer than to run
        environment["JAX_COMPILATION_CACHE_DIR"] = str(folder / "compiled")  # by one fork for all
        environment["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
        environment["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
        self.folder, self.said = folder, folder / "said.txt"
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, *UNASKED, *others],
                env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
            )  # fmt: skip

    def ask(self, *job, status=0):
        """Have a job done; it must end with that status."""
        self.process.stdin.write(json.dumps([*job]) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == f"{status}\n", self.said.read_text()[-2000:]

    def trained(self, name, checkpoint, killed_at=-1):
        """The arrays of a training; None where it was killed at a step."""
        target = str(self.folder / f"{name}.npz")
        self.ask("train", target, str(checkpoint), killed_at, status=0 if killed_at < 0 else -signal.SIGKILL)
        return None if killed_at >= 0 else arrays(target)


def arrays(target):
    with np.load(target) as kept:
        return dict(kept)


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    """``backend(name)``: its process, begun when first asked for."""
    begun = {}

    def of(name):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
        if name not in begun:
            begun[name] = Backend(name, tmp_path_factory.mktemp(name))
        return begun[name]

    yield of
    for one in begun.values():
        one.process.communicate()


@pytest.fixture(scope="module", params=BACKENDS)
def measured(backend, request):
    """What ``on_backend.py`` finds of the triplet loss under one Keras backend."""
    one = backend(request.param)
    one.ask("triplets", str(one.folder / "triplets.json"))
    return json.loads((one.folder / "triplets.json").read_text())


def test_equals_tensorflow_similarity(measured):
    """On 100 kept batches loss and gradient are those of TensorFlow Similarity 0.17.1 to 1e-6.

    Of the twenty near collapse, whose distances are 0.0003, a last digit can decide which negative is mined, and one
    anchor of 32 may cost 0.0003 more or less.
    """
    assert measured["batches"] == [80, 20]
    assert measured["near collapse"] <= 1e-5
    assert measured["soft"] <= 1e-6
    assert measured["margin"] <= 1e-6
    assert measured["gradient"] <= 1e-6


def test_gradient_equals_central_differences(measured):
    """Every rule's gradient is that of central differences in float64."""
    for rule, (difference, size) in measured["central"].items():
        assert size > 1e-3, f"{rule}: a gradient of nothing proves nothing"
        assert difference < 1e-7, rule


def test_a_collapsed_batch_costs_ln_2(measured):
    """All embeddings in one point cost ln 2 exactly, with every triplet active and no spread."""
    for found in measured["scalar"]["collapsed"]:
        assert found["loss"] == pytest.approx(math.log(2), abs=1e-7)
        assert found["spread"] == 0
        assert found["active"] == 1


@pytest.mark.parametrize("what", ["no positive", "no negative"])
def test_a_batch_without_a_triplet_teaches_nothing(measured, what):
    """A batch in which no triplet exists costs 0, finitely, and has no gradient."""
    for found in measured["scalar"][what]:
        assert (found["loss"], found["triplets"], found["active"]) == (0, 0, 0)
    assert measured["lone_gradient"] == 0


def test_nan_is_never_hidden(measured):
    """One NaN in the embeddings makes the loss NaN under every rule."""
    assert all(math.isnan(found["loss"]) for found in measured["scalar"]["nan"])


@pytest.fixture(scope="module")
def killed(backend):
    """``killed(name)``: on that backend, a run that was killed at step 50 and went on, and one that was not."""
    kept = {}

    def of(name):
        one = backend(name)
        if name not in kept:
            point = one.folder / "killed.npz"
            one.trained("killed", point, 50)
            assert point.exists()
            kept[name] = one.trained("resumed", point), one.trained("whole", one.folder / "none.npz")
            assert not point.exists()
        return kept[name]

    return of


def test_same_seed_same_bits(tmp_path, killed):
    """A second process with the same seed, this one, ends with the same embedding and curves, bit for bit."""
    _, first = killed(keras.backend.backend())
    train(tmp_path / "again.npz", tmp_path / "none.npz", -1)
    again = arrays(tmp_path / "again.npz")
    assert all(np.array_equal(first[what], again[what]) for what in first)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_run_killed_at_step_50_ends_the_same(killed, name):
    """Killed at step 50 (checkpoint of step 50 kept) and resumed, a run ends with the bits of one never killed."""
    resumed, whole = killed(name)
    assert len(resumed["loss"]) == 100
    assert all(np.array_equal(whole[what], resumed[what]) for what in whole)


@pytest.mark.parametrize("name", BACKENDS[1:])
def test_backends_agree(killed, name):
    """All backends draw the same start and the same batches, so they end near each other."""
    ours, theirs = killed("tensorflow")[1], killed(name)[1]
    assert ours["loss"][0] == pytest.approx(theirs["loss"][0], abs=1e-5)
    assert np.abs(ours["embedding"] - theirs["embedding"]).max() < 0.05


def test_it_learns(killed):
    """On separable features the loss falls below its start and the embeddings stay apart and at unit length."""
    found = killed("tensorflow")[1]
    assert found["loss"][-20:].mean() < found["loss"][:20].mean() - 0.05
    assert found["spread"][-1] > 0.5
    assert np.allclose(np.linalg.norm(found["embedding"], axis=1), 1, atol=1e-5)
