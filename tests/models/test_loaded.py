"""Keras as this package loads it: the backend's flag is set in time, and nothing is said on stderr."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import reproduce

CODE = """
import json, os, sys
import reproduce.cli, reproduce.experiments.registry
before = {name: os.environ.get(name) for name in os.environ if name.startswith("TF_")}
from reproduce.models.dcnn.model import keras
keras.ops.convert_to_numpy(keras.layers.Dense(2)(keras.ops.ones((2, 3))))
print(json.dumps([before, os.environ["TF_ENABLE_ONEDNN_OPTS"], "tensorflow" in sys.modules]))
"""


def test_the_first_network_says_nothing_and_has_its_flag(tmp_path):
    """Where there is no GPU too, which TensorFlow calls an error whatever its log level is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environment |= {"PYTHONPATH": str(Path(reproduce.__file__).parents[1]), "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{}, "1", True]
    assert done.stderr == ""


def test_what_the_backend_says_is_shown_where_it_fails_but_for_want_of_memory(capfd):
    """Want of memory is one line of ours; of anything else its own words help."""
    from reproduce.models.dcnn import loaded

    def fail(error):
        with loaded._hushed():
            os.write(2, b"its own words")
            raise error

    for error, shown in ((RuntimeError("no such device"), "its own words"), (MemoryError("no more"), "")):
        with pytest.raises(type(error)):
            fail(error)
        assert capfd.readouterr().err == shown
