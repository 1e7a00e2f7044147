"""Every subcommand says how it is called, and what it answers in."""

import contextlib
import os
import pty
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from reproduce import cli
from reproduce.errors import ReproduceError


def commands(group, path=()):
    """Every subcommand's words."""
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("words", list(commands(get_command(cli.app))), ids=" ".join)
def test_every_subcommand_says_how_it_is_called(words):
    """In its --help: an example of the command's own, what its exit status means, and that it answers in JSON."""
    said = CliRunner().invoke(cli.app, [*words, "--help"], env={"COLUMNS": "80"}).output
    said = " ".join(said.split())
    assert f"Example: reproduce {' '.join(words)}" in said
    assert "Exit status 0: " in said
    assert "--json" in said


def test_an_error_has_its_trace_when_it_is_asked_for(monkeypatch):
    """--debug shows where it came from."""
    monkeypatch.setattr(sys, "argv", ["reproduce", "--debug", "audit", "./nowhere"])
    with pytest.raises(ReproduceError, match="no such folder"):
        cli.main()


def test_an_interrupt_says_how_to_go_on(monkeypatch, capsys):
    """Status 130, and no trace."""

    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("reproduce.datasets.loading.published", interrupted)
    monkeypatch.setattr(sys, "argv", ["reproduce", "audit", "LionData"])
    with pytest.raises(SystemExit) as raised:
        cli.main()
    assert raised.value.code == 130
    assert "the same command goes on" in capsys.readouterr().err


@pytest.mark.parametrize("terminal", [True, False])
def test_colour_is_for_terminals(tmp_path, terminal):
    """A terminal gets bold heads and colours; a pipe gets text."""
    environment = {**os.environ, "REPRODUCE_CACHE": str(tmp_path), "TERM": "xterm-256color"}
    for name in ("FORCE_COLOR", "NO_COLOR", "REPRODUCE_DATA", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        environment.pop(name, None)
    reading, writing = pty.openpty() if terminal else os.pipe()
    command = [sys.executable, "-m", "reproduce.cli", "datasets"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=writing, stderr=writing):
        os.close(writing)
        said = b""
        with contextlib.suppress(OSError):  # a terminal ends so
            while piece := os.read(reading, 1 << 16):
                said += piece
    os.close(reading)
    assert b"LionData" in said
    assert (b"\x1b[" in said) == terminal


def test_help_imports_nothing_heavy():
    """NumPy, OpenCV, pandas, Keras, pytest: none of them for --help."""
    code = (
        "import sys, reproduce.cli\n"
        "print([one for one in ('numpy', 'cv2', 'pandas', 'keras', 'matplotlib', 'pytest') if one in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
