"""A comparison that answers a why changes one thing: read from the claims themselves, both sides."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from reproduce.verdicts.judging.sample import Sample
from reproduce.verdicts.plugin.collect import QUIET
from reproduce.verdicts.plugin.fixture import Claim
from reproduce.verdicts.plugin.marks import figures, spec

CLAIMS = Path(__file__).parents[2] / "claims"
#: Factors that name one thing: a network and the file of its weights.
TOGETHER = {"weights": "backbone"}


class Sides:
    """Answers every request with nothing and keeps what was asked, in order."""

    def __init__(self):
        self.asked = []

    def sample(self, request, score):
        every = defaulted(request.experiment, request.factors)
        self.asked.append({"experiment": request.experiment.name, "data": request.data, "score": score, **every})
        return Sample((), (), missing="dry")


def defaulted(experiment, factors):
    """Every factor, those too that came later and stand at their defaults."""
    return {**experiment.defaults, **factors}


def changed(one, other):
    """What differs between two sides, factors that belong together counted once."""
    names = {name for name in {*one, *other} if one.get(name) != other.get(name)}
    if "experiment" in names:  # another experiment has other factors: those that both have still count
        names = {"experiment"} | {name for name in names if name in one and name in other}
    return {TOGETHER.get(name, name) for name in names}


class Gather:
    """Asks every collected claim of the why.* kind dry."""

    def __init__(self):
        self.sides = {}

    def pytest_collection_finish(self, session):
        for item in session.items:
            if item.get_closest_marker("claim") is None or not spec(item).id.startswith("why."):
                continue
            asked = Sides()
            item.obj(claim=Claim(spec(item), asked, figures(item)), **getattr(item, "callspec", None).params)
            self.sides[spec(item).id] = asked.asked


def sides_of(folder):
    """The sides of every why.* claim of a folder, by id."""
    gather = Gather()
    plugin = [] if entry_points(group="pytest11", name="reproduce_claims") else ["-p", "reproduce.verdicts.plugin"]
    pytest.main(["--collect-only", "--assert=plain", *QUIET, *plugin, str(folder)], plugins=[gather])
    return gather.sides


@pytest.mark.skipif(not CLAIMS.is_dir(), reason=f"no claims in {CLAIMS}")
def test_every_comparison_of_a_why_changes_one_thing():
    """Two sides differ in one factor, one data set, one score or one experiment, and in nothing else."""
    sides = sides_of(CLAIMS)
    assert sides
    pairs = {name: asked for name, asked in sides.items() if len(asked) > 1}
    assert {name: len(asked) for name, asked in pairs.items() if len(asked) > 2} == {}
    assert {name: found for name, (a, b) in pairs.items() if len(found := changed(a, b)) != 1} == {}


@pytest.mark.parametrize(
    "other, expected",
    [
        ({"steps": 3000}, {"steps"}),
        ({"steps": 3000, "margin": 0.2}, {"steps", "margin"}),
        ({"backbone": "DenseNet169", "weights": "densenet169"}, {"backbone"}),
        ({"data": "LionData", "animals": 10}, {"data", "animals"}),
        ({}, set()),
    ],
)
def test_two_changes_are_counted_as_two(other, expected):
    """What the test above would not let pass."""
    one = {"experiment": "dcnn.embed", "data": "cattle", "score": "map_at_r", "steps": 300, "margin": "soft"}
    one |= {"animals": 16, "backbone": "MobileNetV2", "weights": "mobilenetv2"}
    assert changed(one, {**one, **other}) == expected


def test_another_experiment_may_not_hide_a_changed_factor():
    """A histogram of 8 bins against one of 4 that also leaves photographs out is two changes, not one."""
    one = {"experiment": "a", "data": "x", "score": "map_at_r", "bins": 8, "only_a": 1}
    other = {"experiment": "b", "data": "x", "score": "map_at_r", "bins": 4, "only_b": 2}
    assert changed(one, other) == {"experiment", "bins"}
