"""Table III: the same models on lions, where they failed (III-B, IV)."""

import itertools

import pytest

from reproduce.experiments import dcnn

LIONS, CATTLE = "LionData", "FriesianCattle2017"
#: Row -> factors, the figure in % as printed, and how many runs the paper averaged (II-B.4: 14 where not noted).
ROWS = {
    "32": ({"dim": 32}, "0.87", 14),
    "64aug": ({"dim": 64, "augment": True}, "0.74", 2),
    "64": ({"dim": 64}, "0.93", 2),
}
#: Backbones whose weights are at hand, each a row of its own.
BACKBONES = ["MobileNetV2", "DenseNet169"]
#: The lions a score is of, and the suffix of its name.
SETS = {"19": "", "75": "@train", "94": "@all"}
STRIKING = "47.78 against 0.93: twenty points above chance would strike anybody"
HALF = "half of the best score of Dlamini & van Zyl on these data, 20.8, is far below it"
NO_GAIN = "the paper's words are that it did not help: no gain at all"
ANY = "any gain, paired by seed, would answer the question with yes"
LEARNS = "a frozen backbone and a head learn these lions well, and unseen ones better than chance"
OVERFIT = "ten times the steps fit the 75 lions wholly (100.00) and lose what helped with unseen ones"
#: What was found of a claim that fails: (name, *parameters) -> our mean lies in [low, high], and why.
FOUND: dict[tuple, tuple[float, float, str]] = {
    ("as-poor", "MobileNetV2", "19"): (6.5, 8.5, LEARNS),
    ("as-poor", "MobileNetV2", "75"): (53.0, 56.5, LEARNS),
    ("as-poor", "MobileNetV2", "94"): (40.0, 43.5, LEARNS),
    ("as-poor", "DenseNet169", "19"): (10.0, 12.5, LEARNS),
    ("as-poor", "DenseNet169", "75"): (59.0, 62.0, LEARNS),
    ("as-poor", "DenseNet169", "94"): (45.0, 48.0, LEARNS),
    ("dlamini", "DenseNet169"): (10.4, 12.5, "its 19 lions come to 11.2, a little over half of 20.8"),
    ("epochs", "MobileNetV2"): (-5.0, -2.5, OVERFIT),
    ("epochs", "DenseNet169"): (-4.5, -2.0, OVERFIT),
}


def known(name, *rows):
    """Each row as a parameter, with what was found of it where it is known to fail."""
    params = []
    for row in rows:
        found = FOUND.get((name, *row))
        marks = [pytest.mark.deviation("fails", ours=found[:2], because=found[2])] if found else []
        params.append(pytest.param(*row, marks=marks))
    return params


def proxy(name, at, unit="MAP@R %"):
    """The mark of a row on the paper's lions with another backbone."""
    return pytest.mark.claim(name + "@{backbone}", at=at, unit=unit, fidelity="proxy", proxy="{backbone}")


def stand_in(backbone):
    """The factors that name a backbone and its weights."""
    return {"backbone": backbone, "weights": backbone.lower(), "resize": "area"}


@pytest.mark.claim("III.{row}", at="Table III", unit="MAP@R %", fidelity="assumed")
@pytest.mark.parametrize("row", ROWS)
def test_resnet_reaches_the_printed_score(claim, row):
    """The ResNet50V2 row {row} scores as printed on the 19 lions."""
    factors, printed, runs = ROWS[row]
    ours = claim(dcnn.embed, LIONS, score="map_at_r", **factors)
    claim.equals(ours, printed, margin=0.19, runs=runs, because="0.19 separates the table's best row from its worst")


@pytest.mark.claim("III.poor", at="III-B, IV", unit="above chance %", fidelity="assumed")
def test_lions_are_strikingly_worse_than_cattle(claim):
    """With one model cattle score at least twenty points more than lions, each above its own chance."""
    cattle = claim(dcnn.embed, CATTLE, score="above_chance")
    claim.exceeds(cattle, claim(dcnn.embed, LIONS, score="above_chance"), by=20, because=STRIKING)


@pytest.mark.claim("III.augment", at="Table III", unit="MAP@R %", fidelity="assumed")
def test_augmentation_does_not_help(claim):
    """Flips and rotations add nothing to the 64-d embedding of lions."""
    plain = claim(dcnn.embed, LIONS, score="map_at_r")
    claim.at_most(claim(dcnn.embed, LIONS, augment=True, score="map_at_r") - plain, 0, because=NO_GAIN)


@pytest.mark.claim("III.dlamini", at="IV", unit="MAP@R %", fidelity="assumed")
def test_lions_are_far_below_dlamini(claim):
    """The 64-d embedding scores less than half of the best that Dlamini & van Zyl report on the same lions."""
    claim.at_most(claim(dcnn.embed, LIONS, score="map_at_r"), 10.4, because=HALF)


@pytest.mark.claim("III.epochs", at="IV", unit="MAP@R %", fidelity="assumed")
def test_more_epochs_help(claim):
    """Thirty epochs score more than three on lions."""
    three = claim(dcnn.embed, LIONS, score="map_at_r")
    claim.exceeds(claim(dcnn.embed, LIONS, steps=3000, score="map_at_r"), three, by=0, because=ANY)


