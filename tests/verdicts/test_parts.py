"""The plugin's parts: samples, the budget, the table and an outcome's way through JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.errors import InvalidInputError
from reproduce.verdicts import KINDS
from reproduce.verdicts.budget import allot
from reproduce.verdicts.outcome import Outcome, Spec, words
from reproduce.verdicts.sample import Sample
from reproduce.verdicts.table import bar, markdown, render, summary


def test_a_difference_is_paired_by_seed():
    """The difference is taken seed by seed, so what seeds share cancels."""
    ours, other = Sample((1.0, 2.0, 4.0), (0, 1, 2)), Sample((0.0, 1.0, 3.0), (0, 1, 2))
    assert (ours - other).values == (1.0, 1.0, 1.0)


def test_what_nothing_varies_pairs_with_every_seed():
    """Raw pixels score the same under each seed of a trained model."""
    fixed = Sample((1.0,), (0,), random=False)
    assert (Sample((3.0, 5.0), (0, 1)) - fixed).values == (2.0, 4.0)
    assert (fixed - Sample((3.0, 5.0), (0, 1))).values == (-2.0, -4.0)


def test_other_seeds_do_not_pair():
    """Seeds that differ are an error, not a silent zip."""
    with pytest.raises(InvalidInputError, match="cannot pair"):
        Sample((1.0, 2.0), (0, 1)) - Sample((1.0, 2.0), (1, 2))


def test_a_missing_side_is_missing():
    """The difference from something not measured waits for what that waits for."""
    assert (Sample((1.0,), (0,)) - Sample((), (), missing="lions")).missing == "lions"


costs = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.floats(0.01, 100), max_size=20)


@given(costs, st.floats(0, 300), st.integers(0, 10_000))
def test_the_budget_is_kept_and_its_urgent_half_served_first(costs, budget, day):
    """What is measured never costs more than the budget; a claim without a record is served before the rest."""
    urgent = sorted(costs)[::2]
    chosen = allot(costs, budget, day, urgent)
    assert sum(costs[key] for key in chosen) <= budget * (1 + 1e-9)
    if chosen - set(urgent):
        left = budget - sum(costs[key] for key in chosen & set(urgent))
        assert all(key in chosen or costs[key] > left for key in urgent[:1] if costs[key] <= budget)


@given(st.integers(2, 12))
def test_the_rotation_reaches_every_cell_that_fits(count):
    """Over as many days as there are dear cells, each is measured."""
    costs = {f"{i:02d}": 10.0 for i in range(count)}
    reached = set().union(*(allot(costs, 20.0, day) for day in range(count)))
    assert reached == set(costs)


def outcome(**changes):
    """A reproduced toy outcome."""
    spec = Spec("II.128", "A sentence.", "Table II", "MAP@R %", "assumed", "", "Table II")
    plain = {
        "verb": "equals",
        "paper": "49.90",
        "margin": "±4.5",
        "because": "why",
        "ours": 49.1,
        "values": (48.0, 50.2),
        "interval": (47.9, 50.3),
        "lower": 45.4,
        "upper": 54.4,
        "chance": 3.9,
        "backends": ("tensorflow",),
        "machines": ("x86_64-cpu",),
    }
    return Outcome(changes.pop("spec", spec), changes.pop("verdict", "reproduced"), **(plain | changes))


def test_an_outcome_survives_json():
    """What xdist and saved runs carry is what the table printed."""
    original = outcome(finding={"says": "not reproduced", "ours": [1.0, 2.0], "because": "x"})
    assert Outcome.from_json(json.loads(json.dumps(original.to_json()))) == original


def test_a_run_saved_before_findings_had_a_file_is_read():
    """What was saved as a deviation is read as the finding."""
    plain = outcome(finding={"because": "x"}).to_json()
    plain["deviation"] = plain.pop("finding")
    assert Outcome.from_json(plain) == outcome(finding={"because": "x"})


def test_the_fingerprint_is_the_claims_not_the_results():
    """Another result leaves the fingerprint; another figure, margin or verb changes it."""
    assert outcome().fingerprint == outcome(ours=12.0, values=(12.0,)).fingerprint
    changed = [outcome(paper="49.91"), outcome(margin="±5"), outcome(verb="at_least")]
    assert len({one.fingerprint for one in [*changed, outcome()]}) == 4


@pytest.mark.parametrize("width", [100, 120, 160, 240])
def test_the_table_fits_the_terminal(width):
    """From 100 columns up no line is longer than the terminal; the widest parts go first."""
    long = Spec("II.over-mlp@OpenCows2020-thinned", "s", "Table II", "%", "proxy", "OpenCows2020-thinned", "Table II")
    rows = [
        outcome(),
        outcome(spec=long, ours=20.0, interval=(19.0, 21.0), verdict="not reproduced", checked="seed 0 ✓"),
    ]
    lines = render(rows, width)
    assert max(map(len, lines)) <= width
    assert all(head in lines[1] for head in ("Claim", "Paper", "Ours", "Verdict"))
    assert ("paper  +Δ" in lines[1]) == (width >= 160), "the bar is the first to go"


def test_the_bar_shows_where_the_mean_lies():
    """Inside the edges, left of them or right of them."""
    inside, below = bar(outcome()), bar(outcome(ours=10.0, interval=(9.0, 11.0)))
    assert inside.index("│") < inside.index("●") < inside.rindex("│")
    assert below.index("●") < below.index("│")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fidelity", ["exact", "assumed", "proxy"])
def test_only_the_papers_own_statements_are_reproduced(kind, fidelity):
    """A proxy, a question, a control and a check hold or fail; what is neither has one word for all."""
    spec = Spec("x", "s", "at", fidelity=fidelity, kind=kind)
    own = kind == "statement" and fidelity != "proxy"
    assert words("reproduced", spec) == ("reproduced" if own else "holds")
    assert words("not reproduced", spec) == ("not reproduced" if own else "fails")
    assert words("inconclusive", spec) == "inconclusive"
    assert words("not run", spec) == "not run"


def test_summary_and_markdown_count_what_the_table_shows():
    """One line of counts; Markdown with every claim's id and why one was not run."""
    rows = [outcome(), outcome(verdict="not run", ours=None, values=(), interval=None, reason="no lions")]
    assert summary(rows) == "2 claims: 1 reproduced, 1 not run"
    page = markdown(rows)
    assert page.count("| II.128 |") == 2
    assert "no lions" in page
