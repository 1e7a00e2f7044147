"""Keys are squared distances, lifted by one number; distances given are ranked at whatever size they have."""

import numpy as np
import pytest
from metrics import brute

from reproduce.errors import InvalidInputError
from reproduce.metrics import retrieval_scores_from_distances
from reproduce.metrics.kernel.keys import DistanceKeys
from reproduce.metrics.kernel.layout import Layout, against_reference
from reproduce.metrics.scoring import arrange

LABELS = np.array([3, 0, 1, 1, 2, 0, 2, 1, 0])


def filled(keys, rows, columns):
    """All keys, asked for a few queries at a time."""
    out = np.empty((rows, columns), dtype=keys.dtype)
    for start in range(0, rows, 2):
        stop = min(start + 2, rows)
        keys.fill(start, stop, out[start:stop])
    return out


@pytest.mark.parametrize(("dtype", "digits"), [("float64", 1e-14), ("float32", 1e-6)])
@pytest.mark.parametrize("apart", [False, True])
def test_keys_of_embeddings(apart, dtype, digits):
    """Squared distances between centred rows, scaled by a power of two, over the lift of 1/256 of the largest norm."""
    rng = np.random.default_rng(0)
    x, y = 3 + rng.normal(size=(9, 5)), rng.normal(size=(7, 5))
    layout, keys, _ = arrange(x, LABELS, dtype, y if apart else None, LABELS[:7] if apart else None)
    columns = y if apart else x
    top = brute.scale(columns, x)
    ours = filled(keys, len(layout.queries), len(layout.columns))
    expected = brute.squared_distances(x[layout.queries], columns[layout.columns]) + top / 256
    unit = 2.0 ** np.round(np.log2(np.median(ours / expected)))
    np.testing.assert_allclose(ours, expected * unit, rtol=0, atol=digits * top * unit)
    assert (ours >= 0).all()
    if dtype == "float64":
        assert keys.tolerance == pytest.approx(1e-12 * top * unit)
    else:
        assert keys.tolerance is None


def test_float32_copies_the_keys_of_equal_rows():
    """Each repeated column holds the bits of the first such column, and no other column is touched."""
    x = np.random.default_rng(1).normal(size=(9, 30))
    x[4], x[8] = x[1], x[1]
    layout, keys, _ = arrange(x, LABELS, "float32", None, None)
    ours = filled(keys, len(layout.queries), 9)
    place = {row: column for column, row in enumerate(layout.columns.tolist())}
    for copy in (4, 8):
        np.testing.assert_array_equal(ours[:, place[copy]], ours[:, place[1]])
    assert len({column.tobytes() for column in ours.T}) == 7


@pytest.mark.parametrize("lone", [True, False])
@pytest.mark.parametrize("unit", [1e-30, 1.0, 1e30])
def test_distances_of_any_size_rank_alike(unit, lone):
    """No constant hides in the keys; what stands on the diagonal sets neither the lift nor the tolerance."""
    labels = LABELS if lone else LABELS[1:]
    distances = np.random.default_rng(2).normal(size=(len(labels),) * 2)
    plain = retrieval_scores_from_distances(distances, labels).map
    for diagonal in (np.nan, -1e60, 1e60):
        np.fill_diagonal(distances, diagonal)
        assert retrieval_scores_from_distances(distances * unit, labels).map == plain


def test_the_diagonal_is_passed_over_in_every_step():
    """A thousand rows are read in two steps, of which the second begins amid the diagonal."""
    distances = np.random.default_rng(3).random((1100, 1100))
    labels = np.arange(1100) % 3
    plain = retrieval_scores_from_distances(distances, labels).map
    np.fill_diagonal(distances, np.nan)
    assert retrieval_scores_from_distances(distances, labels).map == plain


def distance_keys(distances):
    """Keys of queries of one class against a reference of the same."""
    codes, hashes = np.zeros(len(distances), dtype=int), np.arange(len(distances), dtype=np.uint64)
    reference = np.arange(len(distances[0]), dtype=np.uint64)
    layout = against_reference(codes, hashes, np.zeros(len(reference), dtype=int), reference)
    return layout, DistanceKeys(layout, distances)


@pytest.mark.parametrize(
    ("distances", "lift", "largest"),
    [([[3.0, 1.0]], 0.0, 3.0), ([[3.0, -1.0]], 1.0, 3.0), ([[0.5, 1.0], [-7.0, 2.0]], 7.0, 7.0), ([[0.0]], 0.0, 0.0)],
)
def test_distances_are_lifted_to_zero(distances, lift, largest):
    """By the lowest, where one lies below zero; ties are measured by the largest magnitude."""
    distances = np.array(distances)
    layout, keys = distance_keys(distances)
    ours = filled(keys, *distances.shape)
    np.testing.assert_array_equal(ours, (distances + lift)[layout.queries][:, layout.columns])
    assert not np.signbit(ours).any()
    assert keys.tolerance == max(1e-12 * largest, 1e-300)


def test_minus_zero_is_zero():
    """Keys are compared by their bits, of which -0.0 has one more."""
    _, keys = distance_keys(np.array([[-0.0, 0.0]]))
    assert not np.signbit(filled(keys, 1, 2)).any()


@pytest.mark.parametrize("wide", [3, 1 << 19, 1 << 20])
def test_the_first_row_that_holds_no_number_is_named(wide):
    """Also in another step than the first: a step has as many rows as make a million entries."""
    distances = np.zeros((6, wide))
    distances[4, 1] = distances[3, 2] = np.nan
    distances[5, 0] = -np.inf
    with pytest.raises(InvalidInputError, match="distances, row 3: NaN or infinity"):
        distance_keys(distances)


def test_rows_are_read_a_step_at_a_time():
    """A memory map of any size is read in slices, never whole."""
    asked = []

    class Slices:
        shape = (5, 1 << 19)

        def __getitem__(self, rows):
            asked.append((rows.start, rows.stop))
            return np.zeros((min(rows.stop, 5) - rows.start, self.shape[1]))

    none = np.zeros(5, dtype=int)
    layout = Layout(none, none, none, none, none, np.full(5, -1), 5, none, 0)
    DistanceKeys(layout, Slices())
    assert asked == [(0, 2), (2, 4), (4, 6)]
