"""Which rows of a record's file have changed: a result more, another value, another look, a row that came or went."""

import dataclasses

import pytest

from reproduce.record import Cell, Entry, Store, seen
from reproduce.record.rows import changed, named, read

ONE, TWO, GONE = (named("toy", "herd", f'{{"size": {size}}}') for size in (1, 2, 3))


def entry(size, seed=0, score=0.5, time="2026-11-24"):
    """A result of a toy."""
    return Entry(Cell("toy", 1, {"size": size}, "herd", "", None, seed), {"map_at_r": score}, time=time)


@pytest.fixture
def record(tmp_path):
    """Two rows of one seed."""
    store = Store(tmp_path)
    store.add_all([entry(1), entry(2)])
    return store


CHANGES = {
    "nothing": ([], set()),
    "another value": ([entry(1, score=0.25)], {ONE}),
    "a seed more": ([entry(2, seed=1)], {TWO}),
    "another row": ([entry(4)], set()),
    "another set": ([dataclasses.replace(entry(1), cell=dataclasses.replace(entry(1).cell, data="lions"))], {GONE}),
    "a factor more": (
        [dataclasses.replace(entry(1), cell=dataclasses.replace(entry(1).cell, factors={"a": 1}))],
        {GONE},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_has_changed_where_what_is_held_of_it_has(record, change):
    """Of one that is missing it is said which data sets and factors there are: these count, not the others' values."""
    before = read(record.path("toy"))
    assert {ONE, TWO} < set(before)
    more, expected = CHANGES[change]
    record.add_all(more, replace=True)
    now = read(record.path("toy"))
    assert {one for one in (ONE, TWO, GONE) if changed(one, before, now)} == expected


def test_a_file_that_is_not_there_holds_nothing(record, tmp_path):
    """All its rows have changed once it is."""
    nothing = read(tmp_path / "other.json")
    assert nothing == {}
    assert changed(ONE, nothing, read(record.path("toy")))
    assert not changed(ONE, nothing, {})


def test_when_a_row_was_first_seen_is_held_apart(record, tmp_path):
    """Another day, or a look at further seeds, is another."""
    before = read(tmp_path / seen.FILE)
    assert set(before) == {ONE, TWO}
    record.add(entry(1, seed=14))
    now = read(tmp_path / seen.FILE)
    assert [changed(one, before, now) for one in (ONE, TWO, GONE)] == [True, False, False]
    text = (tmp_path / seen.FILE).read_text().replace("2026-11-24", "2026-11-23")
    (tmp_path / seen.FILE).write_text(text)
    assert [changed(one, now, read(tmp_path / seen.FILE)) for one in (ONE, TWO)] == [True, True]
