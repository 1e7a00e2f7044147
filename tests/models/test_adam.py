"""Adam against torch's, and its properties."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from strategies import examples, float_arrays

from reproduce.errors import InvalidInputError
from reproduce.models import Adam
from reproduce.models.mlp import adam as adam_module

SHAPE = (2, 3)


@functools.cache
def torch():
    """The oracle, imported where it is asked: each process of a whole suite collects this file."""
    import torch

    return torch


class AgainstTorch(RuleBasedStateMachine):
    """Any settings, any sequence of gradients: the parameters stay torch's."""

    @initialize(
        theta=float_arrays(SHAPE),
        rate=st.sampled_from([1e-4, 1e-3, 0.3]),
        betas=st.sampled_from([(0.9, 0.999), (0.0, 0.0), (0.5, 0.9), (0.99, 0.3), (0.0, 0.999)]),
        epsilon=st.sampled_from([1e-8, 1e-3, 1.0]),
    )
    def start(self, theta, rate, betas, epsilon):
        self.ours = theta.copy()
        self.theirs = torch().tensor(theta, requires_grad=True)
        self.adam = Adam(rate, *betas, epsilon)
        self.oracle = torch().optim.Adam([self.theirs], lr=rate, betas=betas, eps=epsilon)
        self.travelled = 0.0

    @rule(g=float_arrays(SHAPE, -1e6, 1e6), scale=st.sampled_from([1e-12, 1e-4, 1.0, 1e6]))
    def step(self, g, scale):
        self._step(g * scale)

    @rule(g=float_arrays(SHAPE), times=st.integers(2, 40))
    def step_many_times(self, g, times):
        for k in range(times):
            self._step(g * np.cos(k))

    @rule()
    def step_with_no_gradient(self):
        self._step(np.zeros(SHAPE))

    def _step(self, g):
        before = self.ours.copy()
        self.adam.step(self.ours, g)
        self.theirs.grad = torch().tensor(g)
        self.oracle.step()
        self.travelled += np.abs(self.ours - before).max()

    @invariant()
    def parameters_agree(self):
        size = np.abs(self.ours).max() + self.travelled
        np.testing.assert_allclose(self.ours, self.theirs.detach().numpy(), rtol=0, atol=1e-12 * size)


TestAgainstTorch = AgainstTorch.TestCase
TestAgainstTorch.settings = examples(30, stateful_step_count=12)


