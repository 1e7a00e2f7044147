"""What a mean over draws owes to the animals, against the definition written out animal by animal and pair by pair."""

from itertools import product

import numpy as np
import pytest

from reproduce.verdicts.judging import draws
from reproduce.verdicts.judging.draws import MOST, Part, of_animals

#: Who is drawn under each seed: crossed, overlapping in part and of unequal size, and one draw alone.
DESIGNS = {
    "crossed": (("a", "b", "c", "d"),) * 3,
    "overlapping": (("a", "b", "c"), ("b", "c", "d", "f"), ("a", "d", "e"), ("c", "e", "f")),
    "one draw": (("a", "b", "c", "e"),),
}


@pytest.fixture(autouse=True)
def nothing_kept():
    """Each test works out its own designs, which are kept in a process."""
    draws._design.cache_clear()


def without(names, parts):
    """The score of each draw, a mean over its animals, without each of them."""
    rows = [np.array([parts[animal] for animal in row]) for row in names]
    return [(row.sum() - row) / (len(row) - 1) for row in rows]


def moved(names, left_out, animal):
    """u_a: what the mean over draws loses without the animal."""
    held = [(row, scores) for row, scores in zip(names, left_out, strict=True) if animal in row]
    each = [(len(row) - 1) / len(row) * (np.mean(scores) - scores[row.index(animal)]) for row, scores in held]
    return sum(each) / len(names)


def owed(names, animal, other):
    """How much of the other animal's part the animal moves: a draw's own less the mean of the draw."""
    held = [len(row) for row in names if animal in row and other in row]
    return sum(((animal == other) - 1 / m) / m for m in held) / len(names)


def common(left, right):
    """The animals in common over the product of the sizes: the mean over draws under other seeds."""
    n = len(left)
    pairs = [(i, j) for i, j in product(range(n), repeat=2) if i != j or n == 1]
    return np.mean([len({*left[i]} & {*right[j]}) / (len(left[i]) * len(right[j])) for i, j in pairs])


def plain(scores, animals="abcdef"):
    """(variance, degrees of freedom, third cumulant, an animal's own variance), by the definition."""
    u = [np.array([moved(names, left_out, animal) for animal in animals]) for names, left_out in scores]
    influence = [np.array([[owed(names, a, b) for b in animals] for a in animals]) for names, _ in scores]
    spread = [[left @ right for right in u] for left in u]
    for k, m in product(range(len(scores)), repeat=2):
        expected = (influence[k] * influence[m]).sum()
        spread[k][m] = spread[k][m] / expected if expected else 0.0
    variance = 0.0
    for k, m in product(range(len(scores)), repeat=2):
        most = (spread[k][k] * spread[m][m]) ** 0.5
        variance += min(max(spread[k][m], -most), most) * common(scores[k][0], scores[m][0])
    freedom = min((one**2).sum() ** 2 / ((one @ one.T) ** 2).sum() for one in influence)
    return max(variance, 0.0), freedom, (u[0] ** 3).sum(), spread[0][0]


@pytest.mark.parametrize("names", DESIGNS.values(), ids=DESIGNS)
def test_one_score_is_its_definition(names):
    """Variance, degrees of freedom and third cumulant, and of an array of scores those of each."""
    rng = np.random.default_rng(1)
    many = [without(names, dict(zip("abcdef", rng.gamma(1.0, size=6), strict=True))) for _ in range(3)]
    for left_out in many:
        variance, freedom, third, _ = plain([(names, left_out)])
        found = of_animals((names, left_out))
        assert (found.variance, found.freedom, found.third) == pytest.approx((variance, freedom, third))
    stacked = of_animals((names, [np.stack(rows) for rows in zip(*many, strict=True)]))
    assert stacked.variance == pytest.approx([of_animals((names, one)).variance for one in many])
    assert stacked.third == pytest.approx([of_animals((names, one)).third for one in many])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("left, right", [("overlapping", "overlapping"), ("crossed", "crossed"), ("one draw",) * 2])
