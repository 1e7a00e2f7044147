"""Why, clean: are cattle "so clean", "such unique images", or only fewer, with more images each? (III-A, III-B)

Other cattle and lions are made equal one thing after another: 45 of each with the same class sizes, nine of each held
out, every image brought to one size, without colour. If numbers were the difference, cattle with the lions' numbers
would lose most of what they are ahead; if they do not, it lies in what is on the images. Neighbouring video frames are
on the cattle's side in any case: OpenCows2020 does not say which images are of one session.
"""

import pytest

from reproduce.experiments import dcnn
from reproduce.experiments.unlearned.cues import IN_WORDS, UNLEARNED
from reproduce.verdicts import control, judged_in, question

MOST = "cattle are 47 to 64 points ahead of lions, above chance: half of the least is most of a cause"
STRIKING = "twenty points is what the suite calls strikingly worse, as III.poor does"
each_model = pytest.mark.parametrize("model", UNLEARNED)


@question("why.clean.numbers.{model}", at="III-B", unit="above chance %", words=IN_WORDS)
@judged_in("the lions' numbers")
@each_model
def test_numbers_made_the_cattle_easy(claim, model, setting):
    """With as many images of each animal as lions have, other cattle lose 23 points above chance, by {model}."""
    claim.exceeds(_of(claim, model, setting.beside), _of(claim, model, setting.cattle), by=23, because=MOST)


@question("why.clean.images.{model}", at="III-A, III-B", unit="above chance %", words=IN_WORDS)
@judged_in("the lions' numbers")
@each_model
def test_it_is_what_is_on_the_images(claim, model, setting):
    """Equal in numbers and image size, cattle score twenty points above chance more than lions, by {model}."""
    cattle = _of(claim, model, setting.cattle)
    claim.exceeds(cattle, _of(claim, model, setting.lions), by=20, because=STRIKING)


@question("why.clean.colour", at="III-B", unit="above chance %")
@judged_in("the lions' numbers")
def test_colour_is_what_lions_have(claim, setting):
    """Equal in numbers, colour finds lions better than grey pixels do: what cattle show in grey, lions do not."""
    colour, grey = (_of(claim, model, setting.lions) for model in ("histogram", "pixels"))
    claim.exceeds(colour, grey, by=0, because="any advantage, paired by seed, counts")


@control("why.clean.learned", at="III-B", unit="above chance %")
@judged_in("the lions' numbers")
def test_the_trained_network_is_ahead_on_cattle_too(claim, setting):
    """Equal in numbers, the trained embedding finds cattle twenty points above chance more than lions."""
    trained = {"score": "above_chance", "seeds": 5}
    cattle = claim(dcnn.embed, setting.cattle, **trained)
    claim.exceeds(cattle, claim(dcnn.embed, setting.lions, **trained), by=20, because=STRIKING)


def _of(claim, model, data):
    return claim(UNLEARNED[model], data, score="above_chance")
