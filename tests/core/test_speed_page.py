"""docs/speed.md says what the kept benchmark runs say, and nothing else."""

import json

import pytest
from benchmarks import page

pytestmark = pytest.mark.skipif(not page.PAGE.is_file(), reason="no docs beside the tests")


def test_the_page_is_made_from_the_runs():
    """`python tests/benchmarks/page.py` would change nothing."""
    assert page.PAGE.read_text(encoding="utf-8") == page.page()


def test_a_run_is_a_column(tmp_path):
    """Two processors, one of which lacks a line and misses another: both are named, and the miss is marked."""
    row = {"what": "a / b", "value": 1.4, "sign": "<=", "target": 1.3, "plain": None, "date": "2026-01-01"}
    more = {"what": "extra MB", "value": 30.0, "sign": "<=", "target": 64.0, "plain": 400.0, "date": "2026-01-01"}
    for name, rows in (("one", [row, more]), ("two", [row | {"value": 1.2}])):
        run = {"processor": name, "blas": "b", "system": "s", "python": "3", "note": "busy", "rows": rows}
        (tmp_path / f"{name}.json").write_text(json.dumps(run))
    text = page.page(tmp_path)
    assert "| what | target | one (b) | two (b) |" in text
    assert "| a / b | at most 1.3 | 1.4 **missed** | 1.2 |" in text
    assert "| extra MB | at most 64 | 30; plain 400 | - |" in text
    assert "one: 1 of 2 targets met. busy" in text
