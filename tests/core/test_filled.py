"""Figures of README.md and docs/ are the record's: one that is changed by hand, or that the record has left, is red."""

import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reproduce.verdicts.judging.judge import Verdict
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin.collect import judged

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "docs" / "fill.py").is_file(), reason="no docs beside the tests")


@pytest.fixture(scope="module")
def fill():
    """docs/fill.py, which is a script beside the pages."""
    spec = importlib.util.spec_from_file_location("fill", ROOT / "docs" / "fill.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def outcomes():
    """Every claim by the record as it is kept."""
    return judged(ROOT / "claims").outcomes


def test_every_page_says_what_the_record_says(fill, outcomes):
    """Blocks and figures are as `python docs/fill.py` writes them, which is what to run where this is red."""
    made = fill.blocks(outcomes)
    texts = {page.name: page.read_text(encoding="utf-8") for page in fill.PAGES}
    stale = [name for name, text in texts.items() if fill.filled(text, made, outcomes) != text]
    assert not stale, "run `python docs/fill.py`"


def test_a_figure_changed_by_hand_is_red(fill, outcomes):
    """Of every page any one of its figures, moved by one in its last digit."""
    made, tried = fill.blocks(outcomes), 0
    for page in fill.PAGES:
        text = page.read_text(encoding="utf-8")
        for found in [*fill.RIVAL.finditer(text), *[*fill.INLINE.finditer(text)][:5]]:
            end = found.start("mark")
            digit = text[end - 1] if text[end - 1].isdigit() else text[end - 2]
            at = text.rindex(digit, 0, end)
            wrong = f"{text[:at]}{(int(digit) + 1) % 10}{text[at + 1 :]}"
            assert fill.filled(wrong, made, outcomes) == text
            tried += 1
        for found in fill.BLOCK.finditer(text):
            at = found.start() + re.search(r"\d", found[0]).start()
            assert fill.filled(f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}", made, outcomes) == text
            tried += 1
    assert tried > 10


TOY = Outcome(
    Spec("X.a", "A sentence.", "X"), Verdict.REPRODUCED, ours=2.345, interval=(-0.04, 11.96), chance=0.5,
    sides=(3.345, 1.0), intervals={"seeds": (2.0, 3.0)},
)  # fmt: skip


@pytest.mark.parametrize(
    "written, filled",
    [
        ("7.1 (4 to 9.99)<!-- by: X.a -->", "2.3 (0 to 11.96)<!-- by: X.a -->"),
        ("7<!-- by: X.a --> and -1.0 to 2<!-- by: X.a -->", "2<!-- by: X.a --> and 0.0 to 12<!-- by: X.a -->"),
        ("7.12 (1.0 to 2.0)<!-- by: X.a less -->", "-2.35 (-12.0 to 0.0)<!-- by: X.a less -->"),
        ("1.0<!-- by: X.a left -->, 2.0<!-- by: X.a right -->", "3.3<!-- by: X.a left -->, 1.0<!-- by: X.a right -->"),
        ("1.00<!-- by: X.a chance -->", "0.50<!-- by: X.a chance -->"),
        ("0.0 to 9.9<!-- by: X.a seeds -->", "2.0 to 3.0<!-- by: X.a seeds -->"),
        ("7.1 without a claim", "7.1 without a claim"),
    ],
)
def test_a_figure_keeps_its_digits_and_follows_its_claim(fill, written, filled):
    """Means, intervals, sides, chance and a turned sign, each rounded once, from the value; no minus before a zero."""
    assert fill.filled(written, {}, [TOY]) == filled


def test_a_figure_of_no_claim_is_an_error_and_one_not_run_stays(fill):
    """An id that is gone is named; a claim without a value leaves the page as it is."""
    with pytest.raises(KeyError, match=r"X\.gone"):
        fill.filled("1.0<!-- by: X.gone -->", {}, [TOY])
    assert fill.filled("1.0<!-- by: X.a -->", {}, [replace(TOY, ours=None)]) == "1.0<!-- by: X.a -->"
