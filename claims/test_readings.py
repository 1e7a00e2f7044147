"""Protocol variants: by which choice does one model find cattle and not lions? (III-B, IV)"""

import math

import pytest

from reproduce.experiments import dcnn
from reproduce.experiments.evaluate import LIONS
from reproduce.experiments.unlearned import baselines
from reproduce.verdicts import control, judged_in

EACH = "the paper does not say which lions it scored: each set is asked"
HALF = "half of what the paper's cattle gained, (47.78 - 29) / (100 - 29): its share of what was left to gain"
TEN = "ten points are ten times the best printed row: nobody would print 0.93 beside them"
FLAT = "within 0.01 of ln 2: what the soft margin costs when every image lies at one point"
RIVALS = ["MobileNetV2.shuffled-True", "MobileNetV2.learning_rate-1e-05"]
RANDOM = "MobileNetV2.weights-none.size-96"
ROWS = {"32": {"dim": 32}, "64aug": {"augment": True}}
CHANGES = {
    "norm-at-test": {"norm_at_test": "batch"},
    "norm-recalibrated": {"norm_at_test": "recalibrated"},
    "norm-in-training": {"norm_in_training": "fixed"},
    "learning-rate": {"learning_rate": 1e-4},
    "steps": {"steps": 30},
}
#: Parameters in words.
WORDS = {
    "32": "32-d",
    "64aug": "augmented 64-d",
    "norm-at-test": "the test batch's own averages in the batch norms",
    "norm-recalibrated": "recalibrated averages in the batch norms",
    "norm-in-training": "batch norms that stand still in training",
    "learning-rate": "a learning rate of 1e-4",
    "steps": "thirty steps",
    "batch": "the test batch's own averages",
    "recalibrated": "recalibrated averages",
}
#: All of it trained, at a tenth of the rate: one of `readings.whole` in the settings.
SLOW = "MobileNetV2-whole.learning_rate-0.0001"
AVERAGES = {"batch": CHANGES["norm-at-test"], "recalibrated": CHANGES["norm-recalibrated"]}
each_set = pytest.mark.parametrize("lions", LIONS)


@control("III.as-poor.{lions}", at="Table III", unit="MAP@R %")
@judged_in(
    "paper", "other networks", "whole-from-nothing-75", "whole from ImageNet", "frozen readings", "whole readings",
    "own readings",
)  # fmt: skip
@each_set
def test_lions_are_as_poor_as_printed(claim, lions, setting):
    """The 64-d embedding of the {lions} lions scores no more than the best printed row, 0.93."""
    ours = claim(dcnn.embed, setting.lions, score=f"map_at_r{LIONS[lions]}")
    claim.at_most(ours, claim.figure("III.64"), because=EACH)


@control("III.as-poor.{row}.{lions}", at="Table III", unit="MAP@R %", words=WORDS)
@judged_in("MobileNetV2", "whole-from-nothing-75")
@pytest.mark.parametrize("row", ["32", "64aug"])
@each_set
def test_the_other_rows_are_as_poor_as_printed(claim, row, lions, setting):
    """The {row} embedding of the {lions} lions scores no more than the table prints for it."""
    score = f"map_at_r{LIONS[lions]}"
    ours = claim(dcnn.embed, setting.lions, score=score, **ROWS[row])
    claim.at_most(ours, claim.figure(f"III.{row}"), because=EACH)


@control("II.gains-as-printed", at="Table II, III-A", unit="% of what was left")
@judged_in(
    "paper", "MobileNetV2", "whole-from-nothing-75-cattle", "whole from ImageNet", "frozen readings",
    "MobileNetV2-whole.weights-none", "own readings",
)  # fmt: skip
def test_cattle_gain_what_the_papers_did(claim, setting):
    """On other cattle the 64-d embedding gains over an untrained layer at least half of what the paper's did."""
    ours = claim(dcnn.embed, setting.cattle, score="map_at_r")
    untrained = claim(baselines.untrained, setting.cattle, score="map_at_r")
    printed, before = float(claim.figure("II.64")), float(claim.figure("I.untrained"))
    claim.at_least(ours.share_gained(untrained), (printed - before) / (100 - before) * 50, because=HALF)


