"""``reproduce report`` from claims to page, with a record and without."""

import pytest
from typer.testing import CliRunner

from reproduce import cli
from reproduce.errors import RecordError, ReproduceError
from reproduce.experiments import dcnn
from reproduce.experiments.unlearned import baselines
from reproduce.record import Store
from reproduce.record.schema import Cell, Entry
from reproduce.report.drawing import Material
from reproduce.report.evidence import provenance
from reproduce.report.figures import lions
from reproduce.running import inputs
from reproduce.running.request import Request


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty record, whose lions are not here."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    return Store(tmp_path)


def report(*arguments):
    """What the command prints; it must succeed."""
    done = CliRunner().invoke(cli.app, ["report", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def scores(value):
    """What an experiment of the lions gives, in part."""
    return {f"{name}{suffix}": value for name in ("map_at_r", "chance") for suffix in lions.SETS}


def entry(experiment, value, seed=0):
    """A kept result on the lions."""
    cell = Cell(experiment.name, experiment.version, experiment.factors(), "LionData", "hash", None, seed)
    return Entry(cell, scores(value), machine="toy-cpu", seconds=1.0, time="2026-01-02T03:04:05Z", commit="abc")


def test_without_a_record_every_claim_is_on_the_page_and_not_run(folder):
    """No record, no data: the page is written; what could not be judged says what it waits for or how it broke."""
    said = report("--output", "out")
    page = (folder.parent / "out" / "index.html").read_text()
    assert "3 claims\n  3 tests of the paper's statements: 2 not run, 1 error" in said
    for words in ("I.toy", "I.waits", "I.broken", "a toy that nobody built", "the toy broke", "LionData is not here"):
        assert words in page, words
    assert "a toy &lt;b&gt;bound" in page


def test_a_record_is_judged_and_drawn(folder, monkeypatch):
    """What the record holds gives verdict, figure and provenance; without the data."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    Store(folder / "record").add(entry(baselines.constant, 0.0186))
    assert "1 reproduced" in report()
    page = (folder.parent / "report" / "index.html").read_text()
    for words in ("1.86", "≥ 0.93", "1 result,", "toy-cpu", "2026-01-02"):
        assert words in page, words


def test_a_damaged_record_is_one_error(folder):
    """A record file that was edited by hand ends the command with one line that names it, and no page."""
    store = Store(folder / "record")
    store.add(entry(baselines.constant, 0.0186))
    path = store.path(baselines.constant.name)
    path.write_text(path.read_text().replace("0.0186", "0.0286"))
    with pytest.raises(RecordError, match=r"baselines\.constant\.json"):
        report()
    assert not (folder.parent / "report").exists()


@pytest.mark.parametrize("where", ["nowhere", "blocked"])
def test_errors_are_one_line(folder, where):
    """No claims there, or an output that cannot be a folder: one line, no traceback of ours."""
    (folder.parent / "blocked").write_text("a file")
    arguments = {"nowhere": ["--claims", "nowhere"], "blocked": ["--output", "blocked"]}[where]
    with pytest.raises(ReproduceError, match=where) as caught:
        report(*arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("arguments", [("report", "--claims"), ("claims", "list")])
def test_a_folder_without_claims_is_one_line(folder, arguments):
    """An empty folder, or one of other tests: neither an empty page nor nothing at all."""
    other = folder.parent / "other"
    other.mkdir()
    (other / "test_other.py").write_text("def test_no_claim():\n    pass\n")
    with pytest.raises(ReproduceError, match=r"other holds no claims.*project's root") as caught:
        CliRunner().invoke(cli.app, [*arguments, "other"], catch_exceptions=False)
    assert "\n" not in str(caught.value)
    assert not (folder.parent / "report").exists()


def test_the_figure_shows_what_the_record_holds(store):
    """A row per complete experiment, in per cent; one without a record, or with seeds missing, is left out."""
    store.add_all([entry(baselines.pixels, 0.05), *(entry(baselines.untrained, 0.04 + s / 100, s) for s in range(13))])
    requests = [
        Request(one, "LionData", one.factors(), range(seeds))
        for one, seeds in [(baselines.histogram, 1), (baselines.pixels, 1), (baselines.untrained, 14)]
    ]
    (row,) = lions.rows(requests, store)
    assert row.label == "pixels"
    assert row.samples["@train"].values == pytest.approx((5.0,))
    store.add(entry(baselines.untrained, 0.2, 13))
    assert [row.label for row in lions.rows(requests, store)] == ["pixels", "untrained layer"]
    assert provenance(store).results == 15


def test_a_row_shows_itself_without_the_photograph(store):
    """The same factors with the query's photograph left out are no row of their own; a set may be wanting."""
    whole, apart = (baselines.histogram.factors(same_photo=same) for same in (True, False))
    for factors, value in ((whole, 0.18), (apart, 0.14)):
        cell = Cell(baselines.histogram.name, baselines.histogram.version, factors, "LionData", "hash", None, 0)
        made = {"machine": "toy-cpu", "seconds": 1.0, "time": "2026-01-02T03:04:05Z", "commit": "abc"}
        store.add(Entry(cell, {"map_at_r": value, "chance": 0.02}, **made))
    requests = [Request(baselines.histogram, "LionData", factors, range(1)) for factors in (whole, apart)]
    (row,) = lions.rows(requests, store)
    assert (list(row.samples), list(row.apart)) == ([""], [""])
    drawn = lions.draw(Material([], requests, store))
    assert drawn.rows == [("colour histogram", "18.00", "", "", "14.00")]


def test_the_figure_is_svg_that_refers_to_nothing(store):
    """The figure starts as an svg element, names its rows as text, and holds no address; an empty one is ""."""
    store.add(entry(baselines.pixels, 0.05))
    request = Request(baselines.pixels, "LionData", baselines.pixels.factors(), range(1))
    drawn = lions.draw(Material([], [request], store))
    for picture in (drawn.wide, drawn.narrow):
        assert picture.startswith("<svg")
        assert picture.endswith("</svg>")
        assert "pixels" in picture
        assert "http" not in picture
    assert drawn == lions.draw(Material([], [request], store))
    assert lions.draw(Material([], [], store)) is None


def test_the_figure_bears_seeds_that_agree(store):
    """A model that finds every lion under every seed is drawn without an interval, instead of ending the page."""
    store.add_all(entry(baselines.untrained, 1.0, seed) for seed in range(14))
    request = Request(baselines.untrained, "LionData", baselines.untrained.factors(), range(14))
    assert "untrained layer" in lions.draw(Material([], [request], store)).wide


def test_a_row_says_when_its_weights_are_random():
    """A backbone of random weights is not named as if it were pretrained."""
    factors = {"backbone": "MobileNetV2", "size": 96}
    requests = [
        Request(dcnn.embed, "LionData", dcnn.embed.factors(**factors, weights=weights), range(14))
        for weights in ("mobilenetv2", "none")
    ]
    assert [" ".join(lions.chosen(request)) for request in requests] == [
        "MobileNetV2 size 96",
        "random MobileNetV2 size 96",
    ]


def test_what_no_seed_moves_is_drawn_without_an_interval_over_seeds(store):
    """A method of which the seed chooses nothing has its figure in the table, however many seeds are kept."""
    store.add_all(entry(baselines.untrained, 0.25, seed) for seed in range(5))
    request = Request(baselines.untrained, "LionData", baselines.untrained.factors(), range(5))
    (row,) = lions.rows([request], store)
    assert lions._written(row.samples[""]).startswith("25.00")
