"""A shift of one sign, each part of which passes as another machine's rounding, is told."""

import pytest

from reproduce.record.leaning import leaning


@pytest.mark.parametrize(
    "moves, said",
    [
        ([0.021, 0.029, 0.025, 0.024, 0.026], ["all 5 seeds lie above the record, by 0.021 to 0.029"]),
        ([-0.02, -0.02, -0.01, -0.015, -0.02], ["all 5 seeds lie below the record, by 0.01 to 0.02"]),
        ([0.02, 0.02, 0.009, 0.02, 0.02], []),
        ([0.02, 0.02, 0.02, 0.02, 0.05], []),
        ([0.02, 0.02, 0.02, 0.02, -0.02], []),
        ([0.02, 0.02, 0.02, 0.02, 0.0], []),
        ([], []),
    ],
)
def test_a_row_that_moved_as_one_is_told(moves, said):
    """Five seeds or more, of one sign and of one size."""
    found = leaning({"toy on herd, map_at_r": moves})
    assert len(found) == len(said)
    for line, part in zip(found, said, strict=True):
        assert line.startswith("one way: toy on herd, map_at_r: ")
        assert part in line


@pytest.mark.parametrize(
    "above, below, told", [(11, 0, True), (0, 11, True), (10, 0, False), (19, 3, True), (18, 4, False)]
)
def test_many_rows_that_moved_one_way_are_told(above, below, told):
    """Eleven of eleven, whatever their sizes; not what a coin does now and then, nor what stood still."""
    moves = {f"row {n}": [(-1 if n < below else 1) * 0.001 * (n + 1)] for n in range(above + below)}
    found = leaning({**moves, "still": [0.0] * 9})
    most, where = max(above, below), "above" if above > below else "below"
    line = f"one way: {most} of {above + below} results lie {where} the record; each is within its tolerance"
    assert found == [line] * told
