"""The wide model on pairs (II-B.3, III-C, V); the constant model and local matching stand in `baselines`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduce.experiments.evaluate import evaluate_distances
from reproduce.experiments.registry import Result, experiment
from reproduce.experiments.wide.baselines import constant, lnbnn, tested
from reproduce.models.wide.codebook import EncoderName
from reproduce.models.wide.pairs import Encoding

if TYPE_CHECKING:
    from reproduce.datasets import Catalogue
    from reproduce.metrics.pairs import PairScores
    from reproduce.models.wide.descriptors import ImageVectors

__all__ = ["READINGS", "constant", "image_model", "image_vectors", "lnbnn", "pairs", "protocol"]

#: What III-C leaves open (readings 9 and 10), beside the primary VLAD with |a-b| and a*b.
READINGS = {"mean-descriptor": {"encoder": "mean"}, "concatenation": {"encoding": "concatenation"}}


@experiment(
    "wide.pairs",
    varies=("codebook", "sampling"),
    seconds=60,
    library="lightgbm",
    rehearsal={"dim": 8, "words": 2, "rounds": 10},
    tolerance=0.05,
    later=("balanced", "stopped"),
)
def pairs(
    catalogue: "Catalogue",
    seed: int,
    *,
    encoder: EncoderName = "vlad",
    encoding: Encoding = "difference-product",
    words: int | None = None,
    dim: int | None = 192,
    height: int = 256,
    most: int = 300,
    rounds: int = 100,
    shuffle: bool = False,
    balanced: bool = False,
    stopped: bool = False,
) -> Result:
    """Train LightGBM on every pair of training images, and test it on every pair of test images.

    The seed draws the codebooks and LightGBM's sample for its bins. ``shuffle`` is the control: the training images
    change animals among themselves, class sizes kept, so that only what is no animal can be learned. ``balanced``: same
    and different pairs weigh alike in the training. ``stopped``: of the ``rounds`` as many are grown as rank the pairs
    of some training animals best that were held out. Scores: those
    of `reproduce.metrics.pairs` on the test pairs, with "@train" on the pairs trained on (held against the labels
    trained on), "auc_gap" between the two, and the MAP@R family of the distances 1 - P(same).
    """
    from scipy.spatial.distance import squareform

    from reproduce.determinism import generator
    from reproduce.metrics.pairs import histograms, pair_scores
    from reproduce.models.wide.classifier import PairClassifier

    vectors, empty = image_vectors(catalogue, seed, encoder=encoder, words=words, dim=dim, height=height, most=most)
    animals = catalogue.identities[catalogue.train]
    if shuffle:
        animals = generator(seed, "shuffled labels").permutation(animals)
    how: dict[str, Any] = {"encoding": encoding, "random_state": seed}
    if balanced:
        how["parameters"] = {"is_unbalance": True}
    tried: list[list[Any]] = []
    if stopped:
        rounds, tried = chosen_rounds(vectors[catalogue.train], animals, rounds, seed, how)
    model = PairClassifier(rounds=rounds, **how).fit(vectors[catalogue.train], animals)
    answers = squareform(model.pair_probabilities(vectors))  # of every pair once: each set takes its own
    p_train, p_test = (_condensed(answers, rows) for rows in (catalogue.train, catalogue.test))
    asked = pair_scores(p_test, catalogue.identities[catalogue.test])
    trained = pair_scores(p_train, animals)
    found = evaluate_distances(catalogue, lambda rows: _apart(answers, rows))
    scores = {
        **found.scores,
        **_named(asked, ""),
        **_named(trained, "@train"),
        "auc_gap": trained.auc - asked.auc,
        "asymmetry": model.asymmetry(vectors[catalogue.test]),
    }
    left_out = {name: values.tolist() for name, values in asked.leave_one_out.items()}
    if left_out:
        left_out["auc_gap"] = [trained.auc - value for value in left_out["auc"]]
        left_out |= _retrieval_without_each(catalogue, _apart(answers, catalogue.test))
    details = {
        **found.details,
        "pairs": model.pairs_,
        "same_pairs": model.same_pairs_,
        "test_pairs": asked.pairs,
        "said_same": asked.said_same,
        "width": int(vectors.shape[1]),
        "images_without_keypoint": empty,
        "histograms": histograms(p_test, catalogue.identities[catalogue.test]),
        "histograms@train": histograms(p_train, animals),
        **({"rounds": rounds, "tried": tried} if stopped else {}),
    }
    return Result(scores, details, left_out, {"": asked.animals})


@experiment("wide.protocol", exact=True, seconds=60, library="lightgbm", rehearsal={"dim": 8, "words": 2})
def protocol(catalogue: "Catalogue", seed: int, *, words: int | None = None, dim: int | None = 192) -> Result:
    """Read off the trained wide model and its data, rather than off a setting, what it does."""
    from reproduce.models.wide.classifier import PairClassifier

    vectors, _ = image_vectors(catalogue, seed, encoder="vlad", words=words, dim=dim, height=256, most=300)
    model = PairClassifier(random_state=seed).fit(vectors[catalogue.train], catalogue.identities[catalogue.train])
    found = vectors[catalogue.test]
    answered = model.pair_probabilities(found)
    first, second = np.triu_indices(len(found), 1)
    swapped = model.probability(found[second], found[first])
    written = dict(
        line.strip("[]").split(": ", 1) for line in model.booster_.model_to_string().splitlines() if ": " in line
    )
    trees = model.booster_.dump_model()["tree_info"]
    scores = {
        "pairs": float(model.pairs_),
        "same_pairs": float(model.same_pairs_),
        "test_pairs": float(len(answered)),
        "trees": float(len(trees)),
        "most_leaves": float(max(tree["num_leaves"] for tree in trees)),
        "learning_rate": float(written["learning_rate"]),
        "asymmetry": float(np.abs(answered - swapped).max()),
    }
    return Result(scores, {"width": int(vectors.shape[1])})


def chosen_rounds(
    vectors: np.ndarray, animals: np.ndarray, most: int, seed: int, how: Mapping[str, Any]
) -> tuple[int, list[list[Any]]]:
    """Return how many trees, up to ``most``, rank the pairs of a third of the animals best, and each number's area.

    ``vectors`` (N, D) and ``animals`` (N,) of training images; the third is not trained on before.
    """
    from reproduce.experiments.folds import best, class_folds
    from reproduce.metrics.pairs import pair_scores
    from reproduce.models.wide.classifier import PairClassifier

    learn, out = next(class_folds(animals, 3, seed))
    model = PairClassifier(rounds=most, **how).fit(vectors[learn], animals[learn])
    numbers = sorted({max(1, round(most * share)) for share in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)})
    return best(numbers, lambda trees: pair_scores(model.pair_probabilities(vectors[out], trees), animals[out]).auc)


def image_vectors(catalogue: "Catalogue", seed: int, **factors: Any) -> tuple[np.ndarray, dict[str, int]]:
    """Return (N, D) vectors of every image, learned from training images, and how many lack keypoints, by detector."""
    model, shown = image_model(catalogue, seed, **factors)
    return model.transform(shown), model.empty_


def image_model(catalogue: "Catalogue", seed: int, **factors: Any) -> tuple["ImageVectors", Any]:
    """Return what makes those vectors, learned from the training images, and every grey image at its own size."""
    from reproduce.datasets import images
    from reproduce.models.wide.descriptors import ImageVectors

    shown = images(catalogue, None, "grey")
    return ImageVectors(seed=seed, **factors).fit([shown[row] for row in catalogue.train]), shown


def _named(found: "PairScores", suffix: str) -> dict[str, float]:
    names = (
        "accuracy", "constant", "gain", "balanced_accuracy", "auc",
        "average_precision", "brier", "constant_brier", "calibration_error",
    )  # fmt: skip
    named = {f"{name}{suffix}": getattr(found, name) for name in names}
    # What knowing nothing scores: the table shows it beside.
    named[f"chance_accuracy{suffix}"] = found.constant
    named[f"chance_auc{suffix}"] = 0.5
    named[f"chance_average_precision{suffix}"] = found.same / found.pairs
    return named


def _condensed(answers: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return of square P(same) (N, N) the pairs i < j among ascending ``rows``, in SciPy's condensed order."""
    from scipy.spatial.distance import squareform

    return np.asarray(squareform(answers[np.ix_(rows, rows)], checks=False))


def _apart(answers: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return 1 - P(same) (n, n) among the ``rows``, zero on the diagonal."""
    matrix = 1 - answers[np.ix_(rows, rows)]
    np.fill_diagonal(matrix, 0)
    return matrix


def _retrieval_without_each(catalogue: "Catalogue", distances: np.ndarray) -> dict[str, list[float]]:
    """Return MAP@R and P@1 of the test images, by the (n, n) distances among them, without each test animal."""
    found = evaluate_distances(tested(catalogue), lambda rows: distances, resample=("",))
    return {name: list(row) for name, row in found.leave_one_out.items() if "@" not in name}
