"""What a command says on file descriptor 2, where the libraries in C++ write too: progress and words of its own."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from drawn import encoded, write_files

import reproduce

WEIGHTS = "mobilenetv2_imagenet_notop.weights.h5"
COMMANDS = (
    "embed own",
    "embed own --model mlp",
    "report own",
    "audit own",
    "embed own --model dcnn:MobileNetV2",
    "report own --model MobileNetV2 --output frozen",
    "match new own",
    "score embeddings/own-dcnn-MobileNetV2.npy embeddings/own.csv --interval",
    "embed own --model wide",
)
#: One process for all: importing TensorFlow takes seconds. What a command says follows its own line.
RUN = f"""
import os, sys
from reproduce.cli import main

for words in sys.argv[1:]:
    os.write(2, f"reproduce: $ {{words}}\\n".encode())
    if "MobileNetV2" in words and not os.path.isfile({WEIGHTS!r}):
        from reproduce.models.dcnn.loaded import keras
        keras.applications.MobileNetV2(include_top=False, weights=None).save_weights({WEIGHTS!r})
    sys.argv = ["reproduce", *words.split()]
    try:
        main()
    except SystemExit as end:
        if end.code:
            os.write(2, f"exit status {{end.code}}\\n".encode())
"""


def squares(seed):
    """A picture whose corners a detector of keypoints finds."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return coarse.repeat(8, 0).repeat(8, 1)


@pytest.fixture(scope="module")
def stderr(tmp_path_factory):
    """What the commands write there on a machine that is new: without a GPU, without a home that any library knows."""
    folder = tmp_path_factory.mktemp("quiet")
    new = {f"new/{n}.jpg": encoded(squares(90 + n)) for n in range(2)}
    write_files(folder, new | {f"own/{a}/{n}.jpg": encoded(squares(10 * a + n)) for a in range(6) for n in range(2)})
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "KERAS_", "MPL", "XDG_"))}
    paths = os.pathsep.join([str(Path(reproduce.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    own = {"HOME": folder / "home", "REPRODUCE_CACHE": folder / "cache", "REPRODUCE_WEIGHTS": folder}
    environment = kept | {name: str(path) for name, path in own.items()} | {"PYTHONPATH": paths}
    environment |= {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1"}
    (folder / "home").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", RUN, *COMMANDS], env=environment, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_says_what_is_its_own(stderr, words):
    """No line of TensorFlow, absl, oneDNN, CUDA or Matplotlib; and no empty one."""
    said = stderr.partition(f"$ {words}\n")[2].partition("reproduce: $")[0]
    assert [line for line in said.splitlines() if not line.startswith("reproduce: ")] == []
