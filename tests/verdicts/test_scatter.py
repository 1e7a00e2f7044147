"""Seeds and animals: which carries a verdict, draws that overlap, and what the intervals cover."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import stdtrit

from reproduce.errors import InvalidInputError
from reproduce.experiments.registry import Experiment
from reproduce.record import Cell, Entry
from reproduce.running.request import Request
from reproduce.verdicts.judging.draws import Part, of_animals
from reproduce.verdicts.judging.judge import Estimate, skewed
from reproduce.verdicts.judging.scatter import (
    ANIMALS,
    SEEDS,
    Herd,
    added,
    carries,
    over_animals,
    seeds_and_animals,
    together,
)
from reproduce.verdicts.plugin.answers import compose

finite = st.floats(-1e6, 1e6)
TOY = Experiment("toy", lambda catalogue, seed: None, varies=("order",))


def without_each(scores):
    """A mean over animals with each left out."""
    return tuple(float(np.mean(np.delete(scores, at))) for at in range(len(scores)))


@pytest.mark.parametrize(
    "verb, paper, own, source",
    [("equals", "0.93", True, SEEDS), ("equals", "0.93", False, ANIMALS), ("at_most", "0.93", True, ANIMALS),
     ("equals", "0", True, ANIMALS), ("exceeds", "0", False, ANIMALS), ("equals", "0.95", True, ANIMALS),
     ("exceeds", "0.93", True, ANIMALS)],
)  # fmt: skip
def test_only_a_printed_figure_on_the_papers_animals_is_about_those(verb, paper, own, source):
    """Seeds alone carry a printed figure's verdict on the paper's animals; all else speaks of animals like these."""
    assert carries(verb, paper, "0.93", own) == source
    assert carries(verb, "", "", own) == ANIMALS
    assert carries("between", paper, "", own) == SEEDS


@given(st.lists(finite, min_size=3, max_size=30).filter(lambda values: np.std(values) > 1e-3))
def test_the_jackknife_of_a_mean_is_its_standard_error(values):
    """Where nothing else varies: leaving each animal out of a mean over animals gives that mean's standard error."""
    names = tuple(map(str, range(len(values))))
    estimate = seeds_and_animals([float(np.mean(values))], [Herd("D", (names,), (without_each(values),))])
    assert estimate.standard_error == pytest.approx(stats.sem(values), rel=1e-6)
    assert estimate.degrees_of_freedom == pytest.approx(len(values) - 1)
    third = np.sum(((np.array(values) - np.mean(values)) / len(values)) ** 3)
    skewness = np.clip(third / stats.sem(values) ** 3, -0.5, 0.5)
    assert estimate.skewness == pytest.approx(skewness, rel=1e-6, abs=1e-6)
    even = Estimate(estimate.mean, estimate.standard_error, estimate.degrees_of_freedom)
    expected = stats.t.interval(0.9, len(values) - 1, np.mean(values), stats.sem(values))
    assert even.interval() == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_few_seeds_have_the_fewest_degrees_of_freedom(n):
    """Two or three seeds take the least of the parts; one, with two herds, and four or more take Satterthwaite's."""
    rng = np.random.default_rng(0)
    herds = [Herd(data, (tuple("abcdefg")[:size],) * n, tuple(map(without_each, rng.normal(size=(n, size)))))
             for data, size in (("cows", 4), ("lions", 7))]  # fmt: skip
    values = rng.normal(size=n).tolist()
    parts = [of_animals((herd.names, [np.array(row) for row in herd.without])) for herd in herds]
    if n > 1:
        parts.append(Part(stats.sem(values) ** 2, n - 1))
    variance, freedom, _ = added(parts)
    estimate = seeds_and_animals(values, herds)
    assert estimate.standard_error == pytest.approx(variance**0.5)
    assert estimate.degrees_of_freedom == pytest.approx(min(n - 1, 3) if n in (2, 3) else freedom)


