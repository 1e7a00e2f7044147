"""Controls: why did the lions fail? Beside Tables II and III, and the protocol as the running training shows it."""

import itertools

import pytest

from reproduce.experiments import baselines, dcnn

LIONS = "LionData"
BACKBONES = ["MobileNetV2", "DenseNet169"]
ANY = "any advantage, paired by seed, counts"
AT_MOST_PRINTED = "the best row of Table III: a reading that explains the table ends at or under it"

#: The lions a score is of, and the suffix of its name.
SETS = {"19": "", "75": "@train", "94": "@all"}
UNLEARNED = "colour alone, which learns nothing, scores 18.2"
#: What was found of a claim that fails: (name, *parameters) -> our mean lies in [low, high], and why.
FOUND: dict[tuple, tuple[float, float, str]] = {
    ("histogram", "MobileNetV2"): (-12.0, -9.5, UNLEARNED),
    ("histogram", "DenseNet169"): (-8.5, -5.5, UNLEARNED),
    ("rate", "1e-5", "19"): (2.7, 3.9, "it ends where the frozen backbone began, above the table"),
    ("rate", "1e-5", "75"): (1.2, 1.8, "it ends where the frozen backbone began, above the table"),
    ("rate", "1e-5", "94"): (1.0, 1.5, "it ends where the frozen backbone began, above the table"),
    ("random", "19"): (2.5, 4.5, "even features of random weights tell these 19 apart better than the table"),
}


def known(name, *rows):
    """Each row as a parameter, with what was found of it where it is known to fail."""
    params = []
    for row in rows:
        found = FOUND.get((name, *row))
        marks = [pytest.mark.deviation("fails", ours=found[:2], because=found[2])] if found else []
        params.append(pytest.param(*row, marks=marks))
    return params


each_backbone = pytest.mark.parametrize("backbone", BACKBONES)


def control(name, unit="MAP@R %", at="III-B"):
    """The mark of a control on the paper's lions with another backbone."""
    return pytest.mark.claim(name + "@{backbone}", at=at, unit=unit, fidelity="proxy", proxy="{backbone}")


def stand_in(backbone):
    """The factors that name a backbone and its weights."""
    return {"backbone": backbone, "weights": backbone.lower(), "resize": "area"}


@control("III.over-chance")
@each_backbone
def test_lions_are_told_apart_better_than_by_chance(claim, backbone):
    """The 64-d embedding of the 19 lions scores above a random order."""
    ours = claim(dcnn.embed, LIONS, score="map_at_r", **stand_in(backbone))
    claim.exceeds(ours, claim(dcnn.embed, LIONS, score="chance", **stand_in(backbone)), by=0, because=ANY)


@control("III.over-backbone")
@each_backbone
def test_training_adds_to_the_backbone(claim, backbone):
    """Three epochs raise the score of the 19 lions above that of the frozen backbone's own features."""
    ours = claim(dcnn.embed, LIONS, score="map_at_r", **stand_in(backbone))
    claim.exceeds(ours, claim(dcnn.untrained, LIONS, score="map_at_r", **stand_in(backbone)), by=0, because=ANY)


@control("III.over-histogram")
@pytest.mark.parametrize("backbone", known("histogram", *zip(BACKBONES)))
def test_it_beats_a_colour_histogram(claim, backbone):
    """The 64-d embedding scores above a colour histogram that learns nothing."""
    ours = claim(dcnn.embed, LIONS, score="map_at_r", **stand_in(backbone))
    claim.exceeds(ours, claim(baselines.histogram, LIONS, score="map_at_r"), by=0, because=ANY)


@control("III.no-collapse", unit="cosine distance", at="II-B.2")
@each_backbone
def test_training_does_not_collapse(claim, backbone):
    """Embeddings of the last twenty batches lie half a cosine distance apart or more: nothing collapsed."""
    ours = claim(dcnn.embed, LIONS, score="last_spread", **stand_in(backbone))
    claim.at_least(ours, 0.5, because="0 is a collapse to one point, 1 the spread of random directions")


@control("III.overfits")
@each_backbone
def test_it_knows_the_lions_it_was_trained_on(claim, backbone):
    """The 75 lions trained on score at least twenty points above the 19 never seen."""
    seen = claim(dcnn.embed, LIONS, score="map_at_r@train", **stand_in(backbone))
    unseen = claim(dcnn.embed, LIONS, score="map_at_r", **stand_in(backbone))
    claim.exceeds(seen, unseen, by=20, because="what does not generalise was learned nonetheless: pilot 50 against 7")


@control("III.not-the-session")
@pytest.mark.parametrize("backbone", ["MobileNetV2"])
def test_the_score_is_lost_with_shuffled_labels(claim, backbone):
    """Trained on labels in random order the 19 lions score less: the labels carried something."""
    ours = claim(dcnn.embed, LIONS, score="map_at_r", **stand_in(backbone))
    shuffled = claim(dcnn.embed, LIONS, shuffled=True, score="map_at_r", **stand_in(backbone))
    claim.exceeds(ours, shuffled, by=0, because=ANY)


@control("III.rate.{rate}.{lions}")
@pytest.mark.parametrize("backbone", ["MobileNetV2"])
@pytest.mark.parametrize("rate, lions", known("rate", *itertools.product(["1e-5"], SETS)))
def test_a_small_learning_rate_explains_the_table(claim, backbone, rate, lions):
    """At a learning rate of {rate} the {lions} lions score no more than the best printed row, 0.93."""
    score = f"map_at_r{SETS[lions]}"
    ours = claim(dcnn.embed, LIONS, learning_rate=float(rate), score=score, **stand_in(backbone))
    claim.at_most(ours, "0.93", because=AT_MOST_PRINTED)


@control("III.random-backbone.{lions}")
@pytest.mark.parametrize("backbone", ["MobileNetV2"])
@pytest.mark.parametrize("lions", known("random", *zip(SETS)))
def test_a_backbone_without_weights_explains_the_table(claim, backbone, lions):
    """On a frozen backbone of random weights (96 px) the {lions} lions score no more than the best row, 0.93."""
    score = f"map_at_r{SETS[lions]}"
    ours = claim(dcnn.embed, LIONS, backbone=backbone, weights="none", size=96, resize="area", score=score)
    claim.at_most(ours, "0.93", because=AT_MOST_PRINTED)


# II-B.2 as the running training shows it.

MEASURED = {"steps": "300", "batch": "32", "input_low": "-1", "input_high": "1", "collapsed_loss": "0.6931"}


@pytest.mark.claim("P.dcnn.{what}", at="II-B.2", unit="as printed", fidelity="proxy", proxy="MobileNetV2")
@pytest.mark.parametrize("what, printed", MEASURED.items())
def test_the_protocol_is_kept(claim, what, printed):
    """The running training has {what} {printed}: 3 epochs of 100, 32 images, [-1, 1], soft margin (ln 2 collapsed)."""
    claim.exactly(claim(dcnn.protocol, LIONS, score=what, **stand_in("MobileNetV2")), printed)
