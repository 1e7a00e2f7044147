"""Every query is scored once, in pieces that its keys, flags and R arrive whole with."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from reproduce.metrics.kernel import sweep
from reproduce.metrics.kernel.layout import against_reference, among_themselves


class Counted:
    """Keys that say which query and column they are of; their last bit is set on every odd column."""

    tolerance = None

    def __init__(self, dtype, columns):
        self.dtype, self.columns = np.dtype(dtype), columns

    def fill(self, start, stop, out):
        bits = np.arange(start, stop)[:, None] * 1000 + np.arange(self.columns) + 1
        sweep.integers(out)[:] = bits


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(("wanted", "piece", "threads"), [(512, 4 << 20, 1), (7, 600, 1), (7, 600, 2), (5, 1, 3)])
def test_a_piece_holds_flagged_keys_of_queries_with_one_r(apart, dtype, wanted, piece, threads, monkeypatch):
    """In column order: the last bit says "of the query's class", and a query's own key is infinite."""
    monkeypatch.setattr(sweep, "_WANTED", wanted)
    monkeypatch.setattr(sweep, "_PIECE", piece)
    codes, hashes = np.arange(40) % 9 // 2 % 4, np.arange(40, dtype=np.uint64)
    layout = against_reference(codes[:23], hashes[:23], codes, hashes) if apart else among_themselves(codes, hashes)
    seen = {}

    def score(keys, first, relevant):
        for place, row in enumerate(sweep.integers(keys).copy()):
            assert first + place not in seen
            seen[first + place] = row, relevant
        keys[:] = 0  # the piece is ours

    with threadpool_limits(limits=threads):
        sweep.sweep(layout, Counted(dtype, 40), score)
    assert sorted(seen) == list(range(len(layout.queries)))
    for query, (row, relevant) in seen.items():
        own = codes[layout.columns] == layout.codes[query]
        expected = (query * 1000 + np.arange(40) + 1) & ~1 | own
        if not apart:
            assert row[layout.itself[query]] == sweep.integers(np.array([np.inf], dtype=dtype))[0]
            expected[layout.itself[query]] = row[layout.itself[query]]
        np.testing.assert_array_equal(row, expected)
        assert relevant == layout.relevant[query]


@pytest.mark.parametrize(("wanted", "piece", "threads"), [(512, 4 << 20, 1), (7, 600, 1), (5, 1, 3)])
def test_the_nearest_come_block_by_block(wanted, piece, threads, monkeypatch):
    """With the keys of all their queries with one R: the R + 1 smallest in order, the query's own never among them."""
    monkeypatch.setattr(sweep, "_WANTED", wanted)
    monkeypatch.setattr(sweep, "_PIECE", piece)
    codes, hashes = np.arange(40) % 9 // 2 % 4, np.arange(40, dtype=np.uint64)
    layout = among_themselves(codes, hashes)
    seen = []

    def score(keys, first, relevant, top):
        assert (layout.relevant[first : first + len(keys)] == relevant).all()
        assert top.shape == (len(keys), relevant + 1)
        np.testing.assert_array_equal(np.sort(keys, axis=1)[:, : relevant + 1], top)
        seen.extend(range(first, first + len(keys)))

    with threadpool_limits(limits=threads):
        sweep.sweep_nearest(layout, Counted(np.float32, 40), score)
    assert sorted(seen) == list(range(len(layout.queries)))


def test_an_error_in_a_thread_is_the_callers():
    """A score that fails ends the sweep with its own error, on one thread or two."""

    def score(keys, first, relevant):
        raise ZeroDivisionError

    codes, hashes = np.arange(1100) % 5, np.arange(1100, dtype=np.uint64)
    for threads in (1, 2):
        with threadpool_limits(limits=threads), pytest.raises(ZeroDivisionError):
            sweep.sweep(among_themselves(codes, hashes), Counted(np.float32, 1100), score)
