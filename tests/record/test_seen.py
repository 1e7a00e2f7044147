"""When a score was first seen: written once, and by which number it was seen under another name."""

import json

import pytest

from reproduce.record import Cell, Entry, seen

FIRST, LATER = "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z"


def entry(scores, seed=0, time=FIRST):
    """A result of a toy on cows whose name is not ASCII."""
    return Entry(Cell("toy", 1, {}, "Kühe", "", None, seed), scores, commit="abc", time=time)


@pytest.mark.parametrize("value, since", [(0.5, FIRST), (0.0, LATER), (1.0, LATER), (1.5, LATER), (-0.5, LATER)])
def test_only_a_fraction_tells_that_it_was_seen_under_another_name(tmp_path, value, since):
    """Many scores are 0 or 1, and counts are alike by chance."""
    seen.noted(tmp_path, [entry({"a": value})])
    seen.noted(tmp_path, [entry({"a": value, "b": value}, time=LATER)])
    assert seen.first_seen(tmp_path) == {("toy", "Kühe", "{}", 0): {"a": (FIRST, "abc"), "b": (since, "abc")}}


def test_the_fifteenth_seed_begins_a_look_of_its_own(tmp_path):
    """Seeds 0 to 13 are the first."""
    seen.noted(tmp_path, [entry({"a": 0.5}, seed) for seed in (13, 14)])
    assert [key[3] for key in seen.first_seen(tmp_path)] == [0, 14]


def test_a_line_can_be_read_and_is_written_once(tmp_path, monkeypatch):
    """Names as they are; where nothing is new the file is not touched."""
    seen.noted(tmp_path, [entry({"b": 0.5, "a": 0.25}), entry({"c": 0.75}, time=LATER)])
    (line,) = (tmp_path / seen.FILE).read_text(encoding="utf-8").splitlines()
    assert '"data": "Kühe"' in line
    assert json.loads(line)["seen"] == [[[FIRST, "abc"], ["a", "b"]], [[LATER, "abc"], ["c"]]]
    monkeypatch.setattr(seen, "write_atomically", None)
    seen.noted(tmp_path, [entry({"a": 0.125}, seed=3, time=LATER)])