def test_two_scores_are_their_definition(left, right, sign):
    """On draws of their own, each with its animals' parts: with their covariance, and without a skew."""
    rng = np.random.default_rng(2)
    alike = rng.normal(size=6)
    names = DESIGNS[left], tuple(reversed(DESIGNS[right]))
    scores = [
        (one, without(one, dict(zip("abcdef", factor * alike + 0.3 * rng.normal(size=6), strict=True))))
        for one, factor in zip(names, (1, sign), strict=True)
    ]
    variance, freedom, *_ = plain(scores)
    assert of_animals(*scores) == (pytest.approx(variance), pytest.approx(freedom), 0.0)


def test_a_covariance_is_no_larger_than_the_two_scatters_allow():
    """Draws that share two animals, which happen to move together more than that: the variance is the bound's."""
    names = (("a", "b", "c", "d"), ("c", "d", "e", "f")), (("c", "d", "e"), ("a", "b", "c"))
    parts = dict(zip("abcdef", (0.0, 0.1, 3.0, -3.0, 0.1, 0.0), strict=True))
    for sign in (1, -1):
        scores = [(one, [sign**at * row for row in without(one, parts)]) for at, one in enumerate(names)]
        variance, *_ = plain(scores)
        assert of_animals(*scores).variance == pytest.approx(variance)


@pytest.mark.parametrize("top", [1.0, 100.0])
@pytest.mark.parametrize("mean", [0.05, 0.9])
@pytest.mark.parametrize("names", DESIGNS.values(), ids=DESIGNS)
def test_the_skew_is_a_beta_laws_at_least(names, mean, top):
    """Of animals that show too little of it, or the other sign, that of the law with their mean and variance; of
    animals that show more, their own.
    """
    share = sum((sum(1 / len(row) for row in names if animal in row) / len(names)) ** 3 for animal in "abcdef")
    for parts in ((0.0, 0.01, 0.02, 0.03, 0.04, 0.05), (0.3, 0.0, 0.0, 0.0, 0.0, 0.0), (0.0, 0.3, 0.3, 0.3, 0.3, 0.3)):
        left_out = without(names, dict(zip("abcdef", top * np.array(parts), strict=True)))
        _, _, own, spread = plain([(names, left_out)])
        of_law = beta(mean, spread / top**2) * top**3 * share
        expected = max(own, of_law) if of_law > 0 else min(own, of_law)
        assert of_animals((names, left_out), mean=top * mean, top=top).third == pytest.approx(expected)


@pytest.mark.parametrize("share", [2, 17])
def test_animals_that_score_all_or_nothing_keep_their_own_skew(share):
    """No law between 0 and 1 varies as much as theirs seems to; a few with all of the score skew the mean most."""
    names, parts = (tuple(map(str, range(19))),), np.repeat([1.0, 0.0], [share, 19 - share])
    left_out = [(parts.sum() - parts) / 18]
    own = (((parts - parts.mean()) / 19) ** 3).sum()
    found = of_animals((names, left_out), mean=parts.mean(), top=1.0)
    assert found.third == pytest.approx(own)
    assert (own > 0) == (share == 2)


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_animals_that_score_alike_have_no_skew(score):
    """None or all of what there is: no variance, and nothing divided by nothing."""
    names = DESIGNS["crossed"]
    found = of_animals((names, without(names, dict.fromkeys("abcdef", score))), mean=score, top=1.0)
    assert (found.variance, found.third) == (0, 0)


def test_as_many_draws_as_scores_are_asked_for():
    """Left-out scores of another number of draws are not cut to it."""
    with pytest.raises(ValueError, match="shorter"):
        of_animals(((("a", "b"),) * 2, [np.zeros(2)]))


def beta(mean, variance):
    """The third central moment of a beta law, from its two parameters."""
    both = mean * (1 - mean) / variance - 1
    a, b = mean * both, (1 - mean) * both
    return 2 * (b - a) * a * b / (both**3 * (both + 1) * (both + 2))


def test_a_skewness_is_the_third_cumulant_over_the_error_cubed():
    """No more than ``MOST`` either way."""
    assert Part(4.0, 3, 2.0).skewness == pytest.approx(0.25)
    assert [float(Part(4.0, 3, third).skewness) for third in (40.0, -40.0)] == [MOST, -MOST] == [0.5, -0.5]
    assert Part(4.0, 3).skewness == 0
