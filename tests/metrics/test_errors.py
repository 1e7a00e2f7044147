"""Input that no score can be computed from is one line that says what, where and what to do."""

import numpy as np
import pytest

from reproduce.errors import InvalidInputError
from reproduce.metrics import chance_map_at_r, map_at_r, retrieval_scores, retrieval_scores_from_distances

X = np.arange(8.0).reshape(4, 2)
L = [0, 0, 1, 1]


def spoiled(value):
    bad = X.copy()
    bad[2, 1] = value
    return bad


@pytest.mark.parametrize(
    ("embeddings", "labels", "says"),
    [
        (spoiled(np.nan), L, "embeddings, row 2: NaN or infinity"),
        (spoiled(np.inf), L, "embeddings, row 2: NaN or infinity"),
        (spoiled(-np.inf).astype(np.float32), L, "embeddings, row 2: NaN or infinity"),
        (X[:3], L, "labels has 4 entries and embeddings has 3 rows"),
        (X[:, 0], L, r"shape \(4,\)"),
        (X[:, :, None], L, r"shape \(4, 2, 1\)"),
        (X[:0], [], "empty"),
        (X[:, :0], L, "empty"),
        ([], [], "shape"),
        (X.astype(complex), L, "complex128"),
        (X.astype(str), L, "real numbers"),
        ([[1.0], [1.0, 2.0]], [0, 0], "rows differ in length"),
        (X, [0, 1, 2, 3], "no class has two rows"),
        (X, [0, 0, None, 1], "labels, row 2: the label is missing"),
        (X, [0.0, 0.0, float("nan"), 1.0], "labels, row 2: the label is missing"),
        (X, np.array([0.0, 0.0, np.nan, 1.0]), "labels, row 2: the label is missing"),
        (X, [[0], [0], [1], [1]], "a list cannot be a label"),
        (X, np.zeros((4, 1)), r"labels has shape \(4, 1\)"),
        (X, "abba", "labels is one str"),
        (X, 7, "labels is int"),
    ],
)
@pytest.mark.parametrize("score", [map_at_r, retrieval_scores])
def test_bad_input_is_one_clear_line(score, embeddings, labels, says):
    """Each error names what is wrong and where, on one line."""
    with pytest.raises(InvalidInputError, match=says) as caught:
        score(embeddings, labels)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"average": "micro"}, "average is 'micro'; it is one of 'class', 'query'"),
        ({"dtype": "float16"}, "it is one of 'float64', 'float32'"),
        ({"reference": X}, "give both or neither"),
        ({"reference_labels": L}, "give both or neither"),
        ({"reference": X[:, :1], "reference_labels": L}, "embeddings have 2 columns and reference 1"),
        ({"reference": X[:3], "reference_labels": L}, "reference_labels has 4 entries and reference has 3 rows"),
        ({"reference": spoiled(np.nan), "reference_labels": L}, "reference, row 2: NaN"),
        ({"reference": X, "reference_labels": list("abcd")}, "no label of the queries is among reference_labels"),
    ],
)
def test_bad_options_are_one_clear_line(options, says):
    """A wrong option lists what it may be; a reference set is checked as the embeddings are."""
    with pytest.raises(InvalidInputError, match=says):
        map_at_r(X, L, **options)


def test_bad_distances_are_one_clear_line():
    """Distances have the labels' shape and are numbers; the diagonal is never looked at."""
    with pytest.raises(InvalidInputError, match=r"shape \(4, 2\); the labels ask for \(4, 4\)"):
        retrieval_scores_from_distances(X, L)
    distances = np.abs(np.arange(4.0)[:, None] - np.arange(4.0))
    fine = retrieval_scores_from_distances(distances, L)
    np.fill_diagonal(distances, np.nan)
    assert retrieval_scores_from_distances(distances, L).map == fine.map
    distances[1, 2] = np.inf
    with pytest.raises(InvalidInputError, match="distances, row 1"):
        retrieval_scores_from_distances(distances, L)


def test_chance_needs_a_pair():
    """Where every class is lone there is no chance level either."""
    with pytest.raises(InvalidInputError, match="no class has two rows"):
        chance_map_at_r(["a", "b"])
