"""The pair classifier: symmetric, repeatable, and streamed. The pairs themselves: test_wide_pairs."""

import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import squareform
from strategies import examples

from reproduce.errors import InvalidInputError
from reproduce.models.wide.classifier import REPEATABLE, PairClassifier
from reproduce.models.wide.pairs import ENCODINGS, SYMMETRIC, encode

FEATURES = 5


def herd(animals=6, each=8, seed=0):
    """Vectors around one centre per animal, and the animals."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(animals, FEATURES))
    labels = np.repeat([f"animal {a}" for a in range(animals)], each)
    return (centres.repeat(each, axis=0) + 0.5 * random.normal(size=(len(labels), FEATURES))), labels


@pytest.fixture(scope="module")
def fitted():
    """One classifier per encoding, fitted once to the same herd."""
    X, y = herd()
    return {encoding: PairClassifier(encoding, rounds=20, random_state=1).fit(X, y) for encoding in ENCODINGS}


FINITE = st.floats(-1e6, 1e6, width=32)


@examples(60)
@given(st.data())
def test_the_symmetric_encodings_answer_the_same_both_ways(fitted, data):
    """p(a, b) = p(b, a) to the last bit, whatever the features; the whole matrix is symmetric too."""
    n = data.draw(st.integers(1, 6))
    a = data.draw(arrays(np.float32, (n, FEATURES), elements=FINITE))
    b = data.draw(arrays(np.float32, (n, FEATURES), elements=FINITE))
    for encoding in SYMMETRIC:
        model = fitted[encoding]
        assert np.array_equal(model.probability(a, b), model.probability(b, a))
        both = np.concatenate([a, b])
        reverse = model.distances(both[::-1])[::-1, ::-1]
        assert np.array_equal(model.distances(both), reverse)


def test_concatenation_depends_on_the_order_and_says_so(fitted):
    """The paper's possible reading gives two answers for one pair; the asymmetry is measured, and zero elsewhere."""
    X, _ = herd(seed=3)
    model = fitted["concatenation"]
    i, j = np.triu_indices(len(X), 1)
    gap = np.abs(model.probability(X[i], X[j]) - model.probability(X[j], X[i])).mean()
    assert gap > 0.01
    assert np.isclose(model.asymmetry(X), gap)
    assert all(fitted[encoding].asymmetry(X) == 0 for encoding in SYMMETRIC)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_streaming_gives_the_model_of_the_whole_matrix(fitted, encoding):
    """The same trees as LightGBM grown on all pairs held at once, and the same answers in any block size."""
    X, y = herd()
    X = X.astype(np.float32)
    i, j = np.triu_indices(len(X), 1)
    model = fitted[encoding]
    params = {**REPEATABLE, "num_threads": 1, "seed": 1}
    plain = lightgbm.train(params, lightgbm.Dataset(encode(X[i], X[j], encoding), label=y[i] == y[j]), 20)
    expected = plain.predict(encode(X[i], X[j], encoding))
    assert np.allclose(model.pair_probabilities(X), expected, atol=1e-12)
    small = PairClassifier(encoding, rounds=20, random_state=1, block=37).fit(X, y)
    assert np.array_equal(small.pair_probabilities(X), model.pair_probabilities(X))
    assert (model.pairs_, model.same_pairs_) == (len(i), int((y[i] == y[j]).sum()))


@pytest.mark.parametrize("ordered, self_pairs", [(True, False), (False, True), (True, True)])
def test_every_pair_read_otherwise(ordered, self_pairs):
    """Both orders, or self-pairs too: the trees of LightGBM on that list written out."""
    X, y = herd(each=4)
    X, n = X.astype(np.float32), len(X)
    i, j = np.triu_indices(n, 1)
    own = np.arange(n)
    first = np.concatenate([i, *([j] if ordered else []), *([own] if self_pairs else [])])
    second = np.concatenate([j, *([i] if ordered else []), *([own] if self_pairs else [])])
    model = PairClassifier("concatenation", rounds=5, ordered=ordered, self_pairs=self_pairs, block=100).fit(X, y)
    data = lightgbm.Dataset(encode(X[first], X[second], "concatenation"), label=y[first] == y[second])
    plain = lightgbm.train({**REPEATABLE, "num_threads": 1, "seed": 1}, data, 5)
    assert model.pairs_ == len(first)
    assert np.allclose(model.pair_probabilities(X), plain.predict(encode(X[i], X[j], "concatenation")), atol=1e-12)


def test_it_tells_animals_apart_and_repeats_bit_for_bit(fitted):
    """On a herd it has not seen but whose animals it has: same pairs are nearer; twice the same seed, the same bits."""
    X, y = herd()
    distances = fitted["difference"].distances(X)
    same = (y[:, None] == y) & ~np.eye(len(y), dtype=bool)
    assert distances[same].mean() < distances[~same & ~np.eye(len(y), dtype=bool)].mean() - 0.2
    assert not np.diag(distances).any()
    assert np.array_equal(squareform(distances), 1 - fitted["difference"].pair_probabilities(X))
    again = PairClassifier("difference", rounds=20, random_state=1).fit(X, y)
    assert np.array_equal(again.distances(X), distances)


def test_a_sampled_classifier_ranks_like_the_full_one():
    """A third of the pairs, weighted, still separates; and it says how many pairs it saw."""
    from sklearn.metrics import roc_auc_score

    X, y = herd(animals=8, each=10)
    i, j = np.triu_indices(len(X), 1)
    full = PairClassifier("difference", rounds=20).fit(X, y)
    part = PairClassifier("difference", rounds=20, max_pairs=1000).fit(X, y)
    assert part.pairs_ == 1000
    scores = [roc_auc_score(y[i] == y[j], model.pair_probabilities(X)) for model in (full, part)]
    assert scores[1] > scores[0] - 0.05
    assert abs(part.pair_probabilities(X).mean() - full.pair_probabilities(X).mean()) < 0.03


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: PairClassifier().fit(np.zeros((4, 2)), [0, 0, 0, 0]), "nothing to tell apart"),
        (lambda: PairClassifier().fit(np.zeros((4, 2)), [0, 1, 2, 3]), "nothing to tell apart"),
        (lambda: PairClassifier().fit(np.zeros((4, 2)), [0, 1]), "labels of shape"),
        (lambda: PairClassifier().fit(np.full((4, 2), np.nan), [0, 0, 1, 1]), "NaN or infinity"),
        (lambda: PairClassifier().fit(np.zeros(4), [0, 0, 1, 1]), "must be"),
        (lambda: PairClassifier(max_pairs=2, ordered=True).fit(np.eye(4), [0, 0, 1, 1]), "unordered pairs"),
        (lambda: PairClassifier("sum").fit(np.zeros((4, 2)), [0, 0, 1, 1]), "difference-product"),
    ],
)
def test_input_without_an_answer_is_one_clear_error(call, words):
    """Labels of one kind only, lengths that differ, NaN, an unknown encoding."""
    with pytest.raises(InvalidInputError, match=words):
        call()


def test_vectors_of_another_width_are_refused(fitted):
    """A model answers for vectors as wide as those it learned from."""
    with pytest.raises(InvalidInputError, match="not two arrays"):
        fitted["difference"].probability(np.zeros((2, 3)), np.zeros((2, 3)))
