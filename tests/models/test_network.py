"""The network's gradients, and the symmetries of a hidden layer."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import examples

from reproduce.models.mlp.network import Network
from reproduce.models.mlp.objectives import CrossEntropy, Triplet
from reproduce.models.mlp.semihard import semi_hard_triplet_loss


def network(sizes, seed, linear=False):
    """A float64 network with random weights and biases."""
    net = Network(sizes, "float64", linear)
    rng = np.random.default_rng(seed)
    net.initialise(rng)
    for b in net.biases:
        b[:] = rng.standard_normal(len(b)) * 0.1
    return net


def central_differences(function, vector, step=1e-6):
    """The slope of a function of nothing in every coordinate of a vector that it reads."""
    slopes = np.empty_like(vector)
    for k in range(len(vector)):
        kept = vector[k]
        vector[k] = kept + step
        up = function()
        vector[k] = kept - step
        slopes[k] = (up - function()) / (2 * step)
        vector[k] = kept
    return slopes


@given(
    hidden=st.sampled_from([(8,), (6, 8), (5, 7, 8)]),
    objective=st.sampled_from([CrossEntropy(), Triplet()]),
    linear=st.booleans(),
    seed=st.integers(0, 10_000),
)
@examples(60)
def test_gradients_equal_central_differences(hidden, objective, linear, seed):
    """For both objectives, any depth and either output, every parameter's gradient is the slope of the loss."""
    net = network((6, *hidden, 4), seed, linear)
    rng = np.random.default_rng(seed + 1)
    X, y = rng.standard_normal((8, 6)), np.array([0, 0, 1, 1, 2, 2, 3, 3])
    if isinstance(objective, Triplet):  # mining jumps where two distances tie: there is no slope to compare
        U = net.infer(X, -1)
        assume((U**2).sum(axis=1).min() > 0)
        U /= np.linalg.norm(U, axis=1, keepdims=True)
        assume(np.diff(np.sort((U @ U.T)[np.triu_indices(8, 1)])).min() > 1e-5)
    objective.gradient(net, X, y)
    gradient = net.gradient.copy()
    slopes = central_differences(lambda: objective.gradient(net, X, y), net.parameters)
    wrong = np.abs(gradient - slopes) > 1e-6
    if wrong.any():  # a unit that comes alive within the step has no slope: a smaller step must heal it
        slopes = central_differences(lambda: objective.gradient(net, X, y), net.parameters, 1e-9)
        np.testing.assert_allclose(gradient[wrong], slopes[wrong], atol=1e-5)


@given(seed=st.integers(0, 10_000), depth=st.integers(0, 1))
@examples(20)
def test_permuting_hidden_units_permutes_the_embedding_and_nothing_else(seed, depth):
    """Hidden units in another order: the same logits, and the last layer's activations in that order."""
    net, other = network((5, 4, 6, 3), seed), network((5, 4, 6, 3), seed)
    rng = np.random.default_rng(seed)
    X, order = rng.standard_normal((7, 5)), rng.permutation(net.sizes[depth + 1])
    other.weights[depth][:] = net.weights[depth][:, order]
    other.biases[depth][:] = net.biases[depth][order]
    other.weights[depth + 1][:] = net.weights[depth + 1][order]
    np.testing.assert_allclose(other.infer(X), net.infer(X), atol=1e-12)
    hidden = net.infer(X, -1)[:, order] if depth else net.infer(X, -1)
    np.testing.assert_allclose(other.infer(X, -1), hidden, atol=1e-12)


@given(seed=st.integers(0, 10_000))
@examples(20)
def test_permuting_classes_permutes_the_output_layer_and_nothing_else(seed):
    """Classes renamed, with the output columns: the same loss, the same gradient below."""
    net, other = network((5, 4, 3), seed), network((5, 4, 3), seed)
    rng = np.random.default_rng(seed)
    X, y, order = rng.standard_normal((7, 5)), rng.integers(0, 3, 7), rng.permutation(3)
    other.weights[1][:] = net.weights[1][:, order]
    other.biases[1][:] = net.biases[1][order]
    loss = CrossEntropy().gradient(net, X, y)
    assert CrossEntropy().gradient(other, X, np.argsort(order)[y]) == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(other.weight_gradients[0], net.weight_gradients[0], atol=1e-12)
    np.testing.assert_allclose(other.weight_gradients[1], net.weight_gradients[1][:, order], atol=1e-12)


