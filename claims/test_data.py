"""The data: what the paper says of LionData and FriesianCattle2017 (II-B.1, II-C)."""

import pytest

from reproduce.experiments import audits

#: What the audit counts, in words, as printed.
FRIESIAN = [
    ("classes", "animals in all", "89"),
    ("test_classes", "animals held out for testing", "9"),
    ("train_classes", "animals to train on", "80"),
    ("smallest_class", "image of the animal with the fewest", "1"),
    ("largest_class", "images of the animal with the most", "47"),
]


@pytest.mark.claim("data.lion", at="II-B.1", unit="classes", fidelity="exact")
def test_lions_to_train_on(claim):
    """LionData's training part shows 75 lions."""
    ours = claim(audits.classes, "LionData", score="train_classes")
    claim.exactly(ours, "75")


@pytest.mark.claim("data.friesian.{fact}", at="II-B.1, II-C", fidelity="exact")
@pytest.mark.parametrize("fact, meaning, printed", FRIESIAN)
def test_cattle_classes(claim, fact, meaning, printed):
    """FriesianCattle2017 has {printed} {meaning}."""
    ours = claim(audits.classes, "FriesianCattle2017", score=fact)
    claim.exactly(ours, printed)
