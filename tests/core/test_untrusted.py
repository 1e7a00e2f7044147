"""Nothing of a stranger's file is unpickled, evaluated, or put into a page or on a terminal as it is."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import reproduce
from reproduce import cli
from reproduce.errors import InvalidInputError, one_line

PACKAGE = Path(reproduce.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
#: Calls that run or rebuild whatever a file says.
FORBIDDEN = {"eval", "exec", "compile", "pickle.load", "pickle.loads", "joblib.load", "torch.load", "yaml.load"}
FORBIDDEN |= {"marshal.loads", "shelve.open", "keras.models.load_model", "keras.saving.load_model", "os.system"}
#: What a template takes as it is: pictures that this package draws.
DRAWN = {f"{which}.{width}" for which in ("drawn", "parts.dots") for width in ("wide", "narrow")}


def called(node):
    """The dotted name of a call, "" where it has none."""
    parts, at = [], node.func
    while isinstance(at, ast.Attribute):
        parts.append(at.attr)
        at = at.value
    return ".".join(reversed([*parts, at.id])) if isinstance(at, ast.Name) else ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_unpickled_or_evaluated(path):
    """No such call in the package, no shell, and every array is loaded without pickled objects."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        options = {option.arg: getattr(option.value, "value", None) for option in node.keywords}
        if called(node) == "torch.load":
            assert options.get("weights_only") is True, ast.unparse(node)
            continue
        assert called(node) not in FORBIDDEN, ast.unparse(node)
        assert options.get("shell") is not True, ast.unparse(node)
        if called(node) in ("np.load", "numpy.load"):
            assert options.get("allow_pickle") is False, ast.unparse(node)
        if called(node).endswith("Environment") and "loader" in options:
            assert options.get("autoescape") is True, ast.unparse(node)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.html")), ids=lambda path: path.name)
def test_a_page_escapes_all_but_what_was_drawn(path):
    """``safe`` is said of this package's own pictures alone."""
    text = path.read_text(encoding="utf-8")
    assert {name.strip() for name in re.findall(r"{{([^}|]*)\|\s*safe", text)} <= DRAWN
    assert "autoescape false" not in text


def test_a_name_is_neither_markup_nor_a_terminal_s_command(tmp_path):
    """Labels in square brackets and with escapes are shown as they are written."""
    names = ["[bold]Max", "[/x]", "\x1b[2JZed"]
    np.save(tmp_path / "e.npy", np.random.default_rng(0).normal(size=(9, 2)))
    (tmp_path / "l.txt").write_text("\n".join([*names, *names, *names[:2], "[red]lone"]) + "\n")
    done = CliRunner().invoke(cli.app, ["score", str(tmp_path / "e.npy"), str(tmp_path / "l.txt"), "--classes"])
    assert done.exit_code == 0, done.output
    assert "\x1b" not in done.output
    for shown in ("[bold]Max", "[/x]", "\\x1b[2JZed", "[red]lone"):
        assert shown in done.output


@pytest.mark.parametrize(
    ("stranger", "told"),
    [
        ("Léa 漢", "Léa 漢"),
        ("a\nb\x1b[2J", "a\\nb\\x1b[2J"),
        ("\u202eevil", "\\u202eevil"),
        ("x.\ue000", "x.\\ue000"),
        ("野\u3000田", "野\u3000田"),
    ],
)
def test_a_stranger_s_characters_are_printable(stranger, told):
    """What breaks a line, moves the cursor or is seen by nobody is written out; letters stay."""
    assert one_line(stranger) == told
    assert str(InvalidInputError(stranger)) == told
