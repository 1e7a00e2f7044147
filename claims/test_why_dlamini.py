"""Why, Dlamini: what is left of the 20.8 and 17.3 that needs learning, if colour alone comes near?

The paper could not come near what Dlamini & van Zyl report on the same lions. If a histogram of colours reaches a
figure of theirs, that figure is no evidence of a network that knows lions; if it falls short beyond doubt, something
was learned. Finer bins are asked as well: eight levels of a channel were the first reading, and no better a choice.
Shape alone, colour with the body parts' own looks taken away, whitened by the 75 lions trained on or beside deep
features, and single layers of DenseNet169 are held against the same 20.8. Their rules were written before any of them
was run; what grey pixels (5.0), an untrained head's features and the whole fusion (27.1) score was known.
"""

import pytest

from reproduce.experiments import fusion
from reproduce.experiments.unlearned import baselines, cues
from reproduce.verdicts import control, question

FIGURES = {"best": "III.dlamini", "similar": "III.dlamini.similar"}
#: Parameters in words.
WORDS = {
    "best": "their best network",
    "similar": "their ResNet-152",
    "edges": "Edges",
    "grey": "Histograms of grey",
    "conv1_relu": "The first convolution",
    "pool2_relu": "The end of dense block 1",
    "pool3_relu": "The end of dense block 2",
    "pool4_relu": "The end of dense block 3",
    "relu": "The end of dense block 4",
    "whitened": "Colour",
    "with-deep": "Colour with deep features",
}
REACHED = "a figure that colours reach without learning is no evidence of learning"
ANY = "any advantage counts"
CHANCE = "any advantage over a random order counts"
SHAPES = {"edges": (cues.edges, {}), "grey": (baselines.histogram, {"channels": "grey"})}
BY_PART = {"centred_by": "part"}
#: Of DenseNet169: the stem, the end of each dense block before it is narrowed, and the last of all.
LAYERS = ["conv1_relu", "pool2_relu", "pool3_relu", "pool4_relu", "relu"]
#: The seed deals the folds by which the kinds are weighed and draws nothing else: one where there is one kind.
KINDS = {"whitened": (("colour",), 1), "with-deep": (("colour", "deep"), 5)}


@question("why.dlamini.{figure}.{bins}", at="IV", unit="MAP@R %", fidelity="exact", words=WORDS)
@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("bins", [8, 16])
def test_colour_alone_reaches_it(claim, figure, bins):
    """RGB histograms of {bins} levels a channel score on the 19 lions what Dlamini & van Zyl report for {figure}."""
    ours = claim(baselines.histogram, "LionData", bins=bins, score="map_at_r")
    claim.at_least(ours, float(claim.figure(FIGURES[figure])), because=REACHED)


@control("why.dlamini.bins", at="IV", unit="MAP@R %", fidelity="exact")
def test_finer_colours_tell_more(claim):
    """Sixteen levels a channel score more on the 19 lions than eight."""
    finer = claim(baselines.histogram, "LionData", bins=16, score="map_at_r")
    claim.exceeds(finer, claim(baselines.histogram, "LionData", bins=8, score="map_at_r"), by=0, because=ANY)


@question("why.dlamini.{cue}", at="IV", unit="MAP@R %", fidelity="exact", words=WORDS)
@pytest.mark.parametrize("cue", SHAPES)
def test_shape_alone_reaches_it(claim, cue):
    """{cue}, which learn nothing, reach Dlamini & van Zyl's best figure on the 19 lions."""
    experiment, factors = SHAPES[cue]
    ours = claim(experiment, "LionData", score="map_at_r", **factors)
    claim.at_least(ours, float(claim.figure(FIGURES["best"])), because=REACHED)


@control("why.dlamini.{cue}-chance", at="IV", unit="above chance %", fidelity="exact", words=WORDS)
@pytest.mark.parametrize("cue", SHAPES)
def test_shape_alone_finds_more_than_chance(claim, cue):
    """{cue} alone find the 19 lions above chance."""
    experiment, factors = SHAPES[cue]
    claim.at_least(claim(experiment, "LionData", score="above_chance", **factors), 0, because=CHANCE)


@question("why.dlamini.colour", at="IV", unit="MAP@R %", fidelity="exact")
def test_colour_tells_more_than_grey(claim):
    """Histograms of colour score more on the 19 lions than those of grey alone."""
    colour = claim(baselines.histogram, "LionData", score="map_at_r")
    claim.exceeds(colour, claim(baselines.histogram, "LionData", channels="grey", score="map_at_r"), by=0, because=ANY)


@question("why.dlamini.part", at="IV", unit="MAP@R %", fidelity="exact")
def test_body_parts_hide_what_colour_tells(claim):
    """With each body part's mean taken away, colour histograms score more on the 19 lions."""
    by_part = claim(baselines.histogram, "LionData", score="map_at_r", **BY_PART)
    claim.exceeds(by_part, claim(baselines.histogram, "LionData", score="map_at_r"), by=0, because=ANY)


@question("why.dlamini.part-reaches", at="IV", unit="MAP@R %", fidelity="exact")
def test_colour_by_part_reaches_it(claim):
    """With each body part's mean taken away, colour histograms reach Dlamini & van Zyl's best figure, unlearned."""
    ours = claim(baselines.histogram, "LionData", score="map_at_r", **BY_PART)
    claim.at_least(ours, float(claim.figure(FIGURES["best"])), because=REACHED)


@question("why.dlamini.layer.{layer}", at="IV", unit="MAP@R %", fidelity="exact", words=WORDS)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_of_their_network_reaches_it(claim, layer):
    """{layer} of DenseNet169, never shown a lion, reaches Dlamini & van Zyl's best figure."""
    ours = claim(cues.layer, "LionData", layer=layer, score="map_at_r")
    claim.at_least(ours, float(claim.figure(FIGURES["best"])), because=REACHED)


@question("why.dlamini.{kinds}", at="IV", unit="MAP@R %", fidelity="exact", words=WORDS)
@pytest.mark.parametrize("kinds", KINDS)
def test_what_the_75_teach_reaches_it(claim, kinds):
    """{kinds}, weighted and whitened by the 75 lions, reaches Dlamini & van Zyl's best figure."""
    fused, seeds = KINDS[kinds]
    ours = claim(fusion.fused, "LionData", kinds=fused, score="map_at_r", seeds=seeds)
    claim.at_least(ours, float(claim.figure(FIGURES["best"])), because=REACHED)
