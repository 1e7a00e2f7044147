"""The fuzzer itself: it finds what is wrong, and counts."""

import json

import fuzz
import pytest
import readers


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """Counts of their own, and hypothesis alone."""
    monkeypatch.setattr(fuzz, "KEPT", tmp_path)
    monkeypatch.setattr(fuzz, "COUNTS", tmp_path / "counts.json")
    monkeypatch.setattr(fuzz, "find_spec", lambda name: None)
    return tmp_path / "counts.json"


def test_a_reader_that_breaks_is_found(kept, monkeypatch, capsys):
    """An error that is none of ours ends the turn of its reader, is said, and is status 1."""

    def breaks(content, folder):
        if b"=" in content:
            raise KeyError("says")

    monkeypatch.setitem(readers.READERS, "findings", breaks)
    assert fuzz.main(0.1, ["findings"]) == 1
    assert "FOUND: KeyError: 'says'" in capsys.readouterr().out
    assert json.loads(kept.read_text())["findings"]["inputs"] > 0


def test_runs_add_up(kept, monkeypatch):
    """What is kept counts every run so far, and a sound reader ends well."""
    monkeypatch.setattr(fuzz, "by_hypothesis", lambda name, seconds: ({"inputs": 3, "read": 2, "refused": 1}, ""))
    assert [fuzz.main(0.001, ["paper"]) for _ in range(2)] == [0, 0]
    assert json.loads(kept.read_text())["paper"]["inputs"] == 6
