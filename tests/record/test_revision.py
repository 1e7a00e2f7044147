"""The commit in the record is the package's own: of its checkout, baked into its wheel, or a digest of its sources."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from reproduce.record.revision import BAKED, baked, revision, source_digest

ROOT = Path(__file__).parents[2]


def commit(folder):
    """Everything in a folder as one commit; its first twelve digits."""
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True).stdout[:12]


@pytest.fixture
def package(tmp_path):
    """A package of that name in a project's root."""
    folder = tmp_path / "project" / "reproduce"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder.parent / "pyproject.toml").write_text('[project]\nname = "paper-claims"\n')
    return folder


def test_a_checkout_names_its_own_head(package):
    """Only the package's own files make it dirty."""
    head = commit(package.parent)
    assert revision(package) == head
    (package.parent / "notes.txt").write_text("mine")
    assert revision(package) == head
    (package / "__init__.py").write_text("1")
    assert revision(package) == f"{head}+dirty"


@pytest.mark.parametrize("how", ["around", "copied", "ignored"])
def test_a_foreign_repository_is_never_named(package, how):
    """Not the one an environment lies in, nor one that the package was copied into, nor one that ignores it."""
    root = package.parent
    if how == "around":
        commit(root.parent)
    elif how == "copied":
        (root / "pyproject.toml").write_text('[project]\nname = "elsewhere"\n')
        commit(root)
    else:
        (root / ".gitignore").write_text("reproduce/\n")
        commit(root)
    assert revision(package) == f"src-{source_digest(package)[:12]}"


def test_a_checkout_without_a_commit_has_no_head(package):
    """What git prints all the same is none."""
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=package.parent, check=True)
    assert revision(package) == f"src-{source_digest(package)[:12]}"


def test_git_is_asked_of_the_packages_own_repository(package, monkeypatch):
    """Whatever a hook that runs this has set; with the rest of the environment, and not for ever."""
    run, asked = subprocess.run, []
    head = commit(package.parent)
    monkeypatch.setattr(subprocess, "run", lambda words, **how: asked.append(how) or run(words, **how))
    monkeypatch.setenv("GIT_DIR", str(package / "elsewhere"))
    monkeypatch.setenv("TOY", "1")
    assert revision(package) == head
    assert {(how["timeout"], how["env"]["TOY"], how["env"].get("GIT_DIR")) for how in asked} == {(20, "1", None)}


def test_what_was_baked_is_named_until_it_is_edited(package):
    """A wheel's commit stands while its sources are those it was built from."""
    head = commit(package.parent)
    text = baked(package)
    (package.parent / "pyproject.toml").unlink()  # as installed: no project around it
    assert baked(package) == ""
    (package / BAKED).write_text(text)
    assert revision(package) == head
    (package / "__init__.py").write_text("1")
    assert revision(package) == f"{head}+dirty"


def test_another_name_for_a_module_is_another_digest(package):
    """Two files that change names are not the same sources."""
    before = source_digest(package)
    (package / "sub").mkdir()
    (package / "__init__.py").rename(package / "sub" / "__init__.py")
    assert source_digest(package) != before


def test_a_built_wheel_says_its_commit(tmp_path, monkeypatch):
    """The build hook bakes in the checkout's commit, and a release's archive of claims; without either nothing."""
    pytest.importorskip("hatchling")
    project = tmp_path / "project"
    (project / "reproduce" / "record").mkdir(parents=True)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "reproduce/__init__.py"):
        (project / name).write_bytes((ROOT / name).read_bytes())
    (project / "reproduce" / "record" / "revision.py").write_bytes(
        (ROOT / "reproduce" / "record" / "revision.py").read_bytes()
    )

    def built(name=BAKED):
        for old in tmp_path.glob("*.whl"):
            old.unlink()
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
        subprocess.run(command, cwd=project, check=True, capture_output=True)
        (wheel,) = tmp_path.glob("*.whl")
        with zipfile.ZipFile(wheel) as content:
            return content.read(f"reproduce/{name}").decode() if f"reproduce/{name}" in content.namelist() else ""

    assert built() == ""
    assert built("_claims.txt") == ""
    monkeypatch.setenv("REPRODUCE_CLAIMS_ASSET", "https://host/claims.tar.gz sha256:1")
    assert built("_claims.txt") == "https://host/claims.tar.gz sha256:1\n"
    (project / "reproduce" / "_claims.txt").write_text("of an sdist")
    assert built("_claims.txt") == "of an sdist"
    (project / "reproduce" / "_claims.txt").unlink()
    head = commit(project)
    assert built().split() == [head, source_digest(project / "reproduce")]
