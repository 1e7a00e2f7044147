"""The lions' figure: which rows the record gives it, in which order, under which names, and what its table says."""

from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from reproduce.experiments import dcnn, mlp, wide
from reproduce.experiments.unlearned import baselines
from reproduce.record import Cell, Entry, Store
from reproduce.report.drawing import COLOURS, Material
from reproduce.report.figures import lions
from reproduce.running import inputs
from reproduce.running.request import Request
from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.judging.scatter import Herd


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty record, judged without data at hand."""
    monkeypatch.setattr(inputs.Data, "here", lambda _: False)
    return Store(tmp_path)


def keep(store, experiment, scores, data="LionData", seeds=1, **factors):
    """Keep the same scores of so many seeds, and return the request for them."""
    factors = experiment.factors(**factors)
    for seed in range(seeds):
        cell = Cell(experiment.name, experiment.version, factors, data, "hash", None, seed)
        store.add(Entry(cell, scores, machine="toy-cpu", seconds=1.0, time="2026-01-02T03:04:05Z", commit="abc"))
    return Request(experiment, data, factors, range(seeds))


def test_rows_come_by_method_and_the_plainest_first(store):
    """Of lions alone, what learned nothing before what did; of one method the fewest words first, then by name."""
    one = {"map_at_r": 0.05}
    asked = [
        keep(store, mlp.train, one),  # no method of the figure
        keep(store, dcnn.untrained, one, size=96, pooling="gem"),
        keep(store, dcnn.untrained, one, pooling="gem"),
        keep(store, dcnn.untrained, one),
        keep(store, baselines.pixels, one, normalise=True),
        keep(store, baselines.pixels, one, data="OpenCows2020-barn"),
        keep(store, dcnn.embed, one, trained_on="all"),
        Request(baselines.constant, "LionData"),
        Request(baselines.histogram, "LionData"),  # asked for, and not in the record
    ]
    found = lions.rows(asked, store)
    assert [(row.label, row.learned) for row in found] == [
        ("pixels L2-normalised", False),
        ("ImageNet features", False),
        ("ImageNet features gem", False),
        ("ImageNet features gem size 96", False),
        ("trained DCNN trained on all", True),
    ]
    assert all(list(row.samples) == [""] and row.samples[""].values == (5.0,) for row in found)


def test_what_is_scored_without_the_photograph_stands_beside_its_twin(store):
    """A request that differs in the photograph alone, or the run's own scores "/apart"; never a row of its own."""
    asked = [
        keep(store, baselines.histogram, {"map_at_r": 0.14, "map_at_r@all": 0.04}, same_photo=False),
        keep(store, baselines.histogram, {"map_at_r": 0.09}, same_photo=False, bins=4),
        keep(store, baselines.histogram, {"map_at_r": 0.18, "map_at_r/apart": 0.5}),
        keep(store, baselines.histogram, {"map_at_r": 0.17}, bins=16),
        keep(store, baselines.pixels, {"map_at_r": 0.05, "map_at_r/apart": 0.03, "map_at_r@train": 0.02}),
    ]
    found = {row.label: row for row in lions.rows(asked, store)}
    assert list(found) == ["pixels", "colour histogram", "colour histogram bins 16"]
    apart = {label: {name: one.mean for name, one in row.apart.items()} for label, row in found.items()}
    assert apart == {
        "pixels": {"": 3.0},
        "colour histogram": {"": pytest.approx(14), "@all": 4.0},
        "colour histogram bins 16": {},
    }
    assert list(found["pixels"].samples) == ["", "@train"]


def test_twins_differ_in_the_photograph_alone():
    """In whatever order their factors were said; not in another factor, nor in the seeds they begin with."""
    one = Request(dcnn.embed, "LionData", dcnn.embed.factors(), range(3))
    turned = dict(reversed(dcnn.embed.factors(same_photo=False).items()))
    twin = replace(one, factors=turned)
    assert lions._same(one) == lions._same(twin)
    assert lions._same(one) != lions._same(replace(twin, factors=turned | {"dim": 32}))
    assert lions._same(one) != lions._same(replace(twin, seeds=range(3, 6)))


def test_a_set_is_shown_that_every_seed_has_scored(store):
    """Of seeds that were kept before a set was scored nothing is shown of it."""
    asked = keep(store, baselines.untrained, {"map_at_r": 0.05, "map_at_r@all": 0.01}, seeds=2)
    cell = Cell(baselines.untrained.name, 1, asked.factors, "LionData", "hash", None, 2)
    made = {"machine": "toy-cpu", "seconds": 1.0, "time": "2026-01-02T03:04:05Z", "commit": "abc"}
    store.add(Entry(cell, {"map_at_r": 0.08}, **made))
    (row,) = lions.rows([Request(asked.experiment, "LionData", asked.factors, range(3))], store)
    assert {name: one.values for name, one in row.samples.items()} == {"": (5.0, 5.0, 8.0)}


