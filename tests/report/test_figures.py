"""The figures: each stands on the page, and in one place of the docs."""

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest

from reproduce.experiments import dcnn, wide
from reproduce.experiments.wide.counting import counting
from reproduce.record import Store
from reproduce.record.schema import Cell, Entry
from reproduce.report import drawing
from reproduce.report.drawing import COLOURS, Material, svg
from reproduce.report.figures import FIGURES, curves, forest, pairs, readings
from reproduce.running import inputs
from reproduce.running.request import Request
from reproduce.verdicts.explanations.readings import Printed, Reading, Score
from reproduce.verdicts.judging.judge import Region

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


@pytest.mark.parametrize("constrained", [True, False])
def test_a_figure_is_drawn_for_a_screen_and_for_a_phone(monkeypatch, constrained):
    """Under a name of its own, each as tall as it is said."""
    monkeypatch.setattr(drawing, "svg", lambda name, says, paint, *how: (name, says, paint(None, how[0]), *how))
    wide, narrow = drawing.both("toy", "A toy.", lambda _, narrow: narrow, {False: 2.0, True: 3.0}, constrained)
    assert wide == ("toy-w", "A toy.", False, False, 2.0, constrained)
    assert narrow == ("toy-n", "A toy.", True, True, 3.0, constrained)


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


def test_the_forest_counts_what_lies_where(outcome, undrawn):
    """An interval that ends at the edge lies across it; a statement has 0.165 inches on a screen, 0.24 on a phone."""
    asked = undrawn(forest)
    made = [
        outcome("inside"),  # of 20.4 to 33.1
        outcome("outside", ours=41.0, interval=(40.0, 42.0), verdict="not reproduced"),
        outcome("across", interval=(19.0, 25.0)),
        outcome("just inside", interval=(21.0, 25.0)),
        outcome("from the edge", interval=(20.4, 25.0)),
        outcome("to the edge", ours=19.7, interval=(19.0, 20.4)),
    ]
    drawn = forest.draw(Material(made, [], None))
    assert drawn.says == (
        "Forest plot of 6 statements and settings: the 90 % interval lies wholly inside its region in 2, wholly "
        "outside in 1, and across the edge in 3. The table below has each."
    )
    assert drawn.rows[1] == ("outside", "41.00", "40.0..42.0", "±6.3", "not reproduced")
    assert asked["heights"] == {False: pytest.approx(1.99), True: pytest.approx(2.44)}
    assert forest.draw(Material([outcome(kind="check")], [], None)) is None


@pytest.mark.parametrize(
    "fields, low, mean, high",
    [
        ({"interval": (22.0, 28.0)}, 2, 5, 5),  # the middle of 20 to 30 lies deepest
        ({"interval": (26.0, 28.0), "ours": 27.0}, 2, 3, 4),
        ({"interval": (22.0, 24.0), "ours": 23.0}, 2, 3, 4),
        ({"interval": (18.0, 33.0), "ours": 26.0}, -3, 4, 5),
        ({"interval": (22.0, 27.0), "upper": None}, 2, 5, 7),
        ({"interval": (22.0, 28.0), "lower": None}, 2, 5, 8),
    ],
)
def test_depth_in_a_region_is_from_its_nearest_edge(outcome, fields, low, mean, high):
    """Of mean and interval; of a region with one edge from that one."""
    (row,) = forest.rows([outcome(**{"lower": 20.0, "upper": 30.0, "ours": 25.0} | fields)])
    assert (row.low, row.mean, row.high) == pytest.approx((low, mean, high))


@pytest.mark.parametrize("other", [{"kind": "question"}, {"interval": None}, {"lower": None, "upper": None}])
def test_only_statements_with_an_interval_and_a_region_have_a_row(outcome, other):
    """In per cent."""
    counts = outcome()
    counts = replace(counts, spec=replace(counts.spec, unit="animals"))
    assert [row.outcome.spec.id for row in forest.rows([outcome("a", **other), counts, outcome("b")])] == ["b"]


def test_curves_are_as_tall_as_their_rows_of_panels(undrawn, monkeypatch):
    """Five in a row on a screen, two on a phone, of 1.7 inches each."""
    asked = undrawn(curves)
    for count, inches in ((1, (1.7, 1.7)), (3, (1.7, 3.4)), (5, (1.7, 5.1)), (6, (3.4, 5.1))):
        one = curves.Curve("lions", "whole", np.arange(2), np.full((1, 2), 0.5))
        monkeypatch.setattr(curves, "curves", lambda _, count=count, one=one: [one] * count)
        curves.draw(None)
        assert tuple(asked["heights"].values()) == pytest.approx(inches)
        assert list(asked["heights"]) == [False, True]
        assert not asked["constrained"]  # it sets its own margins


