"""A claim by itself: what its call asks for, and of each verb the region, the verdict and all that is kept of it."""

import math
from dataclasses import replace

import pytest

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Experiment
from reproduce.verdicts.files.roles import Role
from reproduce.verdicts.judging import judge
from reproduce.verdicts.judging.sample import Sample, SourceNote
from reproduce.verdicts.judging.scatter import ANIMALS, SEEDS, Herd
from reproduce.verdicts.outcome import Spec
from reproduce.verdicts.plugin.fixture import Claim, excluded, seeds_for

DRAWN = Experiment("toy.drawn", lambda catalogue, seed, *, dim=8: None, varies=("order",), needs=("weights",))
FIXED = Experiment("toy.fixed", lambda catalogue, seed: None, needs=())
OURS = Sample((0.50, 0.51, 0.52), (0, 1, 2), score="map_at_r", chance=0.1, precision_at_1=0.75)
OTHER = Sample((0.20, 0.20, 0.20), (0, 1, 2), random=False)
LOST = Sample((), (0, 1), missing="no lions", lost="no record of toy")


class Kept:
    """Answers every request with the same sample."""

    def __init__(self, sample=OURS):
        self.sample = lambda request, score: sample


def claim(sample=OURS, figures=None, **spec):
    """A claim in per cent."""
    return Claim(Spec("X.1", "A toy.", "I", **{"unit": "MAP@R %", **spec}), Kept(sample), figures)


def ended(verb, *given, sample=OURS, because="a toy", spec=None, **more):
    """What the verb ends the claim in."""
    one = claim(**(spec or {}))
    getattr(one, verb)(sample, *given, because=because, **more)
    return one.outcome


@pytest.mark.parametrize(
    "experiment, asked, seeds",
    [
        (DRAWN, None, range(14)),
        (DRAWN, 3, range(3)),
        (DRAWN, range(14, 16), range(14, 16)),
        (FIXED, None, range(1)),
        (FIXED, 3, range(3)),
        (FIXED, range(14, 16), range(1)),
    ],
)
def test_how_many_seeds_a_claim_is_judged_on(experiment, asked, seeds):
    """Fourteen where a seed varies anything, else one; so many where a number is asked for."""
    assert seeds_for(experiment, "", asked) == seeds


def test_a_role_brings_its_factors_and_seeds_and_a_name_does_not():
    """What the claim gives goes before; data that the claim names itself is noted, and no data is none."""
    one, role = claim(), Role("LionData", {"dim": 3, "momentum": 1}, 5)
    assert one(DRAWN, role, score="map_at_r") is OURS
    one(DRAWN, role, score="map_at_r", seeds=2, dim=4)
    one(FIXED, role, score="map_at_r")
    assert one.literal == []
    one(DRAWN, "LionData", score="map_at_r")
    one(DRAWN, "", score="map_at_r")
    assert one.literal == ["LionData"]
    assert [(asked.data, asked.factors, asked.seeds) for asked in one.requests] == [
        ("LionData", {"dim": 3}, range(5)),
        ("LionData", {"dim": 4}, range(2)),
        ("LionData", {}, range(1)),
        ("LionData", {"dim": 8}, range(14)),
        ("", {"dim": 8}, range(14)),
    ]


def test_printed_figures_come_from_the_papers_lines():
    """Its own and another line's; what is not printed is an error that names the claim."""
    one = claim(figures={"III.64": "0.93"}, printed="49.90")
    assert (one.printed, one.figure("III.64")) == ("49.90", "0.93")
    with pytest.raises(InvalidInputError, match=r"X\.1: .* prints no figure of it"):
        claim().printed  # noqa: B018
    for other in (one, claim()):
        with pytest.raises(InvalidInputError, match=r"X\.1: .* prints no figure of 'III\.1'"):
            other.figure("III.1")


RULES = [
    ("equals", ("50.0",), {"margin": 10}, ("50.0", "±10", 39.95, 60.05)),
    ("exceeds", (OTHER,), {"by": 10}, ("> 10", "", 10.0, None)),
    ("exceeds", (OTHER,), {"by": "10"}, ("> 10", "", 9.5, None)),
    ("at_most", (60,), {}, ("<= 60", "", None, 60.0)),
    ("at_most", ("60.0",), {}, ("<= 60.0", "", None, 60.05)),
    ("at_least", (40,), {}, (">= 40", "", 40.0, None)),
    ("at_least", ("40.0",), {}, (">= 40.0", "", 39.95, None)),
    ("between", (40, 60), {}, ("40 to 60", "", 40.0, 60.0)),
    ("negligible", (), {"margin": 60}, ("0", "±60", -60.0, 60.0)),
]


