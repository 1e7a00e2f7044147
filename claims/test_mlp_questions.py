"""Questions to Table I: what training adds, what it is worth, and what width, loss or scaling would change (IV)."""

import pytest

from reproduce.experiments import mlp
from reproduce.experiments.mlp import ROWS
from reproduce.experiments.unlearned import baselines
from reproduce.verdicts import AFRESH, control, judged_in, question

SCALINGS = {"unit": "unit", "std": "standardised"}
#: Parameters in words.
WORDS = {
    "unit": "pixels in [0, 1]",
    "std": "standardised pixels",
    "64x2": "two layers of 64 units",
    **{units: f"{units} units" for units in ("64", "32", "16")},
}
ANY = "any advantage, paired by seed, counts"
AT_LENGTH_ONE = ANY + "; both at length one, as the triplet's cosine distance sees it"
each_scaling = pytest.mark.parametrize("row", SCALINGS)


@control("I.trains.{row}", at="III-A", unit="MAP@R %", words=WORDS)
@judged_in("other animals")
@pytest.mark.parametrize("row", ROWS)
def test_training_beats_not_training(claim, row, setting):
    """Training an MLP of {row} raises the score of its last hidden layer above that before the first step."""
    after = claim(mlp.embed, setting.cattle, hidden=ROWS[row], score="map_at_r")
    claim.exceeds(after, claim(mlp.embed, setting.cattle, hidden=ROWS[row], score="map_at_r/before"), by=0, because=ANY)


@control("I.chance", at="III-A", unit="MAP@R %")
@judged_in("other animals")
def test_the_trained_layer_beats_chance(claim, setting):
    """A 64-unit layer trained at batch 32 and learning rate 3e-4 scores above a random order."""
    # Not Table I's row, where half of the seeds kill every unit on the lions. Seeds 0-2 had been seen when this was
    # chosen in its place: it is judged on others.
    ours = claim(mlp.train, setting.cattle, score="map_at_r", seeds=AFRESH)
    claim.exceeds(ours, claim(mlp.train, setting.cattle, score="chance", seeds=AFRESH), by=0, because=ANY)


@control("I.pixels", at="III-A", unit="MAP@R %")
@judged_in("other animals")
def test_the_trained_layer_beats_raw_pixels(claim, setting):
    """A 64-unit layer trained at batch 32 and learning rate 3e-4 scores above the grey pixels it was given."""
    # Chosen as the claim above it was.
    ours = claim(mlp.train, setting.cattle, score="map_at_r", seeds=AFRESH)
    pixels = claim(baselines.pixels, setting.cattle, score="map_at_r", seeds=AFRESH)
    claim.exceeds(ours, pixels, by=0, because=ANY)


@control("I.untrained-pixels", at="III-A", unit="MAP@R %")
@judged_in("other animals")
def test_the_untrained_layer_beats_raw_pixels(claim, setting):
    """The untrained 64-unit layer scores above the grey pixels it was given."""
    ours = claim(baselines.untrained, setting.cattle, score="map_at_r")
    claim.exceeds(ours, claim(baselines.pixels, setting.cattle, score="map_at_r"), by=0, because=ANY)


@control("I.untrained-chance", at="III-A", unit="MAP@R %")
@judged_in("other cattle")
def test_the_untrained_layer_beats_chance(claim, setting):
    """The untrained 64-unit layer scores above a random order of cattle."""
    ours = claim(baselines.untrained, setting.cattle, score="map_at_r")
    claim.exceeds(ours, claim(baselines.untrained, setting.cattle, score="chance"), by=0, because=ANY)


@question("I.capacity", at="IV", unit="MAP@R %")
@judged_in("paper", "other animals")
def test_more_capacity_is_what_is_missing(claim, setting):
    """A trained layer of 256 units scores above one of 64, both at batch 32 and learning rate 3e-4."""
    wide = claim(mlp.train, setting.cattle, hidden=(256,), score="map_at_r")
    claim.exceeds(wide, claim(mlp.train, setting.cattle, score="map_at_r"), by=0, because=ANY)


@control("I.wide-trains", at="IV", unit="MAP@R %")
@judged_in("other animals")
def test_training_beats_not_training_with_more_capacity(claim, setting):
    """With 256 units training raises the score above that of the same layer before step one."""
    after = claim(mlp.train, setting.cattle, hidden=(256,), score="map_at_r")
    claim.exceeds(after, claim(mlp.train, setting.cattle, hidden=(256,), score="map_at_r/before"), by=0, because=ANY)


@question("I.loss.{row}", at="abstract", unit="MAP@R %", words=WORDS)
@judged_in("paper", "other animals")
@each_scaling
def test_a_loss_made_for_embeddings_is_what_is_missing(claim, row, setting):
    """The same 64-unit network scores higher under the triplet loss than under cross-entropy, with {row}."""
    triplet = claim(mlp.train, setting.cattle, objective="triplet", scaling=SCALINGS[row], score="map_at_r/l2")
    entropy = claim(mlp.train, setting.cattle, scaling=SCALINGS[row], score="map_at_r/l2")
    claim.exceeds(triplet, entropy, by=0, because=AT_LENGTH_ONE)


@control("I.scaling", at="II-B.1", unit="MAP@R %")
@judged_in("other animals")
def test_standardised_pixels_help(claim, setting):
    """The 64-unit network scores higher when its pixels are standardised instead of lying in [0, 1]."""
    ours = claim(mlp.train, setting.cattle, scaling="standardised", score="map_at_r")
    claim.exceeds(ours, claim(mlp.train, setting.cattle, score="map_at_r"), by=0, because=ANY)


@control("I.labels.{row}", at="III-A", unit="MAP@R %", words=WORDS)
@judged_in("other animals")
@each_scaling
def test_the_labels_teach_something(claim, row, setting):
    """With {row} the layer scores higher trained on the true identities than on shuffled ones."""
    true = claim(mlp.train, setting.cattle, scaling=SCALINGS[row], score="map_at_r")
    shuffled = claim(mlp.train, setting.cattle, scaling=SCALINGS[row], labels="shuffled", score="map_at_r")
    claim.exceeds(true, shuffled, by=0, because=ANY)


@control("I.std-trains", at="III-A", unit="MAP@R %")
@judged_in("other animals")
def test_training_beats_not_training_on_standardised_pixels(claim, setting):
    """With standardised pixels training raises the score above that of the same 64 units before step one."""
    after = claim(mlp.train, setting.cattle, scaling="standardised", score="map_at_r")
    before = claim(mlp.train, setting.cattle, scaling="standardised", score="map_at_r/before")
    claim.exceeds(after, before, by=0, because=ANY)