def test_the_end_of_a_curve_is_its_last_three_points(undrawn, monkeypatch):
    """Its first point over the seeds, and the mean of what is kept of the last steps."""
    undrawn(curves)
    loss = np.array([[0.9, 0.7, 0.6, 0.5, 0.1], [0.7, 0.7, 0.6, 0.5, 0.1]])
    monkeypatch.setattr(curves, "curves", lambda _: [curves.Curve("lions", "whole", np.arange(5), loss)])
    drawn = curves.draw(None)
    assert drawn.rows == [("lions", "whole", "2", "0.800", "0.400")]
    assert drawn.says.startswith("Loss by training step of 1 configurations, each with the line ln 2 = 0.693.")
    assert drawn.says.endswith("Ending within 0.01 of ln 2: none.")


@pytest.mark.parametrize(
    "loss, near",
    [
        ([0.0099] * 4, True),
        ([0.01] * 4, False),
        ([-0.0099] * 4, True),
        ([-0.5] * 4, False),
        ([5, 1, 0.2, -0.1, -0.1], True),  # three points on average, not two or four
    ],
)
def test_a_curve_has_collapsed_within_a_hundredth(undrawn, monkeypatch, loss, near):
    """Of the loss of one point, here put at 0."""
    undrawn(curves)
    monkeypatch.setattr(curves, "LN2", 0.0)
    made = [curves.Curve("lions", "whole", np.arange(len(loss)), np.array([loss]))]
    monkeypatch.setattr(curves, "curves", lambda _: made)
    assert curves.draw(None).says.endswith(f": {'whole on lions' if near else 'none'}.")


def test_a_configuration_is_named_by_what_is_its_own():
    """Not by ten animals a batch, which all have; the backbone where nothing else is."""
    assert curves._words({}, ["MobileNetV2", "animals 10", "steps 3000"]) == "MobileNetV2, steps 3000"
    assert curves._words({}, ["animals 16"]) == "animals 16"
    assert curves._words({"backbone": "ResNet50V2"}, ["animals 10"]) == "ResNet50V2"
    assert curves._words({}, []) == ""


