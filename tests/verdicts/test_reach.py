"""What a claim can end in is said before it is run, and the power is what simulated runs have."""

import math

import numpy as np
import pytest
from scipy import stats

from reproduce.verdicts.judging.judge import Region, Verdict, against_runs, from_seeds, judge, power, quantile
from reproduce.verdicts.outcome import Outcome, Spec
from reproduce.verdicts.plugin.power import reach, room_per_spread, settles


def planned(verb="equals", printed="50.0", runs=1, **said):
    """A claim that was asked dry."""
    spec = Spec("toy", "A sentence.", "I", unit="%", printed=printed, runs=runs)
    return Outcome(spec, Verdict.NOT_RUN, verb, printed, **{"lower": 45.0, "upper": 55.0, **said})


@pytest.mark.parametrize("seeds", [5, 14])
def test_four_in_five_truths_at_that_distance_are_settled(seeds):
    """The distance from a bound at which a claim holds in 80 % of simulated runs."""
    values = np.random.default_rng(seeds).normal(settles(seeds), 1, (3000, seeds))
    held = [judge(from_seeds(row.tolist()), Region(lower=0)) == Verdict.REPRODUCED for row in values]
    assert np.mean(held) == pytest.approx(0.80, abs=0.025)


@pytest.mark.parametrize("runs", [None, 1, 14])
def test_the_room_gives_its_power(runs):
    """The half width named is that of the planned power."""
    assert power(1.0, 14, room_per_spread(14, runs), runs) == pytest.approx(0.80, abs=1e-6)


def test_a_single_printed_run_says_from_where_on_it_cannot_be_proved():
    """Below the spread named it may be reproduced; above it even endless seeds are compatible at best."""
    said = reach(planned(), 14)
    assert said.startswith("reaches reproduced where runs spread by less than 3 ")
    assert said.endswith("from there on compatible, not reproduced alone")
    for spread, best in ((2.9, Verdict.REPRODUCED), (3.2, Verdict.COMPATIBLE)):
        values = 50 + spread * np.random.default_rng(0).normal(size=20_000)
        values = (values - values.mean()) * spread / values.std() + 50
        assert against_runs(values.tolist(), Region(45, 55), 1) == best


@pytest.mark.parametrize(
    "one, seeds, exact, said",
    [
        (
            planned(power=0.24, spread=1.0),
            14,
            False,
            "not reproduced, inconclusive; power of reproduced 24 %",
        ),
        (planned(power=0.0, spread=5.0), 14, False, "reaches compatible, not reproduced; power of reproduced 0 %"),
        (planned("at_most", lower=None), 14, False, "power 80 % for a truth 0.7 spreads off the bound"),
        (planned("at_most", lower=None), 1, False, "inconclusive, by the animals alone"),
        (planned("negligible", printed=""), 14, False, "power 80 % where seeds spread by at most"),
        (planned("exactly"), 1, False, "reaches reproduced, not reproduced: nothing is left to chance"),
        (planned("at_most", lower=None), 1, True, "nothing is left to chance"),
        (planned("waits"), 0, False, "reaches no verdict: it waits"),
    ],
)
def test_each_kind_of_rule_names_its_ends(one, seeds, exact, said):
    """Figures, bounds, nulls, facts and claims that wait."""
    assert said in reach(one, seeds, exact)


ANY = "reaches reproduced, not reproduced, inconclusive"
ONE_RUN = (
    "reaches reproduced where runs spread by less than {} (power 80 % at {}), "
    "from there on compatible, not reproduced alone"
)
#: From this spread on one run of the paper's is wider than five either way.
MOST = 5 / quantile(0.95, math.inf)


@pytest.mark.parametrize(
    "one, seeds, exact, said",
    [
        (planned(), 14, False, ONE_RUN.format("3", "1.6")),
        (planned(runs=4), 14, False, ONE_RUN.format("6.1", "2.9")),
        (planned(runs=4), 2, False, ONE_RUN.format("6.1", "0.65")),
        (planned(power=0.5), 14, False, ONE_RUN.format("3", "1.6")),
        (planned(spread=0.5), 14, False, ONE_RUN.format("3", "1.6")),
        (planned(power=0.5, spread=MOST - 1e-9), 14, False, f"{ANY}; power of reproduced 50 %"),
        (planned(power=0.5, spread=MOST), 14, False, "reaches compatible, not reproduced; power of reproduced 50 %"),
        (planned(power=0.987, spread=0.5), 14, False, f"{ANY}; power of reproduced 99 %"),
        (planned("at_most", lower=None), 14, False, f"{ANY}; power 80 % for a truth 0.7 spreads off the bound"),
        (planned("at_least", upper=None), 2, False, f"{ANY}; power 80 % for a truth 5.8 spreads off the bound"),
        (planned("at_least", upper=None), 1, False, f"{ANY}, by the animals alone"),
        (planned("negligible"), 14, False, f"{ANY}; power 80 % where seeds spread by at most 6"),
        (planned("negligible"), 2, False, f"{ANY}; power 80 % where seeds spread by at most 0.79"),
        (planned("negligible"), 1, False, f"{ANY}; power 80 % where seeds spread by at most 0"),
        (planned("equals", printed=""), 14, False, f"{ANY}; power 80 % where seeds spread by at most 6"),
        (planned("exactly"), 1, False, "reaches reproduced, not reproduced: nothing is left to chance"),
        (planned("equals"), 14, True, "reaches reproduced, not reproduced: nothing is left to chance"),
        (planned(""), 14, False, "reaches no verdict: it waits"),
        (planned("waits"), 14, True, "reaches no verdict: it waits"),
    ],
)
def test_the_whole_line(one, seeds, exact, said):
    """Of each kind of rule, with one seed, two and as many as usual."""
    assert reach(one, seeds, exact) == said


@pytest.mark.parametrize("seeds", [2, 3, 14])
def test_the_distance_has_its_power(seeds):
    """Student's noncentral law beyond the critical value has four fifths, and so has the interval within the room."""
    beyond = stats.nct.sf(stats.t.ppf(0.95, seeds - 1), seeds - 1, settles(seeds) * math.sqrt(seeds))
    assert beyond == pytest.approx(0.80, abs=1e-8)
    assert power(1.0, seeds, room_per_spread(seeds)) == pytest.approx(0.80, abs=1e-8)


def test_the_list_says_it_below_each_claim(claim_session):
    """--claims-list runs nothing and names the verdicts within reach."""
    result = claim_session(
        """
        import pytest
        from reproduce.experiments.unlearned import baselines
        from reproduce.verdicts import statement

        @statement("toy", at="I", unit="%")
        def test_toy(claim):
            '''A sentence.'''
            claim.at_least(claim(baselines.untrained, "LionData", score="map_at_r"), 1, because="a toy")

        @statement("broken", at="I", unit="%")
        def test_broken(claim):
            '''A sentence.'''
            claim(baselines.untrained, "LionData", score="map_at_r", depth=3)
        """,
        "--claims-list",
    )
    result.stdout.fnmatch_lines(
        [
            "*toy * A sentence.*",
            "*reaches reproduced, not reproduced, inconclusive; power 80 % for a truth 0.7 spreads off*",
            "*broken * A sentence.*",
            "*reaches no verdict: InvalidInputError: baselines.untrained has no factor 'depth'*",
        ]
    )
