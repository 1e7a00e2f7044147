"""Protocol of the MLP: what the running experiment does, beside what the paper says it does (II-B.1)."""

import pytest

from reproduce.experiments import mlp_protocol

#: Row -> (score, value); measured on the lions, whose pixels are at hand.
COUNTS = {
    "folds": ("folds", "5"),
    "patience": ("patience", "5"),
    "inputs": ("inputs", "4096"),
    "seed": ("unequal", "0"),
}


@pytest.mark.claim("P.adam", at="II-B.1", unit="relative", fidelity="exact")
def test_the_running_training_is_adam(claim):
    """Twenty steps of the running training follow Adam with beta 0.9 and 0.999 and epsilon 1e-8."""
    error = claim(mlp_protocol.adam, "LionData", score="relative_error")
    claim.at_most(error, 1e-10, because="rounding in float64 leaves 1e-12; another epsilon or beta leaves 1e-6 or more")


@pytest.mark.claim("P.mlp.{row}", at="II-B.1", fidelity="exact")
@pytest.mark.parametrize("row", COUNTS)
def test_the_running_training_keeps_the_protocol(claim, row):
    """The running training has five folds, patience five, 64 x 64 inputs, one fixed seed: here its {row}."""
    score, value = COUNTS[row]
    claim.exactly(claim(mlp_protocol.protocol, "LionData", score=score), value)


@pytest.mark.claim("P.mlp.grid", at="II-B.1", fidelity="assumed")
def test_the_search_tries_the_grid(claim):
    """The grid search tries twelve points of batch size and learning rate."""
    claim.exactly(claim(mlp_protocol.protocol, "LionData", score="points"), "12")


@pytest.mark.claim("P.mlp.steps", at="II-B.1", fidelity="assumed")
def test_an_epoch_sees_every_image_once(claim):
    """An epoch is one pass in batches over the images that are not held out."""
    taken = claim(mlp_protocol.protocol, "LionData", score="steps_per_epoch")
    expected = claim(mlp_protocol.protocol, "LionData", score="expected_steps")
    claim.exactly(taken - expected, "0")


@pytest.mark.claim("P.mlp.range.{end}", at="II-B.1", fidelity="assumed")
@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_pixels_lie_between_0_and_1(claim, end):
    """The {end} grey value that reaches the network lies in [0, 1]."""
    ours = claim(mlp_protocol.protocol, "LionData", score=end)
    bound = {"lowest": claim.at_least, "highest": claim.at_most}[end]
    bound(ours, {"lowest": 0, "highest": 1}[end], because="our reading of 'greyscale': the paper names no range")
