"""The canonical order, written out in whole numbers of Python's."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.errors import InvalidInputError
from reproduce.metrics.kernel.layout import Layout, against_reference, among_themselves

#: Few hashes, so that rows repeat, and such as differ in the upper or the lower half alone.
HASHES = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 1 << 32, 1 << 63, (1 << 32) + 1, 5]))
ROWS = st.lists(st.tuples(st.integers(0, 4), HASHES), min_size=1, max_size=9)


def class_key(rows, code):
    """A class by its rows' hashes, whatever their order; every number modulo 2^64."""
    return sum((h ^ (h >> 32)) * 0xD6E8FEB86659FD93 for c, h in rows if c == code) % 2**64


def columns_of(rows):
    return np.array([code for code, _ in rows]), np.array([value for _, value in rows], dtype=np.uint64)


def agrees(layout, rows, reference, order, columns, apart):
    """Every array of the layout against queries and columns in order; ``apart`` where they are two sets."""
    assert layout.queries.tolist() == order
    assert layout.columns.tolist() == columns
    codes = [reference[column][0] for column in columns]
    for k, query in enumerate(order):
        own = rows[query][0]
        assert layout.codes[k] == own
        assert {codes[place] for place in range(layout.low[k], layout.high[k])} == {own}
        assert layout.high[k] - layout.low[k] == codes.count(own)
        assert layout.relevant[k] == codes.count(own) - (not apart)
        assert layout.itself[k] == (-1 if apart else columns.index(query))
    assert layout.others == len(columns) - (not apart)


@given(ROWS)
def test_rows_among_themselves(rows):
    """By size of the class, then its key, its code and the row's hash; rows of lone classes are columns alone."""
    rows = [(sorted({code for code, _ in rows}).index(code), value) for code, value in rows]
    sizes = {code: [c for c, _ in rows].count(code) for code, _ in rows}
    if max(sizes.values()) == 1:
        with pytest.raises(InvalidInputError, match="no class has two rows"):
            among_themselves(*columns_of(rows))
        return
    columns = sorted(range(len(rows)), key=lambda i: (sizes[rows[i][0]], class_key(rows, rows[i][0]), *rows[i]))
    layout = among_themselves(*columns_of(rows))
    agrees(layout, rows, rows, [i for i in columns if sizes[rows[i][0]] > 1], columns, apart=False)
    assert layout.lone == list(sizes.values()).count(1)


@given(ROWS, ROWS)
def test_rows_against_a_reference(rows, reference):
    """By the class's size in the reference, then the keys of both parts; rows without a relevant one are no queries."""
    shared = {code for code, _ in rows} & {code for code, _ in reference}
    if not shared:
        with pytest.raises(InvalidInputError, match="no label of the queries is among reference_labels"):
            against_reference(*columns_of(rows), *columns_of(reference))
        return

    def place(row):
        code, value = row
        size = [c for c, _ in reference].count(code)
        return size, (3 * class_key(reference, code) + class_key(rows, code)) % 2**64, code, value

    layout = against_reference(*columns_of(rows), *columns_of(reference))
    order = [i for i in sorted(range(len(rows)), key=lambda i: place(rows[i])) if rows[i][0] in shared]
    columns = sorted(range(len(reference)), key=lambda j: place(reference[j]))
    agrees(layout, rows, reference, order, columns, apart=True)
    assert layout.lone == len({code for code, _ in rows} - shared)


@given(ROWS, ROWS, st.data())
def test_some_of_the_queries(rows, reference, data):
    """The same as without the others, whose columns stay."""
    layout = against_reference(*columns_of([*rows, (0, 1)]), *columns_of([*reference, (0, 1)]))
    some = np.array(sorted(data.draw(st.sets(st.integers(0, len(layout.queries) - 1), min_size=1))))
    fewer = layout.only(some)
    for name in ("queries", "low", "high", "relevant", "itself", "codes"):
        np.testing.assert_array_equal(getattr(fewer, name), getattr(layout, name)[some])
    assert fewer.columns is layout.columns
    assert (fewer.others, fewer.lone) == (layout.others, layout.lone)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.data())
def test_runs_are_as_long_as_they_can_be(values, data):
    """Of the values asked for alone, within the slice alone."""
    start = data.draw(st.integers(0, len(values) - 1))
    stop = data.draw(st.integers(start + 1, len(values)))
    none = np.zeros(len(values), dtype=int)
    layout = Layout(
        queries=none, columns=none, low=np.array(values), high=none, relevant=np.array(values[::-1]), itself=none,
        others=0, codes=none, lone=0,
    )  # fmt: skip
    for key, own in (("low", values), ("relevant", values[::-1])):
        parts = [[place for place, _ in part] for _, part in groupby(list(enumerate(own))[start:stop], lambda p: p[1])]
        assert layout.runs(start, stop, key) == [(part[0], part[-1] + 1) for part in parts]
