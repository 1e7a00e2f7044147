"""Introduction: what a learned metric promises that a classifier does not (I)."""

from reproduce.experiments import dcnn
from reproduce.verdicts import judged_in, statement


@statement("intro.open-set", at="I", unit="(MAP@R - chance) %")
@judged_in("paper", "other networks")
def test_a_metric_needs_no_retraining(claim, setting):
    """An embedding trained on 75 lions finds 19 never seen better than by chance, without retraining."""
    ours = claim(dcnn.embed, setting.lions, score="above_chance")
    claim.at_least(ours, 0, because="new animals are found at all only if they are found better than by chance")
