"""Without the extras: the core works, and a command that needs one says which in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
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


#: Each command is a fork of one process that has the core alone, in a folder, with its words to a file.
RUN = f"""{BLOCK}
import json, os
from reproduce.cli import main
for number, (folder, *words) in enumerate(json.loads(sys.argv[1])):
    child = os.fork()
    if child == 0:
        for stream in (1, 2):
            os.dup2(os.open(f"{{number}}.{{stream}}", os.O_WRONLY | os.O_CREAT, 0o644), stream)
        os.chdir(folder)
        sys.argv = ["reproduce", *words]
        main()
        os._exit(99)  # it ends by itself
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
RECORD = (ROOT / "claims" / "record").is_dir()
#: What is told of a missing extra, and by which.
MISSING = {
    ("datasets",): "animals",
    ("audit", "photographs"): "animals",
    ("embed", "LionData"): "animals",
    ("readings", "--plot", "readings.svg", str(ROOT / "claims")): "animals",
}
PAPER = ("claims", "paper", str(ROOT / "claims"))
PLAN = ("run", "--plan", "mlp.train", "--data", "LionData", "--seeds", "15")
SCORE = ("score", "x.npy", "x.csv", "--interval")


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """``core[words]``: what a command said, and its status, in a process that has the core alone."""
    folder = tmp_path_factory.mktemp("core")
    (folder / "photographs" / "a").mkdir(parents=True)
    (folder / "photographs" / "a" / "1.png").write_bytes(b"no picture")
    np.save(folder / "x.npy", np.random.default_rng(0).normal(size=(30, 4)))
    (folder / "x.csv").write_text("animal\n" + "".join(f"{n % 5}\n" for n in range(30)))
    commands = [words for words in (*MISSING, PAPER, PLAN, SCORE) if RECORD or str(ROOT / "claims") not in words]
    paths = os.pathsep.join([str(Path(reproduce.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    own = {"REPRODUCE_DATA": folder / "nothing", "REPRODUCE_CACHE": folder / "cache", "PYTHONPATH": paths}
    asked = json.dumps([[str(folder), *words] for words in commands])
    done = subprocess.run(
        [sys.executable, "-c", RUN, asked],
        env=os.environ | {name: str(value) for name, value in own.items()},
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = [[(folder / f"{number}.{stream}").read_text() for stream in (1, 2)] for number in range(len(commands))]
    return {
        words: SimpleNamespace(returncode=int(status), stdout=stdout, stderr=stderr)
        for words, status, (stdout, stderr) in zip(commands, done.stdout.split(), said, strict=True)
    }


@pytest.mark.parametrize("words, extra", MISSING.items(), ids=lambda one: one[0] if isinstance(one, tuple) else one)
def test_a_missing_extra_is_one_line_that_names_it(core, words, extra):
    """In every command that needs one: no traceback."""
    if words not in core:
        pytest.skip("no record beside the tests")
    done = core[words]
    assert done.returncode == 1
    assert f"is not installed; `python -m pip install 'paper-claims[{extra}]'` brings it" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.skipif(not RECORD, reason="no record beside the tests")
def test_the_paper_is_judged_by_its_record(core, tmp_path, monkeypatch):
    """As with all of the libraries: nothing is measured, so none of them is needed."""
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path))
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "whole"))  # or this would read what the other kept
    light, whole = core[PAPER], CliRunner().invoke(app, PAPER)
    assert light.returncode == whole.exit_code == 0, light.stderr
    # The first lines say how large the downloads would be, which the library of the data sets knows.
    assert light.stdout.partition("\n\n")[2] == whole.stdout.partition("\n\n")[2]
    assert "broken" not in light.stdout


def test_what_waits_for_an_extra_says_so(core):
    """A plan names the extra beside what it cannot run."""
    assert core[PLAN].returncode == 0, core[PLAN].stderr
    assert "'paper-claims[animals]'" in core[PLAN].stdout


def test_embeddings_are_scored(core):
    """MAP@R with its chance, of anyone's embeddings."""
    assert core[SCORE].returncode == 0, core[SCORE].stderr
    assert "MAP@R" in core[SCORE].stdout
