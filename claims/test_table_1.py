"""Table I: MLPs trained to classify cattle, their last hidden layer as an embedding (II-B.1, III-A).

The hyper-parameters of each row are chosen once for a data set, at the fixed seed 0; 14 seeds train with them.
"""

import pytest

from reproduce.experiments import mlp
from reproduce.experiments.mlp import ROWS
from reproduce.experiments.unlearned import baselines
from reproduce.verdicts import judged_in, question, statement

#: The table's ends beside their neighbours: the best and the worst classifier, the worst embedding.
ORDER = {
    "classifies-best": ("accuracy@train", "64x2", "32"),
    "classifies-worst": ("accuracy@train", "64", "16"),
    "embeds-worst": ("map_at_r", "64x2", "16"),
}
#: The order in words, and the rows.
ORDERED = {
    "classifies-best": "two layers of 64 units classify better than one of 32",
    "classifies-worst": "64 units classify better than sixteen",
    "embeds-worst": "two layers of 64 units embed better than sixteen units",
}
MLPS = {"64x2": "two layers of 64 units", "64": "64 units", "32": "32 units", "16": "16 units"}
every_row = pytest.mark.parametrize("row", ROWS)


@statement("I.{row}", at="Table I", unit="MAP@R %", words=MLPS)
@every_row
def test_the_embedding_reaches_the_printed_score(claim, row):
    """The last hidden layer of an MLP of {row} scores {printed}."""
    ours = claim(mlp.embed, "FriesianCattle2017", hidden=ROWS[row], score="map_at_r")
    claim.equals(ours, claim.printed, margin=6.3, because="27.53 - 21.22 separates the table's best row from its worst")


@statement("I.acc.{row}", at="Table I", unit="accuracy %", words=MLPS)
@every_row
def test_the_classifier_reaches_the_printed_accuracy(claim, row):
    """An MLP of {row} names {printed} % of the images correctly, in the mean of five folds."""
    ours = claim(mlp.embed, "FriesianCattle2017", hidden=ROWS[row], score="accuracy")
    claim.equals(ours, claim.printed, margin=7.3, because="48.58 - 41.25 separates the two 64-unit rows of the table")


@statement("I.order.{end}", at="Table I", unit="%", words=ORDERED)
@judged_in("paper", "other animals")
@pytest.mark.parametrize("end", ORDER)
def test_the_rows_come_in_the_printed_order(claim, end, setting):
    """In the table {end}."""
    score, more, less = ORDER[end]
    ours = claim(mlp.embed, setting.cattle, hidden=ROWS[more], score=score)
    other = claim(mlp.embed, setting.cattle, hidden=ROWS[less], score=score)
    claim.exceeds(ours, other, by=0, because="an order is an order: any difference, paired by seed, counts")


@statement("I.untrained", at="III-A", unit="MAP@R %")
def test_an_untrained_layer_scores_29(claim):
    """An untrained MLP's 64-unit ReLU layer scores {printed}."""
    ours = claim(baselines.untrained, "FriesianCattle2017", hidden=(64,), score="map_at_r")
    claim.equals(ours, claim.printed, margin=6.3, because="the spread of Table I's rows, which it stands beside")


@question("I.unique", at="III-A", unit="above chance %")
@judged_in("paper", "other cattle")
def test_an_untrained_layer_scores_by_the_images_alone(claim, setting):
    """An untrained layer finds cattle, whose images are so unique, and not lions: twenty points above chance more."""
    cattle = claim(baselines.untrained, setting.cattle, hidden=(64,), score="above_chance")
    lions = claim(baselines.untrained, setting.lions, hidden=(64,), score="above_chance")
    claim.exceeds(cattle, lions, by=20, because="the printed 29 is some 25 points above chance: most must be gone")


@statement("I.useful.{row}", at="III-A", unit="accuracy %", words=MLPS)
@judged_in("paper", "other animals")
@every_row
def test_the_accuracy_is_useful(claim, row, setting):
    """An MLP of {row} classifies better than always naming the most frequent animal."""
    ours = claim(mlp.embed, setting.cattle, hidden=ROWS[row], score="accuracy@train")
    constant = claim(mlp.embed, setting.cattle, hidden=ROWS[row], score="accuracy/constant@train")
    claim.exceeds(ours, constant, by=0, because="an answer without looking is the least a useful one must beat")


@statement("I.learns", at="IV, V", unit="accuracy %")
@judged_in("paper", "other animals")
def test_sixteen_units_learn(claim, setting):
    """Even sixteen units learn to classify: twice as well as always naming the most frequent animal."""
    ours = claim(mlp.embed, setting.cattle, hidden=ROWS["16"], score="accuracy@train")
    constant = claim(mlp.embed, setting.cattle, hidden=ROWS["16"], score="accuracy/constant@train")
    easily = "'easily' asks for more than an edge; the paper's is fivefold"
    claim.exceeds(ours - constant, constant, by=0, because=easily)


@statement("I.fail.{row}", at="abstract, IV, V", unit="MAP@R %", words=MLPS)
@judged_in("paper", "other animals")
@every_row
def test_training_to_classify_does_not_make_an_embedding(claim, row, setting):
    """The embedding of an MLP of {row} scores no more after training than an untrained layer of 64 units."""
    trained = claim(mlp.embed, setting.cattle, hidden=ROWS[row], score="map_at_r")
    untrained = claim(baselines.untrained, setting.cattle, hidden=(64,), score="map_at_r")
    claim.at_most(trained - untrained, 0, because="the paper's words draw the line at no gain at all")
