"""What stands beside a claim on the page is that claim's: its evidence, its answer in the table, the chance drawn."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from reproduce.experiments.unlearned import baselines, cues
from reproduce.record import Cell, Entry, Store
from reproduce.report import page
from reproduce.report.drawing import Material
from reproduce.report.figures import constant, lions
from reproduce.report.matrix import Cell as Answered
from reproduce.report.matrix import columns, matrix
from reproduce.running import inputs
from reproduce.running.request import Request
from reproduce.verdicts.files.lines import Folded, Line
from reproduce.verdicts.files.settings import Setting
from reproduce.verdicts.judging.sample import Sample

SUITE = '''
"""Table X: a toy."""
import pytest
from reproduce.experiments.unlearned import baselines, cues
from reproduce.verdicts import judged_in, statement

@statement("X.{row}", at="Table X", unit="MAP@R %")
@judged_in("paper", "small")
@pytest.mark.parametrize("row", ["edges", "pixels"])
def test_toy(claim, setting, row):
    """The toy {row} scores at least 1."""
    measured = {"edges": cues.edges, "pixels": baselines.pixels}[row]
    claim.at_least(claim(measured, setting.herd, score="map_at_r", size=setting.size), 1, because="a toy")
'''
SETTINGS = """
[paper]
stands_for = "the paper's own"
herd = "LionData"
size = 64

[small]
stands_for = "small images"
differs = ["reading"]
where = "small"
herd = "LionData"
size = 32
"""
#: By id: what is measured, with which factors, and the command that measures it.
ROWS = {
    "X.edges": (cues.edges, {}, "reproduce run cues.edges --data LionData"),
    "X.pixels": (baselines.pixels, {}, "reproduce run baselines.pixels --data LionData"),
    "X.edges@small": (cues.edges, {"size": 32}, "reproduce run cues.edges --data LionData --factor size=32"),
    "X.pixels@small": (
        baselines.pixels,
        {"size": 32},
        "reproduce run baselines.pixels --data LionData --factor size=32",
    ),
}


def entry(experiment, scores, commit="abc", seed=0, **factors):
    """A kept result of the lions."""
    cell = Cell(experiment.name, experiment.version, experiment.factors(**factors), "LionData", "hash", None, seed)
    return Entry(cell, scores, machine="toy-cpu", seconds=1.0, time="2026-01-02T03:04:05Z", commit=commit)


@pytest.fixture
def collected(folder, monkeypatch):
    """The page's parts of four claims: two rows, each in two settings; every result has a commit of its own."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    (folder / "test_report_toy.py").write_text(SUITE)
    (folder / "settings.toml").write_text(SETTINGS)
    (folder / "paper.toml").write_text(
        '["X.edges"]\nat = "Table X"\n["X.pixels"]\nat = "Table X"\n["X.none"]\nat = "II"\n'
    )
    store = Store(folder / "record")
    for name, (experiment, factors, _) in ROWS.items():
        store.add(entry(experiment, {"map_at_r": 0.5, "chance": 0.1}, commit=name, **factors))
    return page.collect(folder)


def test_each_claim_has_its_own_evidence(collected):
    """Result, command, test and code of its own row in its own setting, in the parts and on the page."""
    found, parts = collected
    assert sorted(one.spec.id for one in found.outcomes) == sorted(ROWS) == sorted(parts.evidence)
    pages = page.render(found.outcomes, {"time": "", "commit": "", "data": {}}, parts)
    for name, (_, _, command) in ROWS.items():
        row, _, where = name.removeprefix("X.").partition("@")
        own = parts.evidence[name]
        assert own.made_of.commits == (name,)
        assert own.measure == (command,)
        assert {row, where or "paper"} == set(own.origin.node.partition("[")[2].rstrip("]").split("-"))
        (whole,) = (text for text in pages.values() if f'id="{name}"' in text)
        shown = whole[whole.index(f'id="{name}"') :]
        assert f">{command}<" in shown[: shown.find('id="X.', 5)]


def test_the_paper_s_lines_are_on_the_page(collected):
    """One row for each with its own claim, counted in the bars; photographs are told of, since lions are asked for."""
    _, parts = collected
    assert [(row.id, row.first) for row in parts.matrix] == [
        ("X.edges", "X.edges"), ("X.pixels", "X.pixels"), ("X.none", ""),
    ]  # fmt: skip
    assert [(name, count.total()) for name, count in parts.bars] == [("own data", 2), ("substitutes", 1)]
    assert (parts.headlines, parts.dots, parts.lead) == ([], None, "")
    assert "LionData states no licence" in parts.pictures.why_not


#: A claim of no lions, in a folder of its own.
WAITS = '''
"""Table X: a toy."""
import pytest

@pytest.mark.claim("X.waits", at="Table X")
def test_waits(claim):
    """The toy waits."""
    claim.waits("a toy that nobody built")
'''