@pytest.mark.claim("III.margin", at="IV", unit="MAP@R %", fidelity="assumed")
def test_a_fixed_margin_helps(claim):
    """A fixed margin of 0.2 scores more than the soft margin on lions."""
    soft = claim(dcnn.embed, LIONS, score="map_at_r")
    claim.exceeds(claim(dcnn.embed, LIONS, margin=0.2, score="map_at_r"), soft, by=0, because=ANY)


# The same lions with another backbone: orderings, bounds and nulls, never the printed figure.


@pytest.mark.claim(
    "III.poor@{dataset}",
    at="III-B, IV",
    unit="above chance %",
    fidelity="proxy",
    proxy="MobileNetV2, cattle of {dataset}",
)
@pytest.mark.parametrize("dataset", ["OpenCows2020-thinned", "OpenCows2020-barn"])
def test_lions_are_strikingly_worse_than_other_cattle(claim, dataset):
    """With one model other cattle score at least twenty points more than lions, each above its own chance."""
    factors = stand_in("MobileNetV2")
    # The barn has ten animals to train on with two images in every draw.
    smaller = {"animals": 10} if dataset == "OpenCows2020-barn" else {}
    cattle = claim(dcnn.embed, dataset, score="above_chance", **factors, **smaller)
    claim.exceeds(cattle, claim(dcnn.embed, LIONS, score="above_chance", **factors), by=20, because=STRIKING)


@proxy("III.as-poor.{lions}", "Table III")
@pytest.mark.parametrize("backbone, lions", known("as-poor", *itertools.product(BACKBONES, SETS)))
def test_lions_are_as_poor_as_printed(claim, backbone, lions):
    """The 64-d embedding of the {lions} lions scores no more than the best printed row, 0.93."""
    ours = claim(dcnn.embed, LIONS, score=f"map_at_r{SETS[lions]}", **stand_in(backbone))
    claim.at_most(ours, "0.93", because="the paper does not say which lions it scored: each set is asked")


@proxy("III.augment", "Table III")
@pytest.mark.parametrize("backbone", known("augment", ("MobileNetV2",)))
def test_augmentation_does_not_help_another_backbone(claim, backbone):
    """Flips and rotations, drawn from eight kept views of each image, add nothing to the 64-d embedding of lions."""
    factors = stand_in(backbone)
    plain = claim(dcnn.embed, LIONS, score="map_at_r", **factors)
    claim.at_most(claim(dcnn.embed, LIONS, augment=True, score="map_at_r", **factors) - plain, 0, because=NO_GAIN)


@proxy("III.dlamini", "IV")
@pytest.mark.parametrize("backbone", known("dlamini", *zip(BACKBONES)))
def test_another_backbone_is_far_below_dlamini(claim, backbone):
    """The 64-d embedding scores less than half of the best that Dlamini & van Zyl report on the same lions."""
    claim.at_most(claim(dcnn.embed, LIONS, score="map_at_r", **stand_in(backbone)), 10.4, because=HALF)


@proxy("III.epochs", "IV")
@pytest.mark.parametrize("backbone", known("epochs", *zip(BACKBONES)))
def test_more_epochs_help_another_backbone(claim, backbone):
    """Thirty epochs score more than three on lions."""
    factors = stand_in(backbone)
    three = claim(dcnn.embed, LIONS, score="map_at_r", **factors)
    claim.exceeds(claim(dcnn.embed, LIONS, steps=3000, score="map_at_r", **factors), three, by=0, because=ANY)


@proxy("III.margin", "IV")
@pytest.mark.parametrize("backbone", known("margin", *zip(BACKBONES)))
def test_a_fixed_margin_helps_another_backbone(claim, backbone):
    """A fixed margin of 0.2 scores more than the soft margin on lions."""
    factors = stand_in(backbone)
    soft = claim(dcnn.embed, LIONS, score="map_at_r", **factors)
    claim.exceeds(claim(dcnn.embed, LIONS, margin=0.2, score="map_at_r", **factors), soft, by=0, because=ANY)


# The paper's own lions and network, read as ResNet50V2 without pretrained weights, trained whole (128 px, bilinear).

#: LionData's median image is 130 px wide; nothing else is said of the input size.
FROM_NOTHING = {"weights": "none", "trainable": "full", "size": 128}


@pytest.mark.claim("III.{row}@whole-from-nothing-{lions}", at="Table III", unit="MAP@R %", fidelity="assumed")
@pytest.mark.parametrize("lions", SETS)
@pytest.mark.parametrize("row", ROWS)
def test_resnet_from_nothing_reaches_the_printed_score(claim, row, lions):
    """The ResNet50V2 row {row}, no pretrained weights, trained whole, scores as printed on the {lions} lions."""
    factors, printed, runs = ROWS[row]
    ours = claim(dcnn.embed, LIONS, score=f"map_at_r{SETS[lions]}", **factors, **FROM_NOTHING)
    claim.equals(ours, printed, margin=0.19, runs=runs, because="0.19 separates the table's best row from its worst")
