"""Why, loss: is a loss made for embeddings what the MLP lacks, or did its units only die?

Under the triplet loss the paper's network, whose embedding ends in a ReLU, loses two thirds of its units on pixels in
[0, 1], and so the loss and the dead units cannot be told apart. Here the last hidden layer is left linear: no unit can
die, and what is left of the loss's effect is the loss's own. If the dead units were all of it, the two losses score
alike then; if the ReLU itself stood in the way, each loss gains by its leaving. One learning rate need not suit both:
in the last question each loss has its own, that which finds one part of the training animals best from the others.
"""

import pytest

from reproduce.experiments import mlp
from reproduce.verdicts import control, judged_in, question

SCALINGS = {"unit": "unit", "std": "standardised"}
LOSSES = {"triplet": "triplet", "entropy": "cross-entropy"}
ANY = "any advantage, paired by seed, counts; both at length one, as the triplet's cosine distance sees it"
#: Twelve fits choose a rate: five seeds, said before any was run.
FEWER = 5
#: Parameters in words.
WORDS = {
    "unit": "pixels in [0, 1]",
    "std": "standardised pixels",
    "triplet": "the triplet loss",
    "entropy": "cross-entropy",
}
each_scaling = pytest.mark.parametrize("row", SCALINGS)
each_loss = pytest.mark.parametrize("loss", LOSSES)


@question("why.loss.{row}", at="abstract", unit="MAP@R %", words=WORDS)
@judged_in("paper", "other animals")
@each_scaling
def test_a_loss_made_for_embeddings_is_missing(claim, row, setting):
    """With a linear output, 64 wide, the triplet loss scores higher than cross-entropy on {row}."""
    linear = {"output": "linear", "scaling": SCALINGS[row], "score": "map_at_r/l2"}
    triplet = claim(mlp.train, setting.cattle, objective="triplet", **linear)
    claim.exceeds(triplet, claim(mlp.train, setting.cattle, objective="cross-entropy", **linear), by=0, because=ANY)


@question("why.loss.rate", at="abstract", unit="MAP@R %")
@judged_in("other animals")
def test_each_loss_has_its_own_rate(claim, setting):
    """With a linear output, standardised pixels and a rate chosen for each loss, the triplet loss scores higher."""
    chosen = {"output": "linear", "scaling": "standardised", "learning_rate": "chosen", "score": "map_at_r/l2"}
    triplet = claim(mlp.train, setting.cattle, objective="triplet", seeds=FEWER, **chosen)
    entropy = claim(mlp.train, setting.cattle, objective="cross-entropy", seeds=FEWER, **chosen)
    claim.exceeds(triplet, entropy, by=0, because=ANY)


@control("why.loss.relu.{loss}.{row}", at="abstract", unit="MAP@R %", words=WORDS)
@judged_in("other animals")
@each_scaling
@each_loss
def test_the_output_stood_in_the_way(claim, loss, row, setting):
    """Under {loss} a linear output scores higher than one that ends in a ReLU, on {row}."""
    trained = {"objective": LOSSES[loss], "scaling": SCALINGS[row], "score": "map_at_r/l2"}
    linear = claim(mlp.train, setting.cattle, output="linear", **trained)
    claim.exceeds(linear, claim(mlp.train, setting.cattle, output="relu", **trained), by=0, because=ANY)


@control("why.loss.trains.{loss}", at="abstract", unit="MAP@R %", words=WORDS)
@judged_in("other animals")
@each_loss
def test_training_beats_not_training(claim, loss, setting):
    """With a linear output and standardised pixels, training by {loss} beats the same layer before its first step."""
    linear = {"output": "linear", "scaling": "standardised", "objective": LOSSES[loss]}
    after = claim(mlp.train, setting.cattle, score="map_at_r", **linear)
    claim.exceeds(after, claim(mlp.train, setting.cattle, score="map_at_r/before", **linear), by=0, because=ANY)
