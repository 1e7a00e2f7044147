"""The first picture: its rows are read from the verdicts, and it is the same for the same rows."""

import re
from dataclasses import replace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.report import headlines
from reproduce.report.figures import dots
from reproduce.report.figures.dots import draw, save, words
from reproduce.report.headlines import Dot

FILE = """
[dots]
title = "MAP@R that nobody knew, %"
rows = [
    { says = "as printed", printed = ["II.64", "II.32"] },
    { says = "ours", claim = "I.64" },
    { says = "not measured", claim = "I.32" },
]
"""


@pytest.fixture
def rows(outcome, tmp_path):
    """Two rows: what is printed, and what was measured; a third was not run."""
    (tmp_path / headlines.FILE).write_text(FILE)
    printed = [outcome("II.64", printed="47.8"), outcome("II.32", printed="47.5")]
    return headlines.dots(tmp_path, [*printed, outcome("I.64"), outcome("I.32", ours=None)])


def test_the_rows_are_read_from_the_verdicts(rows):
    """Printed figures, our mean with its interval, and no row of what was not run."""
    assert rows[1] == [
        Dot("as printed", (47.8, 47.5), None, True), Dot("ours", (25.0,), (24.5, 25.5), False),
    ]  # fmt: skip
    assert words(*rows) == "MAP@R that nobody knew, %: as printed 47.5 to 47.8; ours 25.0 (24.5 to 25.5)."


@pytest.mark.parametrize(
    "values, interval, printed, said",
    [
        ((47.8, 47.5), None, True, "47.5 to 47.8"),
        ((47.0,), None, True, "47"),
        ((25.04,), (24.46, 25.5), False, "25.0 (24.5 to 25.5)"),
        ((25.0,), (25.0, 25.0), False, "25.0"),
        ((25.0,), None, False, "25.0"),
    ],
)
def test_a_row_says_its_figures(values, interval, printed, said):
    """As printed, or to a tenth with an interval that has a width."""
    assert words("T", [Dot("x", values, interval, printed)]) == f"T: x {said}."


def test_a_row_more_makes_the_picture_taller(undrawn):
    """By 0.34 inches beside 0.75 for the axis; as much again by 0.6 on a phone, where names stand above."""
    asked = undrawn(dots)
    one = Dot("x", (1.0,), None, True)
    for count, inches in ((1, 1.09), (3, 1.77)):
        assert (dots.draw("T", [one] * count).wide, asked["says"]) == ("wide", words("T", [one] * count))
        assert asked["heights"] == {False: pytest.approx(inches), True: pytest.approx(1.6 * inches)}


def test_the_picture_is_the_same_for_the_same_rows(rows, tmp_path):
    """Two files of the same bytes; for a phone the names stand above their rows."""
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    save(*rows, one)
    save(*rows, two)
    assert one.read_bytes() == two.read_bytes()
    drawn = draw(*rows)
    assert all("as printed" in svg for svg in (drawn.wide, drawn.narrow))


def test_what_a_row_says_is_text(rows):
    """Markup in a title or a name is drawn as it is written."""
    drawn = draw("<b>MAP@R</b>", [replace(rows[1][0], says="<script>alert(1)</script>")])
    for svg in (drawn.wide, drawn.narrow):
        assert "&lt;script&gt;" in svg
        assert not {"<b>", "<script>"} & set(re.findall(r"<[^>]*>", svg))


@pytest.mark.parametrize(
    "broken, said",
    [
        ('{ says = "x", claim = "V" }', r"\[dots\]: 'x' needs a claim, or printed ones: 'V'"),
        ('{ says = "x", printed = ["V"] }', r"\[dots\]: 'x' needs a claim, or printed ones: 'V'"),
        ('{ says = "x" }', r"\[dots\]: 'x' needs"),
        ('{ claim = "I.64" }', r"missing required field `says`, at `dots\.rows\[0\]`"),
    ],
)
def test_a_broken_row_is_one_line(outcome, tmp_path, broken, said):
    """The file and what a row needs."""
    (tmp_path / headlines.FILE).write_text(f"[dots]\nrows = [{broken}]\n")
    with pytest.raises(InvalidInputError, match=rf"headlines\.toml: .*{said}"):
        headlines.dots(tmp_path, [outcome()])


def test_without_a_file_there_is_no_picture(tmp_path):
    """Another paper has none."""
    assert headlines.dots(tmp_path, []) == ("", [])
