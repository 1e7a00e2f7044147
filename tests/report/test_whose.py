"""What stands beside a figure is its own: the setting's evidence, the set's chance, the side of a drawing."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from reproduce.animals.page import scored
from reproduce.datasets import Catalogue
from reproduce.experiments.unlearned import baselines
from reproduce.record import Cell, Entry
from reproduce.report.evidence import gather
from reproduce.report.figures import sides
from reproduce.running.request import Request
from reproduce.verdicts.plugin.answers import beside, compose
from reproduce.verdicts.plugin.collect import Origin


@pytest.mark.parametrize(
    "score, others",
    [
        ("map_at_r", ("chance", "precision_at_1")),
        ("map_at_r/query", ("chance/query", "precision_at_1")),
        ("map_at_r@train", ("chance@train", "precision_at_1@train")),
        ("map_at_r/query@all", ("chance/query@all", "precision_at_1@all")),
        ("accuracy", ("chance_accuracy",)),
        ("auc@train", ("chance_auc@train",)),
    ],
)
def test_chance_is_that_of_the_score_s_own_set_and_average(score, others):
    """Beside a score of the 75 stands the chance of the 75; as the sample takes it, too."""
    assert beside(score) == others
    kept = ("chance", "chance@train", "chance/query", "chance/query@all", "chance_accuracy", "chance_auc@train")
    scores = {score: 0.5, **{name: 0.01 * at for at, name in enumerate(kept, 1)}}
    cell = Cell("baselines.pixels", 1, baselines.pixels.factors(), "LionData", "d" * 64, None, 0)
    sample = compose(Request(baselines.pixels, "LionData"), [Entry(cell, scores)], score, "", "")
    assert sample.chance == scores[others[0]]


def test_evidence_is_of_what_the_claim_asks_for_and_of_nothing_else(outcome):
    """Results, machines, days and commands of its own setting, though the record has another's."""
    requests = [Request(baselines.pixels, name) for name in ("LionData", "OpenCows2020-barn")]

    def entries(request, commit):
        cell = Cell("baselines.pixels", 1, request.factors, request.data, "d" * 64, None, 0)
        return [Entry(cell, {"map_at_r": 0.5}, commit=commit, seconds=2.0, time="2026-01-02T00:00:00Z")] * 3

    class Kept:
        def kept(self, request):
            return entries(request, request.data), ""

    found = gather(outcome(), Origin(requests=(requests[1],), node="claims/test_a.py::test_b[x y]"), Kept())
    assert (found.made_of.commits, found.made_of.results, found.made_of.seconds) == (("OpenCows2020-barn",), 3, 6.0)
    assert found.measure == ("reproduce run baselines.pixels --data OpenCows2020-barn",)
    assert found.judge == "pytest 'claims/test_a.py::test_b[x y]'"
    assert gather(outcome(), Origin(requests=tuple(requests)), Kept()).made_of.results == 6
    assert gather(outcome(values=()), Origin(requests=(requests[1],)), Kept()).made_of.results == 0


def test_the_filled_point_is_the_side_named_first(outcome):
    """The hollow one is the other, and a bound is drawn where it lies."""
    pair = outcome(ours=30.0, difference=True, sides=(40.0, 10.0), lower=20.0, upper=None)
    axes = Figure().subplots()
    sides._row(axes, 2, pair)
    hollow, filled = axes.lines[1:]
    assert (hollow.get_xdata()[0], filled.get_xdata()[0]) == (10, 40)
    assert (hollow.get_markerfacecolor(), filled.get_markerfacecolor()) == (
        "white",
        sides.LOOKS.get(pair.says, "#4d4d4d"),
    )
    axes = Figure().subplots()
    sides._row(axes, 0, outcome(ours=25.0, interval=(24.0, 26.0), lower=20.0, upper=None))
    assert [line.get_xdata()[0] for line in axes.lines] == [24.0, 25.0, 20.0]


def herd():
    """Four animals to learn from and four held out, of unequal number."""
    animals = np.repeat(np.arange(8), (3, 4, 2, 3, 4, 2, 3, 5))
    names = np.array([f"cow {animal}" for animal in animals])
    return Catalogue("herd", np.full(len(names), ""), names, np.where(animals < 4, "train", "test")), animals


def test_a_trained_model_is_never_scored_on_what_it_learned_from():
    """On the animals held out alone; what learned nothing is scored on all of them too, beside the chance of each."""
    catalogue, animals = herd()
    rows = np.random.default_rng(0).normal(size=(len(animals), 4))
    known = np.eye(8)[animals] + 0.01 * np.arange(len(animals))[:, None]
    embeddings = {"dcnn:MobileNetV2": known, "pixels": rows}
    found = scored(catalogue, embeddings, ["dcnn:MobileNetV2"], None)
    assert [(one.model, one.side) for one in found] == [
        ("dcnn:MobileNetV2", "held out"), ("pixels", "held out"), ("pixels", "all"),
    ]  # fmt: skip
    from reproduce.metrics import chance_map_at_r, map_at_r

    for one in found:
        among = np.arange(len(animals)) if one.side == "all" else catalogue.test
        assert (one.images, one.animals) == (len(among), len(set(animals[among])))
        assert one.chance == pytest.approx(chance_map_at_r(animals[among]))
        assert one.map_at_r == pytest.approx(map_at_r(embeddings[one.model][among], animals[among]))
    assert found[1].chance != found[2].chance


def test_images_of_one_photograph_are_those_of_the_set():
    """Pairs are told by their place in the catalogue, whichever set is scored."""
    catalogue, animals = herd()
    rows = np.random.default_rng(0).normal(size=(len(animals), 4))
    first = int(catalogue.test[0])
    within = np.array([[0, 1], [first, first + 1]])
    (held_out, every) = scored(catalogue, {"pixels": rows}, [], within)
    own = scored(catalogue.take(catalogue.test), {"pixels": rows[catalogue.test]}, [], np.array([[0, 1]]))
    assert held_out.apart == own[0].apart
    assert held_out.apart != (held_out.map_at_r, held_out.chance)
    assert every.apart != (every.map_at_r, every.chance)