def test_a_page_of_another_paper_has_what_its_folder_has(folder):
    """No lions are asked for, so no photographs are told of; without a file of lines no bars, without rows no dots."""
    (folder / "test_report_toy.py").write_text(WAITS)
    _, parts = page.collect(folder)
    assert (parts.pictures, parts.bars, parts.dots, parts.matrix) == (None, [], None, [])


def test_dots_are_drawn_where_the_folder_has_rows(folder):
    """Of what the paper prints, though nothing is measured."""
    (folder / "test_report_toy.py").write_text(WAITS)
    (folder / "paper.toml").write_text('["X.waits"]\nat = "Table X"\nfigure = "26.74"\n')
    (folder / "headlines.toml").write_text('[dots]\nrows = [{ says = "as printed", printed = ["X.waits"] }]\n')
    assert "as printed 26.74" in page.collect(folder)[1].dots.says


def test_an_answer_stands_in_its_own_column(outcome):
    """The line's own claims under own data, each other setting's under its own; none where no claim is."""
    settings = {
        name: Setting(name, stands_for, values={"column": name})
        for name, stands_for in (("paper", "the paper's own"), ("cows", "cows in a barn"), ("net", "another network"))
    }
    line = Line("X.1", "Table X", sentence="The toy holds.", printed="26.74")
    own = outcome("X.1", setting="paper", verdict="not reproduced")
    other = outcome("X.1@cows", setting="cows", fidelity="proxy", proxy="on cows")
    rest = outcome("X.2@net", setting="net", fidelity="proxy", proxy="with another", verdict="inconclusive")
    folded = [Folded(line, (own,), (other,)), Folded(Line("X.2", "Table X", sentence="Two."), (), (rest,))]
    across = columns(folded, settings)
    assert [list(one.settings) for one in across] == [["paper"], ["cows"], ["net"]]
    assert across[1].settings == {"cows": "cows in a barn"}
    first, second = matrix(folded, across, settings)
    assert [cell and cell.claim for cell in first.cells] == ["X.1", "X.1@cows", None]
    assert [cell and cell.claim for cell in second.cells] == [None, None, "X.2@net"]
    assert (first.first, second.first) == ("X.1", "X.2@net")
    assert (first.sentence, first.printed) == ("The toy holds", "26.74")
    assert isinstance(first.cells[0], Answered)
    assert first.cells[0].says.endswith(": not reproduced")
    assert first.cells[1].says.endswith(": supported")


def test_several_claims_of_a_line_are_counted_in_its_cell(outcome):
    """By their words, the most frequent first; the cell leads to the first of them."""
    own = [
        outcome(f"X.{number}", verdict=verdict) for number, verdict in enumerate(("inconclusive", *["reproduced"] * 2))
    ]
    for claims, says in ((own, "2 reproduced, 1 inconclusive"), (own[1:], "2 reproduced"), (own[:1], "inconclusive")):
        folded = [Folded(Line("X", "Table X", sentence="The toy holds."), tuple(claims), ())]
        (row,) = matrix(folded, columns(folded, {}), {})
        assert (row.cells[0].says, row.first) == (f"own data: {says}", claims[0].spec.id)
    both = [outcome("X.1"), outcome("X.2", verdict="not reproduced")]
    folded = [Folded(Line("X", "Table X", sentence="The toy holds."), tuple(both), ())]
    assert matrix(folded, columns(folded, {}), {})[0].cells[0].says == "own data: 1 reproduced, 1 not reproduced"


def drawn(lines, suffix):
    """The panel of one set of lions."""
    axes = Figure().subplots()
    lions._panel(axes, lines, suffix, lions.SETS[suffix])
    return axes


