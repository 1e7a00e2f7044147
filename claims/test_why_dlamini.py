"""Why, Dlamini: what is left of the 20.8 and 17.3 that needs learning, if colour alone comes near?

The paper could not come near what Dlamini & van Zyl report on the same lions. If a histogram of colours reaches a
figure of theirs, that figure is no evidence of a network that knows lions; if it falls short beyond doubt, something
was learned. Finer bins are asked as well: eight levels of a channel were the first reading, and no better a choice.
"""

import pytest

from reproduce.experiments import baselines
from reproduce.verdicts import control, question

FIGURES = {"best": "III.dlamini", "similar": "III.dlamini.similar"}
REACHED = "a figure that colours reach without learning is no evidence of learning"
ANY = "any advantage counts"


@question("why.dlamini.{figure}.{bins}", at="IV", unit="MAP@R %", fidelity="exact")
@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("bins", [8, 16])
def test_colour_alone_reaches_it(claim, figure, bins):
    """RGB histograms of {bins} levels a channel score at least Dlamini & van Zyl's figure ({figure}) on the 19."""
    ours = claim(baselines.histogram, "LionData", bins=bins, score="map_at_r")
    claim.at_least(ours, float(claim.figure(FIGURES[figure])), because=REACHED)


@control("why.dlamini.bins", at="IV", unit="MAP@R %", fidelity="exact")
def test_finer_colours_tell_more(claim):
    """Sixteen levels a channel score more on the 19 lions than eight."""
    finer = claim(baselines.histogram, "LionData", bins=16, score="map_at_r")
    claim.exceeds(finer, claim(baselines.histogram, "LionData", bins=8, score="map_at_r"), by=0, because=ANY)
