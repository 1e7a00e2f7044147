"""The figures: each stands on the page, and in one place of the docs."""

import re
from collections import Counter
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from reproduce.experiments import dcnn, wide
from reproduce.record import Store
from reproduce.record.schema import Cell, Entry
from reproduce.report import drawing
from reproduce.report.drawing import COLOURS, Material, svg
from reproduce.report.figures import FIGURES, curves, pairs
from reproduce.running import inputs
from reproduce.running.request import Request

PAGES = sorted((Path(__file__).parents[2] / "docs").glob("*.md"))


@pytest.mark.skipif(not PAGES, reason="no docs beside the tests")
def test_the_docs_keep_a_place_for_each_figure():
    """docs/site.py draws a figure wherever a page says so: every one of them, and none that there is not."""
    places = Counter(name for page in PAGES for name in re.findall(r"<!-- figure: (\S+) -->", page.read_text("utf-8")))
    assert places == Counter({figure.name: 1 for figure in FIGURES})


def test_pair_scores_are_drawn_from_what_the_runs_keep(tmp_path, monkeypatch):
    """Mean share over seeds of each kind of pair, in words and in a table; nothing where no run keeps them."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    factors = wide.pairs.factors()

    def kept(name, details):
        store = Store(tmp_path / name)
        for seed in range(2):
            cell = Cell(wide.pairs.name, wide.pairs.version, factors, "LionData", "hash", None, seed)
            made = {"machine": "toy-cpu", "time": "2026-01-02T03:04:05Z", "commit": "abc"}
            store.add(Entry(cell, {"auc": 0.5}, details=details, **made))
        return Material([], [Request(wide.pairs, "LionData", factors, range(2))], store)

    assert pairs.draw(kept("before", {})) is None
    material = kept("now", {key: {"one": [1, 3], "two": [10, 0]} for key in pairs.PARTS})
    (found,) = pairs.pairs(material)
    np.testing.assert_allclose(found.shares["histograms"]["one"], [25, 75])
    drawn = pairs.draw(material)
    assert "LionData 0.625 and 0.250" in drawn.says
    assert ("LionData", "test pairs", "one animal", "2", "0.625", "75.00") in drawn.rows


def test_every_colour_of_a_drawing_follows_the_page():
    """Text too: a colour that ends an attribute is no address within the drawing; addresses are the drawing's own."""

    def paint(picture, narrow):
        picture.subplots().plot([0, 1], [0, 1], color=COLOURS["accent"])

    drawn = svg("toy", "A line.", paint, False, 2.0)
    assert set(re.findall(r'<text [^>]*fill: ([^;"]+)', drawn)) == {
        f"var(--{name}, {COLOURS[name]})" for name in ("soft", "ink")
    }
    ids = re.findall(r' id="([^"]+)"', drawn)
    assert ids
    assert set(re.findall(r'(?:url\(|href=")#([^")]+)', drawn)) == set(ids)
    assert all(name.startswith("toy-") for name in ids)


def test_what_a_drawing_says_is_not_rounded():
    """Coordinates are shortened; a figure in the words of a drawing keeps all of its digits."""

    def paint(picture, narrow):
        picture.subplots().set_title("rate 0.0001")

    drawn = svg("toy", "At 0.12345.", paint, False, 2.0)
    assert "rate 0.0001" in drawn
    assert 'aria-label="At 0.12345."' in drawn
    assert not re.search(r' d="[^"]*\d\.\d{3}', drawn)


def test_each_curve_has_a_panel_with_the_line_of_a_collapse(monkeypatch):
    """Title, last step and ln 2 in both drawings; the words say which curve ends there, the table how each did."""
    falls = curves.Curve("cattle", "frozen", np.arange(0, 300, 10), np.linspace(0.7, 0.4, 30)[None])
    flat = curves.Curve("lions", "whole", np.arange(0, 300, 10), np.full((2, 30), np.log(2)))
    monkeypatch.setattr(curves, "curves", lambda _: [falls, flat])
    drawn = curves.draw(None)
    for one in (drawn.wide, drawn.narrow):
        assert all(words in one for words in (">cattle<", ">lions<", ">frozen<", ">290<", ">ln 2<"))
    assert drawn.says.endswith("Ending within 0.01 of ln 2: whole on lions.")
    assert [row[:3] for row in drawn.rows] == [("cattle", "frozen", "1"), ("lions", "whole", "2")]
    monkeypatch.setattr(curves, "curves", lambda _: [])
    assert curves.draw(None) is None


def test_curves_are_those_that_the_record_keeps(tmp_path, monkeypatch):
    """Of 64 dimensions, the lions' first, every seed as long as the shortest; not a row whose runs kept no curve."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    monkeypatch.setattr(inputs.Weights, "here", lambda _: False)
    store, requests = Store(tmp_path), []

    def keep(data, dim, *losses):
        factors = dcnn.embed.factors(steps=60, dim=dim)
        for seed, loss in enumerate(losses):
            cell = Cell(dcnn.embed.name, dcnn.embed.version, factors, data, "hash", None, seed)
            made = {"machine": "toy-cpu", "time": "2026-01-02T03:04:05Z", "commit": "abc"}
            store.add(Entry(cell, {"map_at_r": 0.5}, details={"curves": {"loss": loss}} if loss else {}, **made))
        requests.append(Request(dcnn.embed, data, factors, range(len(losses))))

    keep("OpenCows2020", 64, [0.7, 0.6, 0.5], [0.8, 0.6])
    keep("LionData", 32, [0.7, 0.6])
    keep("TuringCattle", 64, None)
    keep("LionData", 64, [0.7, 0.4])
    lions, cattle = curves.curves(Material([], requests, store))
    assert (lions.data, cattle.data) == ("LionData", "OpenCows2020")
    np.testing.assert_array_equal(cattle.loss, [[0.7, 0.6], [0.8, 0.6]])
    np.testing.assert_array_equal(cattle.steps, [0, 2])


def _line(heights, picture, narrow):
    picture.subplots().plot(heights)


def test_a_drawing_is_kept_by_what_it_shows(monkeypatch, tmp_path):
    """Drawn once; anew for other values, another width or other settings; a closure shows what no one can digest."""
    made = []

    def drawn(*asked):
        made.append(asked)
        return f"<svg>{len(made)}</svg>"

    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path))
    monkeypatch.setattr(drawing, "_drawn", drawn)
    one, other = partial(_line, np.array([0.0, 1.0])), partial(_line, np.array([0.0, 1.0 + 1e-15]))
    for _ in range(2):
        svg("toy", "A line.", one, False, 2.0)
    assert len(made) == 1
    svg("toy", "A line.", other, False, 2.0)
    svg("toy", "A line.", one, True, 2.0)
    svg("toy", "Another line.", one, False, 2.0)
    assert len(made) == 4
    with mpl.rc_context({"lines.linewidth": 9}):
        svg("toy", "A line.", one, False, 2.0)
    assert len(made) == 5
    monkeypatch.setattr("reproduce.running.cells.source_digest", lambda: "other code")
    svg("toy", "A line.", one, False, 2.0)
    assert len(made) == 6
    for _ in range(2):
        svg("toy", "A line.", lambda picture, narrow: _line(made, picture, narrow), False, 2.0)
    assert len(made) == 8