@pytest.mark.parametrize("verb, given, more, rule", RULES)
def test_each_verb_has_its_region(verb, given, more, rule):
    """Figure or bound, margin and edges, an open side None; a bound of digits is half a unit wider."""
    found = ended(verb, *given, **more)
    assert (found.paper, found.margin, found.lower, found.upper) == (*rule[:2], *map(pytest.approx, rule[2:]))
    assert (found.verb, found.because, found.verdict) == (verb, "a toy", "reproduced")
    assert (found.difference, found.n) == (verb == "exceeds", 3)
    assert found.ours == pytest.approx(31 if verb == "exceeds" else 51)


@pytest.mark.parametrize("verb, given, more, rule", RULES)
def test_a_claim_whose_scores_are_missing_waits(verb, given, more, rule):
    """The rule is kept, and why there is no score, with what the record lacks."""
    found = ended(verb, *given, sample=LOST, **more)
    assert (found.paper, found.margin, found.lower, found.upper) == (*rule[:2], *map(pytest.approx, rule[2:]))
    assert (found.verb, found.because, found.verdict, found.ours) == (verb, "a toy", "not run", None)
    assert (found.reason, found.lost) == ("no lions", "no record of toy")


@pytest.mark.parametrize(
    "end",
    [
        lambda one: one.equals(OURS, "50.0", margin=2, because=""),
        lambda one: one.at_most(OURS, 60, because=""),
        lambda one: one.between(OURS, 60, 40, because="a toy"),
        lambda one: one.between(OURS, 60, 60, because="a toy"),
        lambda one: one.negligible(OURS, margin=0, because="a toy"),
        lambda one: one.negligible(OURS, margin=-1, because="a toy"),
    ],
)
def test_a_rule_that_is_none_is_refused(end):
    """No reason, an empty range, no margin: the claim is named, and has no verdict."""
    one = claim()
    with pytest.raises(InvalidInputError, match=r"^X\.1: "):
        end(one)
    assert one.outcome is None


def test_a_claim_ends_once_and_a_proxy_equals_no_figure():
    """The second verb is refused and the first verdict stays."""
    one = claim()
    one.at_least(OURS, 40, because="a toy")
    for again in (lambda: one.at_most(OURS, 1, because="a toy"), lambda: one.waits("more")):
        with pytest.raises(InvalidInputError, match="it already ended in at_least"):
            again()
    assert one.outcome.verb == "at_least"
    with pytest.raises(InvalidInputError, match="a proxy cannot equal a printed figure"):
        ended("equals", "50.0", margin=2, spec={"fidelity": "proxy"})


def test_a_margin_may_be_small():
    """Half a point is one."""
    assert ended("negligible", margin=0.5, sample=Sample((0.0, 0.001), (0, 1))).upper == 0.5


def test_a_claim_may_wait():
    """For a reason, without a figure."""
    one = claim()
    one.waits("better days")
    assert (one.outcome.verdict, one.outcome.verb, one.outcome.reason) == ("not run", "waits", "better days")


@pytest.mark.parametrize("sample", [OURS, LOST])
@pytest.mark.parametrize("runs, used", [(None, 4), (2, 2)])
def test_the_power_planned_for_is_that_of_fourteen_seeds(sample, runs, used):
    """By the spread expected, the margin with half a printed unit, and the runs of the claim's line or of the call."""
    found = ended("equals", "50.0", sample=sample, margin=4, spread=2.0, runs=runs, spec={"runs": 4})
    assert (found.power, found.spread) == (judge.power(2.0, 14, 4.05, used), 2.0)
    assert 0.1 < found.power < 0.99
    found = ended("equals", "50.0", sample=sample, margin=2)
    assert (found.power, found.spread) == (None, None)