def test_glorot_uniform_weights_and_zero_biases():
    """Weights fill +-sqrt(6 / (in + out)) evenly; biases start at zero; everything lies in one vector."""
    net = Network((300, 200, 10))
    net.initialise(np.random.default_rng(0))
    bound = np.sqrt(6 / 500)
    W = net.weights[0]
    assert 0.99 * bound < np.abs(W).max() <= bound * (1 + 1e-6)
    assert W.std() == pytest.approx(bound / np.sqrt(3), rel=0.01)
    assert all((b == 0).all() for b in net.biases)
    assert all(np.shares_memory(part, net.parameters) for part in (*net.weights, *net.biases))


def test_the_matrices_lie_one_behind_the_other():
    """Each layer's weights, row by row, then its biases, and nothing before, between or behind."""
    net = Network((3, 4, 5, 2))
    net.parameters[:] = np.arange(3 * 4 + 4 + 4 * 5 + 5 + 5 * 2 + 2)
    parts = [part.ravel() for layer in zip(net.weights, net.biases, strict=True) for part in layer]
    np.testing.assert_array_equal(np.concatenate(parts), net.parameters)
    assert len(net.gradient) == len(net.parameters)


@pytest.mark.parametrize("hidden", [(6,), (6, 7), (6, 7, 8), (6, 7, 8, 9)])
def test_the_layers_are_those_of_the_formula(hidden):
    """A product, a bias and, below the logits, the larger of that and 0, which a linear output leaves out."""
    net, linear = Network((5, *hidden, 3), "float64"), network((5, *hidden, 3), 2, linear=True)
    net.parameters[:] = linear.parameters
    X = h = np.random.default_rng(3).standard_normal((20, 5))
    for W, b in zip(net.weights[:-1], net.biases[:-1], strict=True):
        z = h @ W + b
        h = np.maximum(z, 0)
    for one, last in ((net, h), (linear, z)):
        logits = last @ net.weights[-1] + net.biases[-1]
        for run in (one.forward, one.infer):
            np.testing.assert_allclose(run(X, -1), last, atol=1e-12)
            np.testing.assert_allclose(run(X), logits, atol=1e-12)


def test_batches_of_any_size_share_the_buffers():
    """Three rows, then eight, then three: each time the answers and the gradient of a fresh network, in kept memory."""
    net, rng = network((5, 4, 3), 0), np.random.default_rng(0)
    X, y = rng.standard_normal((8, 5)), np.array([0, 1, 2, 0, 1, 2, 0, 1])
    for rows in (3, 8, 3):
        np.testing.assert_allclose(net.forward(X[:rows]), net.infer(X[:rows]), atol=1e-12)
        fresh = network((5, 4, 3), 0)
        for objective in (CrossEntropy(), Triplet()):
            assert objective.gradient(net, X[:rows], y[:rows]) == objective.gradient(fresh, X[:rows], y[:rows])
            np.testing.assert_array_equal(net.gradient, fresh.gradient)
    assert np.shares_memory(net.forward(X), net.forward(X))
    assert np.shares_memory(net.forward(X), net.forward(X[:3]))


@pytest.mark.parametrize("linear", [False, True])
def test_forward_in_training_and_inference_agree(linear):
    """The buffered float32 pass and the float64 pass by blocks give the same activations, block edges included."""
    net = Network((9, 8, 7, 5), linear=linear)
    net.initialise(np.random.default_rng(3))
    X = np.random.default_rng(4).standard_normal((23, 9)).astype(np.float32)
    np.testing.assert_allclose(net.forward(X), net.infer(X, rows=10), atol=1e-5)
    np.testing.assert_allclose(net.forward(X, -1), net.infer(X, -1, rows=4), atol=1e-5)
    assert (net.infer(X, -1).min() < 0) == linear


