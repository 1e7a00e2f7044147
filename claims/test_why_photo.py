"""Why, photo: how much of a score is the same photograph?

LionData cuts several images, face, ear, whiskers, from one photograph, and such images agree in light, grass and
colour whoever is on them: 156 of the 2,661 pairs of one lion. If a score lives by them, leaving the query's own
photograph out of its ranking takes much of it; if not, little. What colour and local matching lose on the 19 was
known roughly (4 and 10 points) before this rule was written; of the network nothing was.

Cattle have no such photographs, but neighbouring video frames, and OpenCows2020 does not say which they are. If a
score lives by them, the same animals lose much of it when of each the images least like each other are taken; and if
it lives by the barn, whose camera hangs over one place, the animals outside it are found less. Neither herd had been
scored before its rule was written.
"""

import pytest

from reproduce.experiments import dcnn, wide
from reproduce.experiments.evaluate import LIONS
from reproduce.experiments.unlearned import baselines
from reproduce.experiments.unlearned.cues import IN_WORDS, UNLEARNED
from reproduce.verdicts import control, judged_in, question

FEW = "five points are a quarter of the best figure that the paper quotes; 156 of 2,661 pairs are six in a hundred"
CHANCE = "any advantage over a random order counts"
MOVED = "as of the photographs: five points are worth a sentence"
each_model = pytest.mark.parametrize("model", UNLEARNED)
#: Of the trained network, as of its causes in why.augment: said before any was run.
FEWER = 5


@question("why.photo.histogram", at="Table III", unit="MAP@R %", fidelity="exact")
def test_colour_lives_by_the_photograph(claim):
    """A colour histogram of the 19 lions loses more than five points without the query's own photograph."""
    whole = claim(baselines.histogram, "LionData", score="map_at_r")
    claim.exceeds(whole, claim(baselines.histogram, "LionData", same_photo=False, score="map_at_r"), by=5, because=FEW)


@question("why.photo.local", at="III-B", unit="MAP@R %", fidelity="exact")
def test_local_matching_lives_by_the_photograph(claim):
    """SIFT local matching of the 19 lions loses more than five points without the query's own photograph."""
    whole = claim(wide.lnbnn, "LionData", score="map_at_r")
    claim.exceeds(whole, claim(wide.lnbnn, "LionData", same_photo=False, score="map_at_r"), by=5, because=FEW)


@control("why.photo.local-chance", at="III-B", unit="above chance %", fidelity="exact")
def test_local_matching_finds_more_than_the_photograph(claim):
    """Without the query's own photograph SIFT local matching still finds more of the 19 lions than chance."""
    claim.at_least(claim(wide.lnbnn, "LionData", same_photo=False, score="above_chance"), 0, because=CHANCE)


@question("why.photo.dcnn.{lions}", at="Table III", unit="MAP@R %")
@judged_in("MobileNetV2")
@pytest.mark.parametrize("lions", LIONS)
def test_the_trained_network_lives_by_the_photograph(claim, lions, setting):
    """The trained embedding of the {lions} lions loses more than five points without the query's own photograph."""
    trained = {"score": f"map_at_r{LIONS[lions]}", "seeds": FEWER}
    whole = claim(dcnn.embed, setting.lions, **trained)
    claim.exceeds(whole, claim(dcnn.embed, setting.lions, same_photo=False, **trained), by=5, because=FEW)


@question("why.photo.frames.{model}", at="III-A", unit="MAP@R %", words=IN_WORDS)
@judged_in("spaced frames")
@each_model
def test_cattle_live_by_neighbouring_frames(claim, model, setting):
    """On the least similar images of the same cattle the score by {model} is five points lower."""
    claim.exceeds(_of(claim, model, setting.beside), _of(claim, model, setting.cattle), by=5, because=MOVED)


@question("why.photo.frames.dcnn", at="III-A", unit="MAP@R %")
@judged_in("spaced frames")
def test_the_trained_network_lives_by_neighbouring_frames(claim, setting):
    """On the least similar images of the same cattle the trained embedding scores five points less."""
    trained = {"score": "map_at_r", "seeds": FEWER}
    thinned = claim(dcnn.embed, setting.beside, **trained)
    claim.exceeds(thinned, claim(dcnn.embed, setting.cattle, **trained), by=5, because=MOVED)


@question("why.photo.barn.{model}", at="III-A", unit="above chance %", words=IN_WORDS)
@judged_in("outside the barn")
@each_model
def test_cattle_live_by_the_barn(claim, model, setting):
    """The barn's cattle are found by {model} five points better than those outside it, above chance."""
    barn = _of(claim, model, setting.beside, "above_chance")
    claim.exceeds(barn, _of(claim, model, setting.cattle, "above_chance"), by=5, because=MOVED)


def _of(claim, model, cattle, score="map_at_r"):
    return claim(UNLEARNED[model], cattle, score=score)