def test_what_nothing_moves_is_what_it_is():
    """No scatter of seeds or animals: no error, and as many degrees of freedom as were looked at."""
    still = Herd("D", (("a", "b"),), ((0.5, 0.5),))
    for values, herds, freedom in (([0.5] * 4, [still.repeated(4)], 3), ([0.5], [still], 1), ([0.5], [], 0)):
        estimate = seeds_and_animals(values, herds)
        assert (estimate.mean, estimate.standard_error, estimate.degrees_of_freedom) == (0.5, 0.0, freedom)


def test_draws_that_share_no_animal_are_counted_once():
    """Their scatter holds the animals already: nothing is added to s^2 / n."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(5, 4))
    names = tuple(tuple(f"{seed}.{animal}" for animal in range(4)) for seed in range(5))
    estimate = seeds_and_animals(scores.mean(axis=1).tolist(), [Herd("D", names, tuple(map(without_each, scores)))])
    assert estimate.standard_error == pytest.approx(stats.sem(scores.mean(axis=1)))


def test_animals_that_every_seed_tests_are_added_whole():
    """Crossed: s^2 / n of the seeds, and the standard error over animals of their means over seeds."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(5, 1)) + rng.normal(size=7) + 0.1 * rng.normal(size=(5, 7))
    herd = Herd("D", (tuple("abcdefg"),) * 5, tuple(map(without_each, scores)))
    expected = stats.sem(scores.mean(axis=1)) ** 2 + stats.sem(scores.mean(axis=0)) ** 2
    assert seeds_and_animals(scores.mean(axis=1).tolist(), [herd]).standard_error ** 2 == pytest.approx(expected)


def test_the_same_animals_under_two_models_are_paired_and_others_are_not():
    """A difference on the same animals has one herd; cattle less lions, and draws that overlap in part, have two."""
    one = Herd("D", (("a", "b"),), ((1.0, 2.0),))
    assert together([one, one.scaled(-1)])[0].without == ((0.0, 0.0),)
    assert len(together([one, Herd("lions", (("a", "b"),), ((1.0, 2.0),))])) == 2
    assert len(together([Herd("lions", (("a", "b"),), ((1.0, 2.0),)), one])) == 2
    for others in (("c", "d"), ("b", "c")):
        assert len(together([one, Herd("D", (others,), ((1.0, 2.0),))])) == 2


def test_two_sets_of_one_herd_are_paired():
    """The same nine cows, once thinned and once spaced: what they share cancels, as under two models on one set."""
    rng = np.random.default_rng(0)
    names, rows = tuple("abcdefghi"), rng.normal(size=(2, 3, 9))
    entries = [[
        Entry(Cell("toy", 1, {}, data, "", None, seed), {"s": row.mean()}, {},
              {"s": list(without_each(row))}, {"": names})
        for seed, row in enumerate(scores)
    ] for data, scores in zip(("OpenCows2020-thinned", "OpenCows2020-spaced"), rows, strict=True)]  # fmt: skip
    asked = [Request(TOY, one[0].cell.data, {}, range(3)) for one in entries]
    thinned, spaced = (compose(one, kept, "s", "", "") for one, kept in zip(asked, entries, strict=True))
    (herd,) = (thinned - spaced).herds
    expected = [without_each(row) for row in rows[0] - rows[1]]
    assert (herd.data, herd.names) == ("OpenCows2020", (names,) * 3)
    assert [list(row) for row in herd.without] == [pytest.approx(row) for row in expected]


def _overlapping(trials, same):
    """Two scores on draws of nine and ten of one herd of 20, under eight seeds: the true variance of the mean
    difference, and the mean of its estimates. ``same``: how alike an animal's part is in both scores, as a correlation.
    """
    rng = np.random.default_rng(0)
    draws = [[rng.permutation(20)[:size] for _ in range(8)] for size in (9, 10)]
    alpha = rng.multivariate_normal([0, 0], [[1, same], [same, 1]], size=(trials, 20))
    parts, means = [], 0.0
    for which, sign in ((0, 1), (1, -1)):
        scores = [sign * alpha[:, draw, which] + rng.normal(0, 0.3, (trials, 1)) for draw in draws[which]]
        left_out = [(score.sum(axis=1, keepdims=True) - score) / (score.shape[1] - 1) for score in scores]
        parts.append((tuple(tuple(map(str, draw)) for draw in draws[which]), left_out))
        means = means + np.stack([score.mean(axis=1) for score in scores], axis=1)
    variance, freedom, _ = of_animals(*parts)
    assert 8 < freedom < 19
    return means.mean(axis=1).var(), (means.var(axis=1, ddof=1) / 8 + variance).mean()