def test_the_chance_drawn_is_that_of_the_set(tmp_path, monkeypatch):
    """A dashed line at the chance of the lions that the panel shows, which its title says; none where none is kept."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    chances = dict(zip(lions.SETS, (0.0186, 0.0044, 0.0035), strict=True))
    scores = {f"map_at_r{suffix}": 0.05 for suffix in lions.SETS}
    store = Store(tmp_path)
    store.add(entry(baselines.pixels, scores | {f"chance{suffix}": x for suffix, x in chances.items()}))
    store.add(entry(baselines.histogram, scores))
    asked = [Request(one, "LionData", one.factors(), range(1)) for one in (baselines.pixels, baselines.histogram)]
    found = lions.rows(asked, store)
    assert [one.label for one in found] == ["pixels", "colour histogram"]
    for suffix, chance in chances.items():
        panel = drawn(found, suffix)
        dashed = [line.get_xdata()[0] for line in panel.lines if line.get_linestyle() == "--"]
        assert dashed == pytest.approx([100 * chance])
        assert panel.get_title(loc="right") == f"{lions.SETS[suffix]} (chance {100 * chance:.2f})"
        without = drawn(found[1:], suffix)
        assert not [line for line in without.lines if line.get_linestyle() == "--"]
        assert without.get_title(loc="right") == lions.SETS[suffix]


@pytest.mark.parametrize("narrow", [False, True])
def test_every_row_has_its_whole_name(narrow):
    """On a screen in the margin, on a phone above its line in each panel: names that begin alike are told apart."""
    names = [f"trained DCNN MobileNetV2 learning rate 0.0001 size {side} full" for side in (64, 96)]
    made = [lions.Row(name, True, {suffix: Sample((1.0, 2.0), (0, 1)) for suffix in lions.SETS}) for name in names]
    picture = Figure()
    lions._paint(made, picture, narrow)
    for panel in picture.axes:
        above = [text.get_text() for text in panel.texts if text.get_text() in names]
        assert above == (names if narrow else [])
    assert [one.get_text() for one in picture.axes[0].get_yticklabels()] == ([] if narrow else names)


def test_a_row_s_marks_lie_where_it_scores(tmp_path, monkeypatch):
    """The mean at the row's height, and hollow a little below it the same without the photograph."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    store = Store(tmp_path)
    made = {"map_at_r": 0.18, "map_at_r@train": 0.08, "map_at_r/apart": 0.14, "chance": 0.02, "chance@train": 0.01}
    store.add(entry(baselines.pixels, {"map_at_r": 0.05}))
    store.add(entry(baselines.histogram, made))
    asked = [Request(one, "LionData", one.factors(), range(1)) for one in (baselines.pixels, baselines.histogram)]
    marks = {}
    for suffix in lions.SETS:
        lines = drawn(lions.rows(asked, store), suffix).lines
        means = [line for line in lines if line.get_markersize() == 5.5]  # seeds are small points
        marks[suffix] = [(*point,) for line in means for point in line.get_xydata().round(2)]
    assert marks == {"": [(5.0, 0.0), (18.0, 1.0), (14.0, 1.3)], "@train": [(8.0, 1.0)], "@all": []}


def test_seeds_are_faint_points_beside_their_mean(tmp_path, monkeypatch):
    """Of what is scored with the photograph; the hollow mark has none."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    store = Store(tmp_path)
    for seed, score in enumerate((0.04, 0.06)):
        store.add(entry(baselines.untrained, {"map_at_r": score, "map_at_r/apart": score / 2}, seed=seed))
    found = lions.rows([Request(baselines.untrained, "LionData", baselines.untrained.factors(), range(2))], store)
    lines = drawn(found, "").lines
    assert [(*at,) for one in lines if one.get_markersize() < 5 for at in one.get_xydata().round(2)] == [(4, 0), (6, 0)]
    assert [(*at,) for one in lines if one.get_markersize() == 5.5 for at in one.get_xydata().round(2)] == [
        (5, 0), (2.5, 0.3),
    ]  # fmt: skip


def test_the_constant_answer_is_counted_over_all_draws(outcome, undrawn, monkeypatch):
    """Shares of all draws that lie within the picture; without the printed figure there is none."""
    asked = undrawn(constant)
    drawn = constant.draw(Material([outcome("W.accuracy", printed="80.82")], [], None))
    figures = dict(drawn.rows)
    assert figures["draws of nine of the 89 animals"] == "635,627,275,767"
    assert figures["mean accuracy, %"] == "80.78"
    assert [figures[what] for what in ("5 % of draws below", "half below", "95 % below")] == ["72.23", "81.20", "87.34"]
    assert figures["draws that give 80.82 % or more, %"] == "53.1"
    assert "mean 80.78 %, 5 to 95 % 72.23 to 87.34; the printed 80.82 % is reached in 5" in drawn.says
    assert figures["draws below 60 %, not drawn, %"] == "0.08"
    assert asked["heights"] == {False: 3.2, True: 3.0}
    *_, mean, ends, printed = asked["paint"].args
    assert (mean, *ends) == pytest.approx((80.78, 72.23, 87.34), abs=0.005)
    assert printed == "80.82"
    monkeypatch.setattr(constant, "LOW", 80.0)
    drawn = constant.draw(Material([outcome("W.accuracy", printed="75")], [], None))
    assert drawn.rows[-2:] == [("draws that give 75 % or more, %", "88.4"), ("draws below 80 %, not drawn, %", "40.41")]
    assert constant.draw(Material([outcome("W.other", printed="80.82")], [], None)) is None


def test_the_histogram_of_the_constant_answer_adds_up():
    """Edges in per cent; the share of draws in each part, in per cent of all draws."""
    from reproduce.metrics.constant import constant_accuracy_distribution

    edges, share = constant.histogram(constant_accuracy_distribution([2, 3, 4, 5, 6], 3))
    assert (edges[0], edges[-1], len(edges), len(share)) == (60.0, 96.0, 145, 144)
    assert share.sum() == pytest.approx(100)
    # Ten draws of three; 2, 3 and 4 images: 26 of 36 pairs are of two animals.
    assert share[np.searchsorted(edges, 100 * 26 / 36) - 1] > 9.99
