"""README and docs can be read once: short sentences, few numbers, no private words."""

import re
from pathlib import Path

import pytest
import readability

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [path for path in (README, ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))) if path.is_file()]
#: No sentence has more words.
LONGEST = 40
#: Words that meant something private here, and that the README does without.
PRIVATE = re.compile(r"\b(worth|elsewhere|asked|kept|barn|lives by)\b")

pytestmark = pytest.mark.skipif(not PAGES, reason="no README beside the tests")


def test_the_readme_is_short_and_plain():
    """At most 120 lines, five numbers in a hundred words, nine sentences in ten under 28 words."""
    text = README.read_text(encoding="utf-8")
    one = readability.read(text)
    assert len(text.splitlines()) <= 120
    assert one.numbers <= 5
    assert one.ninth < 28
    assert not PRIVATE.search(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_sentence_needs_a_second_breath(page):
    """Forty words at most."""
    one = readability.read(page.read_text(encoding="utf-8"))
    assert one.longest <= LONGEST, max(one.sentences, key=lambda said: len(said.split()))


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "docs"], ids=lambda page: page.name)
def test_a_page_opens_with_what_it_is_good_for(page):
    """What a reader can do, or knows, after it."""
    _, first, *_ = page.read_text(encoding="utf-8").split("\n\n")
    assert first.startswith("After this page you ")


def test_sentences_are_told_apart():
    """A link counts as its text, a list's items are sentences, code, tables and headings are none."""
    text = "# No prose here at all\n\nOne [two three](x.md) four. Five six 7 eight!\n\n"
    text += "- nine ten eleven\n- twelve of 13\n\n"
    text += "```\nno prose here at all\n```\n| no | prose | here |\n"
    one = readability.read(text)
    assert one.sentences == ("One two three four.", "Five six 7 eight!", "- nine ten eleven", "- twelve of 13")
    assert one.longest == 4
    assert one.numbers == pytest.approx(100 * 2 / 16)