@pytest.mark.parametrize("size", [7, adam_module.CHUNK // 8 + 5])
def test_twenty_steps_equal_torch(size):
    """Twenty steps in float64 agree with torch to 1e-12 relative, in one chunk and across two."""
    rng = np.random.default_rng(0)
    ours = rng.standard_normal(size)
    theirs = torch().tensor(ours.copy(), requires_grad=True)
    adam, oracle = Adam(), torch().optim.Adam([theirs])
    for _ in range(20):
        g = rng.standard_normal(size)
        adam.step(ours, g)
        theirs.grad = torch().tensor(g)
        oracle.step()
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-12)


@given(float_arrays((5,), 1e-3, 1e3))
@settings(deadline=None)
def test_the_first_step_is_the_learning_rate_against_the_sign(g):
    """After one step every coordinate with a gradient has moved by the learning rate, zero ones not at all."""
    theta = np.zeros(5)
    Adam(0.01).step(theta, g)
    np.testing.assert_allclose(theta, -0.01 * np.sign(g), rtol=1e-4)


def test_a_zero_gradient_moves_nothing_at_first_and_less_and_less_later():
    """Zero gradients leave fresh parameters alone, and let momentum fade."""
    theta = np.ones(3)
    adam = Adam()
    adam.step(theta, np.zeros(3))
    assert (theta == 1).all()
    adam.step(theta, np.ones(3))
    moves = []
    for _ in range(30):
        before = theta.copy()
        adam.step(theta, np.zeros(3))
        moves.append(before[0] - theta[0])
    assert (np.diff(moves) < 0).all()
    assert moves[-1] > 0


def run(gradients, theta, **settings):
    """The parameters after all gradients."""
    theta, adam = theta.copy(), Adam(**settings)
    for g in gradients:
        adam.step(theta, np.array(g))
    return theta


@given(st.lists(float_arrays((4,)), min_size=1, max_size=40))
@examples(30)
def test_sign_symmetry_and_independent_coordinates(gradients):
    """Negated gradients mirror the path, bit for bit; a coordinate's path ignores the others."""
    path = run(gradients, np.zeros(4))
    np.testing.assert_array_equal(run([-g for g in gradients], np.zeros(4)), -path)
    for k in range(4):
        np.testing.assert_array_equal(run([g[k : k + 1] for g in gradients], np.zeros(1)), path[k : k + 1])


@given(
    st.lists(float_arrays((4,)).map(lambda g: g.round(3)), min_size=1, max_size=20), st.sampled_from([1e-3, 8.0, 1e5])
)
@examples(30)
def test_the_scale_of_the_gradients_does_not_matter_up_to_epsilon(gradients, scale):
    """With epsilon near nothing, scaled gradients take the same path."""
    path = run(gradients, np.zeros(4), epsilon=1e-30)
    scaled = run([scale * g for g in gradients], np.zeros(4), epsilon=1e-30)
    np.testing.assert_allclose(scaled, path, atol=1e-12)


@given(st.lists(float_arrays((6,)), min_size=1, max_size=20))
@examples(30)
def test_splitting_an_array_changes_nothing(gradients):
    """One array, a list of two halves, small chunks, and a strided view take the same path."""
    path = run(gradients, np.ones(6))
    first, second, adam = np.ones(2), np.ones((2, 2)), Adam()
    strided, lone = np.ones((6, 2))[:, 0], Adam()
    for g in gradients:
        adam.step([first, second], [g[:2], g[2:].reshape(2, 2)])
        lone.step(strided, g)
    np.testing.assert_array_equal(np.concatenate([first, second.ravel()]), path)
    np.testing.assert_allclose(strided, path, rtol=0, atol=1e-15)


def test_chunks_do_not_show(monkeypatch):
    """Chunks of three elements give the bits of one chunk."""
    rng = np.random.default_rng(1)
    gradients = list(rng.standard_normal((25, 10)))
    whole = run(gradients, np.zeros(10))
    monkeypatch.setattr(adam_module, "CHUNK", 24)
    np.testing.assert_array_equal(run(gradients, np.zeros(10)), whole)


def test_float32_stays_float32_and_near_float64():
    """Float32 parameters are updated in place in their own dtype."""
    gradients = np.random.default_rng(2).standard_normal((200, 8))
    theta = np.zeros(8, np.float32)
    adam = Adam()
    for g in gradients.astype(np.float32):
        adam.step(theta, g)
    assert theta.dtype == np.float32
    np.testing.assert_allclose(theta, run(gradients, np.zeros(8)), atol=2e-6)


@pytest.mark.parametrize(
    "theta, g",
    [
        (np.zeros(3), np.zeros(4)),
        (np.zeros(4), np.zeros(3)),
        (np.zeros(3), np.zeros(3, np.float32)),
        (np.zeros(3, np.float32), np.zeros(3)),
        (np.zeros(3, int), np.zeros(3, int)),
        ([np.zeros(3)], [np.zeros(3), np.zeros(3)]),
        ([np.zeros(3), np.zeros(3)], [np.zeros(3)]),
    ],
)
def test_arrays_that_do_not_fit_are_refused(theta, g):
    """Another shape, dtype or count is an error, not a broadcast, and speaks of no moments at the first step."""
    with pytest.raises(InvalidInputError, match="Adam") as caught:
        Adam().step(theta, g)
    assert "its moments" not in str(caught.value)


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_arrays_at_a_later_step_is_refused(count):
    """After two arrays neither one nor three."""
    adam = Adam()
    adam.step([np.zeros(3)] * 2, [np.ones(3)] * 2)
    with pytest.raises(InvalidInputError, match=rf"{count} arrays, {count} gradients and 2 kept moments"):
        adam.step([np.zeros(3)] * count, [np.ones(3)] * count)


@pytest.mark.parametrize("length", [2, 4])
def test_another_shape_at_a_later_step_is_refused(length):
    """The second array has grown or shrunk: it is named, with the shape it had."""
    adam = Adam()
    adam.step([np.zeros(3), np.zeros(3)], [np.ones(3), np.ones(3)])
    with pytest.raises(InvalidInputError, match=rf"array 1 has shape \({length},\).*, its moments \(3,\)"):
        adam.step([np.zeros(3), np.zeros(length)], [np.ones(3), np.ones(length)])


def test_read_only_parameters_are_refused():
    """Parameters that cannot be written are an error, before anything has moved."""
    theta = np.zeros(3)
    theta.flags.writeable = False
    with pytest.raises(InvalidInputError, match="read-only"):
        Adam().step(theta, np.ones(3))
    assert (theta == 0).all()


@pytest.mark.parametrize(
    "settings",
    [
        {"learning_rate": -1},
        {"learning_rate": np.inf},
        {"learning_rate": np.nan},
        {"beta_1": -0.1},
        {"beta_1": 1.0},
        {"beta_2": -0.1},
        {"beta_2": 1.0},
        {"epsilon": -1},
        {"epsilon": np.inf},
        {"epsilon": np.nan},
    ],
)
def test_settings_out_of_range_are_refused(settings):
    """Each setting names itself when it is out of range."""
    with pytest.raises(InvalidInputError, match=next(iter(settings))):
        Adam(**settings)


@pytest.mark.parametrize("name", ["learning_rate", "beta_1", "beta_2", "epsilon"])
def test_every_setting_may_be_0(name):
    """Nothing learned, no memory of one kind or the other, nothing added to the root."""
    theta = np.zeros(3)
    Adam(**{name: 0}).step(theta, np.ones(3))
    np.testing.assert_allclose(theta, 0 if name == "learning_rate" else -1e-3, rtol=1e-6)
