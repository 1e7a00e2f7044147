"""Softmax and cross-entropy."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax
from scipy.special import softmax as scipy_softmax
from strategies import examples, logits_with_labels

from reproduce.errors import InvalidInputError
from reproduce.models import softmax
from reproduce.models.mlp.output import cross_entropy, cross_entropy_gradient, loss_and_delta

SOME = examples(50)


@SOME
@given(logits_with_labels())
def test_softmax_is_a_distribution_and_agrees_with_scipy(drawn):
    """Rows sum to one, are positive, and equal scipy's."""
    z, _ = drawn
    p = softmax(z)
    assert p.sum(axis=1) == pytest.approx(1, abs=1e-14)
    assert (p > 0).all()
    np.testing.assert_allclose(p, scipy_softmax(z, axis=1), rtol=1e-13)


@SOME
@given(logits_with_labels(), st.floats(-1e3, 1e3))
def test_softmax_ignores_a_shift(drawn, shift):
    """Adding one number to all logits of a row changes nothing."""
    z, _ = drawn
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-9)


@SOME
@given(logits_with_labels(), st.randoms(use_true_random=False))
def test_softmax_follows_a_permutation_and_keeps_the_order(drawn, random):
    """Permuted logits give permuted probabilities, and a larger logit never a smaller probability."""
    z, _ = drawn
    order = random.sample(range(z.shape[1]), z.shape[1])
    np.testing.assert_allclose(softmax(z[:, order]), softmax(z)[:, order], rtol=1e-14)
    p = softmax(z)
    for row in range(len(z)):
        assert (np.diff(p[row][np.argsort(z[row])]) >= 0).all()


@SOME
@given(st.lists(st.sampled_from([1e308, -1e308, 0.0, -np.inf]), min_size=1, max_size=6))
def test_softmax_is_finite_at_the_ends_of_float64(values):
    """Logits of +-1e308 and -inf give finite probabilities, exactly 0 for -inf."""
    z = np.array([*values, 0.0])
    with np.errstate(all="raise", under="ignore"):
        p = softmax(z)
    assert np.isfinite(p).all()
    assert p.sum() == pytest.approx(1)
    assert (p[z == -np.inf] == 0).all()


@pytest.mark.parametrize("bad", [[np.nan, 0.0], [np.inf, 0.0], [-np.inf, -np.inf], [], 1.0])
def test_softmax_refuses_what_means_no_distribution(bad):
    """NaN, +inf, only -inf, no classes at all and a number alone are errors."""
    with pytest.raises(InvalidInputError, match="softmax"):
        softmax(np.array(bad))


def test_softmax_keeps_float32_and_takes_any_axis():
    """The dtype of float32 logits stays; axis 0 normalises columns; the input is left alone."""
    z = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert softmax(z).dtype == np.float32
    np.testing.assert_allclose(softmax(z, axis=0).sum(axis=0), 1, rtol=1e-6)
    assert z[1, 2] == 5


@pytest.mark.parametrize("dtype", [np.float16, np.float64, int])
def test_softmax_computes_in_float64_but_for_float32(dtype):
    """Half precision and whole numbers give the digits that double precision gives."""
    p = softmax(np.array([0, 1, 3], dtype))
    assert p.dtype == np.float64
    np.testing.assert_array_equal(p, softmax(np.array([0.0, 1.0, 3.0])))


@SOME
@given(logits_with_labels())
def test_cross_entropy_agrees_with_scipy_and_its_gradient_is_p_minus_y(drawn):
    """The loss is the mean of -log softmax at the label; the gradient (p - y) / N equals central differences."""
    z, labels = drawn
    at = np.arange(len(z)), labels
    assert cross_entropy(z, labels) == pytest.approx(-log_softmax(z, axis=1)[at].mean(), rel=1e-12, abs=1e-12)
    p_minus_y = scipy_softmax(z, axis=1)
    p_minus_y[at] -= 1
    gradient = cross_entropy_gradient(z, labels)
    np.testing.assert_allclose(gradient, p_minus_y / len(z), atol=1e-15)
    step = 1e-5
    for place in np.ndindex(z.shape):
        up, down = z.copy(), z.copy()
        up[place] += step
        down[place] -= step
        slope = (cross_entropy(up, labels) - cross_entropy(down, labels)) / (2 * step)
        assert gradient[place] == pytest.approx(slope, abs=1e-8)


@SOME
@given(logits_with_labels())
def test_the_training_loop_sees_the_same_loss_and_gradient(drawn):
    """The in-place pair equals the checked functions."""
    z, labels = drawn
    kept = z.copy()
    assert loss_and_delta(z, labels) == pytest.approx(cross_entropy(kept, labels), abs=1e-12)
    np.testing.assert_array_equal(z, cross_entropy_gradient(kept, labels))


def test_cross_entropy_does_not_overflow():
    """Logits of a thousand are no more to the checked loss than to that of the training loop."""
    z = np.array([[1000.0, 0.0], [1000.0, 0.0]])
    assert cross_entropy(z, np.array([0, 1])) == 500


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_training_loop_does_not_overflow(dtype):
    """Logits of a thousand, whose exponentials no float holds: a sure answer costs nothing, a wrong one a thousand."""
    z = np.array([[1000, 0], [1000, 0]], dtype)
    assert loss_and_delta(z, np.array([0, 1])) == 500
    np.testing.assert_array_equal(z, [[0, 0], [0.5, -0.5]])


@pytest.mark.parametrize(
    "labels, said",
    [
        ([0, 3], "one or more of 0..2"),
        ([-1, 0], "one or more of 0..2"),
        ([0.0, 1.0], "integer labels"),
        ([0], "(1,)"),
        ([0, 1, 2], "(3,)"),
    ],
)
def test_cross_entropy_refuses_labels_that_name_no_class(labels, said):
    """Labels out of range, not whole, or of another length are errors that say what is wanted."""
    with pytest.raises(InvalidInputError, match=re.escape(said)):
        cross_entropy(np.zeros((2, 3)), np.array(labels))


@pytest.mark.parametrize(
    "shape, said", [((2,), "got (2,)"), ((2, 3, 4), "got (2, 3, 4)"), ((0, 3), "one or more of 0..2")]
)
def test_cross_entropy_refuses_logits_that_are_no_rows(shape, said):
    """One axis, three axes, or no row at all: errors too, of the loss and of its gradient."""
    for function in (cross_entropy, cross_entropy_gradient):
        with pytest.raises(InvalidInputError, match=re.escape(said)):
            function(np.zeros(shape), np.zeros(shape[0], int))