@pytest.mark.parametrize(
    "experiment, factors, words",
    [
        (dcnn.embed, {}, []),
        (dcnn.embed, {"weights": "none"}, ["random"]),
        (dcnn.embed, {"backbone": "MobileNetV2", "weights": "mobilenetv2"}, ["MobileNetV2"]),
        (dcnn.embed, {"trainable": "full", "augment": True, "steps": 3000}, ["augmented", "steps 3000", "full"]),
        (dcnn.embed, {"trained_on": "all", "learning_rate": 1e-4}, ["rate 0.0001", "trained on all"]),
        (dcnn.embed, {"flip": False, "shuffled": True}, ["flip false", "labels shuffled"]),
        (mlp.embed, {"hidden": (64, 32)}, ["hidden 64x32"]),
        (mlp.embed, {"hidden": [16]}, ["hidden 16"]),
        (wide.lnbnn, {"everywhere": True}, ["in each set"]),
    ],
)
def test_factors_that_are_no_defaults_are_said_in_words(experiment, factors, words):
    """A switch by its word, a name by itself, a number behind its factor; weights go with the backbone."""
    assert lions.chosen(Request(experiment, "LionData", experiment.factors(**factors))) == words


def test_the_table_says_mean_and_interval(monkeypatch, undrawn):
    """By method, each set and the 19 without the photograph; no interval of one seed."""
    seeds, same = Sample((4.0, 6.0), (0, 1)), Sample((5.0, 5.0), (0, 1))
    made = [
        lions.Row("pixels", False, {"": Sample((5.0,), (0,), random=False), "@all": same}, {}),
        lions.Row("trained MLP", True, {"@train": seeds}, {"": seeds, "@all": same}),
    ]
    asked = undrawn(lions)
    monkeypatch.setattr(lions, "rows", lambda *_: made)
    drawn = lions.draw(Material([], [], None))
    # Of two seeds that are two apart Student's t at one degree of freedom is 6.31: five and 6.31 on either side.
    assert drawn.rows == [
        ("pixels", "5.00", "", "5.00 (5.00 to 5.00)", ""),
        ("trained MLP", "", "5.00 (-1.31 to 11.31)", "", "5.00 (-1.31 to 11.31)"),
    ]
    assert drawn.head == ("method", *lions.SETS.values(), "19, photograph out")
    assert (drawn.wide, drawn.narrow, drawn.says) == ("wide", "narrow", asked["says"])
    # A line has 0.27 inches on a screen; on a phone 0.24 in each of three panels.
    assert asked["heights"] == {False: pytest.approx(1.45 + 0.54), True: pytest.approx(3 * (0.7 + 0.48))}
    monkeypatch.setattr(lions, "rows", lambda *_: [])
    assert lions.draw(Material([], [], None)) is None


def test_an_interval_is_over_animals_too_where_they_were_left_out():
    """The last of the estimates, which covers both sources of scatter."""
    seeds = Sample((4.0, 6.0, 5.0), (0, 1, 2))
    animals = replace(seeds, herds=(Herd("lions", (("Kio", "Bo", "Ra"),) * 3, ((3.0, 5.0, 9.0),) * 3),))
    by_seeds, by_both = (estimate.interval() for estimate in animals.estimates().values())
    assert lions._interval(seeds) == by_seeds
    assert lions._interval(animals) == by_both != by_seeds


def test_marks_tell_what_learned_from_what_did_not():
    """By marker and colour; hollow where the photograph is left out."""
    one = Sample((5.0,), (0,), random=False)
    axes = Figure().subplots()
    rows = [lions.Row("pixels", False, {"": one}, {"": one}), lions.Row("trained MLP", True, {"": one}, {"": one})]
    lions._panel(axes, rows, "", "19 lions")
    marks = {
        round(float(line.get_ydata()[0]), 1): (line.get_marker(), line.get_color(), line.get_markerfacecolor())
        for line in axes.lines
        if line.get_markersize() == 5.5 and len(line.get_ydata())
    }
    plain, learned, paper = COLOURS["accent"], COLOURS["holds"], COLOURS["paper"]
    assert marks == {
        0.0: ("o", plain, plain), 0.3: ("o", plain, paper), 1.0: ("D", learned, learned), 1.3: ("D", learned, paper),
    }  # fmt: skip


def test_a_bar_begins_within_the_drawing():
    """No logarithm of what is not above 0: an interval that reaches there is drawn from 0.05 on; seeds as points."""
    bars, points = [], []

    class Panel:
        def hlines(self, places, lows, highs, **_):
            bars.append((places, lows, highs))

        def plot(self, xs, ys, *_, **__):
            points.append(list(zip(xs, ys, strict=True)))

    low, high = lions._interval(Sample((4.0, 6.0), (0, 1)))
    assert low < 0
    lions._marks(Panel(), [(2, Sample((4.0, 6.0), (0, 1))), (3, Sample((5.0,), (0,)))], lions.LOOKS[True])
    assert bars == [([2], [0.05], [high])]
    assert points == [[(4.0, 2), (6.0, 2)], [(5.0, 2), (5.0, 3)]]  # one seed is its own mean
