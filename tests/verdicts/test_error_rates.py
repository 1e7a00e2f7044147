"""How often the judge errs, by simulation: where the truth is known, in how many papers a verdict is wrong."""

import math

import numpy as np
import pytest

from reproduce.verdicts.judging.judge import Region, Verdict, against_runs, from_seeds, holm, judge, power


@pytest.mark.parametrize("k", [1, 2, 14])
@pytest.mark.parametrize("n", [2, 5, 14])
def test_a_truth_on_the_margin_is_misjudged_at_most_one_time_in_twenty(n, k):
    """Seeded simulation, truth on the region's edge: wrong verdicts on either side stay at or under 5.5 %."""
    rng = np.random.default_rng([n, k])
    trials, spread, margin = 20_000, 1.0, 4.0
    paper = rng.normal(0, spread / math.sqrt(k), trials)
    inside = outside = 0
    for i, ours in enumerate(rng.normal(margin, spread, (trials, n))):  # the true difference is the margin
        verdict = judge(from_seeds(ours.tolist(), paper_runs=k), Region(paper[i] - margin, paper[i] + margin))
        inside += verdict == Verdict.REPRODUCED
        outside += verdict == Verdict.NOT_REPRODUCED
    assert inside / trials <= 0.055
    assert outside / trials <= 0.055
    assert outside / trials >= 0.04  # a judge that never decides would pass the bounds above


@pytest.mark.parametrize("n", [2, 5, 14])
def test_a_difference_of_nothing_is_seldom_called_one(n):
    """Paired seeds without a difference: ``exceeds by 0`` says reproduced at most 5.5 % of the time, as fails."""
    rng = np.random.default_rng(n)
    verdicts = [judge(from_seeds(row.tolist()), Region(lower=0)) for row in rng.normal(0, 1, (20_000, n))]
    for wrong in (Verdict.REPRODUCED, Verdict.NOT_REPRODUCED):
        assert 0.04 <= np.mean([verdict == wrong for verdict in verdicts]) <= 0.055


def test_power_agrees_with_simulation():
    """The planned power is the share of reproduced verdicts when the paper's figure is the truth."""
    rng = np.random.default_rng(7)
    n, k, spread, margin = 14, 1, 1.5, 4.5
    paper = rng.normal(0, spread / math.sqrt(k), 20_000)
    ours = rng.normal(0, spread, (20_000, n))
    seen = np.mean(
        [
            judge(from_seeds(row.tolist(), k), Region(p - margin, p + margin)) == Verdict.REPRODUCED
            for row, p in zip(ours, paper, strict=True)
        ]
    )
    assert power(spread, n, margin, k) == pytest.approx(seen, abs=0.015)


def share(truth, runs, seed=0, margin=0.5, times=1000):
    """How often ours, 14 runs that scatter by 1 about 0, are compatible with a figure printed of so many runs."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(times):
        printed = truth + rng.normal(size=runs).mean()
        found.append(against_runs(rng.normal(size=14).tolist(), Region(printed - margin, printed + margin), runs))
    return np.mean([verdict == Verdict.COMPATIBLE for verdict in found])


@pytest.mark.parametrize("runs", [1, 2])
def test_a_single_printed_run_of_the_truth_is_compatible(runs):
    """The truth itself is called compatible in over 85 of 100 papers, one three standard deviations off in under 17."""
    assert share(0.0, runs) > 0.85
    assert share(3.0, runs) < 1 / 6


def test_one_wrong_verdict_among_many_is_one_time_in_twenty():
    """Twenty claims without any effect: any of them stands after Holm in at most 5.5 % of papers."""
    rng = np.random.default_rng(3)
    papers = rng.uniform(size=(4000, 20))
    assert np.mean([any(holm(row.tolist())) for row in papers]) <= 0.055
