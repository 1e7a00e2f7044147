"""The data: what the paper says of LionData and FriesianCattle2017 (II-B.1, II-C)."""

import pytest

from reproduce.experiments import audits
from reproduce.verdicts import statement

#: What the audit counts, in words.
FRIESIAN = {
    "classes": "animals in all",
    "test_classes": "animals held out for testing",
    "train_classes": "animals to train on",
    "smallest_class": "image of the animal with the fewest",
    "largest_class": "images of the animal with the most",
}


@statement("data.lion", at="II-B.1", unit="classes", fidelity="exact")
def test_lions_to_train_on(claim):
    """LionData's training part shows {printed} lions."""
    claim.exactly(claim(audits.classes, "LionData", score="train_classes"), claim.printed)


@statement("data.friesian.{fact}", at="II-B.1, II-C", fidelity="exact")
@pytest.mark.parametrize("fact, meaning", FRIESIAN.items())
def test_cattle_classes(claim, fact, meaning):
    """FriesianCattle2017 has {printed} {meaning}."""
    claim.exactly(claim(audits.classes, "FriesianCattle2017", score=fact), claim.printed)