@control("III.restores.{change}", at="III-B", unit="MAP@R %", words=WORDS)
@judged_in("whole from ImageNet")
@pytest.mark.parametrize("change", CHANGES)
def test_one_change_restores_the_lions(claim, change, setting):
    """With {change} alone the whole network scores ten points more on the 75 lions that it was trained on."""
    score = "map_at_r@train"
    whole = claim(dcnn.embed, setting.lions, score=score)
    changed = claim(dcnn.embed, setting.lions, score=score, **CHANGES[change])
    claim.exceeds(changed, whole, by=10, because=TEN)


# Written when the rate of 1e-4 had been found not to restore the lions and one pilot seed, which never counts, had
# given 24 for 1.3 by the batch's own averages; the recalibrated ones, which no test image enters, had not been run. Of
# those among CHANGES no seed had been seen, two at 1e-4 had.
@control("III.restores.slow.{averages}", at="III-B", unit="MAP@R %", words=WORDS)
@judged_in(SLOW)
@pytest.mark.parametrize("averages", AVERAGES)
def test_moving_averages_hide_what_was_learned(claim, averages, setting):
    """At a rate of 1e-4 {averages} in the batch norms alone give ten points more on the 75 lions trained on."""
    other, moving = _averaged(claim, setting, averages, "map_at_r@train")
    claim.exceeds(other, moving, by=10, because=TEN)


# Written before a recalibrated row from random weights was run, and before that network saw a cow.
@control("III.restores.from-nothing", at="III-B", unit="MAP@R %")
@judged_in("whole-from-nothing-75")
def test_they_hide_lions_from_nothing_too(claim, setting):
    """From random weights, recalibrated averages in the batch norms give ten points more on the 75 lions trained on."""
    other, moving = _averaged(claim, setting, "recalibrated", "map_at_r@train")
    claim.exceeds(other, moving, by=10, because=TEN)


# Written when the row above had been found to bring nothing back; three seeds, said before the first was run.
@control("III.restores.from-nothing.slow", at="III-B", unit="MAP@R %")
@judged_in("whole-from-nothing-75")
def test_at_a_tenth_of_the_rate_they_hide_lions_from_nothing(claim, setting):
    """From random weights at a rate of 1e-4, recalibrated averages give ten points more on the 75 lions trained on."""
    slow = {"seeds": 3, "learning_rate": 1e-4}
    other, moving = _averaged(claim, setting, "recalibrated", "map_at_r@train", **slow)
    claim.exceeds(other, moving, by=10, because=TEN)


@control("III.restores.unseen.{averages}", at="III-B", unit="MAP@R %", words=WORDS)
@judged_in(SLOW)
@pytest.mark.parametrize("averages", AVERAGES)
def test_they_hide_nothing_of_the_unseen(claim, averages, setting):
    """At a rate of 1e-4 {averages} in the batch norms raise the score of the 19 unseen lions too."""
    other, moving = _averaged(claim, setting, averages, "map_at_r")
    claim.exceeds(other, moving, by=0, because="any gain, paired by seed, counts")


@control("III.collapses", at="III-B", unit="cosine distance")
@judged_in("MobileNetV2", *RIVALS, RANDOM, "whole-from-nothing-75", "whole from ImageNet")
def test_the_network_collapses(claim, setting):
    """Embeddings of the last twenty batches lie within a hundredth of a cosine distance of each other."""
    spread = claim(dcnn.embed, setting.lions, score="last_spread")
    claim.at_most(spread, 0.01, because="0 is a collapse to one point, 1 the spread of random directions")


# Both bounds were written when the frozen readings were kept and before the whole networks were; that random features
# end at ln 2 was known of an earlier row, and III.collapses was added when III.ends-flat could not be asked of them.
# Not asked of random frozen features: their cost is ln 2 to the last bit under every seed, and a score that no seed
# moves is refused; III.collapses says it.
@control("III.ends-flat", at="III-B", unit="cost")
@judged_in("MobileNetV2", *RIVALS, "whole-from-nothing-75", "whole from ImageNet")
def test_the_cost_ends_at_a_collapse(claim, setting):
    """Over the last twenty steps the 64-d embedding's cost is ln 2, as that of a network which tells no lion apart."""
    cost = claim(dcnn.embed, setting.lions, score="last_loss")
    claim.at_least(cost, round(math.log(2) - 0.01, 3), because=FLAT)


def _averaged(claim, setting, averages, score, **other):
    """The same training by other averages of its batch norms, and by its moving ones."""
    trained = {"score": score, **other}
    return [claim(dcnn.embed, setting.lions, **trained | changed) for changed in (AVERAGES[averages], {})]
