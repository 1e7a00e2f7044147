"""Why, curve: at which step do unseen lions score best, and from which is the score of the seen memory?

The paper trained for three epochs of a hundred steps, and asks whether more would have helped. If unseen lions gained
with every step, later steps would score above 300 and earlier ones below; if what is learned after some step is the
photographs, the seen run away from the unseen there. With the whole network trained the seen themselves score next to
nothing after 300 steps: whether more steps would have found them is asked there.
"""

import pytest

from reproduce.experiments import dcnn
from reproduce.experiments.evaluate import LIONS
from reproduce.verdicts import control, judged_in, question

#: Steps cost seeds here: five, said before any was run.
FEWER = 5
ANY = "any difference, paired by seed, shows which way the curve goes"
MEMORY = "twenty points between lions seen and unseen cannot be their number, which moves chance by one and a half"


@question("why.curve.rises.{steps}", at="IV", unit="MAP@R %")
@judged_in("MobileNetV2")
@pytest.mark.parametrize("steps", [30, 100])
def test_unseen_lions_gain_up_to_three_epochs(claim, steps, setting):
    """After 300 steps the 19 unseen lions score more than after {steps}."""
    three_epochs = claim(dcnn.embed, setting.lions, steps=300, score="map_at_r", seeds=FEWER)
    fewer = claim(dcnn.embed, setting.lions, steps=steps, score="map_at_r", seeds=FEWER)
    claim.exceeds(three_epochs, fewer, by=0, because=ANY)


@question("why.curve.goes-on.{steps}", at="IV", unit="MAP@R %")
@judged_in("MobileNetV2")
@pytest.mark.parametrize("steps", [1000, 3000])
def test_unseen_lions_gain_after_three_epochs(claim, steps, setting):
    """After {steps} steps the 19 unseen lions score more than after 300."""
    later = claim(dcnn.embed, setting.lions, steps=steps, score="map_at_r", seeds=FEWER)
    claim.exceeds(later, claim(dcnn.embed, setting.lions, steps=300, score="map_at_r", seeds=FEWER), by=0, because=ANY)


@question("why.curve.whole.{lions}", at="IV", unit="MAP@R %")
@judged_in("MobileNetV2-whole")
@pytest.mark.parametrize("lions", ["19", "75"])
def test_ten_epochs_find_what_three_did_not(claim, lions, setting):
    """With the whole network trained, the {lions} lions score more after 1000 steps than after 300."""
    score = f"map_at_r{LIONS[lions]}"
    later = claim(dcnn.embed, setting.lions, steps=1000, score=score, seeds=FEWER)
    claim.exceeds(later, claim(dcnn.embed, setting.lions, steps=300, score=score, seeds=FEWER), by=0, because=ANY)


@control("why.curve.memory.{steps}", at="IV", unit="above chance %")
@judged_in("MobileNetV2")
@pytest.mark.parametrize("steps", [30, 100, 300, 1000, 3000])
def test_the_seen_run_away_from_the_unseen(claim, steps, setting):
    """After {steps} steps the 75 lions seen score twenty points more than the 19 unseen, each above its own chance."""
    seen = claim(dcnn.embed, setting.lions, steps=steps, score="above_chance@train", seeds=FEWER)
    unseen = claim(dcnn.embed, setting.lions, steps=steps, score="above_chance", seeds=FEWER)
    claim.exceeds(seen, unseen, by=20, because=MEMORY)
