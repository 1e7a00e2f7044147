"""Without the extras: the core works, and a command that needs one says which in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import reproduce
from reproduce.cli import app

ROOT = Path(__file__).parents[2]
#: Makes the extras' libraries as good as not installed, whether they are or not.
BLOCK = """
import sys
from importlib.machinery import PathFinder
from reproduce.extras import EXTRAS
gone = {name for names in EXTRAS.values() for name in names}
find = PathFinder.find_spec
PathFinder.find_spec = classmethod(lambda _, name, *rest: None if name.split(".")[0] in gone else find(name, *rest))
"""


def core(*words, folder=ROOT, block=BLOCK):
    """A command in a process that has the core alone."""
    run = f"{block}\nsys.argv = {['reproduce', *map(str, words)]!r}\nfrom reproduce.cli import main\nmain()"
    paths = os.pathsep.join([str(Path(reproduce.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.run([sys.executable, "-c", run], env=environment, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize(
    "words, extra",
    [
        (("datasets",), "animals"),
        (("audit", "photographs"), "animals"),
        (("embed", "LionData"), "animals"),
        (("readings", "--plot", "readings.svg"), "animals"),
    ],
)
def test_a_missing_extra_is_one_line_that_names_it(tmp_path, words, extra):
    """In every command that needs one: no traceback."""
    (tmp_path / "photographs" / "a").mkdir(parents=True)
    (tmp_path / "photographs" / "a" / "1.png").write_bytes(b"no picture")
    if words[0] == "readings" and not (ROOT / "claims" / "record").is_dir():
        pytest.skip("no record beside the tests")
    done = core(*words, *([ROOT / "claims"] if words[0] == "readings" else []), folder=tmp_path)
    assert done.returncode == 1
    assert f"is not installed; `python -m pip install 'paper-claims[{extra}]'` brings it" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.skipif(not (ROOT / "claims" / "record").is_dir(), reason="no record beside the tests")
def test_the_paper_is_judged_by_its_record(tmp_path, monkeypatch):
    """As with all of the libraries: nothing is measured, so none of them is needed."""
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path))
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "light"))  # or the second would read what the first kept
    light = core("claims", "paper")
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "whole"))
    monkeypatch.chdir(ROOT)
    whole = CliRunner().invoke(app, ["claims", "paper"])
    assert light.returncode == whole.exit_code == 0, light.stderr
    # The first lines say how large the downloads would be, which the library of the data sets knows.
    assert light.stdout.partition("\n\n")[2] == whole.stdout.partition("\n\n")[2]
    assert "broken" not in light.stdout


def test_what_waits_for_an_extra_says_so():
    """A plan names the extra beside what it cannot run."""
    done = core("run", "--plan", "mlp.train", "--data", "LionData", "--seeds", "15")
    assert done.returncode == 0, done.stderr
    assert "'paper-claims[animals]'" in done.stdout


def test_embeddings_are_scored(tmp_path):
    """MAP@R with its chance, of anyone's embeddings."""
    import numpy as np

    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(30, 4)))
    (tmp_path / "x.csv").write_text("animal\n" + "".join(f"{n % 5}\n" for n in range(30)))
    done = core("score", "x.npy", "x.csv", "--interval", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "MAP@R" in done.stdout
