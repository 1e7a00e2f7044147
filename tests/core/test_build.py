"""The README as an index shows it: its relative links lead to the repository that builds a release."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytest.importorskip("hatchling")
pytestmark = pytest.mark.skipif(not (ROOT / "hatch_build.py").is_file(), reason="no checkout around the tests")


@pytest.fixture(scope="module")
def hook():
    """The build hook's module."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "text, made",
    [
        ("[a](docs/a.md)", "[a](https://host/o/n/blob/v1/docs/a.md)"),
        ("![a](docs/a.svg)", "![a](https://host/o/n/raw/v1/docs/a.svg)"),
        ("[![t](../../a/badge.svg)](../../a)", "[![t](https://host/o/n/a/badge.svg)](https://host/o/n/a)"),
        ("[a](https://a.org/b)", "[a](https://a.org/b)"),
        ("[a](#part)", "[a](#part)"),
    ],
)
def test_links(hook, text, made):
    """Pictures to their content, all else to its page; an address stays."""
    assert hook.absolute(text, "https://host/o/n", "v1") == made


def test_the_readme_has_no_relative_link_when_a_repository_builds(hook, monkeypatch):
    """And without a repository the text is as it stands, with no address made up."""
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_REF_TYPE"):
        monkeypatch.delenv(name, raising=False)
    addresses, plain, built = hook.Addresses(str(ROOT), {}), {}, {}
    addresses.update(plain)
    assert plain == {"readme": {"content-type": "text/markdown", "text": (ROOT / "README.md").read_text("utf-8")}}
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://host")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/n")
    addresses.update(built)
    targets = re.findall(r"\]\(([^)]+)\)", built["readme"]["text"])
    assert targets
    assert [one for one in targets if not one.startswith(("https://", "#"))] == []
    assert built["urls"]["Source"] == "https://host/o/n"
