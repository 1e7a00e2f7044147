"""Expected figures under ties: every order of the tied images listed, and a ranking that is one tie group."""

import math
from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from reproduce.metrics.expectation import chance, expected, harmonic, survival

FIGURES = ("ap_at_r", "r_precision", "p_at_1", "ap")


def listed(flags, new, relevant):
    """The figures of one ranking, by ``FIGURES``: the exact mean over every order of the images of each tie group."""
    starts = [place for place in range(len(flags)) if new[place] or not place]
    groups = [flags[start:stop] for start, stop in zip(starts, [*starts[1:], len(flags)], strict=True)]
    found = []
    for order in product(*map(permutations, groups)):
        hits = [hit for group in order for hit in group]
        precision = [Fraction(hit * sum(hits[: place + 1]), place + 1) for place, hit in enumerate(hits)]
        ap_at_r, ap = sum(precision[:relevant]) / relevant, sum(precision) / relevant
        found.append((ap_at_r, Fraction(sum(hits[:relevant]), relevant), hits[0], ap))
    opening = next((k for k, group in enumerate(groups) if any(group)))
    first = (starts[opening], len(groups[opening]), sum(groups[opening]))
    return [float(Fraction(sum(values), len(found))) for values in zip(*found, strict=True)], first


@examples(60)
@given(st.data())
def test_expected_figures_are_the_mean_over_every_order_of_the_tied(data):
    """Two rankings at once, of five images, two of them relevant, in any tie groups; what was given stays as it was."""
    row = st.permutations([True, True, False, False, False])
    flags = np.array(data.draw(st.lists(row, min_size=2, max_size=2)))
    new = np.array(data.draw(st.lists(st.booleans(), min_size=10, max_size=10))).reshape(2, 5)
    kept = new.copy()
    figures = expected(flags, new, 2)
    for query in range(2):
        want, first = listed(flags[query].tolist(), new[query].tolist(), 2)
        assert [getattr(figures, name)[query] for name in FIGURES] == pytest.approx(want, abs=1e-14)
        assert tuple(figures.first[query]) == first
    assert np.array_equal(new, kept)


@given(st.integers(1, 30), st.data())
def test_chance_is_what_one_tie_group_is_worth(images, data):
    """R relevant among M images, one image alone included: every figure is that of all M tied."""
    relevant = data.draw(st.integers(1, images))
    figures = chance(np.array([relevant, 1]), images)
    for query, r in enumerate((relevant, 1)):
        tied = expected(np.arange(images)[None] < r, np.zeros((1, images), bool), r)
        for name in FIGURES:
            assert getattr(figures, name)[query] == pytest.approx(getattr(tied, name)[0], abs=1e-13)
        assert figures.first[query].tolist() == tied.first[0].tolist()


@given(st.integers(1, 12), st.data())
def test_the_first_hit_is_hypergeometric(m, data):
    """No relevant image among the first p: C(m - s, p) / C(m, p), down to 0 once the others are used up."""
    s = data.draw(st.integers(1, m))
    want = [math.comb(m - s, p) / math.comb(m, p) for p in range(1, m - s + 2)]
    assert survival(m, s).tolist() == pytest.approx(want, abs=1e-14)
    assert survival(m, s)[-1] == 0


def test_harmonic_numbers():
    """The first of them, and the empty sum before them."""
    assert harmonic(3).tolist() == pytest.approx([0, 1, 3 / 2, 11 / 6])
    assert harmonic(0).tolist() == [0]
