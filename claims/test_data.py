"""The data: what the paper says of LionData and FriesianCattle2017 (II-B.1, II-C)."""

import pytest

from reproduce.experiments import audits

FRIESIAN = {
    "classes": "89",
    "test_classes": "9",
    "train_classes": "80",
    "smallest_class": "1",
    "largest_class": "47",
}


@pytest.mark.claim("data.lion", at="II-B.1", unit="classes", fidelity="exact")
def test_lions_to_train_on(claim):
    """LionData's training part shows 75 lions."""
    ours = claim(audits.classes, "LionData", score="train_classes")
    claim.exactly(ours, "75")


@pytest.mark.claim("data.friesian.{fact}", at="II-B.1, II-C", fidelity="exact")
@pytest.mark.parametrize("fact, printed", FRIESIAN.items())
def test_cattle_classes(claim, fact, printed):
    """FriesianCattle2017's {fact} is {printed}."""
    ours = claim(audits.classes, "FriesianCattle2017", score=fact)
    claim.exactly(ours, printed)