def test_exactly_is_judged_by_digits():
    """In the claim's unit, without an interval, a p value or a region; a reason is not needed."""
    fact = Sample((0.75,), (0,), exact=True, random=False)
    found = ended("exactly", "75", sample=fact, because="")
    assert (found.verdict, found.paper, found.ours, found.verb) == ("reproduced", "75", 75.0, "exactly")
    assert (found.interval, found.lower, found.upper, found.p, found.scatter) == (None, None, None, None, "")
    assert ended("exactly", "74", sample=fact, because="").verdict == "not reproduced"
    waiting = ended("exactly", "75", sample=LOST, because="why")
    assert (waiting.verdict, waiting.verb, waiting.paper, waiting.because) == ("not run", "exactly", "75", "why")
    assert (waiting.reason, waiting.lost) == ("no lions", "no record of toy")


HERD = Herd("cows", (("a", "b", "c"),) * 3, ((0.3, 0.5, 0.73), (0.3, 0.5, 0.73), (0.3, 0.5, 0.76)))
WITH = replace(OURS, herds=(HERD,))


def test_the_animals_carry_a_verdict_where_they_were_left_out():
    """A printed figure on the paper's own animals is the seeds'; both intervals are kept, and the p of the one used."""
    own, other, bound = (
        ended("equals", "50.0", sample=WITH, margin=1, spec={"printed": "50.0"}),
        ended("equals", "50.0", sample=WITH, margin=1, spec={"printed": "50.0", "own_animals": False}),
        ended("at_least", 45, sample=WITH),
    )
    assert [one.scatter for one in (own, other, bound)] == [SEEDS, ANIMALS, ANIMALS]
    assert [one.verdict for one in (own, other, bound)] == ["compatible", "inconclusive", "inconclusive"]
    for one in (own, other, bound):
        assert set(one.intervals) == {SEEDS, ANIMALS}
        assert one.interval == one.intervals[one.scatter]
        runs = 1 if one.verb == "equals" else None
        estimate = WITH.scaled(100).estimates(runs)[one.scatter]
        region = judge.Region(*(math.inf * sign if edge is None else edge
                                for edge, sign in ((one.lower, -1), (one.upper, 1))))  # fmt: skip
        assert one.p == judge.p_value(estimate, region)
    assert (other.note, bound.note) == ("", "")


def test_seeds_alone_say_why():
    """Of a claim about animals that were not left out; not where the seeds carry the verdict anyway."""
    bare = replace(OURS, seeds_only="not resampled")
    assert ended("at_least", 40, sample=bare).note == "seeds only: not resampled"
    assert ended("at_least", 40, sample=bare).scatter == SEEDS
    assert ended("equals", "50.0", sample=bare, margin=1, spec={"printed": "50.0"}).note.startswith("compatible: ")
    assert ended("at_least", 40).note == ""
    assert ended("equals", "50.0", sample=bare, margin=1).note.startswith("seeds only: not resampled; compatible: ")


def test_a_figure_of_one_run_may_be_compatible_and_a_bound_may_not():
    """Where the paper's own noise is wider than the region; with runs enough more seeds would settle it."""
    wide = Sample((0.40, 0.50, 0.62), (0, 1, 2))
    found = ended("equals", "50.0", sample=wide, margin=2)
    assert found.verdict == "compatible"
    assert found.note.startswith("compatible: means below ")
    assert ended("equals", "50.0", sample=wide, margin=2, spec={"runs": 400}).verdict == "inconclusive"
    assert ended("between", 48, 52, sample=wide).verdict == "inconclusive"
    assert ended("between", 48, 52, sample=wide).note == ""


@pytest.mark.parametrize(
    "value, more, note",
    [
        (0.0, {}, "the same under each of 2 seeds: none, or all there is"),
        (1.0, {"seeds_only": "x"}, "seeds only: x; the same under each of 2 seeds: none, or all there is"),
        (1.0, {"random": False}, ""),
        (1.0, {"exact": True}, ""),
        (1.0, {"values": (1.0,), "seeds": (0,)}, ""),
    ],
)
def test_what_every_seed_gives_alike_is_said(value, more, note):
    """None or all of what a score can be, where a seed was to vary it."""
    sample = Sample(**{"values": (value, value), "seeds": (0, 1), **more})
    assert ended("at_least", 0, sample=sample).note == note