@pytest.mark.parametrize("steps, every", [(3000, 100), (300, 10), (59, 1), (60, 2), (10, 1)])
def test_a_point_of_a_curve_is_a_thirtieth_of_its_steps(tmp_path, monkeypatch, steps, every):
    """As the runs keep them; at least a step."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    monkeypatch.setattr(inputs.Weights, "here", lambda _: False)
    factors, store = dcnn.embed.factors(steps=steps), Store(tmp_path)
    cell = Cell(dcnn.embed.name, dcnn.embed.version, factors, "LionData", "hash", None, 0)
    made = {"machine": "toy-cpu", "time": "2026-01-02T03:04:05Z", "commit": "abc"}
    store.add(Entry(cell, {"map_at_r": 0.5}, details={"curves": {"loss": [0.7, 0.6, 0.5]}}, **made))
    other = Request(dcnn.untrained, "LionData", dcnn.untrained.factors(), range(1))
    (found,) = curves.curves(Material([], [other, Request(dcnn.embed, "LionData", factors, range(1))], store))
    assert found.steps.tolist() == [0, every, 2 * every]


def test_pairs_of_each_data_set_have_their_row(undrawn, monkeypatch):
    """Mean by the middles of the parts, and what lies in the upper half is answered same; the lions come first."""
    asked = undrawn(pairs)
    shares = {
        "histograms": {"one": np.array([50.0, 30.0, 20.0]), "two": np.array([100.0, 0.0, 0.0])},
        "histograms@train": {"one": np.array([0.0, 0.0, 0.0, 100.0]), "two": np.array([25.0, 25.0, 25.0, 25.0])},
    }
    monkeypatch.setattr(pairs, "pairs", lambda _: [pairs.Pairs("cattle", 3, shares)] * 2)
    drawn = pairs.draw(None)
    assert drawn.rows[:4] == [
        ("cattle", "test pairs", "one animal", "3", "0.400", "50.00"),
        ("cattle", "test pairs", "two animals", "3", "0.167", "0.00"),
        ("cattle", "pairs trained on", "one animal", "3", "0.875", "100.00"),
        ("cattle", "pairs trained on", "two animals", "3", "0.500", "50.00"),
    ]
    assert drawn.says == (
        "Histograms of P(same) by pair. Mean over the test pairs of one animal and of two: "
        "cattle 0.400 and 0.167; cattle 0.400 and 0.167."
    )
    assert asked["heights"] == {False: 4.4, True: pytest.approx(7.2)}


def test_pair_scores_are_those_of_the_model_as_it_is(tmp_path, monkeypatch):
    """Not of another encoding, another experiment or later seeds; a share is the mean of each seed's own."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    store, asked = Store(tmp_path), []

    def keep(experiment, data, counts, first=0, **factors):
        factors = experiment.factors(**factors)
        for seed, (one, two) in enumerate(counts, first):
            cell = Cell(experiment.name, experiment.version, factors, data, "hash", None, seed)
            details = {key: {"one": one, "two": two} for key in pairs.PARTS}
            made = {"machine": "toy-cpu", "time": "2026-01-02T03:04:05Z", "commit": "abc"}
            store.add(Entry(cell, {"auc": 0.5}, details=details, **made))
        asked.append(Request(experiment, data, factors, range(first, first + len(counts))))

    keep(wide.pairs, "OpenCows2020-barn", [([1, 3], [8, 0])])
    keep(wide.pairs, "LionData", [([1, 3], [10, 0]), ([100, 0], [3, 1])])
    keep(wide.pairs, "LionData", [([9, 1], [9, 1])], encoding="concatenation")
    keep(wide.pairs, "LionData", [([9, 1], [9, 1])], first=5)
    keep(counting, "LionData", [([9, 1], [9, 1])])
    found = pairs.pairs(Material([], asked, store))
    assert [(one.data, one.seeds) for one in found] == [("LionData", 2), ("OpenCows2020-barn", 1)]
    shares = found[0].shares["histograms@train"]
    np.testing.assert_allclose([shares["one"], shares["two"]], [[62.5, 37.5], [87.5, 12.5]])


def test_readings_are_told_by_row_and_lions(undrawn, monkeypatch):
    """Each that was measured against the printed row; half as tall again on a phone; nothing without the table."""
    asked, said = undrawn(readings), []
    scores = {("64", "75"): Score((0.9, 0.94), 0.4), ("32", "19"): Score((5.0, 6.0), 0.4)}
    made = [Reading("whole", scores, None), Reading("frozen", {("64", "19"): Score((45.0, 46.0), 0.4)}, None)]
    rows = {"64": Printed(0.93, Region(0.74, 1.12), 14)}
    monkeypatch.setattr(readings, "collect", lambda _: made)
    monkeypatch.setattr(readings, "printed", lambda _: rows)
    monkeypatch.setattr(readings, "papers_point", lambda figures: (40.0, float(figures["III.64"])))
    monkeypatch.setattr(readings, "alternative", lambda *told: said.append(told) or "in words")
    monkeypatch.setattr(readings, "height", lambda found, weighed: 5.0 + len(weighed))
    monkeypatch.setattr(readings, "measure", lambda *_: ["a yardstick"])
    figures = [
        SimpleNamespace(spec=SimpleNamespace(statement=name, printed=one), values=(), paper=one)
        for name, one in (("II.64", "47.8"), ("I.untrained", "26.74"), ("III.64", "0.93"), ("III.none", ""))
    ]
    drawn = readings.draw(Material(figures, [], None))
    assert drawn.rows == [
        ("whole", "64", "75", "0.92", scores["64", "75"].against(rows["64"])),
        ("frozen", "64", "19", "45.50", made[1].scores["64", "19"].against(rows["64"])),
    ]
    assert (said[-1], asked["heights"]) == ((made, rows, (40.0, 0.93), []), {False: 5.0, True: 7.5})
    monkeypatch.setattr(readings, "digits_of", lambda _: {})
    assert readings.draw(Material(figures, [], None, Path("claims")))
    assert (said[-1][3], asked["heights"]) == (["a yardstick"], {False: 6.0, True: 9.0})
    assert readings.draw(Material(figures[1:], [], None)) is None  # what Table II prints is no claim
    for name, nothing in (("collect", []), ("printed", {})):
        with monkeypatch.context() as patch:
            patch.setattr(readings, name, lambda _, nothing=nothing: nothing)
            assert readings.draw(Material(figures, [], None)) is None
