"""Questions to Table I: what training adds, what it is worth, and what width, loss or scaling would change (IV)."""

import pytest

from reproduce.experiments import baselines, mlp

DATASETS = ["OpenCows2020-thinned", "OpenCows2020-barn", "LionData"]
ROWS = {"64x2": (64, 64), "64": (64,), "32": (32,), "16": (16,)}
SCALINGS = {"unit": "unit", "std": "standardised"}
ANY = "any advantage, paired by seed, counts"

DEAD = "on the lions units die on pixels in [0, 1] (58 of 64), and training takes away what the random layer had"
PROJECTED = "64 random projections with a ReLU keep most of what the pixels hold and add nothing"
COLLAPSED = "under the triplet loss 43 and 48 of 64 units die on pixels in [0, 1]"
SEEN = "the triplet loss learns the animals it sees and carries less of it to new ones than cross-entropy does"
#: What the run answered with no: claim -> (lowest, highest mean, why).
FOUND: dict[str, tuple[float, float, str]] = {
    "I.trains.64x2@LionData": (-1.42, -0.05, DEAD),
    "I.trains.64@LionData": (-2.96, -2.14, DEAD),
    "I.trains.32@LionData": (-2.14, -1.36, DEAD),
    "I.trains.16@LionData": (-2.48, -1.59, DEAD),
    "I.pixels@LionData": (-2.80, -2.37, DEAD),
    "I.untrained-pixels@OpenCows2020-thinned": (-7.1, -2.0, PROJECTED),
    "I.untrained-pixels@OpenCows2020-barn": (-10.6, -4.6, PROJECTED),
    "I.untrained-pixels@LionData": (-0.72, -0.15, PROJECTED),
    "I.loss.unit@OpenCows2020-thinned": (-37.4, -23.3, COLLAPSED),
    "I.loss.unit@OpenCows2020-barn": (-47.6, -33.9, COLLAPSED),
    "I.loss.std@OpenCows2020-thinned": (-17.9, -7.2, SEEN),
    "I.loss.std@OpenCows2020-barn": (-7.8, -3.2, SEEN),
}


def question(name, at, *rows):
    """A question asked of each proxy, and of each row where there are some, with the known answer."""
    mark = pytest.mark.claim(
        name + (".{row}" if rows else "") + "@{dataset}", at=at, unit="MAP@R %", fidelity="proxy", proxy="{dataset}"
    )
    cases = []
    for row in rows or ("",):
        for dataset in DATASETS:
            found = FOUND.get(f"{name}{'.' if row else ''}{row}@{dataset}")
            marks = [pytest.mark.deviation("fails", ours=found[:2], because=found[2])] if found else []
            cases.append(pytest.param(*([row] if row else []), dataset, marks=marks))
    ask = pytest.mark.parametrize("row, dataset" if rows else "dataset", cases)
    return lambda test: mark(ask(test))


@question("I.trains", "III-A", *ROWS)
def test_training_beats_not_training(claim, row, dataset):
    """Training the {row} MLP raises the score of its own last layer above that of the same layer before step one."""
    after = claim(mlp.embed, dataset, hidden=ROWS[row], score="map_at_r")
    before = claim(mlp.embed, dataset, hidden=ROWS[row], score="map_at_r/before")
    claim.exceeds(after, before, by=0, because=ANY)


@question("I.chance", "III-A")
def test_the_trained_layer_beats_chance(claim, dataset):
    """A 64-unit layer trained at batch 32 and learning rate 3e-4 scores above a random order."""
    # Not Table I's row: the point it chooses for the lions kills every unit under every seed.
    ours = claim(mlp.train, dataset, score="map_at_r")
    claim.exceeds(ours, claim(mlp.train, dataset, score="chance"), by=0, because=ANY)


@question("I.pixels", "III-A")
def test_the_trained_layer_beats_raw_pixels(claim, dataset):
    """A 64-unit layer trained at batch 32 and learning rate 3e-4 scores above the grey pixels it was given."""
    ours = claim(mlp.train, dataset, score="map_at_r")
    claim.exceeds(ours, claim(baselines.pixels, dataset, score="map_at_r"), by=0, because=ANY)


@question("I.untrained-pixels", "III-A")
def test_the_untrained_layer_beats_raw_pixels(claim, dataset):
    """The untrained 64-unit layer scores above the grey pixels it was given."""
    ours = claim(baselines.untrained, dataset, score="map_at_r")
    claim.exceeds(ours, claim(baselines.pixels, dataset, score="map_at_r"), by=0, because=ANY)


