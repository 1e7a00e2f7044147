"""Table III: the same models on lions, where they failed (II-B.4, III-B, IV)."""

import pytest

from reproduce.experiments import audits, dcnn
from reproduce.experiments.evaluate import LIONS
from reproduce.experiments.unlearned import baselines
from reproduce.verdicts import control, judged_in, question, statement

ROWS = {"32": {"dim": 32}, "64aug": {"dim": 64, "augment": True}, "64": {"dim": 64}}
#: The rows in words.
IN_WORDS = {"32": "32-d", "64": "64-d", "64aug": "augmented 64-d"}
STRIKING = "47.78 against 0.93: twenty points above chance would strike anybody"
HALF = "less than half is far below"
NO_GAIN = "the paper's words are that it did not help: no gain at all"
ANY = "any gain, paired by seed, would answer the question with yes"


@statement("III.{row}", at="Table III", unit="MAP@R %", words=IN_WORDS)
@judged_in("paper", "whole from nothing")
@pytest.mark.parametrize("row", ROWS)
def test_resnet_reaches_the_printed_score(claim, row, setting):
    """The {row} ResNet50V2 embedding of lions scores {printed}."""
    ours = claim(dcnn.embed, setting.lions, score=f"map_at_r{setting.scored}", **ROWS[row])
    claim.equals(ours, claim.printed, margin=0.19, because="0.19 separates the table's best row from its worst")


@statement("III.order.64-over-{row}", at="Table III", unit="MAP@R %", words=IN_WORDS)
@judged_in("paper", "MobileNetV2", "whole from nothing")
@pytest.mark.parametrize("row", ["32", "64aug"])
def test_the_rows_come_in_the_printed_order(claim, row, setting):
    """The 64-d embedding of lions scores above the {row} one."""
    score = f"map_at_r{setting.scored}"
    other = claim(dcnn.embed, setting.lions, score=score, **ROWS[row])
    ours = claim(dcnn.embed, setting.lions, score=score, **ROWS["64"])
    claim.exceeds(ours, other, by=0, because="an order is an order: any difference, paired by seed, counts")


@statement("III.runs", at="II-B.4, Table III", unit="rows", fidelity="exact")
def test_every_row_averages_fourteen_runs(claim):
    """Each of the table's three rows is an average of 14 runs, as II-B.4 says of MAP@R on LionData."""
    claim.exactly(claim(audits.printed_runs, "", stated=14, rows=(14, 2, 2), score="as_stated"), "3")


@statement("III.poor", at="III-B, IV", unit="above chance %")
@judged_in("paper", "other cattle")
def test_lions_are_strikingly_worse_than_cattle(claim, setting):
    """With one model cattle score at least twenty points more than lions, each above its own chance."""
    cattle = claim(dcnn.embed, setting.cattle, score="above_chance")
    lions = claim(dcnn.embed, setting.lions, score="above_chance")
    claim.exceeds(cattle, lions, by=20, because=STRIKING)


@question("III.harder", at="IV", unit="above chance %")
@judged_in("paper", "other cattle")
def test_lions_are_harder_before_any_model(claim, setting):
    """Lions are the harder data: grey pixels alone find cattle by twenty points more, each above its own chance."""
    cattle = claim(baselines.pixels, setting.cattle, score="above_chance")
    claim.exceeds(cattle, claim(baselines.pixels, setting.lions, score="above_chance"), by=20, because=STRIKING)


@statement("III.augment", at="Table III", unit="MAP@R %")
@judged_in("paper", "MobileNetV2")
def test_augmentation_does_not_help(claim, setting):
    """Flips and rotations add nothing to the 64-d embedding of lions."""
    plain = claim(dcnn.embed, setting.lions, score="map_at_r")
    augmented = claim(dcnn.embed, setting.lions, augment=True, score="map_at_r")
    claim.at_most(augmented - plain, 0, because=NO_GAIN)


@control("III.augment.{lions}", at="Table III", unit="MAP@R %")
@judged_in("MobileNetV2")
@pytest.mark.parametrize("lions", ["75", "94"])
def test_augmentation_does_not_help_lions_trained_on(claim, lions, setting):
    """Flips and rotations, drawn from eight kept views of each image, add nothing to the score of the {lions} lions."""
    score = f"map_at_r{LIONS[lions]}"
    plain = claim(dcnn.embed, setting.lions, score=score)
    augmented = claim(dcnn.embed, setting.lions, augment=True, score=score)
    claim.at_most(augmented - plain, 0, because=NO_GAIN)


@statement("III.dlamini", at="IV", unit="MAP@R %")
@judged_in("paper", "other networks")
def test_lions_are_far_below_dlamini(claim, setting):
    """The 64-d embedding scores less than half of the best that Dlamini & van Zyl report on the same lions."""
    claim.at_most(claim(dcnn.embed, setting.lions, score="map_at_r"), float(claim.printed) / 2, because=HALF)


@statement("III.dlamini.similar", at="IV", unit="MAP@R %")
@judged_in("paper", "other networks")
def test_lions_are_far_below_a_similar_backbone(claim, setting):
    """The 64-d embedding scores less than half of what Dlamini & van Zyl's ResNet-152 scores with the same mining."""
    claim.at_most(claim(dcnn.embed, setting.lions, score="map_at_r"), float(claim.printed) / 2, because=HALF)


@question("III.epochs", at="IV", unit="MAP@R %")
@judged_in("paper", "other networks")
def test_more_epochs_help(claim, setting):
    """Thirty epochs score more than three on lions."""
    three = claim(dcnn.embed, setting.lions, score="map_at_r")
    thirty = claim(dcnn.embed, setting.lions, steps=3000, score="map_at_r")
    claim.exceeds(thirty, three, by=0, because=ANY)


@question("III.margin", at="IV", unit="MAP@R %")
@judged_in("paper", "other networks")
def test_a_fixed_margin_helps(claim, setting):
    """A fixed margin of 0.2 scores more than the soft margin on lions."""
    soft = claim(dcnn.embed, setting.lions, score="map_at_r")
    fixed = claim(dcnn.embed, setting.lions, margin=0.2, score="map_at_r")
    claim.exceeds(fixed, soft, by=0, because=ANY)


@question("V.transformers", at="V", unit="MAP@R %")
@judged_in("paper")
def test_a_transformer_does_better(claim, setting):
    """A transformer scores above ResNet50V2 on lions."""
    # DINOv2: MegaDescriptor was trained on sets of animals that may hold these lions.
    transformer = claim(dcnn.embed, setting.lions, backbone="DINOv2-S-14", weights="dinov2-s-14", score="map_at_r")
    resnet = claim(dcnn.embed, setting.lions, score="map_at_r")
    claim.exceeds(transformer, resnet, by=0, because=ANY)
