"""Both sides of a comparison, drawn and in words."""

import re

import pytest
from matplotlib.figure import Figure

from reproduce.errors import InvalidInputError
from reproduce.report.figures.sides import LOOKS, _row, alternative, draw, shown


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


def marked(outcome, row=2):
    """What is drawn of an outcome: each line as (xs, ys, marker, colour), and the word with its place."""
    axes = Figure().subplots()
    _row(axes, row, outcome)
    lines = [(*map(list, line.get_data()), line.get_marker(), line.get_color()) for line in axes.lines]
    (word,) = axes.texts
    return lines, (word.get_text(), *word.xy, word.get_color())


def test_a_comparison_is_two_points_on_a_line(pair):
    """In the colour of the verdict, whose word stands at the row's end."""
    colour = LOOKS["reproduced"]
    lines, word = marked(pair[0])
    assert [(xs, ys, marker) for xs, ys, marker, _ in lines] == [
        ([40.0, 10.0], [2, 2], "None"), ([10.0], [2], "o"), ([40.0], [2], "o"),
    ]  # fmt: skip
    assert (lines[0][3], lines[2][3]) == (colour, colour)
    assert word == ("yes", 1.01, 2, colour)


def test_a_bound_is_a_bar_at_its_row(outcome):
    """The interval through the mean, each edge that there is; without an interval the mean alone."""
    both = outcome(verdict="inconclusive", ours=25.0, interval=(24.0, 26.0), lower=20.0, upper=30.0)
    lines, word = marked(both, 1)
    assert [(xs, ys) for xs, ys, *_ in lines] == [
        ([24.0, 26.0], [1, 1]), ([25.0], [1]), ([20.0, 20.0], [0.7, 1.3]), ([30.0, 30.0], [0.7, 1.3]),
    ]  # fmt: skip
    assert word[0] == "inconclusive"
    lines, _ = marked(outcome(interval=None, lower=None), 0)
    assert [xs for xs, *_ in lines] == [[25.0], [33.1, 33.1]]


def test_a_row_more_makes_the_drawing_taller(pair, tmp_path):
    """By 0.32 inches of 72 points, beside 1.1 for the axis."""
    sizes = []
    for count in (1, 2):
        draw(pair[:count], tmp_path / "one.svg")
        sizes.append(re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', (tmp_path / "one.svg").read_text()).groups())
    assert sizes == [("684", f"{72 * 1.42:g}"), ("684", f"{72 * 1.74:g}")]
    draw(pair, tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes()[16:24] == (1045).to_bytes(4, "big") + (191).to_bytes(4, "big")


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