def brute_force_triplets(E, labels):
    """The rule of the docstring, one anchor at a time."""
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    losses = []
    for a in range(len(E)):
        d = 1 - U @ U[a]
        positives = [d[k] for k in range(len(E)) if k != a and labels[k] == labels[a]]
        negatives = [d[k] for k in range(len(E)) if labels[k] != labels[a]]
        if positives and negatives:
            hardest = max(positives)
            farther = [value for value in negatives if value > hardest]
            losses.append(np.log1p(np.exp(hardest - (min(farther) if farther else max(negatives)))))
    return np.mean(losses) if losses else 0.0


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=9), seed=st.integers(0, 10_000))
@examples(80)
def test_triplet_loss_equals_the_rule_spelt_out(labels, seed):
    """Hardest positive, nearest farther negative or else the farthest, softplus: anchor by anchor."""
    labels = np.array(labels)
    E = np.random.default_rng(seed).standard_normal((len(labels), 3))
    loss, gradient = semi_hard_triplet_loss(E, labels)
    assert loss == pytest.approx(brute_force_triplets(E, labels), rel=1e-9)
    assert gradient.shape == E.shape


def test_a_negative_as_far_as_the_positive_is_not_farther():
    """Positive and one negative at distance 1, the other at 2: that one is mined."""
    E = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [-1.0, 0.0]])
    loss, _ = semi_hard_triplet_loss(E, np.array([0, 0, 1, 1]), np.array([0]))
    assert loss == pytest.approx(np.log1p(np.exp(-1)), abs=1e-15)


def test_a_collapsed_batch_costs_ln_2_and_dead_embeddings_get_no_gradient():
    """All embeddings equal: ln 2 exactly. All zero: ln 2 and a gradient of zero, not NaN."""
    labels = np.array([0, 0, 1, 1])
    assert semi_hard_triplet_loss(np.ones((4, 2)), labels)[0] == pytest.approx(np.log(2), abs=1e-15)
    loss, gradient = semi_hard_triplet_loss(np.zeros((4, 2)), labels)
    assert loss == pytest.approx(np.log(2), abs=1e-15)
    assert (gradient == 0).all()


def test_the_scale_of_an_embedding_does_not_matter_to_the_triplet_loss():
    """Cosine distance: scaled rows give the same loss, and the gradient is orthogonal to each row."""
    rng = np.random.default_rng(5)
    E, labels = rng.standard_normal((6, 4)), np.array([0, 0, 1, 1, 2, 2])
    loss, gradient = semi_hard_triplet_loss(E, labels)
    assert semi_hard_triplet_loss(E * rng.uniform(0.1, 9, (6, 1)), labels)[0] == pytest.approx(loss)
    np.testing.assert_allclose((gradient * E).sum(axis=1), 0, atol=1e-12)


def test_only_the_chosen_anchors_ask():
    """With anchors named, the mean is over them alone, while every image may answer."""
    rng = np.random.default_rng(6)
    E, labels = rng.standard_normal((8, 4)), np.arange(8) % 2
    each = [semi_hard_triplet_loss(E, labels, np.array([a]))[0] for a in range(8)]
    assert semi_hard_triplet_loss(E, labels)[0] == pytest.approx(np.mean(each))
    assert semi_hard_triplet_loss(E, labels, np.array([2, 5]))[0] == pytest.approx((each[2] + each[5]) / 2)


def test_layers_that_were_not_run_get_no_gradient():
    """After a step through the whole network, one through the hidden layers leaves the output layer's gradient at 0."""
    net, rng = network((5, 4, 3), 0), np.random.default_rng(0)
    X, y = rng.standard_normal((6, 5)), np.array([0, 0, 1, 1, 2, 2])
    CrossEntropy().gradient(net, X, y)
    assert (net.weight_gradients[1] != 0).any()
    Triplet().gradient(net, X, y)
    assert (net.weight_gradients[1] == 0).all()
    assert (net.bias_gradients[1] == 0).all()
    assert (net.weight_gradients[0] != 0).any()