@question("I.untrained-chance", "III-A")
def test_the_untrained_layer_beats_chance(claim, dataset):
    """The untrained 64-unit layer scores above a random order."""
    ours = claim(baselines.untrained, dataset, score="map_at_r")
    claim.exceeds(ours, claim(baselines.untrained, dataset, score="chance"), by=0, because=ANY)


@question("I.capacity", "IV")
def test_more_capacity_is_what_is_missing(claim, dataset):
    """A trained layer of 256 units scores above one of 64, both at batch 32 and learning rate 3e-4."""
    wide = claim(mlp.train, dataset, hidden=(256,), score="map_at_r")
    claim.exceeds(wide, claim(mlp.train, dataset, score="map_at_r"), by=0, because=ANY)


@question("I.wide-trains", "IV")
def test_training_beats_not_training_with_more_capacity(claim, dataset):
    """With 256 units training raises the score above that of the same layer before step one."""
    after = claim(mlp.train, dataset, hidden=(256,), score="map_at_r")
    before = claim(mlp.train, dataset, hidden=(256,), score="map_at_r/before")
    claim.exceeds(after, before, by=0, because=ANY)


@question("I.loss", "abstract", *SCALINGS)
def test_a_loss_made_for_embeddings_is_what_is_missing(claim, row, dataset):
    """The same 64-unit network scores higher under the triplet loss than under cross-entropy ({row} pixels)."""
    triplet = claim(mlp.train, dataset, objective="triplet", scaling=SCALINGS[row], score="map_at_r/l2")
    entropy = claim(mlp.train, dataset, scaling=SCALINGS[row], score="map_at_r/l2")
    claim.exceeds(
        triplet, entropy, by=0, because=ANY + "; both at length one, as the triplet's cosine distance sees it"
    )


@question("I.scaling", "II-B.1")
def test_standardised_pixels_help(claim, dataset):
    """The 64-unit network scores higher when its pixels are standardised instead of lying in [0, 1]."""
    ours = claim(mlp.train, dataset, scaling="standardised", score="map_at_r")
    claim.exceeds(ours, claim(mlp.train, dataset, score="map_at_r"), by=0, because=ANY)


@question("I.labels", "III-A", *SCALINGS)
def test_the_labels_teach_something(claim, row, dataset):
    """Trained on the true identities, the layer scores higher than trained on shuffled ones ({row} pixels)."""
    true = claim(mlp.train, dataset, scaling=SCALINGS[row], score="map_at_r")
    shuffled = claim(mlp.train, dataset, scaling=SCALINGS[row], labels="shuffled", score="map_at_r")
    claim.exceeds(true, shuffled, by=0, because=ANY)


@question("I.std-trains", "III-A")
def test_training_beats_not_training_on_standardised_pixels(claim, dataset):
    """With standardised pixels training raises the score above that of the same 64 units before step one."""
    after = claim(mlp.train, dataset, scaling="standardised", score="map_at_r")
    before = claim(mlp.train, dataset, scaling="standardised", score="map_at_r/before")
    claim.exceeds(after, before, by=0, because=ANY)


# The paper's own open questions on its own cattle, wherever their images are.


@pytest.mark.claim("I.capacity", at="IV", unit="MAP@R %", fidelity="assumed")
def test_more_capacity_is_what_is_missing_on_the_papers_cattle(claim):
    """A trained layer of 256 units scores above one of 64, both at batch 32 and learning rate 3e-4."""
    wide = claim(mlp.train, "FriesianCattle2017", hidden=(256,), score="map_at_r")
    claim.exceeds(wide, claim(mlp.train, "FriesianCattle2017", score="map_at_r"), by=0, because=ANY)


@pytest.mark.claim("I.loss", at="abstract", unit="MAP@R %", fidelity="assumed")
def test_a_loss_made_for_embeddings_is_what_is_missing_on_the_papers_cattle(claim):
    """The same 64-unit network scores higher under the triplet loss than under cross-entropy."""
    triplet = claim(mlp.train, "FriesianCattle2017", objective="triplet", score="map_at_r/l2")
    entropy = claim(mlp.train, "FriesianCattle2017", score="map_at_r/l2")
    claim.exceeds(triplet, entropy, by=0, because=ANY)
