"""Pair scores against scikit-learn and against a second pass without each animal."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, brier_score_loss, roc_auc_score
from strategies import examples

from reproduce.errors import InvalidInputError
from reproduce.metrics.constant import constant_pair_accuracy
from reproduce.metrics.pairs import calibration_error, histograms, pair_scores


@st.composite
def answers(draw):
    """P(same) for every pair of a few labelled images: coarse values, so that they tie."""
    labels = np.array(draw(st.lists(st.integers(0, 4), min_size=4, max_size=12)))
    labels[:3] = [7, 7, 8]
    pairs = len(labels) * (len(labels) - 1) // 2
    grid = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
    return np.array(draw(st.lists(grid, min_size=pairs, max_size=pairs))), labels


def kinds(labels):
    i, j = np.triu_indices(len(labels), 1)
    return labels[i] == labels[j]


@examples(80)
@given(answers())
def test_scores_are_scikit_learns(drawn):
    """Accuracy, balanced accuracy, AUC and Brier; the constant's accuracy is that of the class sizes."""
    p, labels = drawn
    same, scores = kinds(labels), pair_scores(*drawn)
    assert scores.accuracy == pytest.approx(accuracy_score(same, p > 0.5))
    assert scores.balanced_accuracy == pytest.approx(balanced_accuracy_score(same, p > 0.5))
    assert scores.auc == pytest.approx(roc_auc_score(same, p))
    assert scores.brier == pytest.approx(brier_score_loss(same, p))
    assert scores.constant == pytest.approx(constant_pair_accuracy(np.unique(labels, return_counts=True)[1]))
    assert scores.gain == pytest.approx(scores.accuracy - scores.constant)
    assert (scores.pairs, scores.same, scores.said_same) == (len(p), same.sum(), (p > 0.5).sum())


@examples(80)
@given(answers())
def test_leaving_out_an_animal_is_a_second_pass_without_it(drawn):
    """Every score without each animal, against scoring the other images' pairs anew; none of too few animals."""
    p, labels = drawn
    scores = pair_scores(p, labels)
    i, j = np.triu_indices(len(labels), 1)
    for at, animal in enumerate(scores.animals):
        others = labels.astype(str) != animal
        rest_p, rest = p[others[i] & others[j]], labels[others]
        if len(rest) < 2 or not 0 < kinds(rest).sum() < len(rest_p):
            assert scores.leave_one_out == {}
            return
        again = pair_scores(rest_p, rest)
        for name, values in scores.leave_one_out.items():
            assert values[at] == pytest.approx(getattr(again, name), abs=1e-12), name


def test_the_constant_model_gains_nothing():
    """Always "different": accuracy is the constant's, balanced accuracy and AUC a half, calibrated it is not."""
    labels = np.repeat([0, 1, 2], 4)
    scores = pair_scores(np.zeros(66), labels)
    assert scores.gain == 0
    assert scores.said_same == 0
    assert scores.balanced_accuracy == scores.auc == 0.5
    assert scores.calibration_error == pytest.approx(18 / 66)
    share = pair_scores(np.full(66, 18 / 66), labels)
    assert share.brier == pytest.approx(share.constant_brier)
    assert share.calibration_error == pytest.approx(0)


def test_calibration_error_by_hand():
    """Two bins: 0.2 said where half is true of two, 0.9 said where all of two is true."""
    p, truth = np.array([0.2, 0.2, 0.9, 0.9]), np.array([True, False, True, True])
    assert calibration_error(p, truth, bins=2) == pytest.approx((2 * 0.3 + 2 * 0.1) / 4)
    # Bins of the upper half are told apart, and a sure 1 lies in the last.
    assert calibration_error([0.6, 0.7, 0.9, 1.0], [False, True, True, True]) == pytest.approx((0.6 + 0.3 + 0.1) / 4)
    assert calibration_error([0.95, 1.0], [True, False]) == pytest.approx(0.95 / 2)  # 1 is in the last bin too


def test_there_are_ten_bins_and_forty_parts_unless_told_otherwise():
    """0.19 and 0.21 lie in one of nine or eleven bins, and in two of ten; the scores stay what they are."""
    assert calibration_error([0.19, 0.21], [False, True]) == pytest.approx((0.19 + 0.79) / 2)
    p, labels = [0.5, 0.1, 0.2], [0, 0, 1]
    assert [len(counts) for counts in histograms(p, labels).values()] == [40, 40]
    with pytest.raises(FrozenInstanceError):
        pair_scores(p, labels).auc = 1.0


@pytest.mark.parametrize(
    "p, labels, words",
    [
        ([0.5], [0, 0, 1], "3 pairs"),
        ([0.5, 1.5, 0.5], [0, 0, 1], r"\[0, 1\]"),
        ([0.5, np.nan, 0.5], [0, 0, 1], r"\[0, 1\]"),
        ([0.5, 0.5, 0.5], [0, 0, 0], "nothing to tell apart"),
        ([0.5, 0.5, 0.5], [0, 1, 2], "nothing to tell apart"),
        ([], [0], "at least one"),
    ],
)
def test_input_without_an_answer_is_one_clear_error(p, labels, words):
    """Lengths, ranges and kinds that no score can be computed from."""
    with pytest.raises(InvalidInputError, match=words):
        pair_scores(p, labels)


def test_the_constant_says_different_even_where_most_pairs_are_the_same():
    """It is no majority vote: told nothing of the test pairs it is wrong on six of ten here."""
    scores = pair_scores(np.linspace(0, 1, 10), np.array([0, 0, 0, 0, 1]))
    assert (scores.pairs, scores.same) == (10, 6)
    assert scores.constant == pytest.approx(0.4)
    assert scores.gain == pytest.approx(scores.accuracy - 0.4)
    assert constant_pair_accuracy([4, 1]) == pytest.approx(0.4)


@examples(40)
@given(answers())
def test_histograms_count_every_pair_once(drawn):
    """By kind they sum to the pairs of that kind, and a threshold between two parts splits them as the scores do."""
    scores, found = pair_scores(*drawn), histograms(*drawn, bins=5)
    assert (sum(found["one"]), sum(map(sum, found.values()))) == (scores.same, scores.pairs)
    assert sum(sum(counts[3:]) for counts in found.values()) == int((drawn[0] > 0.6).sum())
