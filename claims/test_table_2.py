"""Table II: ResNet50V2 embeddings of cattle by triplet loss, three epochs (II-B.2, III-B, IV)."""

import pytest

from reproduce.experiments import dcnn, mlp

MAP_AT_R = {128: "49.90", 64: "47.78", 32: "47.57", 16: "45.39"}  # %, as printed
CATTLE = "FriesianCattle2017"
#: Other cattle, and a backbone whose weights are at hand: 45 animals thinned to the paper's sizes, and 21 in the barn.
PROXIES = ["OpenCows2020-thinned", "OpenCows2020-barn"]
MOBILENET = {"backbone": "MobileNetV2", "weights": "mobilenetv2", "resize": "area"}
#: Of the barn's twelve training animals ten have two images in every draw: its batches are 10 x 2, not 16 x 2.
STAND_IN = {"OpenCows2020-thinned": MOBILENET, "OpenCows2020-barn": {**MOBILENET, "animals": 10}}
TENTH = "a tenth of the best row, 49.90, is lost at most: the paper's own loss is 4.51"
ENOUGH = "4.51 separates the table's best row from its worst: ten times the epochs would add less than that"
BEST = "the best MAP@R of Dlamini & van Zyl's lions, which the paper sets its figures beside"
ANY = "significantly better: any advantage, paired by seed, counts"
#: What was found of a claim that fails: (name, *parameters) -> our mean lies in [low, high], and why.
FOUND: dict[tuple, tuple[float, float, str]] = {
    ("sixteen", "OpenCows2020-barn"): (-14.0, -5.0, "77 falls to 68: here more dimensions are better"),
    ("over-backbone", "OpenCows2020-barn"): (-12.0, -5.0, "the frozen features score 85, twelve animals teach less"),
    ("sixteen", "OpenCows2020-thinned"): (-11.5, -4.5, "72 falls to 65: here more dimensions are better"),
}


def known(name, *rows):
    """Each row as a parameter, with what was found of it where it is known to fail."""
    params = []
    for row in rows:
        found = FOUND.get((name, *row))
        marks = [pytest.mark.deviation("fails", ours=found[:2], because=found[2])] if found else []
        params.append(pytest.param(*row, marks=marks))
    return params


def proxy(name, at):
    """The mark of a row on other cattle with another backbone."""
    return pytest.mark.claim(
        name + "@{dataset}", at=at, unit="MAP@R %", fidelity="proxy", proxy="MobileNetV2 on {dataset}"
    )


@pytest.mark.claim("II.{dim}", at="Table II", unit="MAP@R %", fidelity="assumed")
@pytest.mark.parametrize("dim, printed", MAP_AT_R.items())
def test_resnet_reaches_the_printed_score(claim, dim, printed):
    """A {dim}-d ResNet50V2 embedding scores {printed}."""
    ours = claim(dcnn.embed, CATTLE, dim=dim, score="map_at_r")
    claim.equals(ours, printed, margin=4.5, because="4.51 separates the best row from the worst")


@pytest.mark.claim("II.sixteen", at="III-B", unit="MAP@R %", fidelity="assumed")
def test_sixteen_dimensions_are_effective(claim):
    """Sixteen dimensions lose no more than a tenth of the score of 128."""
    _sixteen(claim, CATTLE)


@pytest.mark.claim("II.over-mlp", at="IV", unit="MAP@R %", fidelity="assumed")
def test_it_beats_the_mlp(claim):
    """The 64-d DCNN scores above the MLP of 64 units."""
    _over_mlp(claim, CATTLE)


@pytest.mark.claim("II.epochs", at="IV", unit="MAP@R %", fidelity="assumed")
def test_three_epochs_are_enough(claim):
    """Thirty epochs add next to nothing to three."""
    _epochs(claim, CATTLE)


@pytest.mark.claim("II.sota", at="IV", unit="MAP@R %", fidelity="assumed")
def test_it_is_good_beside_the_state_of_the_art(claim):
    """The 64-d embedding scores at least what the best of the cited lion models scores on its data."""
    claim.at_least(claim(dcnn.embed, CATTLE, score="map_at_r"), "20.8", because=BEST)


# The same on other cattle with another backbone: orderings and bounds, never the printed figure.


@proxy("II.sixteen", "III-B")
@pytest.mark.parametrize("dataset", known("sixteen", *zip(PROXIES)))
def test_sixteen_dimensions_are_effective_on_other_cattle(claim, dataset):
    """Sixteen dimensions lose no more than five points to 128."""
    _sixteen(claim, dataset, **STAND_IN[dataset])


@proxy("II.over-mlp", "IV")
@pytest.mark.parametrize("dataset", known("over-mlp", *zip(PROXIES)))
def test_it_beats_the_mlp_on_other_cattle(claim, dataset):
    """The 64-d DCNN scores above the MLP of 64 units."""
    _over_mlp(claim, dataset, **STAND_IN[dataset])


@proxy("II.epochs", "IV")
@pytest.mark.parametrize("dataset", known("epochs", *zip(PROXIES)))
def test_three_epochs_are_enough_on_other_cattle(claim, dataset):
    """Thirty epochs add next to nothing to three."""
    _epochs(claim, dataset, **STAND_IN[dataset])


@proxy("II.sota", "IV")
@pytest.mark.parametrize("dataset", known("sota", *zip(PROXIES)))
def test_other_cattle_are_good_beside_the_state_of_the_art(claim, dataset):
    """The 64-d embedding scores at least what the best of the cited lion models scores on its data."""
    claim.at_least(claim(dcnn.embed, dataset, score="map_at_r", **STAND_IN[dataset]), "20.8", because=BEST)


@proxy("II.over-backbone", "III-B")
@pytest.mark.parametrize("dataset", known("over-backbone", *zip(PROXIES)))
def test_the_head_adds_to_the_backbone(claim, dataset):
    """The trained 64-d embedding scores above the frozen backbone's own features, on animals never trained on."""
    ours = claim(dcnn.embed, dataset, score="map_at_r", **STAND_IN[dataset])
    claim.exceeds(ours, claim(dcnn.untrained, dataset, score="map_at_r", **MOBILENET), by=0, because=ANY)


def _sixteen(claim, dataset, **factors):
    small = claim(dcnn.embed, dataset, dim=16, score="map_at_r", **factors)
    large = claim(dcnn.embed, dataset, dim=128, score="map_at_r", **factors)
    claim.at_least(small - large, -5.0, because=TENTH)


def _over_mlp(claim, dataset, **factors):
    ours = claim(dcnn.embed, dataset, score="map_at_r", **factors)
    claim.exceeds(ours, claim(mlp.embed, dataset, hidden=(64,), score="map_at_r"), by=0, because=ANY)


def _epochs(claim, dataset, **factors):
    longer = claim(dcnn.embed, dataset, steps=3000, score="map_at_r", **factors)
    claim.at_most(longer - claim(dcnn.embed, dataset, score="map_at_r", **factors), 4.5, because=ENOUGH)
