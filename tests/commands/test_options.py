"""What every command has in common: short help, choices that complete, and the same commands under two names."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from reproduce import cli
from reproduce.models.dcnn.backbones import published


def said(*arguments, status=0):
    """What the command prints."""
    done = CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "100"}, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


@pytest.mark.parametrize(
    "arguments, choices",
    [
        (("run", "--tier", "weekly"), ("rehearsal", "check", "nightly", "release")),
        (("paper", "--tier", "rehearsal"), ("check", "nightly", "release")),
        (("score", "a.npy", "a.csv", "--dtype", "float16"), ("float64", "float32")),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_choice_that_there_is_not_is_a_usage_error(arguments, choices):
    """Status 2, with the choices named."""
    text = said(*arguments, status=2)
    assert all(f"'{choice}'" in text for choice in choices)


@pytest.mark.parametrize("words", [(), ("run",), ("claims", "show")], ids=" ".join)
def test_the_short_option_shows_the_help(words):
    """-h is --help, of every command."""
    assert said(*words, "-h") == said(*words, "--help")


def test_the_module_is_the_command():
    """`python -m reproduce` answers under the command's own name."""
    done = subprocess.run([sys.executable, "-m", "reproduce", "-h"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: reproduce ")


def test_weights_say_where_they_are_or_how_to_get_them(tmp_path, monkeypatch):
    """A line for each backbone; what is missing names the command that fetches it."""
    for name in ("REPRODUCE_CACHE", "REPRODUCE_WEIGHTS", "KERAS_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "REPRODUCE_WEIGHTS").mkdir()
    here = tmp_path / "REPRODUCE_WEIGHTS" / "mobilenetv2_imagenet_notop.weights.h5"
    here.write_bytes(b"")
    lines = dict(line.split(maxsplit=1) for line in said("weights").splitlines())
    assert lines.pop("mobilenetv2") == str(here)
    assert all(line.endswith(f"get them: reproduce weights --get {name}") for name, line in lines.items())
    known = json.loads(said("weights", "--json"))
    assert set(known) == set(published())
    assert [name for name, one in known.items() if one["path"]] == ["mobilenetv2"]
