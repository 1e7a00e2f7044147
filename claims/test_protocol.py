"""The protocol: what the running models do, beside what the paper says they do (II-B.1 to II-B.3)."""

import pytest

from reproduce.experiments import dcnn, wide
from reproduce.experiments.dcnn import mining
from reproduce.experiments.mlp import layers, protocol
from reproduce.experiments.wide import features
from reproduce.verdicts import check, judged_in

LIONS = "LionData"
#: What the MLP's protocol counts -> its score and value: five folds, patience five, 64 x 64 inputs, one fixed seed.
COUNTS = {
    "folds": ("folds", "5"),
    "patience": ("patience", "5"),
    "inputs": ("inputs", "4096"),
    "seed": ("unequal", "0"),
}
#: The same in words.
COUNTED = {
    "folds": "five folds",
    "patience": "a patience of five epochs",
    "inputs": "64 x 64 pixels as inputs",
    "seed": "one fixed seed: two runs end equal",
}
#: One hidden layer on 64 x 64 pixels, a class for each of the 75 lions trained on and for no other.
LAYERS = {"hidden_layers": "1", "inputs": "4096", "classes": "75", "foreign": "0"}
IN_WORDS = {
    "hidden_layers": "one hidden layer",
    "inputs": "64 x 64 inputs",
    "classes": "a class for each of the 75 training lions",
    "foreign": "no class for any other lion",
    "relu_error": "a ReLU in its hidden layer",
    "softmax_error": "a softmax at its output",
}
#: What the DCNN's protocol counts, in words.
DCNN = {
    "steps": "300 steps: three epochs of 100",
    "batch": "batches of 32 images",
    "input_low": "inputs from -1 on",
    "input_high": "inputs up to 1",
}
#: Every pair of 594 training and of 146 test images; LightGBM's defaults.
WIDE = {
    "pairs": "176121",
    "test_pairs": "10585",
    "trees": "100",
    "most_leaves": "31",
    "learning_rate": "0.1",
    "asymmetry": "0",
}
WIDE_IN_WORDS = {
    "pairs": "176,121 training pairs: every two of 594 images",
    "test_pairs": "10,585 test pairs: every two of 146 images",
    "trees": "100 trees, the default",
    "most_leaves": "at most 31 leaves a tree, the default",
    "learning_rate": "a learning rate of 0.1, the default",
    "asymmetry": "the same answer for a pair in either order",
}


@check("P.adam", at="II-B.1", unit="relative")
def test_the_running_training_is_adam(claim):
    """Twenty steps of the running training follow Adam with beta 0.9 and 0.999 and epsilon 1e-8."""
    error = claim(protocol.adam, LIONS, score="relative_error")
    claim.at_most(error, 1e-10, because="rounding in float64 leaves 1e-12; another epsilon or beta leaves 1e-6 or more")


@check("P.mlp.{row}", at="II-B.1", words=COUNTED)
@pytest.mark.parametrize("row", COUNTS)
def test_the_running_training_keeps_the_protocol(claim, row):
    """The running training has {row}."""
    score, value = COUNTS[row]
    claim.exactly(claim(protocol.protocol, LIONS, score=score), value)


@check("P.mlp.grid", at="II-B.1", fidelity="assumed")
def test_the_search_tries_the_grid(claim):
    """The grid search tries twelve points of batch size and learning rate."""
    claim.exactly(claim(protocol.protocol, LIONS, score="points"), "12")


@check("P.mlp.steps", at="II-B.1", fidelity="assumed")
def test_an_epoch_sees_every_image_once(claim):
    """An epoch is one pass in batches over the images that are not held out."""
    taken = claim(protocol.protocol, LIONS, score="steps_per_epoch")
    claim.exactly(taken - claim(protocol.protocol, LIONS, score="expected_steps"), "0")


@check("P.mlp.range.{end}", at="II-B.1", fidelity="assumed")
@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_pixels_lie_between_0_and_1(claim, end):
    """The {end} grey value that reaches the network lies between 0 and 1."""
    ours = claim(protocol.protocol, LIONS, score=end)
    bound = {"lowest": claim.at_least, "highest": claim.at_most}[end]
    bound(ours, {"lowest": 0, "highest": 1}[end], because="our reading of 'greyscale': the paper names no range")


@check("P.mlp.layers.{fact}", at="II-B.1", words=IN_WORDS)
@pytest.mark.parametrize(
    "fact, expected", {"hidden_layers": "1", "inputs": "4096", "classes": "75", "foreign": "0"}.items()
)
def test_the_network_has_the_layers_described(claim, fact, expected):
    """The running network has {fact}."""
    claim.exactly(claim(layers.layers, LIONS, score=fact), expected)


@check("P.mlp.layers.{error}", at="II-B.1", words=IN_WORDS)
@pytest.mark.parametrize("error", ["relu_error", "softmax_error"])
def test_the_layers_compute_what_they_are_called(claim, error):
    """The running network computes {error}."""
    ours = claim(layers.layers, LIONS, score=error)
    claim.at_most(ours, 1e-5, because="float32 leaves 1e-7; another activation leaves a tenth or more")


@check("P.dcnn.{what}", at="II-B.2", unit="as printed", words=DCNN)
@judged_in("paper", "MobileNetV2")
@pytest.mark.parametrize("what", ["steps", "batch", "input_low", "input_high"])
def test_the_dcnn_is_trained_as_described(claim, what, setting):
    """The running training has {what}."""
    claim.exactly(claim(dcnn.protocol, setting.lions, score=what), claim.printed)


@check("P.dcnn.collapsed_loss", at="II-B.2", unit="nats")
@judged_in("MobileNetV2")
def test_a_collapse_costs_ln_2(claim, setting):
    """A batch that collapsed to one point costs ln 2: the margin is soft."""
    claim.exactly(claim(dcnn.protocol, setting.lions, score="collapsed_loss"), "0.6931")


@check("P.dcnn.mining", at="II-B.2, IV", unit="nats")
@judged_in("paper", "MobileNetV2")
def test_triplets_are_mined_as_described(claim, setting):
    """The running training's loss is that of semi-hard triplets under a soft margin, recomputed anchor by anchor."""
    ours = claim(mining.mining, setting.lions, score="loss_difference")
    claim.at_most(ours, 1e-5, because="float32 leaves 1e-7; the hardest negatives or a fixed margin a quarter")


@check("P.wide.features.{detector}", at="II-B.3", unit="pairs %")
@judged_in("LionData")
@pytest.mark.parametrize("detector", ["ORB", "SIFT", "BRISK"])
def test_each_detector_reaches_the_features_of_a_pair(claim, detector, setting):
    """Without {detector}'s descriptors the features of nearly every test pair are others."""
    ours = claim(features.features, setting.cattle, score=f"pairs/{detector}")
    claim.at_least(ours, 99, because="an image may lack keypoints of one; a detector left out reaches none")


@check("P.wide.{fact}", at="II-B.3", words=WIDE_IN_WORDS)
@judged_in("LionData")
@pytest.mark.parametrize("fact, expected", WIDE.items())
def test_the_wide_model_is_trained_as_described(claim, fact, expected, setting):
    """The running LightGBM model has {fact}."""
    claim.exactly(claim(wide.protocol, setting.cattle, score=fact), expected)
