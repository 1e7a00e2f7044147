"""What a command says on file descriptor 2, where the libraries in C++ write too: progress and words of its own."""

import json
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
#: One process for all: importing TensorFlow takes seconds. What a command says follows its own line. Of the network
#: only the names are MobileNetV2's: TensorFlow greets whoever runs any.
RUN = f"""
import json, os, sys
sys.modules["jax"] = None  # TensorFlow imports it where it is; the extra with the paper's models does not bring it
import reproduce.experiments.registry
from reproduce.cli import main

flags = [name for name in os.environ if name.startswith("TF_")]
for words in sys.argv[1:]:
    os.write(2, f"reproduce: $ {{words}}\\n".encode())
    if "MobileNetV2" in words and not os.path.isfile({WEIGHTS!r}):
        assert "tensorflow" not in sys.modules
        from reproduce.models.dcnn import backbone
        from spy import small_backbone
        small_backbone(False, None, (32, 32, 3)).save_weights({WEIGHTS!r})
        backbone.constructor = lambda _: small_backbone
    sys.argv = ["reproduce", *words.split()]
    try:
        main()
    except SystemExit as end:
        if end.code:
            os.write(2, f"exit status {{end.code}}\\n".encode())
print(json.dumps([flags, os.environ["TF_ENABLE_ONEDNN_OPTS"], "tensorflow" in sys.modules]))
"""


def squares(seed):
    """A picture whose corners a detector of keypoints finds."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return coarse.repeat(8, 0).repeat(8, 1)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the commands write, on a machine that is new: without a GPU, without a home that any library knows."""
    folder = tmp_path_factory.mktemp("quiet")
    new = {f"new/{n}.jpg": encoded(squares(90 + n)) for n in range(2)}
    write_files(folder, new | {f"own/{a}/{n}.jpg": encoded(squares(10 * a + n)) for a in range(6) for n in range(2)})
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "KERAS_", "MPL", "XDG_"))}
    roots = Path(reproduce.__file__).parents[1], Path(__file__).parents[1]
    paths = os.pathsep.join([*map(str, roots), os.environ.get("PYTHONPATH", "")])
    own = {"HOME": folder / "home", "REPRODUCE_CACHE": folder / "cache", "REPRODUCE_WEIGHTS": folder}
    environment = kept | {name: str(path) for name, path in own.items()} | {"PYTHONPATH": paths}
    environment |= {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1"}
    (folder / "home").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", RUN, *COMMANDS], env=environment, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_says_what_is_its_own(said, words):
    """No line of TensorFlow, absl, oneDNN, CUDA or Matplotlib; and no empty one."""
    lines = said.stderr.partition(f"$ {words}\n")[2].partition("reproduce: $")[0].splitlines()
    assert [line for line in lines if not line.startswith("reproduce: ")] == []


def test_the_first_network_has_its_flag(said):
    """TensorFlow reads it once, when it is imported; commands and experiments set none before there is a network."""
    assert json.loads(said.stdout.splitlines()[-1]) == [[], "1", True]
