"""Both sides of a comparison, drawn and in words."""

import pytest

from reproduce.errors import InvalidInputError
from reproduce.report.figures.sides import alternative, draw, shown


@pytest.fixture
def pair(outcome):
    """A comparison that holds, and a bound that does not."""
    return [
        outcome("why.a.seen", verb="exceeds", paper="> 20", ours=30.0, interval=(29.0, 31.0), lower=20.0, upper=None,
                difference=True, sides=(40.0, 10.0), kind="question"),
        outcome("why.a.unseen", verb="at_least", paper=">= 30", ours=25.0, interval=(24.0, 26.0), lower=30.0,
                upper=None, kind="control"),
    ]  # fmt: skip


def test_words_say_what_the_drawing_shows(pair):
    """Both sides, the difference with its interval, what is required and the verdict's word."""
    said = alternative(pair[:1])
    assert said == "why.a.seen: 40.00 against 10.00, a difference of 30.00 (29.00 to 31.00), > 20 required, yes."
    assert alternative(pair[1:]) == "why.a.unseen: 25.00 (24.00 to 26.00), >= 30 required, yes."


def test_the_drawing_carries_its_words(pair, tmp_path):
    """The SVG names each claim and describes itself; the same outcomes give the same bytes."""
    draw(pair, tmp_path / "one.svg")
    draw(pair, tmp_path / "two.svg")
    text = (tmp_path / "one.svg").read_text()
    assert "why.a.seen: 40.00 against 10.00" in text
    assert text == (tmp_path / "two.svg").read_text()


def test_only_what_was_judged_is_shown(pair, outcome):
    """By the beginning of the id; what was not run is left out; nothing at all is an error."""
    waiting = outcome("why.a.waits", ours=None, interval=None, values=())
    assert shown([*pair, waiting, outcome("I.64")], "why.a.") == pair
    with pytest.raises(InvalidInputError, match="no claim that begins with"):
        shown(pair, "why.b")


def test_another_ending_is_an_error(pair, tmp_path):
    """One line that says which there are."""
    with pytest.raises(InvalidInputError, match=r"ends in \.svg or \.png"):
        draw(pair, tmp_path / "why.pdf")