def test_a_fact_has_no_scatter():
    """Enumerated: its verdict is carried by nothing, and has no p."""
    found = ended("at_least", 40, sample=Sample((0.5,), (0,), exact=True, seeds_only="a fact"))
    assert (found.verdict, found.scatter, found.note, found.p) == ("reproduced", "", "", None)
    assert found.intervals == {SEEDS: (50.0, 50.0)}
    one_seed = ended("at_least", 40, sample=Sample((0.5,), (0,)))
    assert (one_seed.verdict, one_seed.scatter, one_seed.p, one_seed.intervals) == ("inconclusive", SEEDS, None, {})


def test_an_outcome_says_where_its_scores_come_from():
    """Backends and machines once and sorted, data with its content, drift once, and the least trusted check."""
    notes = (
        SourceNote("b", "Lions", "numpy", "x86", "seed 7 ✓", "", "hash L"),
        SourceNote("a", "Cows", "keras", "arm", "not in turn", "moved", "hash C"),
        SourceNote("c", "", "numpy", "", "", "moved", ""),
    )
    found = ended("at_least", 40, sample=replace(OURS, sources=notes, sides=(0.7, 0.2), difference=True))
    assert (found.backends, found.machines) == (("keras", "numpy"), ("arm", "x86"))
    assert (found.checked, found.drift) == ("not in turn", "moved")
    assert found.data == {"Lions": "hash L", "Cows": "hash C"}
    assert (found.chance, found.precision_at_1, *found.sides) == pytest.approx((10, 75, 70, 20))
    assert found.difference
    assert ended("at_least", 40).checked == ""


@pytest.mark.parametrize(
    "less, more",
    [("seed 3 ✗", "not re-measured"), ("not re-measured", "not in turn"), ("not in turn", "measured now"),
     ("measured now", "seed 3 ≈"), ("seed 3 ≈", "seed 3 kept ✓")],
)  # fmt: skip
def test_of_several_checks_the_least_trusted_is_shown(less, more):
    """Whichever comes first."""
    for pair in ((less, more), (more, less)):
        sample = replace(OURS, sources=tuple(SourceNote(checked=one) for one in pair))
        assert ended("at_least", 40, sample=sample).checked == less


def test_a_compatible_figure_says_what_it_excludes():
    """Means that the interval could not reach the printed figure from; chance is named where it is not among them."""
    ours = Sample((0.4, 0.9, 1.2, 1.4, 0.7), tuple(range(5)), chance=0.44)
    beside, region = judge.from_seeds(ours.values, 2), judge.Region(0.735, 1.125)
    said = excluded(ours, beside, region, 2)
    low, high = beside.interval()
    half = (high - low) / 2
    alone = judge.from_seeds(ours.values).interval()
    assert f"means below {0.93 - half:.2f} and above {0.93 + half:.2f} are excluded; chance 0.44 is not (" in said
    assert f"our mean {alone[0]:.2f}..{alone[1]:.2f}; beside the paper's 2 runs {low:.2f}..{high:.2f})" in said
    assert "chance 0.10 is (" in excluded(replace(ours, chance=0.1), beside, region, 1)
    assert "chance" not in excluded(replace(ours, chance=None), beside, region, 1)


def test_chance_on_the_edge_of_what_is_not_excluded_is_not():
    """Both edges; of one run of the paper's it is no plural."""
    beside, region = judge.from_seeds(OURS.values, 1), judge.Region(0.4, 0.6)
    low, high = beside.interval()
    edges = [0.5 - (high - low) / 2, 0.5 + (high - low) / 2]
    for chance in edges:
        assert f"; chance {chance:.2f} is not (90 % " in excluded(replace(OURS, chance=chance), beside, region, 1)
    for chance in (edges[0] - 1e-9, edges[1] + 1e-9):
        assert f"; chance {chance:.2f} is (90 % " in excluded(replace(OURS, chance=chance), beside, region, 1)
    said = excluded(replace(OURS, chance=None), beside, region, 1)
    alone = judge.from_seeds(OURS.values).interval()
    assert said == (
        f"compatible: means below {edges[0]:.2f} and above {edges[1]:.2f} are excluded "
        f"(90 % of our mean {alone[0]:.2f}..{alone[1]:.2f}; beside the paper's 1 run {low:.2f}..{high:.2f})"
    )
