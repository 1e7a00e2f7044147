"""What README.md and docs/ tell a reader to type is accepted as it stands there."""

import configparser
import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from drawn import encoded, picture, write_files
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
PAGES = [path for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))) if path.is_file()]
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`((?:[A-Z_]+=\S+ )*(?:reproduce|tox run|pytest) [^`]+)`")

pytestmark = pytest.mark.skipif(not PAGES, reason="no README beside the tests")


def commands():
    """Every command of every page, line by line, with the page it stands on."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [line for kind, block in BLOCK.findall(text) if kind in ("", "console") for line in block.splitlines()]
        lines += [" ".join(found.split()) for found in INLINE.findall(BLOCK.sub("", text))]
        for line in lines:
            if not re.match(r"(?:[A-Z_]+=\S* )*(?:reproduce|tox|pytest) ", line):
                continue
            words = [word for word in shlex.split(line, comments=True) if not re.fullmatch(r"[A-Z_]+=\S*", word)]
            if words[0] in ("reproduce", "tox", "pytest"):
                yield pytest.param(words, id=f"{page.name}: {' '.join(words)}")


def snippets():
    """Every Python block of every page."""
    for page in PAGES:
        for number, (kind, block) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8"))):
            if kind == "python":
                yield pytest.param(block, id=f"{page.name}: {number}")


@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")], ids=str)
def test_what_a_page_says_python_answers_it_does(page, tmp_path, monkeypatch):
    """The page's doctests, on a folder of photographs made on the spot."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    photographs(tmp_path / "photographs")
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert tried
    assert not failed


def photographs(folder, names=("Simba", "Nala", "Zazu")):
    """A folder an animal, three photographs in each."""
    images = {
        f"{name}/{n}.JPG": encoded(picture(n) // 8 + 80 * at + 40) for at, name in enumerate(names) for n in range(3)
    }
    write_files(folder, images)


def test_the_first_commands_for_own_animals_run(tmp_path, monkeypatch):
    """README's and those that animals.md opens with, one after another, as they are printed."""
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    photographs(tmp_path / "photographs")
    write_files(tmp_path / "inbox", {"new.JPG": encoded(picture(1) // 8 + 41)})
    from reproduce.cli import app

    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/animals.md")]
    blocks = [
        next(block for _, block in BLOCK.findall(text) if "reproduce audit photographs" in block) for text in texts
    ]
    for line in "".join(blocks).splitlines():
        _, *words = shlex.split(line, comments=True)
        result = CliRunner().invoke(app, words)
        # 1 of an audit: findings, as on photographs that are so much alike.
        assert result.exit_code in ((0, 1) if words[0] == "audit" else (0,)), (line, result.output)
    assert (tmp_path / "report" / "photographs.html").is_file()


def test_the_claim_of_the_page_is_judged_alone(tmp_path):
    """extend.md's claim by the command that is printed under it, as tox.ini runs that: its two claims and no other."""
    text = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
    (claim,) = [block for kind, block in BLOCK.findall(text) if kind == "python" and "I.mine" in block]
    (printed,) = re.findall(r"`tox run -e claims -- (claims/\S+)`", text)
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    command = shlex.split(tox["testenv:claims"]["commands"].replace("{posargs}", printed))
    shutil.copytree(ROOT / "claims", tmp_path / "claims", ignore=shutil.ignore_patterns("record", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / printed).write_text(claim, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    asked = [sys.executable, "-m", *command, "--collect-only", "-q", "-p", "no:cacheprovider"]
    said = subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    found = [line for line in said.stdout.splitlines() if "::" in line]
    assert len(found) == 2, said.stdout + said.stderr
    assert all(line.startswith(f"{printed}::") for line in found)


@pytest.mark.parametrize("words", list(commands()))
def test_a_command_is_one_that_there_is(words):
    """Subcommand, arguments and options are known: with --help beside them the command ends well."""
    if words[0] == "reproduce":
        from reproduce.cli import app

        result = CliRunner().invoke(app, [*words[1:], "--help"])
        assert result.exit_code == 0, result.output
        return
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    known = (ROOT / "tox.ini").read_text() + (ROOT / "reproduce" / "verdicts" / "plugin" / "options.py").read_text()
    known += (ROOT / "reproduce" / "verdicts" / "runs" / "options.py").read_text()
    known += (ROOT / "tests" / "benchmarks" / "conftest.py").read_text()
    known += (ROOT / "tests" / "mutants" / "mutants.py").read_text()
    known += (ROOT / "tests" / "sabotage" / "sabotage.py").read_text() + "--junitxml"  # pytest's own
    assert all(option == "--" or option in known for option in options), options
    if words[:3] == ["tox", "run", "-e"]:
        assert all(f"[testenv:{name}]" in known for name in words[3].split(","))


@pytest.mark.parametrize("block", list(snippets()))
def test_a_snippet_runs(block, tmp_path, monkeypatch):
    """A block of Python is run, or, where it names what only the reader has, compiled with all it imports there."""
    monkeypatch.chdir(tmp_path)
    code = compile(block, "snippet", "exec")
    imports = "\n".join(line for line in block.splitlines() if line.startswith(("from ", "import ")))
    exec(compile(imports, "imports", "exec"), {})
    if "def test_" in block:
        exec(code, {"__name__": "snippet"})
