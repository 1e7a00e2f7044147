"""Why, capacity: is it width, depth or what the MLP is given that it lacks? (III-A, IV)

The paper says of its MLPs that "perhaps more capacity is needed". `I.capacity` asks it of units that end in
a ReLU and can die. Here the last hidden layer is linear, so that no unit of the embedding can, pixels are
standardised, and the width alone or the depth alone is changed. If capacity lacked, wider
layers would score higher, and narrower ones lower. If what lacks is the input, the same 64 units find animals once
they are given what a frozen ImageNet network makes of the image, 224 px in colour, in place of 64 px in grey.
"""

import pytest

from reproduce.experiments import mlp
from reproduce.experiments.mlp import features
from reproduce.verdicts import control, judged_in, question

#: Under the name -> hidden layers, beside the 64 units that all are held against.
WIDTHS = {"16": (16,), "256": (256,), "1024": (1024,), "64x2": (64, 64)}
#: Parameters in words.
WORDS = {
    "64x2": "two layers of 64 units",
    **{units: f"{units} hidden units" for units in ("16", "256", "1024")},
    "triplet": "the triplet loss",
    "entropy": "cross-entropy",
}
LOSSES = {"triplet": "triplet", "entropy": "cross-entropy"}
ANIMALS = ("cattle", "lions")
#: A layer of 1024 takes minutes a seed: said for all widths before any was run.
FEWER = 5
ANY = "any advantage, paired by seed, counts"
FIVE = "five points are a quarter of the best figure that the paper quotes"
each_animal = pytest.mark.parametrize("animals", ANIMALS)


@question("why.capacity.{width}", at="IV", unit="MAP@R %", words=WORDS)
@judged_in("paper", "other animals")
@pytest.mark.parametrize("width", WIDTHS)
def test_other_widths_score_higher(claim, width, setting):
    """With a linear embedding {width} score higher than 64 hidden units."""
    sound = {"output": "linear", "scaling": "standardised", "score": "map_at_r", "seeds": FEWER}
    other = claim(mlp.train, setting.cattle, hidden=WIDTHS[width], **sound)
    claim.exceeds(other, claim(mlp.train, setting.cattle, hidden=(64,), **sound), by=0, because=ANY)


@question("why.capacity.input.{animals}", at="III-A, IV", unit="MAP@R %")
@judged_in("MobileNetV2")
@each_animal
def test_it_is_what_the_mlp_is_given(claim, animals, setting):
    """Given a frozen network's features in place of the pixels of {animals}, the MLP scores five points more."""
    data = getattr(setting, animals)
    fed = claim(features.train, data, output="linear", score="map_at_r")
    pixels = claim(mlp.train, data, output="linear", scaling="standardised", score="map_at_r")
    claim.exceeds(fed, pixels, by=5, because=FIVE)


@question("why.capacity.loss.{animals}", at="abstract", unit="MAP@R %")
@judged_in("MobileNetV2")
@each_animal
def test_a_loss_for_embeddings_is_missing_then(claim, animals, setting):
    """Given those features of {animals}, the triplet loss scores higher than cross-entropy, both at length one."""
    data = getattr(setting, animals)
    given = {"output": "linear", "score": "map_at_r/l2"}
    triplet = claim(features.train, data, objective="triplet", **given)
    claim.exceeds(triplet, claim(features.train, data, objective="cross-entropy", **given), by=0, because=ANY)


@control("why.capacity.trains.{animals}.{loss}", at="III-A", unit="MAP@R %", words=WORDS)
@judged_in("MobileNetV2")
@each_animal
@pytest.mark.parametrize("loss", LOSSES)
def test_training_adds_to_the_features(claim, animals, loss, setting):
    """Given those features of {animals}, training by {loss} raises the score above that before the first step."""
    data = getattr(setting, animals)
    given = {"output": "linear", "objective": LOSSES[loss]}
    after = claim(features.train, data, score="map_at_r", **given)
    claim.exceeds(after, claim(features.train, data, score="map_at_r/before", **given), by=0, because=ANY)