@pytest.mark.parametrize("same, most", [(0.0, 1.05), (0.5, 1.05), (1.0, 1.3)])
def test_animals_shared_in_part_count_once(same, most):
    """The variance of a difference over draws that overlap is right; it errs wide where animals score alike in both."""
    true, estimated = _overlapping(4000, same)
    assert 0.95 * true < estimated < most * true


def test_sets_without_a_common_animal_are_two_herds():
    """Cows in the barn and outside it, of one herd, add their variances and are estimated apart; a third joins two."""
    rng = np.random.default_rng(0)
    barn, outside, both = (
        Herd("D", (tuple(names),) * 5, tuple(map(without_each, rng.normal(size=(5, 5)))))
        for names in ("abcde", "vwxyz", "dewxy")
    )
    lions = Herd("lions", outside.names, outside.without)
    values = rng.normal(size=5).tolist()
    assert seeds_and_animals(values, [barn, outside]) == seeds_and_animals(values, [barn, lions])
    joined = seeds_and_animals(values, [barn, outside, both])
    for order in ([both, barn, outside], [barn, both, outside]):
        other = seeds_and_animals(values, order)
        assert other.standard_error == pytest.approx(joined.standard_error)
    assert joined.standard_error != pytest.approx(seeds_and_animals(values, [barn, lions, both]).standard_error)


def test_bounds_are_those_of_one_score_alone():
    """A low mean of parts in 0 to 1 is skewed at least as a beta law; a difference of two has no such bounds."""
    cows, lions = (Herd(data, (tuple("abcd"),), ((0.02, 0.02, 0.025, 0.015),)) for data in ("cows", "lions"))
    free, bounded = (seeds_and_animals([0.02], [cows], top=top) for top in (None, 1.0))
    assert bounded.skewness > free.skewness + 0.01
    assert seeds_and_animals([0.02], [cows, lions], top=1.0) == seeds_and_animals([0.02], [cows, lions])


def test_the_interval_of_a_score_over_its_animals():
    """By the jackknife, the score and each animal's part between 0 and 1."""
    left_out = (0.3, 0.3, 0.31, 0.29)
    herd = Herd("", (tuple("0123"),), (left_out,))
    assert over_animals(0.3, left_out) == seeds_and_animals([0.3], [herd], top=1.0).interval()
    assert over_animals(0.3, left_out) != seeds_and_animals([0.3], [herd], top=2.0).interval()


def test_a_share_of_what_was_left_is_taken_with_each_animal_left_out():
    """The gain through one less the base, draw by draw and animal by animal; draws or animals too many are an error."""
    names = (("a", "b"), ("a", "b"))
    gain, base = Herd("D", names, ((0.2, 0.3), (0.5, 0.1))), Herd("D", names, ((0.5, 0.25), (0.0, 0.75)))
    shares = gain.share_of(base)
    assert (shares.data, shares.names) == ("D", names)
    assert shares.without == (pytest.approx((0.4, 0.4)), pytest.approx((0.5, 0.4)))
    for other in (Herd("D", names[:1], ((0.5, 0.25),)), Herd("D", (("a", "b", "c"),) * 2, ((0.0, 0.0, 0.0),) * 2)):
        with pytest.raises(ValueError, match=r"shorter|longer"):
            gain.share_of(other)


