"""The second, tiny paper that docs/another-paper.md puts under test: run as it stands on the page."""

import json
import re
from pathlib import Path

import pytest

from reproduce.report.page import write

PAGE = Path(__file__).parents[2] / "docs" / "another-paper.md"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="no docs beside the tests")


@pytest.fixture
def blocks():
    """The page's code: the claims, then paper.toml, settings.toml and findings.toml."""
    found = re.findall(r"```(python|toml)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert [kind for kind, _ in found] == ["python", "toml", "toml", "toml"]
    return [text for _, text in found]


def test_the_second_paper_is_judged_as_its_page_says(claim_session, blocks):
    """A reading is reproduced, other animals fail, and with the finding written down the session is green."""
    claims, paper, settings, findings = blocks
    beside = {"paper": paper, "settings": settings}
    assert claim_session(claims, **beside).ret == pytest.ExitCode.TESTS_FAILED
    result = claim_session(claims, "--claims-json=run.json", **beside, findings=findings)
    told = json.loads((claim_session.path / "run.json").read_text())["claims"]
    assert {one["spec"]["id"]: one["says"] for one in told} == {
        **{"B.23": "reproduced", "B.23@leap-year": "reproduced"},
        **{"B.half": "reproduced", "B.half@leap-year": "reproduced", "B.half@Mars": "fails"},
    }
    assert result.ret == pytest.ExitCode.OK
    assert "Twenty-three share one" in "\n".join(result.outlines)


def test_its_report_speaks_of_it_alone(claim_session, blocks, monkeypatch):
    """The page of another paper has its claims, and no word of lions."""
    claims, paper, settings, findings = blocks
    claim_session(claims, paper=paper, settings=settings, findings=findings)
    page = write(claim_session.path, claim_session.path / "report")[0].read_text(encoding="utf-8")
    assert "Of twenty-three people two share a birthday in 50.7 % of groups" in page
    assert "lion" not in page.lower().replace("million", "")
