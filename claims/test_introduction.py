"""Introduction: what a learned metric promises that a classifier does not (I)."""

import pytest

from reproduce.experiments import dcnn

#: What stands in for the paper's ResNet50V2 where its ImageNet weights are missing.
BACKBONES = {"DenseNet169": "densenet169", "MobileNetV2": "mobilenetv2"}


@pytest.mark.claim(
    "intro.open-set@{backbone}", at="I", unit="(MAP@R - chance) %", fidelity="proxy", proxy="with {backbone}"
)
@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_metric_needs_no_retraining(claim, backbone):
    """An embedding trained on 75 lions finds 19 lions it has never seen better than chance, without retraining."""
    ours = claim(
        dcnn.embed,
        "LionData",
        backbone=backbone,
        weights=BACKBONES[backbone],
        resize="area",
        dim=64,
        score="above_chance",
    )
    claim.at_least(ours, 0, because="new animals are found at all only if they are found better than by chance")