def test_a_herd_says_who_was_left_out():
    """As many names as scores, two animals at least."""
    for names, without in (
        ((("a", "b"),), ((1.0,),)), ((("a", "b"),), ((1.0, 2.0, 3.0),)), ((("a",),), ((1.0,),)),
        ((("a", "b"), ("a",)), ((1.0, 2.0), (1.0,))),
    ):  # fmt: skip
        with pytest.raises(InvalidInputError, match="without each of >= 2 animals"):
            Herd("D", names, without)
    with pytest.raises(FrozenInstanceError):
        Herd("D", (("a", "b"),), ((1.0, 2.0),)).data = "E"


#: Spreads of animals, seeds, and noise of an animal under a seed.
SPREADS = {"animals": (1, 0, 0), "animals, noise": (1, 0.3, 1), "all": (1, 1, 1), "seeds": (0.1, 1, 1)}
#: Tested under each seed, of how many: all of 9 to 21, and draws of nine from the barn's 21 and the thinned herd's 45.
HERDS = [(9, 9), (14, 14), (19, 19), (21, 21), (9, 21), (9, 45)]


def missed(mean, part, truth=0.0):
    """Whether the 90 % interval lies wholly above the truth, and whether wholly below; arrays."""
    h = skewed((mean - truth) / np.sqrt(part.variance), part.skewness)
    return h > stdtrit(part.freedom, 0.95), h < stdtrit(part.freedom, 0.05)


def beyond(n, tested, herd, spreads, trials=12_000):
    """How often the 90 % interval lies wholly above the truth, 0, and how often wholly below."""
    rng = np.random.default_rng([n, tested, herd, list(SPREADS).index(spreads), 1])
    animal, seed, noise = SPREADS[spreads]
    above = below = 0
    for _ in range(8):  # so many sets of draws
        draws = [np.sort(rng.permutation(herd)[:tested]) for _ in range(n)]
        names = tuple(tuple(map(str, sorted(draw, key=str))) for draw in draws)
        shape = (trials // 8, herd)
        alpha = rng.normal(0, animal, shape)
        scores = [alpha[:, np.array(row, int)] + rng.normal(0, seed, (len(alpha), 1)) for row in names]
        scores = [score + rng.normal(0, noise, score.shape) for score in scores]
        means = np.stack([score.mean(axis=1) for score in scores], axis=1)
        left_out = [(score.sum(axis=1, keepdims=True) - score) / (tested - 1) for score in scores]
        part = added([Part(means.var(axis=1, ddof=1) / n + 1e-30, n - 1), of_animals((names, left_out))])
        over, under = missed(means.mean(axis=1), part)
        above, below = above + np.sum(over), below + np.sum(under)
    return above / trials, below / trials


@pytest.mark.parametrize("n", [5, 14])
@pytest.mark.parametrize("tested, herd", HERDS)
def test_the_interval_covers_nine_in_ten_truths(n, tested, herd):
    """Crossed and with overlapping draws, whatever scatters most: coverage 88 to 93 %, either error at most 6 %."""
    for spreads in SPREADS:
        above, below = beyond(n, tested, herd, spreads)
        assert 0.88 <= 1 - above - below <= 0.93, spreads
        assert max(above, below) <= 0.06, spreads


@pytest.mark.parametrize("tested, herd, least", [(9, 21, 2.5), (9, 45, 1.7)])
def test_the_scatter_of_draws_alone_says_too_little(tested, herd, least):
    """Fourteen draws of one herd: the standard error with its animals is 2 to 3.4 times that of the draws."""
    rng = np.random.default_rng(0)
    ratios = []
    for _ in range(50):
        draws = [np.sort(rng.permutation(herd)[:tested]) for _ in range(14)]
        alpha = rng.normal(size=herd)
        means = [float(alpha[draw].mean()) for draw in draws]
        names = tuple(tuple(map(str, draw)) for draw in draws)
        whole = seeds_and_animals(means, [Herd("D", names, tuple(without_each(alpha[draw]) for draw in draws))])
        ratios.append(whole.standard_error / stats.sem(means))
    assert least < np.median(ratios) < 3.5
